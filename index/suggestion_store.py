"""The suggestions of a catalogue as they lie on disk: memory-mapped arrays, sorted for bisection.

Suggestions are numbered from the likeliest on, so the best of many are those with the smallest numbers.
"""

from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, get_args

import numpy as np

from index.arrays import Float32, Int64, UInt8, UInt32
from index.lifetimes import Holders
from index.suggestion_keys import SuggestionKind
from index.whole_directory import damaged, open_array, read_manifest

FORMAT: Final = 3
"""Raised when older suggestions can no longer be read; they are then built anew."""
KINDS: Final[tuple[SuggestionKind, ...]] = get_args(SuggestionKind)


@dataclass(frozen=True, slots=True, kw_only=True)
class SuggestionArrays:
    """N suggestions, written in F forms, with K keys and R readings. A rank is a suggestion's number, + N for an
    unusual reading or beginning."""

    likelihoods: Float32
    """(N,) how many read what is behind it."""
    form_offsets: UInt32
    """(N + 1,) where the forms of each begin, the commonest being the first."""
    texts: UInt8
    """(F,) UTF-8, one behind the other."""
    text_offsets: UInt32
    kinds: UInt8
    """(F,) positions in KINDS."""
    holder_offsets: UInt32
    """(F + 1,) where the rows behind each form begin in `holder_rows`."""
    holder_rows: UInt32
    held_offsets: UInt32
    """(rows + 1,) where the forms that each row has begin in `held`."""
    held: UInt32
    ends: Int64
    """(F,) when the last resource behind a form is over, in seconds since 1970; 0 where all are hidden."""
    keys: UInt8
    """UTF-8, ascending."""
    key_offsets: UInt32
    key_ranks: UInt32
    key_starts: UInt8
    """(K,) where in its text a key begins."""
    readings: UInt8
    """Syllables with a space between, ascending as if there were none."""
    reading_offsets: UInt32
    reading_ranks: UInt32
    reading_keys: UInt32
    """(R,) the key that is read so."""
    initials: UInt32
    """Readings in the order of their initials."""
    blurred: UInt32
    """Readings in the order in which southern ears hear them."""


class SortedStrings:
    """Strings that ascend as they are viewed, of which one finds those with a prefix."""

    def __init__(
        self, blob: UInt8, offsets: UInt32, *, view: Callable[[bytes], bytes] = bytes, order: UInt32 | None = None
    ) -> None:
        # memoryviews give plain numbers several times faster than arrays do
        self._blob, self._offsets = blob.data, offsets.data
        self._order = None if order is None else order.data
        self.view = view
        self._positions = range(len(offsets) - 1)

    def stored(self, at: int) -> bytes:
        """A string as it is stored."""
        number = at if self._order is None else self._order[at]
        return bytes(self._blob[self._offsets[number] : self._offsets[number + 1]])

    def viewed(self, at: int) -> bytes:
        """A string as it is compared."""
        return self.view(self.stored(at))

    def numbers(self, found: range) -> UInt32:
        """The numbers under which found strings are stored."""
        if self._order is None:
            return np.arange(found.start, found.stop, dtype=np.uint32)
        return np.asarray(self._order[found.start : found.stop])

    def beginning_with(self, prefix: bytes, *, within: range | None = None) -> range:
        """The positions of all strings with a prefix of UTF-8, among those of a shorter prefix."""
        lo, hi = (0, len(self._positions)) if within is None else (within.start, within.stop)
        start = bisect_left(self._positions, prefix, lo, hi, key=self.viewed)
        return range(start, bisect_left(self._positions, prefix + b"\xff", start, hi, key=self.viewed))


class SuggestionStore:
    """Suggestions on disk or in memory. They never change, and threads may share them."""

    def __init__(self, arrays: SuggestionArrays, source: str) -> None:
        self.arrays = arrays
        self.source = source
        """Hash of what it was built from besides the catalogue."""
        self.keys = SortedStrings(arrays.keys, arrays.key_offsets)
        self.readings = SortedStrings(arrays.readings, arrays.reading_offsets, view=joined)
        self.initials = SortedStrings(arrays.readings, arrays.reading_offsets, view=initials, order=arrays.initials)
        self.blurred = SortedStrings(arrays.readings, arrays.reading_offsets, view=blurred, order=arrays.blurred)

    @classmethod
    def open(cls, directory: Path) -> "SuggestionStore":
        """Opens what was built; every size is checked, nothing is read.

        Raises: Unavailable if it is missing, unfinished, of another format, or a part of it is damaged.
        """
        manifest = read_manifest(directory, format=FORMAT)
        try:
            arrays = {name: open_array(directory / f"{name}.npy") for name in manifest["arrays"]}
            return cls(SuggestionArrays(**arrays), manifest["source"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise damaged(directory, str(error)) from error

    def __len__(self) -> int:
        return len(self.arrays.likelihoods)

    @property
    def holders(self) -> Holders:
        """Of each form."""
        own = self.arrays
        return Holders(own.holder_offsets, own.holder_rows, own.held_offsets, own.held)

    @property
    def ends(self) -> Int64:
        return self.arrays.ends

    def forms(self, number: int) -> range:
        """The numbers of a suggestion's forms."""
        return range(*self.arrays.form_offsets[number : number + 2].tolist())

    def text(self, form: int) -> str:
        start, stop = self.arrays.text_offsets[form : form + 2].tolist()
        return self.arrays.texts[start:stop].tobytes().decode()

    def kind(self, form: int) -> SuggestionKind:
        return KINDS[int(self.arrays.kinds[form])]


def joined(reading: bytes) -> bytes:
    """tai ji quan as it is typed: taijiquan."""
    return reading.replace(b" ", b"")


def initials(reading: bytes) -> bytes:
    """tai ji quan in short: tjq."""
    return "".join([syllable[0] for syllable in reading.decode().split()]).encode()


def blurred(reading: bytes) -> bytes:
    """tai ji quan without what many in the south do not tell apart: zh and z, ch and c, sh and s, n and l, -ng and -n;
    nor ü and u.

    An n at an end becomes an l as well: typed letters show no syllables, and both sides are blurred alike.
    """
    letters = joined(reading).replace(b"zh", b"z").replace(b"ch", b"c").replace(b"sh", b"s")
    return letters.replace(b"ng", b"n").replace(b"n", b"l").replace(b"v", b"u")
