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
    """The rows behind each of N names."""

    offsets: UInt32
    """(N + 1,) where each name's rows begin."""
    rows: UInt32

    def ends(self, row_ends: Int64) -> Int64:
        """(N,) when the last row of each name is over; 0 for a name without rows."""
        return self._ends(np.arange(len(self.offsets) - 1), _with_always(row_ends))

    def ends_after(self, known: Int64, before: Int64, row_ends: Int64) -> Int64:
        """The same, where it is known for an earlier state, of which `before` are the ends of the rows."""
        changed = before != row_ends[: len(before)]
        if not changed.any():
            return known
        held = np.flatnonzero(np.append(changed, False)[np.minimum(self.rows, len(before))])
        names = np.unique(np.searchsorted(self.offsets, held, side="right") - 1)
        ends = known.copy()
        ends[names] = self._ends(names, _with_always(row_ends))
        return ends

    def _ends(self, names: Int64, row_ends: Int64) -> Int64:
        starts = self.offsets[names].astype(np.int64)
        counts = self.offsets[names + 1] - starts
        before = np.cumsum(counts) - counts
        rows = self.rows[np.repeat(starts - before, counts) + np.arange(counts.sum())]
        ends = np.zeros(len(names), np.int64)
        held = counts > 0
        if held.any():
            ends[held] = np.maximum.reduceat(row_ends[np.minimum(rows, len(row_ends) - 1)], before[held])
        return ends


class Held(Protocol):
    """A store of names that tells who holds them."""

    @property
    def holders(self) -> Holders: ...

    @property
    def ends(self) -> Int64:
        """(N,) when each name is over, as it was when the store was made."""


class Lifetimes:
    """When the names of some stores are over, as one state of the index shows it. Threads may share it."""

    def __init__(self, base: Base, before: "Lifetimes | None" = None) -> None:
        """
        Args:
            base: as it was compiled, or with its tail where there is a state before.
        """
        self._row_ends = Rows.of(base).shown_until
        self._compiled: Int64 = before._compiled if before else self._row_ends
        self._known: dict[str, tuple[Held, Int64, Int64]] = dict(before._known) if before else {}
        """For each place the store last seen there, the ends of the rows then, and those of the names."""

    def of(self, place: str, store: Held, *, compiled: bool) -> Int64:
        """(N,) when each name of a store is over.

        Args:
            place: tells the store from others that are in use beside it.
            compiled: the store was made of the base as it was compiled.
        """
        known, before, ends = self._known.get(place, (None, self._compiled, store.ends))
        if known is store or (known is None and compiled):
            ends = store.holders.ends_after(ends, before, self._row_ends)
        else:
            ends = store.holders.ends(self._row_ends)
        self._known[place] = store, self._row_ends, ends
        return ends


def holder_arrays(rows: Iterable[Sequence[int]], name: str = "holder") -> Arrays:
    """The arrays of holders as they are stored, from the rows of each name."""
    rows = list(rows)
    return {
        f"{name}_offsets": offsets_of([len(own) for own in rows], np.uint32),
        f"{name}_rows": np.array([row for own in rows for row in own], np.uint32),
    }


def _with_always(row_ends: Int64) -> Int64:
    """With the end of what is never over behind those of the rows."""
    return np.append(row_ends, np.int64(NEVER))
