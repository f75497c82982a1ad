"""What a resident may have meant: names of the catalogue that are read, look or are spelt like what was typed."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import product
from typing import Final, Literal, NamedTuple

import numpy as np

from index.pinyin import is_usual, readings_of
from index.segmentation import is_han
from index.shapes import likeness
from index.spelling_lookup import LONGEST, Choice, Match, Slot, exactly, find
from index.spelling_store import SpellingStore
from index.syllables import Parse, parses

Way = Literal["pinyin", "homophone", "lookalike", "spelling"]

_LATIN: Final = re.compile("[a-z]+")
LOOKS_ALIKE: Final = 0.55
"""From this likeness on a reader takes one character for the other."""

_RARE_READING: Final = 0.01
"""Quality of a reading that few know: 术 is also zhu."""
_INITIAL: Final = 0.3
"""Quality of a character of which only the initial was typed."""
_SOUNDS_ALIKE: Final = 0.3
"""How likely another character with the same reading was meant, against the one that was typed."""
_ANY: Final = 0.02
"""The same of a character that neither sounds nor looks alike."""
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


def read_aloud(store: SpellingStore, folded: str, *, at: int) -> list[Correction]:
    """What letters, alone or among Chinese characters, spell in pinyin, the likeliest first."""
    found = [
        Correction(match.text, "pinyin", match.weight * match.quality, match.quality)
        for slots in _readings(store, folded)
        for match in find(store, slots, at=at, most=_MOST)
    ]
    return _best(found)


def misspelt(store: SpellingStore, letters: str, *, at: int) -> list[Correction]:
    """What is read like these letters, or differs in one that looks alike, is wrong, missing, too many or swapped."""
    if _LATIN.fullmatch(letters):
        return [Correction(word, "spelling", uses * _ANY, _ANY) for word, uses in store.latin_words.near(letters)]
    if not 2 <= len(letters) <= _LONGEST_WORD:
        return []
    found = [*_homophones(store, letters, at), *_substituted(store, letters, at), *_moved(store, letters, at)]
    return _best(correction for correction in found if correction.text != letters)


def _best(found: Iterable[Correction]) -> list[Correction]:
    """Each text once."""
    best: dict[str, Correction] = {}
    for correction in sorted(found, key=lambda each: -each.weight):
        best.setdefault(correction.text, correction)
    return list(best.values())


def _readings(store: SpellingStore, folded: str) -> Iterator[Sequence[Slot]]:
    """The patterns of a text with letters: characters stand for themselves, letters for what they spell."""
    pieces = _pieces(folded)
    ways: list[list[Sequence[Slot]]] = []
    for piece in pieces:
        if is_han(piece[0]):
            ways.append([[exactly(store, letter) for letter in piece]])
        else:
            ways.append([_spelt(store, parse) for parse in parses(piece, store.by_reading.keys())[:_MOST_READINGS]])
    for way in list(product(*ways))[:_MOST_READINGS]:
        slots = [slot for slots in way for slot in slots]
        if 1 < len(slots) <= LONGEST:
            yield slots


def _pieces(folded: str) -> list[str]:
    """Runs of Chinese characters, and what stands between them."""
    pieces: list[str] = []
    for character in folded.strip():
        if pieces and is_han(pieces[-1][0]) == is_han(character):
            pieces[-1] += character
        else:
            pieces.append(character)
    return [stripped for piece in pieces if (stripped := piece.strip())]


def _spelt(store: SpellingStore, parse: Parse) -> Sequence[Slot]:
    return [
        _read_as(store, part) if full else _beginning_with(store, part)
        for part, full in zip(parse.parts, parse.full, strict=True)
    ]


def _read_as(store: SpellingStore, syllable: str) -> Choice:
    known = store.by_reading.get(syllable, [])
    return _choice({number: 1.0 if usual else _RARE_READING for number, usual in known})


def _beginning_with(store: SpellingStore, initial: str) -> Choice:
    known = [letters for syllable, letters in store.by_reading.items() if syllable.startswith(initial)]
    return _choice({number: _INITIAL for letters in known for number, usual in letters if usual})


def _choice(qualities: dict[int, float]) -> Choice:
    return Choice(np.array(list(qualities), np.uint16), np.array(list(qualities.values()), np.float32))


def _homophones(store: SpellingStore, letters: str, at: int) -> Iterator[Correction]:
    slots = [_sounding_like(store, letter) for letter in letters]
    for match in find(store, slots, at=at, most=_MOST):
        yield Correction(match.text, "homophone", match.weight * match.quality, match.quality)


def _sounding_like(store: SpellingStore, letter: str) -> Choice:
    qualities: dict[int, float] = {}
    for syllable in readings_of(letter):
        typed = _SOUNDS_ALIKE if is_usual(letter, syllable) else _SOUNDS_ALIKE * _RARE_READING
        for number, usual in store.by_reading.get(syllable, ()):
            quality = typed if usual else typed * _RARE_READING
            qualities[number] = max(quality, qualities.get(number, 0))
    own = store.numbers.get(letter)
    return _choice(qualities if own is None else {**qualities, own: 1.0})


def _sound_alike(left: str, right: str) -> bool:
    return any(is_usual(left, syllable) and is_usual(right, syllable) for syllable in readings_of(left))


def _substituted(store: SpellingStore, letters: str, at: int) -> Iterator[Correction]:
    """One letter is another."""
    own = [exactly(store, letter) for letter in letters]
    for i, letter in enumerate(letters):
        if not is_han(letter):
            continue
        for match in find(store, [*own[:i], None, *own[i + 1 :]], at=at, most=_MOST):
            alike = likeness(letter, match.text[i])
            if len(letters) > 2 or alike >= LOOKS_ALIKE:
                way: Way = "lookalike" if alike >= LOOKS_ALIKE else "spelling"
                if _sound_alike(letter, match.text[i]):
                    way = "homophone"
                yield _correction(match, way, max(_ANY, alike**_SHARPNESS))


def _moved(store: SpellingStore, letters: str, at: int) -> Iterator[Correction]:
    """Two letters are swapped, one is doubled, too many or missing."""
    own: list[Slot] = [exactly(store, letter) for letter in letters]
    for i in range(len(letters)):
        if i and letters[i - 1] != letters[i]:
            swapped = [*own[: i - 1], own[i], own[i - 1], *own[i + 1 :]]
            yield from _all(store, swapped, at, _SWAPPED)
        if len(letters) > 2:
            doubled = i > 0 and letters[i - 1] == letters[i]
            yield from _all(store, [*own[:i], *own[i + 1 :]], at, _DOUBLED if doubled else _TOO_MANY)
            if i:
                yield from _all(store, [*own[:i], None, *own[i:]], at, _MISSING)


def _all(store: SpellingStore, slots: Sequence[Slot], at: int, quality: float) -> Iterator[Correction]:
    for match in find(store, slots, at=at, most=_MOST):
        yield _correction(match, "spelling", quality)


def _correction(match: Match, way: Way, quality: float) -> Correction:
    return Correction(match.text, way, match.weight * match.quality * quality, match.quality * quality)
