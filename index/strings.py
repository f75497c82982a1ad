"""A memory-mapped table of numbered strings, looked up by a 64-bit hash.

Terms, ids and exact titles all live in such tables: opening one costs nothing, and workers share its pages.
"""

import hashlib
from bisect import bisect_left
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Final

import numpy as np

from index.arrays import Arrays, UInt8, UInt32, UInt64, offsets_of
from index.hashing import stretch_hashes
from index.remembering import Remembered

MISSING = 0xFFFFFFFF
"""The number of a string that is not there."""

_MOST_RECALLED: Final = 30_000
"""Strings, a few megabytes of them, of which it is remembered where they are."""


def string_hashes(texts: Sequence[str]) -> UInt64:
    """(n,) stable 64-bit hashes; among a million strings two share one with a probability below 1e-7."""
    digests = b"".join(hashlib.blake2b(text.encode(), digest_size=8).digest() for text in texts)
    return np.frombuffer(digests, dtype="<u8")


def string_hash(text: str) -> int:
    """The hash of one text, as of `string_hashes`."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little")


def _number(hashes: memoryview, numbers: memoryview, text: str) -> int:
    """The number of a text in a table, or MISSING."""
    wanted = string_hash(text)
    at = bisect_left(hashes, wanted)
    number: int = numbers[at] if at < len(hashes) and hashes[at] == wanted else MISSING
    return number


@dataclass(frozen=True, slots=True, kw_only=True)
class StringTable:
    """Strings numbered from 0 in the order they were given."""

    text: UInt8
    """All strings in UTF-8, one behind the other."""
    offsets: UInt64
    """(n + 1,) where each begins."""
    hashes: UInt64
    """(n,) ascending."""
    numbers: UInt32
    """(n,) the string behind each hash."""
    _recalled: Remembered[int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        number = partial(_number, self.hashes.data, self.numbers.data)
        object.__setattr__(self, "_recalled", Remembered(number, most=_MOST_RECALLED))

    def __len__(self) -> int:
        return len(self.numbers)

    def __getitem__(self, number: int) -> str:
        start, stop = self.offsets[number : number + 2].tolist()
        return self.text[start:stop].tobytes().decode()

    def texts(self, numbers: Sequence[int]) -> list[str]:
        """The strings of some numbers."""
        offsets, text = self.offsets.data, self.text.data
        return [str(text[offsets[number] : offsets[number + 1]], "utf-8") for number in numbers]

    def find(self, texts: Sequence[str]) -> UInt32:
        """(n,) uint32 numbers of n strings, `MISSING` where there is none."""
        if not len(self) or not texts:
            return np.full(len(texts), MISSING, np.uint32)
        wanted = string_hashes(texts)
        at = np.minimum(np.searchsorted(self.hashes, wanted), len(self) - 1)
        return np.where(self.hashes[at] == wanted, self.numbers[at], np.uint32(MISSING))

    def recall(self, texts: Collection[str]) -> list[int]:
        """What `find` says, remembered: for the terms of queries, most of which were asked for before."""
        known = self._recalled
        return [known[text] for text in texts]


@dataclass(frozen=True, slots=True, kw_only=True)
class LongerTable:
    """A string table with strings numbered on behind it; what is said of a string anew counts."""

    table: StringTable
    more: Sequence[str]
    """Some at the end may be of a later state."""
    size: int
    numbers: Mapping[str, int]
    """MISSING for what is there no more."""

    def __len__(self) -> int:
        return self.size

    def __getitem__(self, number: int) -> str:
        own = number - len(self.table)
        return self.table[number] if own < 0 else self.more[own]

    def texts(self, numbers: Sequence[int]) -> list[str]:
        """The strings of some numbers."""
        own = len(self.table)
        if all(number < own for number in numbers):
            return self.table.texts(numbers)
        return [self[number] for number in numbers]

    def find(self, texts: Sequence[str]) -> UInt32:
        """(n,) uint32 numbers of n strings, `MISSING` where there is none."""
        found = self.table.find(texts)
        for at, text in enumerate(texts):
            number = self.numbers.get(text, self.size)
            if number < self.size or number == MISSING:
                found[at] = number
        return found

    def recall(self, texts: Collection[str]) -> list[int]:
        """What `find` says; what the table says is remembered."""
        found = self.table.recall(texts)
        if self.numbers:
            for at, text in enumerate(texts):
                number = self.numbers.get(text, self.size)
                if number < self.size or number == MISSING:
                    found[at] = number
        return found


def string_table(texts: Iterable[str]) -> Arrays:
    """The arrays of a table, by the names of `StringTable`."""
    encoded = [text.encode() for text in texts]
    return encoded_table(np.frombuffer(b"".join(encoded), np.uint8), offsets_of([len(e) for e in encoded], np.uint64))


def encoded_table(text: UInt8, offsets: UInt64) -> Arrays:
    """The arrays of a table of n strings in UTF-8; `offsets` (n + 1,) is where each begins."""
    hashes = stretch_hashes(text, offsets)
    order = np.argsort(hashes, kind="stable").astype(np.uint32)
    return {"text": text, "offsets": offsets, "hashes": hashes[order], "numbers": order}
