"""The query log on real SQLite: what it counts, what it never holds, and when it forgets."""

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from older_database import take_back
from sqlalchemy import func, inspect, select

from corpus.catalogue import Catalogue
from corpus.database import open_engine
from corpus.query_lists import AskedQuery, Which, asked_in_all, asked_queries
from corpus.query_log import FREQUENT, LONGEST, MOST_KEPT, Asking, QueryLog, day_of, queries

TODAY = date(2026, 11, 23)
Row = tuple[str, date, int]
"""A query, a day, and how often it was asked."""


@pytest.fixture
def log(tmp_path: Path) -> Iterator[QueryLog]:
    log = QueryLog.open(f"sqlite:///{tmp_path}/catalogue.db")
    yield log
    log.close()


def asking(query: str, day: date = TODAY, **more: object) -> Asking:
    known = {"revision": 0, "base": 311, "narrowed": False, "total": 9}
    return Asking(query=query, day=day, **{**known, **more})  # type: ignore[arg-type]


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def listed(log: QueryLog, which: Which = "most", *, days: int = LONGEST, at_least: int = 1) -> list[AskedQuery]:
    return list(asked_queries(log, which, ago(days - 1), TODAY, at_least=at_least, limit=1000))


def stored(log: QueryLog) -> set[Row]:
    counted = select(queries.c.query, queries.c.day, func.sum(queries.c.asked))
    with log.reading() as connection:
        rows = connection.execute(counted.group_by(queries.c.query, queries.c.day)).all()
    return {(query, day_of(day), asked) for query, day, asked in rows}


def add(log: QueryLog, rows: Iterable[Row]) -> None:
    log.add(asking(query, day) for query, day, times in rows for _ in range(times))


def test_searches_are_counted_by_day(log: QueryLog) -> None:
    assert log.add([asking("书法"), asking("书法"), asking("昆曲", total=0)]) == 3
    log.add([asking("书法", ago(1), total=2), asking("书法")])
    assert stored(log) == {("书法", TODAY, 3), ("书法", ago(1), 1), ("昆曲", TODAY, 1)}
    in_all = asked_in_all(log, ago(1), TODAY)
    assert (in_all.asked, in_all.queries, in_all.empty, in_all.few, in_all.corrected) == (5, 2, 1, 1, 0)


def test_a_line_says_what_came_of_it_the_last_time(log: QueryLog) -> None:
    guessed = {"corrected": "太极拳", "by": "homophone"}
    log.add([asking("太级拳", ago(1), total=0, dropped=("太级", "拳"), base=9)])
    log.add([asking("太级拳", total=4, base=10, **guessed), asking("太级拳", total=3, base=9)])
    [line] = listed(log)
    assert (line.asked, line.empty, line.few, line.last) == (3, 1, 1, TODAY)
    assert (line.release, line.total, line.corrected, line.by, line.dropped) == ("0.10", 4, "太极拳", "homophone", ())


def test_searches_with_filters_have_a_line_of_their_own(log: QueryLog) -> None:
    log.add([asking("书法"), asking("书法"), asking("书法", narrowed=True, total=0)])
    assert [(line.narrowed, line.asked) for line in listed(log)] == [(False, 2), (True, 1)]
    assert [line.narrowed for line in listed(log, "zero")] == [True]


def test_the_lists(log: QueryLog) -> None:
    log.add([asking("书法")] * 3 + [asking("昆曲", total=0)] * 2 + [asking("评弹", total=3), asking("缂丝", ago(3))])
    log.add([asking("taijiquan", corrected="太极拳", by="pinyin"), asking("怎么学书法", by="question")])
    assert [line.query for line in listed(log)] == ["书法", "昆曲", "taijiquan", "怎么学书法", "缂丝", "评弹"]
    assert [line.query for line in listed(log, at_least=2)] == ["书法", "昆曲"]
    assert [line.query for line in listed(log, days=1, at_least=2)] == ["书法", "昆曲"]
    assert [line.query for line in listed(log, "zero")] == ["昆曲"]
    assert [line.query for line in listed(log, "low")] == ["评弹"]
    assert [line.query for line in listed(log, "corrected")] == ["taijiquan"]
    assert "缂丝" not in [line.query for line in listed(log, days=3)]


@pytest.mark.parametrize("query", ["13912345678", "wang@example.com", "长" * (MOST_KEPT + 1), "", "a\x00b", "a\u200bb"])
def test_what_is_not_to_be_kept_never_is(log: QueryLog, query: str) -> None:
    assert log.add([asking(query)]) == 0
    assert stored(log) == set()


def test_the_table_has_no_place_for_a_person_or_an_hour() -> None:
    counts = {"asked", "empty", "few", "total"}
    understood = {"narrowed", "corrected", "corrected_by", "dropped"}
    assert {column.name for column in queries.columns} == {"query", "day", "revision", "base"} | counts | understood


def test_an_older_catalogue_gets_the_table(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/catalogue.db"
    Catalogue.open(url).close()
    take_back(url, to="0001")
    log = QueryLog.open(url)
    assert log.add([asking("书法")]) == 1
    log.close()


def test_the_migrated_table_is_the_one_that_is_used(log: QueryLog, tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path}/catalogue.db")
    made = {column["name"]: str(column["type"]) for column in inspect(engine).get_columns("queries")}
    assert made == {column.name: str(column.type) for column in queries.columns}
    keys = inspect(engine).get_pk_constraint("queries")["constrained_columns"]
    assert keys == [column.name for column in queries.primary_key]
    engine.dispose()


def test_what_is_asked_often_may_stay_and_what_is_not_goes(log: QueryLog) -> None:
    often = [("书法", ago(40), 3), ("书法", ago(35), 2), ("书法", ago(33), 1)]
    rare = [("王小明在哪", ago(40), 4), ("王小明在哪", ago(1), 4)]
    young = [("昆曲", ago(29), 1)]
    add(log, [*often, *rare, *young, ("评弹", ago(30), 1)])
    assert log.purge(TODAY, days=30) == 2
    assert stored(log) == {*often, rare[1], *young}


def test_nothing_is_kept_for_ever(log: QueryLog) -> None:
    add(log, [("书法", ago(LONGEST), 99), ("书法", ago(LONGEST - 1), 99)])
    assert log.purge(TODAY, days=30) == 1
    assert stored(log) == {("书法", ago(LONGEST - 1), 99)}


def test_filters_and_releases_count_together(log: QueryLog) -> None:
    askings = [asking("书法", ago(40), narrowed=n % 2 == 0, base=n, revision=n) for n in range(FREQUENT)]
    log.add(askings)
    assert log.purge(TODAY, days=30) == 0
    log.clear()
    log.add(askings[1:])
    assert log.purge(TODAY, days=30) == FREQUENT - 1


ages = st.one_of(st.integers(0, 14), st.integers(LONGEST - 3, LONGEST + 2))
rows = st.dictionaries(st.tuples(st.sampled_from("甲乙丙"), ages.map(ago)), st.integers(1, 6), max_size=12).map(
    lambda asked: {(query, day, times) for (query, day), times in asked.items()}
)


def allowed(asked: set[Row], today: date, days: int) -> set[Row]:
    """What the rule lets stay, read word by word."""
    recent = {(query, day, times) for query, day, times in asked if (today - day).days < LONGEST}
    frequent = set()
    for query, first, _ in recent:
        span = [times for other, day, times in recent if other == query and 0 <= (day - first).days < days]
        if sum(span) >= FREQUENT:
            frequent.add(query)
    return {(query, day, times) for query, day, times in recent if (today - day).days < days or query in frequent}


@pytest.mark.slow
@given(asked=rows, days=st.integers(1, 12), waited=st.integers(0, 5))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_rule_of_retention(log: QueryLog, asked: set[Row], days: int, waited: int) -> None:
    log.clear()
    add(log, asked)
    kept = allowed(asked, TODAY, days)
    assert log.purge(TODAY, days=days) == len(asked) - len(kept)
    assert stored(log) == kept
    assert log.purge(TODAY, days=days) == 0
    later = TODAY + timedelta(days=waited)
    log.purge(later, days=days)
    assert stored(log) == allowed(asked, later, days)  # a purge every day ends as one in the end


@given(st.lists(st.tuples(st.sampled_from("甲乙"), st.integers(0, 5)), max_size=30), st.integers(1, 7))
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_batches_add_up(log: QueryLog, searches: list[tuple[str, int]], size: int) -> None:
    log.clear()
    for start in range(0, len(searches), size):
        log.add(asking(query, total=total) for query, total in searches[start : start + size])
    lines = {line.query: (line.asked, line.empty, line.few) for line in listed(log)}
    asked = Counter(query for query, _ in searches)
    empty = Counter(query for query, total in searches if not total)
    few = Counter(query for query, total in searches if 1 <= total <= 3)
    assert lines == {query: (asked[query], empty[query], few[query]) for query in asked}


def bytes_of(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.glob("catalogue.db*"))


def test_nothing_of_what_went_stays_in_the_files(log: QueryLog, tmp_path: Path) -> None:
    add(log, [("王小明的下落", ago(40), 2), ("书法", TODAY, 2)])
    assert "王小明".encode() in bytes_of(tmp_path)
    log.purge(TODAY, days=30)
    assert "王小明".encode() not in bytes_of(tmp_path)
    assert "书法".encode() in bytes_of(tmp_path)
    assert log.clear() == 1
    assert "书法".encode() not in bytes_of(tmp_path)


def test_who_reads_meanwhile_does_not_keep_it_for_ever(log: QueryLog, tmp_path: Path) -> None:
    add(log, [("王小明的下落", ago(40), 2)])
    reader = sqlite3.connect(tmp_path / "catalogue.db", isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM counters").fetchall()
    assert log.purge(TODAY, days=30) == 1
    reader.close()
    assert log.purge(TODAY, days=30) == 0
    assert "王小明".encode() not in bytes_of(tmp_path)
