"""What a resident may have meant: names of the catalogue that are read, look or are spelt like what was typed."""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from itertools import chain, groupby, islice, product
from operator import eq
from typing import Final, Literal, NamedTuple

from index.characters import is_han
from index.letter_choices import LetterChoices
from index.pinyin import known_readings_of, syllables
from index.shapes import likeness
from index.spelling_lookup import LONGEST, Match, Patterns, find, letters_of, one_after_the_other
from index.spelling_matching import ANY
from index.spelling_store import SpellingStore
from index.syllables import Parse, parses

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

_LIKELY: Final = 0.1
"""Least quality of a reading that may begin or end within a word."""
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
    readings = list(_readings(store.choices, folded, southern))
    patterns = one_after_the_other(tuple(map(len, readings)))
    matches = find(store, [choice for own in readings for choice in own], patterns, at=at, most=_MOST)
    return likeliest([_correction(m, "pinyin", 1) for m in matches if m.is_whole or m.quality > _LIKELY])


def misspelt(store: SpellingStore, letters: str, *, at: int) -> list[Correction]:
    """What is read like these letters, or differs in one that looks alike, is wrong, missing, too many or swapped."""
    if _LATIN.fullmatch(letters):
        near = store.latin_near(letters, at=at)
        return [Correction(word, "spelling", uses * _ANY, _ANY, True) for word, uses in near]
    if not 2 <= len(letters) <= _LONGEST_WORD:
        return []
    patterns, changes = _changes(tuple(map(is_han, letters)), tuple(map(eq, letters, letters[1:])))
    choices = [*store.choices.exactly(letters), *store.choices.sounding_like(letters, southern=False)]
    numerals, signs = _NUMERALS.findall(letters), _signs(letters)
    found = []
    for match in find(store, choices, patterns, at=at, most=_MOST):
        change = changes[match.pattern]
        if match.letters == letters or (change.kind != "sound" and _NUMERALS.findall(match.letters) != numerals):
            continue
        if change.kind != "letter":
            way: Way = "homophone" if change.kind == "sound" else "spelling"
            found.append(_correction(match, way, change.quality))
        elif substituted := _substituted(match, letters[change.at], match.letters[change.at]):
            found.append(substituted)
    return [each for each in likeliest(found) if _signs(each.text.replace(" ", "")) == signs]


def misheard(store: SpellingStore, folded: str, *, at: int) -> list[Correction]:
    """What southern ears take for the same: 八段井 for 八段锦, sufa for 书法."""
    if _LATIN.search(folded):
        return read_aloud(store, folded, at=at, southern=True)
    letters = letters_of(folded)
    if not 2 <= len(letters) <= _LONGEST_WORD:
        return []
    alike = store.choices.sounding_like(letters, southern=True)
    matches = find(store, alike, one_after_the_other((len(alike),)), at=at, most=_MOST)
    return likeliest([_correction(match, "homophone", 1) for match in matches if match.letters != letters])


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


def _readings(choices: LetterChoices, folded: str, southern: bool) -> Iterator[Sequence[int]]:
    """Ways to read a text with letters: characters stand for themselves, letters for what they spell."""
    ways: list[list[Sequence[int]]] = []
    for piece in _pieces(folded):
        if is_han(piece[0]):
            ways.append([choices.exactly(piece)])
        elif len(piece) > 1:  # c语言 is not 词语言
            known = parses(piece, _every_syllable())[:_MOST_READINGS]
            ways.append([_spelt(choices, parse, southern) for parse in known])
        else:
            return
    for way in islice(product(*ways), _MOST_READINGS):
        spelling = [choice for part in way for choice in part]
        if 1 < len(spelling) <= LONGEST:
            yield spelling


def _pieces(folded: str) -> list[str]:
    """Runs of Chinese characters, and what stands between them."""
    runs = ("".join(run).strip() for _, run in groupby(folded, key=is_han))
    return [run for run in runs if run]


def _spelt(choices: LetterChoices, parse: Parse, southern: bool) -> Sequence[int]:
    return [
        choices.read_as(part, southern=southern) if full else choices.beginning_with(part)
        for part, full in zip(parse.parts, parse.full, strict=True)
    ]


@cache
def _every_syllable() -> frozenset[str]:
    return frozenset(syllables())


class _Change(NamedTuple):
    """How what was typed may differ from what was meant."""

    kind: Literal["sound", "letter", "order"]
    at: int
    """Where a letter is another."""
    quality: float
    """How likely it was mistyped so, as far as that is known beforehand."""


@lru_cache(256)
def _changes(han: Sequence[bool], doubled: Sequence[bool]) -> tuple[Patterns, Sequence[_Change]]:
    """The patterns of n letters by the choices 0 to n - 1, each letter itself, and n to 2n - 1, what sounds alike.

    Args:
        han: whether each is a Chinese character.
        doubled: whether each but the first is the one before it again.
    """
    n = len(han)
    own = [*range(n)]
    patterns, changes, whole_only = [[*range(n, 2 * n)]], [_Change("sound", 0, 1)], [False]
    for i in range(n):
        if han[i]:
            patterns.append([*own[:i], ANY, *own[i + 1 :]])
            changes.append(_Change("letter", i, 1))
            whole_only.append(n == 2)
    for pattern, quality in _moved(own, doubled):
        patterns.append(pattern)
        changes.append(_Change("order", 0, quality))
        whole_only.append(True)
    return Patterns.of(patterns, whole_only), changes


def _moved(own: list[int], doubled: Sequence[bool]) -> Iterator[tuple[list[int], float]]:
    """Two letters are swapped, one is doubled, too many or missing."""
    for i in own:
        if i and not doubled[i - 1]:
            yield [*own[: i - 1], own[i], own[i - 1], *own[i + 1 :]], _SWAPPED
        if len(own) > 2:
            yield [*own[:i], *own[i + 1 :]], _DOUBLED if i and doubled[i - 1] else _TOO_MANY
            if i:
                yield [*own[:i], ANY, *own[i:]], _MISSING


def _substituted(match: Match, typed: str, meant: str) -> Correction | None:
    """One letter is another; of two letters it must look alike, of more it may also make a word."""
    alike = likeness(typed, meant)
    if alike < (LOOKS_ALIKE if len(match.letters) > 2 else _HARD_TO_TELL):
        if not match.is_whole or len(match.letters) == 2:
            return None
        way: Way = "spelling"
    else:
        way = "lookalike"
    if set(known_readings_of(typed)) & set(known_readings_of(meant)):
        way = "homophone"
    return _correction(match, way, max(_ANY, alike**_SHARPNESS))


def _correction(match: Match, way: Way, quality: float) -> Correction:
    quality *= match.quality
    return Correction(match.written, way, match.weight * quality, quality, match.is_whole)
