"""The query log: how often a text was searched for on a day, and what came of it. It knows no person and no hour."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Engine,
    Integer,
    MetaData,
    Select,
    String,
    Table,
    Text,
    func,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite

from corpus.database import PARAMETERS, migrate, open_engine, reading, reported, truncate_wal, writing
from corpus.personal import looks_personal

FREQUENT: Final = 5
"""Times within the retention time from which on a query says nothing of one person, and may be kept longer."""
LONGEST: Final = 400
"""Days after which everything goes: last year's season can be compared with this one's."""
MOST_KEPT: Final = 100
"""Characters; what is longer is a letter rather than a query."""
FEW: Final = 3
"""Hits up to which an answer is called a poor one."""

_FIRST_DAY: Final = date(1970, 1, 1)

queries = Table(
    "queries",
    MetaData(),
    Column("query", String(MOST_KEPT), primary_key=True),
    Column("day", Integer, primary_key=True, autoincrement=False, index=True),
    Column("revision", Integer, primary_key=True, autoincrement=False),
    Column("base", Integer, primary_key=True, autoincrement=False),
    Column("narrowed", Boolean, primary_key=True),
    Column("asked", Integer, nullable=False),
    Column("empty", Integer, nullable=False),
    Column("few", Integer, nullable=False),
    Column("total", Integer, nullable=False),
    Column("corrected", Text, nullable=False),
    Column("corrected_by", String(16), nullable=False),
    Column("dropped", Text, nullable=False),
    sqlite_with_rowid=False,  # row numbers would tell who came first
)
_COUNTS: Final = ("asked", "empty", "few")
_LAST: Final = ("total", "corrected", "corrected_by", "dropped")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """A search as it is counted."""

    day: date
    """In 北京时间."""
    query: str
    """As folded: who writes in which script is nobody's business."""
    revision: int
    base: int
    """The seq of the release's base; its last number, which moves with every change, would tell the minute."""
    narrowed: bool
    """Filters were in force."""
    total: int
    """Hits."""
    corrected: str = ""
    """What was searched for instead."""
    by: str = ""
    """What corrected it, as index.query.Interpretation names it."""
    dropped: tuple[str, ...] = ()
    """Words that no resource holds."""


class QueryLog:
    """Counts by day, query, release and whether filters were in force, in the catalogue's database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @classmethod
    def open(cls, url: str) -> "QueryLog":
        """Opens the log at a database URL, making or migrating its tables.

        Raises: InvalidInput for a URL that cannot be read; Unavailable if the database is.
        """
        engine = open_engine(url)
        migrate(engine)
        return cls(engine)

    def close(self) -> None:
        self._engine.dispose()

    def add(self, askings: Iterable[Asking]) -> int:
        """Counts searches and says how many; what is too long, or looks personal, is left out."""
        kept = [asking for asking in askings if _is_kept(asking.query)]
        if kept:
            with reported(), writing(self._engine) as connection:
                connection.execute(_counting(connection.dialect.name), _rows(kept))
        return len(kept)

    def purge(self, today: date, *, days: int) -> int:
        """Deletes what may be kept no longer, and says how many rows that were.

        A day's rows are kept while it is younger than `days`. Older ones stay, up to LONGEST days, for queries that
        were asked FREQUENT times within `days` successive days.
        """
        oldest, limit = day_number(today) - LONGEST, day_number(today) - days
        over = select(queries.c.query).where(queries.c.day <= oldest).distinct()
        with reported():
            with reading(self._engine) as connection:
                doomed = [
                    (connection.execute(over).scalars().all(), oldest),
                    (connection.execute(_rare(oldest, limit, days)).scalars().all(), limit),
                ]
            deleted = sum(self._delete(texts, last) for texts, last in doomed)
            truncate_wal(self._engine)
        return deleted

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A read transaction, for the lists that are made of the log."""
        with reported(), reading(self._engine) as connection:
            yield connection

    def clear(self) -> int:
        """Deletes everything, and says how many rows that were."""
        with reported():
            with writing(self._engine) as connection:
                deleted = connection.execute(queries.delete()).rowcount
            truncate_wal(self._engine)
        return deleted

    def _delete(self, texts: Sequence[str], last: int) -> int:
        """Deletes the rows of queries up to a day, a few at a time: whoever writes besides shall not wait."""
        deleted = 0
        for start in range(0, len(texts), PARAMETERS):
            named = queries.c.query.in_(texts[start : start + PARAMETERS])
            with writing(self._engine) as connection:
                deleted += connection.execute(queries.delete().where(named, queries.c.day <= last)).rowcount
        return deleted


def day_number(day: date) -> int:
    """Days since 1970, by which the database can reckon."""
    return (day - _FIRST_DAY).days


def day_of(number: int) -> date:
    return _FIRST_DAY + timedelta(days=number)


def _is_kept(query: str) -> bool:
    return 0 < len(query) <= MOST_KEPT and query.isprintable() and not looks_personal(query)


def _rows(askings: Iterable[Asking]) -> list[dict[str, Any]]:
    """One row a key, in the order of the keys: two programs that write at once then never wait for each other."""
    rows: dict[tuple[Any, ...], dict[str, Any]] = {}
    for asking in askings:
        key = (asking.query, asking.day, asking.revision, asking.base, asking.narrowed)
        earlier = rows.get(key, dict.fromkeys(_COUNTS, 0))
        rows[key] = {
            "query": asking.query,
            "day": day_number(asking.day),
            "revision": asking.revision,
            "base": asking.base,
            "narrowed": asking.narrowed,
            "asked": earlier["asked"] + 1,
            "empty": earlier["empty"] + (asking.total == 0),
            "few": earlier["few"] + (0 < asking.total <= FEW),
            "total": asking.total,
            "corrected": asking.corrected,
            "corrected_by": asking.by,
            "dropped": " ".join(asking.dropped),
        }
    return [rows[key] for key in sorted(rows)]


def _counting(dialect: str) -> Any:
    """An insert that adds to the counts of a row that is there already."""
    insert = postgresql.insert(queries) if dialect == "postgresql" else sqlite.insert(queries)
    counted = {name: queries.c[name] + insert.excluded[name] for name in _COUNTS}
    last = {name: insert.excluded[name] for name in _LAST}
    return insert.on_conflict_do_update(index_elements=list(queries.primary_key), set_=counted | last)


def _rare(oldest: int, limit: int, days: int) -> Select[str]:
    """Queries with rows up to the limit that no span of `days` days makes frequent."""
    within = func.sum(queries.c.asked).over(partition_by=queries.c.query, order_by=queries.c.day, range_=(1 - days, 0))
    spans = select(queries.c.query, within.label("within")).where(queries.c.day > oldest).subquery()
    frequent = select(spans.c.query).where(spans.c.within >= FREQUENT)
    old = queries.c.day.between(oldest + 1, limit)
    return select(queries.c.query).where(old, queries.c.query.not_in(frequent)).distinct()
