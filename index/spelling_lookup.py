"""Finds every place where one of the choices for each letter of a spelling stands, and what stands there."""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.arrays import Float32, UInt16, UInt32
from index.spelling_store import BEGINS, ENDS, SpellingStore

_EDGE_WEIGHTS: Final = np.array([0.05, 0.3, 0.3, 1.0], np.float32)
"""What a place counts where a word ends at neither, at one, or at both of its edges."""
_WHOLE: Final = 2.0
"""What a place counts where it is the whole text."""
_MIXING: Final = np.random.default_rng(7).integers(1, 2**63, 64, np.uint64) | np.uint64(1)
"""Odd factors that turn a few letters into one number."""
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

    text: str
    weight: float
    """How often it stands there, as words of its own counting most."""
    quality: float
    """Product of the qualities of its letters."""


def find(store: SpellingStore, slots: Sequence[Slot], *, at: int, most: int) -> list[Match]:
    """The spellings that fit the slots in texts that are not over at a moment, at most so many, the best first."""
    places = _places(store, slots)
    texts = np.searchsorted(store.arrays.starts, places, side="right") - 1
    kept = store.arrays.ends[texts] > at
    places, texts = places[kept], texts[kept]
    if not len(places):
        return []
    letters = store.arrays.letters[places[:, None] + np.arange(len(slots))]
    quality = _quality(store, slots, letters)
    _, first, group = np.unique(letters @ _MIXING[: len(slots)], return_index=True, return_inverse=True)
    weights = np.bincount(group, _weights(store, places, texts, len(slots)))
    best = np.argsort(-weights * quality[first], kind="stable")[:most]
    return [Match(store.text(letters[first[g]]), float(weights[g]), float(quality[first[g]])) for g in best.tolist()]


def letters_of(folded: str) -> str:
    """What of a folded text belongs to its spelling: no spaces, no punctuation."""
    return "".join(filter(is_letter, folded))


def stands(store: SpellingStore, letters: str, *, at: int) -> bool:
    """Whether these letters stand side by side in some text."""
    return len(letters) <= LONGEST and bool(find(store, [exactly(store, letter) for letter in letters], at=at, most=1))


def rows_titled(store: SpellingStore, letters: str) -> UInt32:
    """The rows in whose title these letters stand side by side; none for more than LONGEST."""
    if not letters or len(letters) > LONGEST:
        return np.empty(0, np.uint32)
    arrays = store.arrays
    places = _places(store, [exactly(store, letter) for letter in letters])
    texts = np.unique(np.searchsorted(arrays.starts, places, side="right") - 1)
    found = [arrays.title_rows[arrays.title_offsets[t] : arrays.title_offsets[t + 1]] for t in texts.tolist()]
    return np.concatenate(found) if found else np.empty(0, np.uint32)


def exactly(store: SpellingStore, letter: str) -> Choice:
    """One letter; a choice of none where no text has it."""
    number = store.numbers.get(letter)
    numbers = [] if number is None else [number]
    return Choice(np.array(numbers, np.uint16), np.ones(len(numbers), np.float32))


def _places(store: SpellingStore, slots: Sequence[Slot]) -> NDArray[np.int64]:
    """Where texts fit the slots: the places of the slot with the fewest, less those where another does not fit."""
    arrays = store.arrays
    chosen = [(i, slot) for i, slot in enumerate(slots) if slot is not None]
    anchor, rarest = min(chosen, key=lambda each: sum(map(store.count, each[1].letters.tolist())))
    lists = [arrays.places[arrays.place_offsets[n] : arrays.place_offsets[n + 1]] for n in rarest.letters.tolist()]
    found = np.concatenate(lists).astype(np.int64) - anchor if lists else np.empty(0, np.int64)
    found = found[(found >= 0) & (found + len(slots) <= len(arrays.letters))]
    for i, slot in enumerate(slots):
        if slot is None:
            found = found[arrays.letters[found + i] > 0]
        elif i != anchor:
            found = found[_table(store, slot)[arrays.letters[found + i]] > 0]
    return found


def _table(store: SpellingStore, choice: Choice) -> Float32:
    """(letters,) the quality of each letter of the alphabet."""
    table = np.zeros(len(store.arrays.alphabet), np.float32)
    table[choice.letters] = choice.quality
    return table


def _quality(store: SpellingStore, slots: Sequence[Slot], letters: UInt16) -> Float32:
    quality = np.ones(len(letters), np.float32)
    for i, slot in enumerate(slots):
        if slot is not None and len(slot.letters) > 1:
            quality *= _table(store, slot)[letters[:, i]]
    return quality


def _weights(store: SpellingStore, places: NDArray[np.int64], texts: NDArray[np.int64], length: int) -> Float32:
    arrays = store.arrays
    begins = (arrays.edges[places] & BEGINS) > 0
    ends = (arrays.edges[places + length - 1] & ENDS) > 0
    whole = (arrays.starts[texts] == places) & (arrays.starts[texts + 1] == places + length + 1)
    weights: Float32 = _EDGE_WEIGHTS[begins.astype(np.uint8) + 2 * ends]
    weights = weights * np.where(whole, np.float32(_WHOLE), np.float32(1))
    return weights * arrays.weights[texts]
