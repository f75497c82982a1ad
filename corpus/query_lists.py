"""What curators read in the query log: what is asked most, and what was answered badly or only by a guess."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal, get_args

from sqlalchemy import ColumnElement, Select, func, select

from corpus.query_log import QueryLog, day_number, day_of, queries

Which = Literal["most", "zero", "low", "corrected"]
LISTS: Final = get_args(Which)


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedQuery:
    """A query with its counts over some days, and what came of it the last time."""

    query: str
    narrowed: bool
    """Filters were in force."""
    asked: int
    empty: int
    """Times that nothing was found."""
    few: int
    """Times that there were hits, but few."""
    last: date
    release: str
    """Revision and base of the last time, and so are the following."""
    total: int
    corrected: str
    by: str
    dropped: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What was asked in some days, in all."""

    asked: int
    queries: int
    empty: int
    few: int
    corrected: int
    """Times that it was answered by a guess, or by giving words up."""


def asked_in_all(log: QueryLog, first: date, last: date) -> Asked:
    """The sums of some days."""
    by_guess = func.sum(queries.c.asked).filter(queries.c.corrected_by.not_in(_AS_ASKED))
    sums = [func.sum(queries.c[name]) for name in ("asked", "empty", "few")]
    summed = select(*sums, by_guess, func.count(queries.c.query.distinct())).where(_within(first, last))
    with log.reading() as connection:
        asked, empty, few, corrected, texts = (value or 0 for value in connection.execute(summed).one())
    return Asked(asked=asked, queries=texts, empty=empty, few=few, corrected=corrected)


def asked_queries(
    log: QueryLog, which: Which, first: date, last: date, *, at_least: int, limit: int
) -> Sequence[AskedQuery]:
    """The queries of some days that a list is about, the most frequent first.

    Args:
        at_least: times that a query was asked in these days.
    """
    with log.reading() as connection:
        return [_asked(row) for row in connection.execute(_listed(which, first, last, at_least).limit(limit))]


def _listed(which: Which, first: date, last: date, at_least: int) -> Select[Any]:
    own = (queries.c.query, queries.c.narrowed)
    sums = [func.sum(queries.c[name]).over(partition_by=own).label(f"all_{name}") for name in ("asked", "empty", "few")]
    latest = (queries.c.day.desc(), queries.c.revision.desc(), queries.c.base.desc())
    age = func.row_number().over(partition_by=own, order_by=latest).label("age")
    row = select(queries, *sums, age).where(_within(first, last)).subquery().c
    counted: ColumnElement[int] = row[f"all_{_COUNTED[which]}"]
    wanted = select(*row).where(row.age == 1, row.all_asked >= at_least, counted > 0)
    if which == "corrected":
        wanted = wanted.where(row.corrected_by.not_in(_AS_ASKED))
    return wanted.order_by(counted.desc(), row.query, row.narrowed)


_COUNTED: Final = {"most": "asked", "zero": "empty", "low": "few", "corrected": "asked"}
"""The count that orders each list."""
_AS_ASKED: Final = ("", "question")
"""A question without its frame is still what was asked."""


def _within(first: date, last: date) -> ColumnElement[bool]:
    return queries.c.day.between(day_number(first), day_number(last))


def _asked(row: Any) -> AskedQuery:
    return AskedQuery(
        query=row.query,
        narrowed=row.narrowed,
        asked=row.all_asked,
        empty=row.all_empty,
        few=row.all_few,
        last=day_of(row.day),
        release=f"{row.revision}.{row.base}",
        total=row.total,
        corrected=row.corrected,
        by=row.corrected_by,
        dropped=tuple(row.dropped.split()),
    )
