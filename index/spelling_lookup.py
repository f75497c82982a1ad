"""Finds every place where one of the choices for each letter of a spelling stands, and what stands there."""

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.arrays import Float32, UInt8, UInt16, UInt32
from index.characters import is_han
from index.spelling_store import BEGINS, ENDS, SpellingStore

_EDGE_WEIGHTS: Final = np.array([0.05, 0.3, 0.3, 1.0], np.float32)
"""What a place counts where a word ends at neither, at one, or at both of its edges."""
_WHOLE: Final = 2.0
"""What a place counts where it is the whole text."""
_MIXING: Final = np.random.default_rng(7).integers(1, 2**63, 64, np.uint64) | np.uint64(1)
"""Odd factors that turn a few letters into one number."""
_SEVERAL_WORDS: Final = re.compile("[0-9a-z+#]{2}")
LONGEST: Final = 32
"""Letters of a spelling that can be looked up."""


def is_letter(character: str) -> bool:
    """Whether a folded character belongs to a spelling."""
    return character.isalnum() or character in "+#"


class Choice(NamedTuple):
    """The letters that may stand at one place of a spelling."""

    letters: UInt16
    quality: Float32
    """How likely each was meant, 0 to 1."""


Slot = Choice | None
"""None: any letter, with quality 1."""


class Match(NamedTuple):
    """A spelling that stands in the catalogue."""

    letters: str
    written: str
    """The same with a space between words of letters or digits: java web开发."""
    weight: float
    """How often it stands there, as words of its own counting most."""
    quality: float
    """Product of the qualities of its letters."""
    is_whole: bool
    """Whether it somewhere begins and ends with a word."""


def find(store: SpellingStore, slots: Sequence[Slot], *, at: int, most: int) -> list[Match]:
    """The spellings that fit the slots in texts that are not over at a moment, at most so many, the best first."""
    places = _places(store, slots)
    texts = _texts(store, places)
    kept = store.arrays.ends[texts] > at
    places, texts = places[kept], texts[kept]
    if not len(places):
        return []
    letters = store.arrays.letters[places[:, None] + np.arange(len(slots))]
    quality = _quality(store, slots, letters)
    _, first, group = np.unique(letters @ _MIXING[: len(slots)], return_index=True, return_inverse=True)
    edges = _edges(store, places, len(slots))
    weights = np.bincount(group, _weights(store, places, texts, edges, len(slots)))
    whole = np.bincount(group, edges == (BEGINS | ENDS)) > 0
    best = np.argsort(-weights * quality[first], kind="stable")[:most]
    return [
        Match(
            letters=store.text(letters[first[g]]),
            written=_written(store, int(places[first[g]]), letters[first[g]]),
            weight=float(weights[g]),
            quality=float(quality[first[g]]),
            is_whole=bool(whole[g]),
        )
        for g in best.tolist()
    ]


def letters_of(folded: str) -> str:
    """What of a folded text belongs to its spelling: no spaces, no punctuation."""
    return "".join(filter(is_letter, folded))


def stands(store: SpellingStore, letters: str, *, at: int) -> bool:
    """Whether these letters, or the first LONGEST of them, stand side by side in some text."""
    return bool(find(store, [exactly(store, letter) for letter in letters[:LONGEST]], at=at, most=1))


def rows_titled(store: SpellingStore, letters: str) -> UInt32:
    """The rows in whose title these letters stand side by side; none for more than LONGEST."""
    if not letters or len(letters) > LONGEST:
        return np.empty(0, np.uint32)
    arrays = store.arrays
    texts = np.unique(_texts(store, _places(store, [exactly(store, letter) for letter in letters])))
    starts = arrays.title_offsets[texts].astype(np.int64)
    counts = arrays.title_offsets[texts + 1] - starts
    before = np.cumsum(counts) - counts
    rows: UInt32 = arrays.title_rows[np.repeat(starts - before, counts) + np.arange(counts.sum())]
    return rows


def exactly(store: SpellingStore, letter: str) -> Choice:
    """One letter; a choice of none where no text has it."""
    number = store.numbers.get(letter)
    numbers = [] if number is None else [number]
    return Choice(np.array(numbers, np.uint16), np.ones(len(numbers), np.float32))


def _places(store: SpellingStore, slots: Sequence[Slot]) -> NDArray[np.int64]:
    """Where texts fit the slots: where the rarest of them do, less where another does not."""
    letters = store.arrays.letters
    found = _candidates(store, slots)
    found = found[(found >= 0) & (found + len(slots) <= len(letters))]
    for i, slot in enumerate(slots):
        if not len(found):
            break
        there = letters[found + i]
        if slot is None:
            found = found[there > 0]
        elif len(slot.letters) == 1:
            found = found[there == slot.letters[0]]
        else:
            found = found[_table(store, slot)[there] > 0]
    return found


def _candidates(store: SpellingStore, slots: Sequence[Slot]) -> NDArray[np.int64]:
    """Where the rarest pair of single letters, or else the rarest letters, begin a place that may fit."""
    pairs = [
        (i, store.places_of_pair(int(left.letters[0]), int(right.letters[0])))
        for i, (left, right) in enumerate(pairwise(slots))
        if left is not None and right is not None and len(left.letters) == len(right.letters) == 1
    ]
    if pairs:
        at, places = min(pairs, key=lambda each: len(each[1]))
        return places.astype(np.int64) - at
    chosen = [(i, slot.letters) for i, slot in enumerate(slots) if slot is not None]
    at, rarest = min(chosen, key=lambda each: store.counts[each[1]].sum())
    lists = [store.places_of(number) for number in rarest.tolist()]
    return np.concatenate(lists).astype(np.int64) - at if lists else np.empty(0, np.int64)


def _texts(store: SpellingStore, places: NDArray[np.int64]) -> NDArray[np.int64]:
    """The text that each place stands in."""
    return store.arrays.starts.searchsorted(places.astype(np.uint32), side="right") - 1


def _table(store: SpellingStore, choice: Choice) -> Float32:
    """(letters,) the quality of each letter of the alphabet."""
    table = np.zeros(len(store.arrays.alphabet), np.float32)
    table[choice.letters] = choice.quality
    return table


def _written(store: SpellingStore, place: int, numbers: UInt16) -> str:
    letters = store.text(numbers)
    if not _SEVERAL_WORDS.search(letters):
        return letters
    edges = store.arrays.edges[place : place + len(letters)].tolist()
    parted = [
        " " + letter if before & ENDS and own & BEGINS and not (is_han(left) or is_han(letter)) else letter
        for (left, letter), (before, own) in zip(pairwise(letters), pairwise(edges), strict=True)
    ]
    return letters[0] + "".join(parted)


def _quality(store: SpellingStore, slots: Sequence[Slot], letters: UInt16) -> Float32:
    quality = np.ones(len(letters), np.float32)
    for i, slot in enumerate(slots):
        if slot is not None:
            quality *= slot.quality[0] if len(slot.letters) == 1 else _table(store, slot)[letters[:, i]]
    return quality


def _edges(store: SpellingStore, places: NDArray[np.int64], length: int) -> UInt8:
    """Whether a word begins at the first letter of each place, and ends at the last."""
    edges = store.arrays.edges
    at_both: UInt8 = (edges[places] & np.uint8(BEGINS)) | (edges[places + length - 1] & np.uint8(ENDS))
    return at_both


def _weights(
    store: SpellingStore, places: NDArray[np.int64], texts: NDArray[np.int64], edges: UInt8, length: int
) -> Float32:
    arrays = store.arrays
    is_text = (arrays.starts[texts] == places) & (arrays.starts[texts + 1] == places + length + 1)
    weights: Float32 = _EDGE_WEIGHTS[edges] * np.where(is_text, np.float32(_WHOLE), np.float32(1))
    return weights * arrays.weights[texts]
