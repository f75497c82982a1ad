"""When names are over: as soon as none of the resources that hold them is to be seen any more.

A title, creator or subject that stands only in what is hidden, deleted, replaced or past must never be named. So every
store of names tells the rows behind each name, and from one state to the next only names of changed rows are looked at.
"""

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple, Protocol

import numpy as np

from index.arrays import Arrays, Float32, Int64, UInt8, UInt32, offsets_of
from index.base import Base
from index.digest import NEVER
from index.strings import MISSING

ALWAYS: Final = MISSING
"""Stands for a row that is never over: curators hold what they wrote."""


class Rows(NamedTuple):
    """What of rows side by side decides how much their names count."""

    active: UInt8
    ends: Int64
    popularity: Float32

    @classmethod
    def of(cls, base: Base, first: int = 0, stop: int | None = None) -> "Rows":
        """Those of a base from one row to before another."""
        own = slice(first, stop)
        return cls(base.active[own], base.ends[own], base.popularity[own])

    @property
    def shown_until(self) -> Int64:
        """(rows,) when each is over; 0 for what is hidden."""
        return np.where(self.active > 0, self.ends, 0)


class Holders(NamedTuple):
    """The rows behind each of N names, and the names of each of R rows. H pairs."""

    offsets: UInt32
    """(N + 1,) where each name's rows begin."""
    rows: UInt32
    """(H,)"""
    held_offsets: UInt32
    """(R + 1,) where the names of each row begin."""
    held: UInt32
    """Those of ALWAYS are left out."""

    def ends(self, row_ends: Int64) -> Int64:
        """(N,) when the last row of each name is over; 0 for a name without rows."""
        return self._ends(np.arange(len(self.offsets) - 1), row_ends)

    def ends_after(self, known: Int64, before: Int64, row_ends: Int64) -> Int64:
        """The same, where it is known for a state in which `before` were the ends of the R rows."""
        changed = np.flatnonzero(before != row_ends[: len(before)])
        if not len(changed):
            return known
        names = np.unique(_stretches(self.held, self.held_offsets, changed)[0])
        ends = known.copy()
        ends[names] = self._ends(names.astype(np.int64), row_ends)
        return ends

    def _ends(self, names: Int64, row_ends: Int64) -> Int64:
        rows, starts = _stretches(self.rows, self.offsets, names)
        ends = np.zeros(len(names), np.int64)
        held = starts < np.append(starts[1:], len(rows))
        if len(rows):
            own = np.append(row_ends, np.int64(NEVER)).take(rows, mode="clip")
            ends[held] = np.maximum.reduceat(own, starts[held])
        return ends


class Held(Protocol):
    """A store of names that tells who holds them."""

    @property
    def holders(self) -> Holders: ...

    @property
    def ends(self) -> Int64:
        """(N,) when each name is over, as it was when the store was made."""


class Lifetimes:
    """When names are over, as one state of the index shows it. Threads may share it."""

    def __init__(self, base: Base, before: "Lifetimes | None" = None) -> None:
        """
        Args:
            base: as it was compiled, or with its tail where there is a state before.
        """
        self._row_ends = Rows.of(base).shown_until
        self._compiled: Int64 = before._compiled if before else self._row_ends
        self._known: dict[str, tuple[Int64, Int64]] = dict(before._known) if before else {}
        """For some parts, in an earlier state or this one, until when rows and names are shown."""

    def of_compiled(self, part: str, store: Held) -> Int64:
        """(N,) when each name of a store is over that was made of the base as it was compiled."""
        before, known = self._known.get(part, (self._compiled, store.ends))
        if before is not self._row_ends:
            known = store.holders.ends_after(known, before[: len(self._compiled)], self._row_ends)
            self._known[part] = self._row_ends, known
        return known

    def of(self, store: Held) -> Int64:
        """(N,) when each name of a store is over."""
        return store.holders.ends(self._row_ends)


def holder_arrays(names: Iterable[Sequence[int]], rows: int) -> Arrays:
    """The arrays of holders as they are stored, from the rows of each name."""
    given = [*names]
    own = np.array([row for each in given for row in each], np.uint32)
    lengths = [len(each) for each in given]
    order = np.argsort(own, kind="stable")
    ordered = own[order]
    held_offsets = np.searchsorted(ordered, np.arange(rows + 1)).astype(np.uint32)
    held = np.repeat(np.arange(len(given), dtype=np.uint32), lengths)[order][: held_offsets[-1]]
    return {
        "holder_offsets": offsets_of(lengths, np.uint32),
        "holder_rows": own,
        "held_offsets": held_offsets,
        "held": held,
    }


def _stretches(values: UInt32, offsets: UInt32, numbers: Int64) -> tuple[UInt32, Int64]:
    """Some of the stretches of values, one behind the other, and where each begins."""
    starts = offsets[numbers].astype(np.int64)
    counts = offsets[numbers + 1] - starts
    before = np.cumsum(counts) - counts
    return values[np.repeat(starts - before, counts) + np.arange(counts.sum())], before
