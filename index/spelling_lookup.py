"""Finds every place where one of the choices for each letter of a spelling stands, and what stands there."""

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate, pairwise
from operator import add
from typing import Final, NamedTuple

import numpy as np

from index import spelling_matching
from index.arrays import Float32, Int64, UInt8, UInt32, offsets_of
from index.characters import is_han
from index.spelling_matching import BEGINS, ENDS
from index.spelling_store import SpellingStore

_SEVERAL_WORDS: Final = re.compile("[0-9a-z+#]{2}")
LONGEST: Final = 32
"""Letters of a spelling that can be looked up."""


def is_letter(character: str) -> bool:
    """Whether a folded character belongs to a spelling."""
    return character.isalnum() or character in "+#"


class Patterns(NamedTuple):
    """Spellings to look for, as the compiled loop takes them."""

    places: Int64
    """For each place of each pattern, one behind the other, which of some choices it is, or ANY; not ANY alone."""
    offsets: Int64
    """Where each pattern begins."""
    whole_only: UInt8
    """1 leaves out what nowhere begins and ends with a word."""

    @classmethod
    def of(cls, patterns: Sequence[Sequence[int]], whole_only: Sequence[bool]) -> "Patterns":
        """Patterns of choices by number, each of 1 to LONGEST places."""
        places = np.array([choice for pattern in patterns for choice in pattern], np.int64)
        return cls(places, offsets_of([len(pattern) for pattern in patterns], np.int64), np.array(whole_only, np.uint8))


@lru_cache(256)
def one_after_the_other(lengths: Sequence[int]) -> Patterns:
    """Patterns of so many choices each, the next ones from pattern to pattern."""
    starts = [0, *accumulate(lengths)]
    return Patterns.of([range(start, end) for start, end in pairwise(starts)], [False] * len(lengths))


class Match(NamedTuple):
    """A spelling that stands in the catalogue."""

    pattern: int
    """The number of the pattern that it fits."""
    letters: str
    written: str
    """The same with a space between words of letters or digits, as at its first place: java web开发."""
    weight: float
    """How often it stands there, as words of its own counting most."""
    quality: float
    """Product of the qualities of its letters."""
    is_whole: bool
    """Whether it somewhere begins and ends with a word."""


def find(store: SpellingStore, choices: Sequence[int], patterns: Patterns, *, at: int, most: int) -> list[Match]:
    """The spellings that fit patterns in texts that are not over at a moment, pattern by pattern, the best first.

    Args:
        choices: numbers of choices of the store; a pattern names them by their position here.
        most: spellings of one pattern, before what must be whole is left out.
    """
    if not choices:
        return []
    own = np.array(choices, np.int64)
    found, worth, codes = spelling_matching.find(store.columns, store.choices.arrays, own, *patterns, at, most)
    if not len(codes):
        return []
    text, start, matches = codes.tobytes().decode("utf-32-le"), 0, []
    parted = _SEVERAL_WORDS.search(text) is not None
    for pattern, place, length, whole, weight, quality in zip(*found.tolist(), *worth.tolist(), strict=True):
        letters = text[start : start + length]
        start += length
        written = _written(store, place, letters) if parted else letters
        matches.append(Match(pattern, letters, written, weight, quality, bool(whole)))
    return matches


def letters_of(folded: str) -> str:
    """What of a folded text belongs to its spelling: no spaces, no punctuation."""
    return folded if folded.isalnum() else "".join(filter(is_letter, folded))


def stands(store: SpellingStore, letters: str, *, at: int) -> bool:
    """Whether these letters, or the first LONGEST of them, stand side by side in some text."""
    known = letters[:LONGEST]
    if not all(map(store.neighbours.__getitem__, map(add, known, known[1:]))):
        return False
    return bool(spelling_matching.stands(store.columns, _codes(known), at))


def rows_titled(store: SpellingStore, letters: str, worth: float) -> tuple[UInt32, Float32]:
    """The rows in whose title these letters stand side by side, and for each what that is worth.

    There are none for one letter, or more than LONGEST.
    """
    looked_up = letters if 1 < len(letters) <= LONGEST else ""
    found: tuple[UInt32, Float32] = spelling_matching.rows_titled(store.columns, _codes(looked_up), worth)
    return found


def _codes(text: str) -> UInt32:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


def _written(store: SpellingStore, place: int, letters: str) -> str:
    if not _SEVERAL_WORDS.search(letters):
        return letters
    edges = store.arrays.edges[place : place + len(letters)].tolist()
    parted = [
        " " + letter if before & ENDS and own & BEGINS and not (is_han(left) or is_han(letter)) else letter
        for (left, letter), (before, own) in zip(pairwise(letters), pairwise(edges), strict=True)
    ]
    return letters[0] + "".join(parted)
