"""What names consist of, letter by letter: where in titles, creators, subjects and tags a spelling stands.

All texts stand one behind the other as numbers of letters (Chinese characters, Latin letters, digits), without spaces
and punctuation; for each letter the list of its places. A misspelt word is looked up as a sequence of choices.
"""

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from functools import cached_property, partial
from pathlib import Path
from typing import Final

import numpy as np

from index.arrays import Float32, Int64, UInt8, UInt16, UInt32, read_only
from index.latin_words import LatinWords
from index.letter_choices import LetterChoices
from index.lifetimes import Holders
from index.remembering import Remembered
from index.spelling_matching import BLOCK, Columns, Tables
from index.whole_directory import damaged, open_array, read_manifest

FORMAT: Final = 3
"""Raised when an older store can no longer be read; it is then built anew."""
_MOST_NEIGHBOURS: Final = 30_000
"""Pairs of letters of which it is remembered whether they are there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpellingArrays:
    """N texts with L letters in all; A letters are different."""

    letters: UInt16
    """(L + N,) numbers of letters, 0 behind each text."""
    edges: UInt8
    """(L + N,) whether a word begins or ends with the letter."""
    places: UInt32
    """(L,) where each letter stands, ordered by letter, then by the letter behind it."""
    place_offsets: UInt32
    """(A + 2,) where the places of each letter begin; those of 0 are left out."""
    pairs: UInt32
    """(P,) any two letters that stand side by side, as 65536 times the first plus the second, ascending."""
    pair_offsets: UInt32
    """(P + 1,) where the places of each pair begin."""
    alphabet: UInt32
    """(A + 1,) the code point of each letter, ascending; 0 for 0, which stands behind each text."""
    starts: UInt32
    """(N + 1,) where each text begins."""
    weights: Float32
    """(N,) how likely a text is meant: the more resources have it, the more, a title counting most."""
    title_offsets: UInt32
    """(N + 1,) where the rows of each text begin in `title_rows`."""
    title_rows: UInt32
    """Rows that have the text as their title."""
    holder_offsets: UInt32
    """(N + 1,) where the rows of each text begin in `holder_rows`."""
    holder_rows: UInt32
    """Rows that have the text in any field, hidden ones too."""
    held_offsets: UInt32
    """(rows + 1,) where the texts of each row begin in `held`."""
    held: UInt32
    ends: Int64
    """(N,) when the last of them is over, in seconds since 1970; 0 where all are hidden."""
    latin: UInt8
    """Latin words of the texts, a line each."""
    latin_offsets: UInt32
    """(words + 1,) where the texts of each word begin in `latin_texts`."""
    latin_texts: UInt32
    """The texts in which each stands."""


class SpellingStore:
    """The spellings of some resources, on disk or in memory. They never change, and threads may share them."""

    def __init__(self, arrays: SpellingArrays, source: str, derived: "_Derived | None" = None) -> None:
        self.arrays = arrays
        self.source = source
        """Hash of what it was built from besides the catalogue."""
        self._derived = derived or _Derived(arrays)

    @classmethod
    def open(cls, directory: Path) -> "SpellingStore":
        """Opens what was built; every size is checked, nothing is read.

        Raises: Unavailable if it is missing, unfinished, of another format, or a part of it is damaged.
        """
        manifest = read_manifest(directory, format=FORMAT)
        try:
            arrays = {f.name: open_array(directory / f"{f.name}.npy") for f in fields(SpellingArrays)}
            return cls(SpellingArrays(**arrays), manifest["source"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise damaged(directory, str(error)) from error

    def ending(self, ends: Int64) -> "SpellingStore":
        """The same spellings where their texts are over at other moments, (N,)."""
        return SpellingStore(replace(self.arrays, ends=ends), self.source, self._derived)

    @property
    def holders(self) -> Holders:
        own = self.arrays
        return Holders(own.holder_offsets, own.holder_rows, own.held_offsets, own.held)

    @property
    def ends(self) -> Int64:
        return self.arrays.ends

    @cached_property
    def columns(self) -> Columns:
        """The fields of `Tables`, for compiled loops; read-only, so that these are compiled once for all stores."""
        derived = {"pair_starts": self._derived.pair_starts, "block_texts": self._derived.block_texts}
        found = (derived[name] if name in derived else getattr(self.arrays, name) for name in Tables._fields)
        return tuple(read_only(array) for array in found)

    @property
    def choices(self) -> LetterChoices:
        """What may be meant by letters and syllables."""
        return self._derived.choices

    @property
    def neighbours(self) -> Mapping[str, bool]:
        """For any two letters whether they stand side by side in some text."""
        return self._derived.neighbours

    def latin_near(self, word: str, *, at: int) -> list[tuple[str, int]]:
        """Latin words in one letter from a word that stand in texts not over, the commonest first, and in how many."""
        arrays, near = self.arrays, []
        for number, other in self._derived.latin_words.near(word):
            start, stop = arrays.latin_offsets[number : number + 2].tolist()
            near.append((other, int((arrays.ends[arrays.latin_texts[start:stop]] > at).sum())))
        return [(other, uses) for other, uses in near if uses]


def _are_neighbours(pairs: memoryview, numbers: Mapping[str, int], letters: str) -> bool:
    """Whether two letters stand side by side in some text."""
    first, second = map(numbers.get, letters)
    if first is None or second is None:
        return False
    pair = first << 16 | second
    at = bisect_left(pairs, pair)
    return at < len(pairs) and pairs[at] == pair


class _Derived:
    """What of the arrays is made on first use, and does not depend on when texts are over."""

    def __init__(self, arrays: SpellingArrays) -> None:
        self._arrays = arrays

    @cached_property
    def choices(self) -> LetterChoices:
        return LetterChoices(self._arrays.alphabet)

    @cached_property
    def neighbours(self) -> Mapping[str, bool]:
        known = partial(_are_neighbours, self._arrays.pairs.data, self.choices.numbers)
        return Remembered(known, most=_MOST_NEIGHBOURS)

    @cached_property
    def pair_starts(self) -> UInt32:
        """(A + 2,) where the pairs that begin with each letter begin."""
        firsts = np.arange(len(self._arrays.alphabet) + 1, dtype=np.uint32) << np.uint32(16)
        return self._arrays.pairs.searchsorted(firsts).astype(np.uint32)

    @cached_property
    def block_texts(self) -> UInt32:
        """The text of each letter whose place is a multiple of BLOCK."""
        blocks = np.arange(0, len(self._arrays.letters), BLOCK, dtype=np.uint32)
        return (self._arrays.starts.searchsorted(blocks, side="right") - 1).astype(np.uint32)

    @cached_property
    def latin_words(self) -> LatinWords:
        return LatinWords(read_only(self._arrays.latin), np.diff(self._arrays.latin_offsets))
