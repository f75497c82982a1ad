"""What names consist of, letter by letter: where in titles, creators, subjects and tags a spelling stands.

All texts stand one behind the other as numbers of letters (Chinese characters, Latin letters, digits), without spaces
and punctuation; for each letter the list of its places. A misspelt word is looked up as a sequence of choices.
"""

from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import numpy as np

from index.arrays import Float32, Int64, UInt8, UInt16, UInt32
from index.latin_words import LatinWords
from index.pinyin import is_usual, readings_of
from index.whole_directory import damaged, read_manifest

FORMAT: Final = 2
"""Raised when an older store can no longer be read; it is then built anew."""
BEGINS: Final = 1
ENDS: Final = 2
"""Bits of `edges`."""

_SMALL = 128
"""Bytes of a file that is not worth mapping; an empty array has no more."""


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
    """Rows of the base that have the text as their title."""
    ends: Int64
    """(N,) when the last of them is over, in seconds since 1970."""
    latin: UInt8
    """Latin words of the texts, a line each."""
    latin_uses: UInt32
    """In how many texts each stands."""


class SpellingStore:
    """The spellings of a catalogue as they stand on disk. They never change, and threads may share them."""

    def __init__(self, arrays: SpellingArrays, source: str) -> None:
        self.arrays = arrays
        self.source = source
        """Hash of what it was built from besides the catalogue."""

    @classmethod
    def open(cls, directory: Path) -> "SpellingStore":
        """Opens what was built; every size is checked, nothing is read.

        Raises: Unavailable if it is missing, unfinished, of another format, or a part of it is damaged.
        """
        manifest = read_manifest(directory, format=FORMAT)
        try:
            arrays = {f.name: _open_array(directory / f"{f.name}.npy") for f in fields(SpellingArrays)}
            return cls(SpellingArrays(**arrays), manifest["source"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise damaged(directory, str(error)) from error

    @cached_property
    def numbers(self) -> dict[str, int]:
        """The number of each letter."""
        return {chr(code): number for number, code in enumerate(self.arrays.alphabet.tolist()) if number}

    @cached_property
    def by_reading(self) -> dict[str, list[tuple[int, bool]]]:
        """For each syllable the letters read so, each with whether that is a usual reading of it."""
        known: dict[str, list[tuple[int, bool]]] = {}
        for letter, number in self.numbers.items():
            for syllable in readings_of(letter):
                known.setdefault(syllable, []).append((number, is_usual(letter, syllable)))
        return known

    @cached_property
    def latin_words(self) -> LatinWords:
        """The Latin words of the texts."""
        words = self.arrays.latin.tobytes().decode().split()
        return LatinWords(dict(zip(words, self.arrays.latin_uses.tolist(), strict=True)))

    @cached_property
    def counts(self) -> UInt32:
        """(A + 1,) how often each letter stands anywhere; 0 for 0."""
        return np.diff(self.arrays.place_offsets)

    def places_of(self, number: int) -> UInt32:
        """Where a letter stands."""
        first, last = self.arrays.place_offsets[number : number + 2]
        return self.arrays.places[first:last]

    def places_of_pair(self, first: int, second: int) -> UInt32:
        """Where a letter stands with another one behind it."""
        pair = np.uint32(first << 16 | second)
        at = int(self.arrays.pairs.searchsorted(pair))
        if at == len(self.arrays.pairs) or self.arrays.pairs[at] != pair:
            return self.arrays.places[:0]
        start, end = self.arrays.pair_offsets[at : at + 2]
        return self.arrays.places[start:end]

    def text(self, numbers: UInt16) -> str:
        """The letters behind some numbers."""
        return "".join(map(chr, self.arrays.alphabet[numbers].tolist()))


def _open_array(path: Path) -> Any:
    mapped = path.stat().st_size > _SMALL
    return np.load(path, allow_pickle=False, mmap_mode="r" if mapped else None).view(np.ndarray)
