"""When resources take place: what a range of dates finds."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from corpus.weekdays import EVERY_DAY, read_weekdays
from index.arrays import Int64, RowMask, UInt8, UInt32
from index.digest import NEVER, last_moment
from index.snapshot import Snapshot

_DAY: Final = 86_400
_WEEK: Final = 7
_BEIJING: Final = 8 * 3600
_THURSDAY: Final = 3
"""The first day of 1970."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasions:
    """The d rows that have a date."""

    rows: UInt32
    starts: Int64
    """(d,) seconds since 1970; long ago where only the end is known."""
    ends: Int64
    """(d,) after `starts`; where only the start is known, the end of its day in 北京时间."""
    weekdays: UInt8
    """(d,) a bit for each day on which it takes place between them, Monday's the lowest."""


def takes_place(snapshot: Snapshot, date_from: int | None, date_to: int | None) -> RowMask:
    """(rows,) 1 for what takes place at or after one moment and before another, in seconds since 1970.

    What runs for some time counts if it overlaps; of a weekly schedule only its days count. What has no date stays out.
    """
    known: Occasions = snapshot.remember("occasions", lambda: _occasions(snapshot))
    first = known.starts if date_from is None else np.maximum(known.starts, date_from)
    last = known.ends if date_to is None else np.minimum(known.ends, date_to)
    taking_place = (first < last) & _meets(first, last, known.weekdays)
    mask: RowMask = np.zeros(len(snapshot), np.uint8)
    mask[known.rows[taking_place]] = 1
    return mask


def _meets(first: Int64, last: Int64, weekdays: UInt8) -> NDArray[np.bool_]:
    """(d,) whether one of the weekdays lies in each span, whose end is not part of it."""
    first_day, last_day = (first + _BEIJING) // _DAY, (last - 1 + _BEIJING) // _DAY
    met = last_day - first_day >= _WEEK - 1
    for step in range(_WEEK - 1):
        bit = (weekdays >> ((first_day + _THURSDAY + step) % _WEEK).astype(np.uint8)) & 1
        met |= (bit == 1) & (first_day + step <= last_day)
    return met


def _occasions(snapshot: Snapshot) -> Occasions:
    base = snapshot.base
    rows = np.flatnonzero(base.starts > 0).astype(np.uint32)
    starts, ends = base.starts[rows], base.ends[rows]
    weekdays = np.full(len(rows), _bits(EVERY_DAY), np.uint8)
    for place in np.flatnonzero(ends - starts > _DAY).tolist():  # what begins and ends on a day is no series
        record = json.loads(base.blob(int(rows[place])))
        if ends[place] == NEVER:  # only activities are ever over
            ends[place] = last_moment(record)
        if ends[place] - starts[place] > _DAY:
            weekdays[place] = _bits(read_weekdays(record.get("schedule", "")))
    return Occasions(rows=rows, starts=starts, ends=np.maximum(ends, starts + 1), weekdays=weekdays)


def _bits(days: Iterable[int]) -> int:
    return sum(1 << day for day in days)
