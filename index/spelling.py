"""What a resident may have meant: names of the catalogue that are read, look or are spelt like what was typed."""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import chain, groupby, islice, product
from typing import Final, Literal, NamedTuple

import numpy as np

from index.characters import is_han
from index.pinyin import known_readings_of, syllables
from index.shapes import likeness
from index.spelling_lookup import LONGEST, Choice, Match, Slot, exactly, find, letters_of
from index.spelling_store import SpellingStore
from index.syllables import Parse, parses, southern_sound

Way = Literal["pinyin", "homophone", "lookalike", "spelling"]

_LATIN: Final = re.compile("[a-z]+")
_SIGNS: Final = re.compile("[0-9]|[+#]|(?<![a-z])[a-z]{1,2}(?![a-z])")
_NUMERALS: Final = re.compile("[〇零一二三四五六七八九十百千万两]")
"""第二课 is not 第三课 with a letter wrong."""
LOOKS_ALIKE: Final = 0.55
"""From this likeness on a reader takes one character for the other."""
_HARD_TO_TELL: Final = 0.7
"""The same where there is but one more character to go by: of all pairs, 2 in 100 are as alike as that, and 7 in 100
as LOOKS_ALIKE says."""

_RARE_READING: Final = 0.01
"""Quality of a reading that few know: 术 is also zhu."""
_INITIAL: Final = 0.3
"""Quality of a character of which only the initial was typed, for each of its letters."""
_SOUNDS_ALIKE: Final = 0.33
"""How likely another character with the same reading was meant, against the one that was typed. Two of them are just
likely enough for a guess: who types pinyin picks a wrong word (平摊 for 评弹), not a wrong character."""
_LIKELY: Final = 0.1
"""Least quality of a reading that may begin or end within a word."""
_MISHEARD: Final = 0.4
"""How likely a syllable was meant that southern ears do not tell from the one that was typed, against that one."""
_ANY: Final = 0.02
"""How likely a character was meant that neither sounds nor looks like the one that was typed."""
_SWAPPED: Final = 0.3
_DOUBLED: Final = 0.3
_MISSING: Final = 0.1
_TOO_MANY: Final = 0.001
_SHARPNESS: Final = 4
"""Power of the likeness of two characters: half alike is not alike."""
_LONGEST_WORD: Final = 12
"""Letters of a word in which single letters are tried."""
_MOST_READINGS: Final = 4
"""Ways to read what was typed that are looked up."""
_MOST: Final = 24
"""Matches of one pattern that are compared."""


class Correction(NamedTuple):
    """A name that may have been meant."""

    text: str
    way: Way
    weight: float
    """How often it stands in the catalogue times how likely it was mistyped so; compares within one text."""
    quality: float
    """How likely it was mistyped so, 0 to 1."""
    is_whole: bool
    """Whether it somewhere begins and ends with a word."""


def read_aloud(store: SpellingStore, folded: str, *, at: int, southern: bool = False) -> list[Correction]:
    """What letters, alone or among Chinese characters, spell in pinyin, the likeliest first.

    What is far-fetched, such as initials alone, must begin and end with a word.

    Args:
        southern: sounds that southern ears do not tell apart count as the same.
    """
    found = [
        _correction(match, "pinyin", 1)
        for slots in _readings(store, folded, southern)
        for match in find(store, slots, at=at, most=_MOST)
        if match.is_whole or match.quality > _LIKELY
    ]
    return likeliest(found)


def misspelt(store: SpellingStore, letters: str, *, at: int) -> list[Correction]:
    """What is read like these letters, or differs in one that looks alike, is wrong, missing, too many or swapped."""
    if _LATIN.fullmatch(letters):
        near = store.latin_near(letters, at=at)
        return [Correction(word, "spelling", uses * _ANY, _ANY, True) for word, uses in near]
    if not 2 <= len(letters) <= _LONGEST_WORD:
        return []
    changed = [*_substituted(store, letters, at), *_moved(store, letters, at)]
    numerals = _NUMERALS.findall(letters)
    found = [*_homophones(store, letters, at), *(e for e in changed if _NUMERALS.findall(e.text) == numerals)]
    return [each for each in likeliest(found) if _signs(letters_of(each.text)) == _signs(letters)]


def misheard(store: SpellingStore, folded: str, *, at: int) -> list[Correction]:
    """What southern ears take for the same: 八段井 for 八段锦, sufa for 书法."""
    if _LATIN.search(folded):
        return read_aloud(store, folded, at=at, southern=True)
    letters = letters_of(folded)
    if not 2 <= len(letters) <= _LONGEST_WORD:
        return []
    return likeliest(_homophones(store, letters, at, southern=True))


def likeliest(found: Iterable[Correction]) -> list[Correction]:
    """Each text once, the likeliest first."""
    best: dict[str, Correction] = {}
    for correction in sorted(found, key=lambda each: -each.weight):
        best.setdefault(correction.text, correction)
    return list(best.values())


def merged(found: Sequence[Sequence[Correction]]) -> list[Correction]:
    """What several stores gave, the likeliest first: a text that stands in several weighs as much as in all of them."""
    if len(found) == 1:
        return [*found[0]]
    best: dict[str, Correction] = {}
    for correction in chain.from_iterable(found):
        other = best.get(correction.text, correction)
        if other is not correction:
            likelier = max(other, correction, key=lambda each: each.quality)
            weight, is_whole = other.weight + correction.weight, other.is_whole or correction.is_whole
            correction = likelier._replace(weight=weight, is_whole=is_whole)
        best[correction.text] = correction
    return likeliest(best.values())


def _signs(text: str) -> list[str]:
    """What is never mistyped for another: numbers, signs, and one or two Latin letters (第2课, c++, r语言)."""
    return _SIGNS.findall(text)


def _readings(store: SpellingStore, folded: str, southern: bool) -> Iterator[Sequence[Slot]]:
    """The patterns of a text with letters: characters stand for themselves, letters for what they spell."""
    ways: list[list[Sequence[Slot]]] = []
    for piece in _pieces(folded):
        if is_han(piece[0]):
            ways.append([[exactly(store, letter) for letter in piece]])
        elif len(piece) > 1:  # c语言 is not 词语言
            known = parses(piece, _every_syllable())[:_MOST_READINGS]
            ways.append([_spelt(store, parse, southern) for parse in known])
        else:
            return
    for way in islice(product(*ways), _MOST_READINGS):
        slots = [slot for slots in way for slot in slots]
        if 1 < len(slots) <= LONGEST:
            yield slots


def _pieces(folded: str) -> list[str]:
    """Runs of Chinese characters, and what stands between them."""
    runs = ("".join(run).strip() for _, run in groupby(folded, key=is_han))
    return [run for run in runs if run]


def _spelt(store: SpellingStore, parse: Parse, southern: bool) -> Sequence[Slot]:
    return [
        _choice(_read_as(store, part, southern) if full else _beginning_with(store, part))
        for part, full in zip(parse.parts, parse.full, strict=True)
    ]


def _read_as(store: SpellingStore, syllable: str, southern: bool) -> dict[int, float]:
    """Letters with how likely each is meant by a syllable."""
    qualities: dict[int, float] = {}
    for heard in _heard_alike()[southern_sound(syllable)] if southern else (syllable,):
        for number, usual in store.by_reading.get(heard, ()):
            quality = (1 if usual else _RARE_READING) * (1 if heard == syllable else _MISHEARD)
            qualities[number] = max(quality, qualities.get(number, 0))
    return qualities


@cache
def _every_syllable() -> frozenset[str]:
    return frozenset(syllables())


@cache
def _heard_alike() -> dict[str, list[str]]:
    """Syllables by how southern ears hear them."""
    heard: dict[str, list[str]] = {}
    for syllable in syllables():
        heard.setdefault(southern_sound(syllable), []).append(syllable)
    return heard


def _beginning_with(store: SpellingStore, initial: str) -> dict[int, float]:
    known = [letters for syllable, letters in store.by_reading.items() if syllable.startswith(initial)]
    return {number: _INITIAL ** len(initial) for letters in known for number, usual in letters if usual}


def _choice(qualities: dict[int, float]) -> Choice:
    return Choice(np.array(list(qualities), np.uint16), np.array(list(qualities.values()), np.float32))


def _homophones(store: SpellingStore, letters: str, at: int, *, southern: bool = False) -> Iterator[Correction]:
    slots = [_sounding_like(store, letter, southern) for letter in letters]
    for match in find(store, slots, at=at, most=_MOST):
        if match.letters != letters:
            yield _correction(match, "homophone", 1)


def _sounding_like(store: SpellingStore, letter: str, southern: bool) -> Choice:
    qualities: dict[int, float] = {}
    for syllable in known_readings_of(letter):
        for number, quality in _read_as(store, syllable, southern).items():
            if quality > _RARE_READING:  # 抖音 is not 抖听, though 听 was once read yin
                qualities[number] = max(_SOUNDS_ALIKE * quality, qualities.get(number, 0))
    own = store.numbers.get(letter)
    return _choice(qualities if own is None else {**qualities, own: 1.0})


def _substituted(store: SpellingStore, letters: str, at: int) -> Iterator[Correction]:
    """One letter is another."""
    own = [exactly(store, letter) for letter in letters]
    for i, letter in enumerate(letters):
        if not is_han(letter):
            continue
        for match in find(store, [*own[:i], None, *own[i + 1 :]], at=at, most=_MOST):
            alike = likeness(letter, match.letters[i])
            if match.letters == letters:
                continue
            looks = alike >= (LOOKS_ALIKE if len(letters) > 2 else _HARD_TO_TELL)
            if (looks and match.is_whole) or (len(letters) > 2 and (looks or match.is_whole)):
                sounds = set(known_readings_of(letter)) & set(known_readings_of(match.letters[i]))
                way: Way = "homophone" if sounds else "lookalike" if looks else "spelling"
                yield _correction(match, way, max(_ANY, alike**_SHARPNESS))


def _moved(store: SpellingStore, letters: str, at: int) -> Iterator[Correction]:
    """Two letters are swapped, one is doubled, too many or missing."""
    own: list[Slot] = [exactly(store, letter) for letter in letters]
    for i in range(len(letters)):
        if i and letters[i - 1] != letters[i]:
            swapped = [*own[: i - 1], own[i], own[i - 1], *own[i + 1 :]]
            yield from _each(store, swapped, at, _SWAPPED)
        if len(letters) > 2:
            doubled = i > 0 and letters[i - 1] == letters[i]
            yield from _each(store, [*own[:i], *own[i + 1 :]], at, _DOUBLED if doubled else _TOO_MANY)
            if i:
                yield from _each(store, [*own[:i], None, *own[i:]], at, _MISSING)


def _each(store: SpellingStore, slots: Sequence[Slot], at: int, quality: float) -> Iterator[Correction]:
    for match in find(store, slots, at=at, most=_MOST):
        if match.is_whole:
            yield _correction(match, "spelling", quality)


def _correction(match: Match, way: Way, quality: float) -> Correction:
    quality *= match.quality
    return Correction(match.written, way, match.weight * quality, quality, match.is_whole)
