"""Filters as masks over a snapshot's rows, and facets counted over the rows found."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np

from corpus.errors import InvalidInput
from index.arrays import Float32, RowMask, UInt32, UInt64, read_only
from index.base import FACETS
from index.folding import fold
from index.forward import frequent_codes, latest_years, mark_codes
from index.frequent_terms import packed
from index.named_tuples import named
from index.occasions import takes_place
from index.query import FacetValue, Filter
from index.question import Named
from index.snapshot import Snapshot

YEAR: Final = "year"
COUNTED: Final = (*FACETS, YEAR)
"""The facets a query may ask for."""

_MOST_VALUES = 50
"""Values of one facet in an answer, the most frequent first."""
_MOST_YEARS = 200
"""More than any collection has; who adds them up, to decades say, needs them all."""
_MOST_SUBJECTS = 3
_NO_WORKS: Final = read_only(np.empty(0, np.uint32))


def allowed_rows(snapshot: Snapshot, filter: Filter, *, at: int) -> RowMask:
    """(rows,) uint8, 1 for the visible rows that meet every condition of a filter; not to be written to."""
    if filter.allows_all:
        return snapshot.visible(at)
    key = filter, snapshot.over(at)
    allowed: RowMask = snapshot.remember(key, lambda: snapshot.visible(at) & _mask(snapshot, filter))
    return allowed


def allowed_bits(snapshot: Snapshot, filter: Filter, *, at: int) -> UInt64:
    """The same, a bit a row."""
    if filter.allows_all:
        return snapshot.visible_bits(at)
    key = filter, snapshot.over(at)
    bits: UInt64 = snapshot.remember(key, lambda: packed(allowed_rows(snapshot, filter, at=at)), among="bits")
    return bits


def preferred_prior(snapshot: Snapshot, named: Named) -> Float32:
    """(rows,) the prior, raised where a row has what a question names: by the share of its facets that fit."""
    if not named:
        return snapshot.prior
    key = ("preferred", tuple(sorted(named.items())))
    prior: Float32 = snapshot.remember(key, lambda: _preferred(snapshot, named))
    return prior


def facet_counts(
    snapshot: Snapshot,
    names: Sequence[str],
    filter: Filter,
    found: UInt32,
    everywhere: Callable[[], UInt32],
    *,
    at: int,
    works: bool = False,
) -> dict[str, tuple[FacetValue, ...]]:
    """Values of each facet with their counts, the most frequent first.

    Each facet counts rows that meet all conditions but its own, so that a value not chosen shows what choosing it
    would give.

    Args:
        found: rows that match the query and meet all conditions.
        everywhere: gives the rows that match the query before any filter; asked only where a condition is left out.
        works: all editions of a work count once for a value.
    """
    counted: dict[str, tuple[FacetValue, ...]] = {}
    united: UInt32 | None = None
    for name in names:
        rows = found
        others = filter if filter.allows_all else replace(filter, **_without(name))
        if others != filter:
            united = _united(snapshot, everywhere(), found) if united is None else united
            rows = united[allowed_rows(snapshot, others, at=at)[united] == 1]
        counted[name] = _counts(snapshot, name, rows, works=works)
    return counted


def nearest_subjects(snapshot: Snapshot, rows: UInt32) -> tuple[str, ...]:
    """The subjects that several of the rows share, the most frequent first."""
    counts = _counts(snapshot, "subject", rows, works=False, most=_MOST_SUBJECTS)
    return tuple([value.value for value in counts if value.count > 1])


def check_facets(names: Sequence[str]) -> None:
    """Raises: InvalidInput if a facet is not known."""
    for name in names:
        if name not in COUNTED:
            raise InvalidInput(f"没有“{name}”这个分面，可用：{'、'.join(COUNTED)}", place="facets")


def _preferred(snapshot: Snapshot, named: Named) -> Float32:
    fitting = np.zeros(len(snapshot), np.uint32)
    for name, values in named.items():
        condition: dict[str, Any] = {name: values}
        fitting += _mask(snapshot, Filter(**condition))
    raised = snapshot.prior * (1 + snapshot.revision.tuning.preference * fitting / len(named))
    return raised.astype(np.float32)


def _mask(snapshot: Snapshot, filter: Filter) -> RowMask:
    base = snapshot.base
    mask: RowMask = np.ones(len(base), np.uint8)
    for name in FACETS:
        value = getattr(filter, name)
        if value is None or value == ():
            continue
        values = value if isinstance(value, tuple) else ("true" if value else "false",)
        mark_codes(_wanted(snapshot, name, values), base.facet_offsets[name], base.facet_codes[name], mask)
    if filter.year_from is not None:
        mask &= base.year >= max(filter.year_from, 1)
    if filter.year_to is not None:
        mask &= (base.year <= filter.year_to) & (base.year > 0)
    if filter.date_from is not None or filter.date_to is not None:
        mask &= takes_place(snapshot, filter.date_from, filter.date_to)
    return mask


def _wanted(snapshot: Snapshot, name: str, values: Sequence[str]) -> RowMask:
    """(codes,) 1 for the codes that one of the values means, in whatever script or case it is written."""
    wanted = np.zeros(len(snapshot.base.facets[name]), np.uint8)
    known = snapshot.facet_values[name]
    for value in values:
        meant = snapshot.revision.subject_of(value) if name == "subject" else None
        for text in {value, meant or value}:
            wanted[known.get(fold(text), [])] = 1
    return wanted


def _without(facet: str) -> dict[str, Any]:
    if facet == YEAR:
        return {"year_from": None, "year_to": None}
    return {facet: None if facet == "free" else ()}


def _united(snapshot: Snapshot, everywhere: UInt32, found: UInt32) -> UInt32:
    """The rows that match without a filter or with it, which may have asked for fewer words."""
    there = np.zeros(len(snapshot), np.bool_)
    there[everywhere] = True
    return np.concatenate([everywhere, found[~there[found]]])


def _counts(
    snapshot: Snapshot, name: str, rows: UInt32, *, works: bool, most: int = _MOST_VALUES
) -> tuple[FacetValue, ...]:
    base = snapshot.base
    editions = base.editions if works else _NO_WORKS
    if works:
        rows = rows[np.argsort(editions[rows], kind="stable")]
    if name == YEAR:
        found = np.empty((2, _MOST_YEARS), np.uint32)
        size = latest_years(rows, editions, base.year, found)
        years, counts = found[:, :size].tolist()
        return _values(map(str, years), counts)
    values = base.facets[name]
    found = np.empty((2, most), np.uint32)
    size = frequent_codes(rows, editions, base.facet_offsets[name], base.facet_codes[name], len(values), found)
    codes, counts = found[:, :size].tolist()
    return _values(map(values.__getitem__, codes), counts)


def _values(texts: Iterable[str], counts: Iterable[int]) -> tuple[FacetValue, ...]:
    return tuple(named(FacetValue, zip(texts, counts, strict=True)))
