"""The newest snapshot follows the catalogue: at once, step by step, and from base to base."""

import gc
import shutil
import sqlite3
import threading
import weakref
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from corpus.catalogue import Catalogue
from corpus.errors import Unavailable
from corpus.resource import Resource
from corpus.revision import Revision
from index.indexing import compile_index
from index.query import Query
from index.search import search
from index.snapshot import Snapshot, newest_base, open_snapshot
from index.snapshot_keeper import SnapshotKeeper

TAIJI = Resource(id="c:1", kind="course", title="太极拳入门", popularity=3)
NOVEL = Resource(id="b:1", kind="book", title="活着", creators=("余华",))
BULK = 10_000


@pytest.fixture
def catalogue(state: Path) -> Iterator[Catalogue]:
    catalogue = Catalogue.open(f"sqlite:///{state}/catalogue.db")
    catalogue.write([TAIJI, NOVEL])
    yield catalogue
    catalogue.close()


@pytest.fixture
def build(catalogue: Catalogue, state: Path, revision: Revision) -> Callable[[], Path]:
    return lambda: compile_index(catalogue, state, revision=revision, progress=lambda *step: None)


@pytest.fixture
def keeper(catalogue: Catalogue, state: Path, revision: Revision, build: Callable[[], Path]) -> SnapshotKeeper:
    build()
    return SnapshotKeeper(state, revision=revision, catalogue=catalogue, look_every=0)


def found(snapshot: Snapshot, text: str) -> list[str]:
    return [hit.id for hit in search(snapshot, Query(text=text, limit=50)).hits]


def test_the_very_next_snapshot_shows_what_was_committed(keeper: SnapshotKeeper, catalogue: Catalogue) -> None:
    before = keeper.current
    assert keeper.current is before
    catalogue.write([replace(TAIJI, title="苏绣欣赏"), Resource(id="c:2", kind="course", title="评弹入门")])
    after = keeper.current
    assert (found(after, "苏绣"), found(after, "评弹"), found(after, "太极拳")) == (["c:1"], ["c:2"], [])
    assert found(before, "太极拳") == ["c:1"]
    assert (before.release, after.release) == ("0.2.2", "0.2.4")
    catalogue.delete(["c:2"])
    assert found(keeper.current, "评弹") == []
    assert keeper.current.row_of("c:2") is None
    catalogue.write([replace(TAIJI, status="hidden")])
    assert found(keeper.current, "太极拳") == []
    catalogue.write([TAIJI])
    assert found(keeper.current, "太极拳") == ["c:1"]


def test_a_second_keeper_sees_what_another_process_would(
    keeper: SnapshotKeeper, catalogue: Catalogue, state: Path, revision: Revision
) -> None:
    other = Catalogue.open(f"sqlite:///{state}/catalogue.db")
    second = SnapshotKeeper(state, revision=revision, catalogue=other)
    catalogue.write([Resource(id="c:2", kind="course", title="评弹入门")])
    assert found(second.current, "评弹") == found(keeper.current, "评弹") == ["c:2"]
    other.close()


def test_of_a_large_bulk_what_is_hidden_goes_first_and_the_rest_follows(
    keeper: SnapshotKeeper, catalogue: Catalogue
) -> None:
    bulk = [Resource(id=f"n:{i}", kind="book", title=f"新书 {i}", description="量子纠缠") for i in range(BULK)]
    catalogue.write([*bulk[:1000], replace(NOVEL, status="withdrawn"), replace(TAIJI, status="hidden")])
    at_once = keeper.current
    assert found(at_once, "余华") == found(at_once, "太极拳") == []
    assert at_once.resources == 1
    settled = keeper.settle()
    assert settled.resources == 1001
    assert search(settled, Query(text="量子纠缠")).total == 1000
    assert settled.seq == catalogue.seq()
    catalogue.write([TAIJI])
    assert found(keeper.current, "太极拳") == ["c:1"]


def test_a_new_one_among_many_that_go_is_seen_at_once(keeper: SnapshotKeeper, catalogue: Catalogue) -> None:
    catalogue.write([Resource(id=f"n:{i}", kind="book", title=f"新书 {i}") for i in range(100)])
    keeper.settle()
    catalogue.write([Resource(id="c:2", kind="course", title="评弹入门")])
    catalogue.delete([f"n:{i}" for i in range(100)])
    at_once = keeper.current
    assert (found(at_once, "评弹"), found(at_once, "新书")) == (["c:2"], [])
    assert at_once.seq == catalogue.seq()


def test_threads_that_ask_together_all_see_what_was_committed(keeper: SnapshotKeeper, catalogue: Catalogue) -> None:
    def ask(_: int) -> list[str]:
        together.wait()
        return found(keeper.current, "评弹")

    together = threading.Barrier(4)
    with ThreadPoolExecutor(4) as threads:
        for number in range(20):
            catalogue.write([replace(TAIJI, title=f"评弹第{number}讲")] if number % 2 == 0 else [TAIJI])
            assert list(threads.map(ask, range(4))) == [["c:1"] if number % 2 == 0 else []] * 4


@pytest.mark.slow
def test_more_than_a_tail_holds_waits_for_the_next_base_but_nothing_hidden_does(
    keeper: SnapshotKeeper, catalogue: Catalogue, build: Callable[[], Path]
) -> None:
    bulk = [Resource(id=f"n:{i}", kind="book", title=f"新书 {i}", description="量子纠缠") for i in range(BULK)]
    catalogue.write(bulk)
    keeper.settle()
    catalogue.delete(["c:1", "n:0"])
    assert found(keeper.current, "太极拳") == []
    assert "n:0" not in found(keeper.current, "新书 0")
    catalogue.write([Resource(id="c:9", kind="course", title="评弹入门")])
    assert found(keeper.current, "评弹") == ["c:9"]
    build()
    settled = keeper.settle()
    assert search(settled, Query(text="量子纠缠")).total == BULK - 1
    assert len(settled) == settled.resources == BULK + 1


@pytest.mark.slow
def test_a_newer_base_takes_over_with_what_changed_since(
    keeper: SnapshotKeeper, catalogue: Catalogue, build: Callable[[], Path]
) -> None:
    catalogue.write([Resource(id="c:2", kind="course", title="评弹入门")])
    assert keeper.current.release == "0.2.3"
    build()
    catalogue.write([Resource(id="c:3", kind="course", title="昆曲入门")])
    snapshot = keeper.settle()
    assert snapshot.release == "0.3.4"
    assert (found(snapshot, "评弹"), found(snapshot, "昆曲")) == (["c:2"], ["c:3"])


def test_a_change_of_popularity_analyses_nothing(
    keeper: SnapshotKeeper, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    catalogue.write([Resource(id="c:2", kind="course", title="评弹入门")])
    assert keeper.current.base.tail.terms.any()
    before = keeper.current
    monkeypatch.setattr("index.digest.Digester.digest", lambda *_: pytest.fail("analysed"))
    catalogue.write([replace(found, popularity=9, rating=8.0) for found in catalogue.find(["c:1", "c:2"])])
    after = keeper.current
    assert len(after) == len(before)
    assert b'"popularity":9' in search(after, Query(text="太极拳")).hits[0].blob
    assert after.base.rating[after.row_of("c:2")] == 8


def test_a_locked_catalogue_stops_no_reader(keeper: SnapshotKeeper, catalogue: Catalogue, state: Path) -> None:
    other = sqlite3.connect(state / "catalogue.db")
    other.execute("BEGIN EXCLUSIVE")
    assert found(keeper.current, "太极拳") == ["c:1"]
    other.execute("ROLLBACK")
    other.close()
    catalogue.delete(["c:1"])
    assert found(keeper.current, "太极拳") == []


def test_a_base_newer_than_the_catalogue_is_refused(
    keeper: SnapshotKeeper, catalogue: Catalogue, state: Path, revision: Revision
) -> None:
    older = Catalogue.open("sqlite://")
    with pytest.raises(Unavailable, match="对不上"):
        SnapshotKeeper(state, revision=revision, catalogue=older)
    older.close()


@pytest.mark.slow
def test_a_damaged_base_is_not_taken_until_it_is_whole(
    keeper: SnapshotKeeper, catalogue: Catalogue, build: Callable[[], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.snapshot_keeper._AGAIN", 0)
    catalogue.write([Resource(id="c:2", kind="course", title="评弹入门")])
    serials = build() / "serials.npy"
    whole = serials.read_bytes()
    serials.write_bytes(whole[:-1])
    assert keeper.settle().release == "0.2.3"
    serials.write_bytes(whole)
    assert keeper.settle().release == "0.3.3"


@pytest.mark.parametrize("text", ["", "太极拳", "taijiqaun", "太极泉", "书名:太极拳", '"太极拳" OR 评弹'])
def test_a_state_that_nobody_holds_is_gone_before_the_collector_comes(
    keeper: SnapshotKeeper, catalogue: Catalogue, text: str
) -> None:
    catalogue.write([Resource(id="c:2", kind="course", title="评弹入门")])
    search(keeper.current, Query(text=text, facets=("kind",)))  # compiles what is left to compile
    catalogue.write([Resource(id="c:3", kind="course", title="苏绣欣赏")])
    gc.collect()
    gc.disable()
    try:
        search(keeper.current, Query(text=text, facets=("kind",)))
        states = [weakref.ref(keeper.current), weakref.ref(keeper.current.base.serials)]
        catalogue.delete(["c:3"])
        assert keeper.current.seq == catalogue.seq()
        assert [state() for state in states] == [None, None]
    finally:
        gc.enable()


def test_a_field_query_is_answered_by_words_where_a_newer_base_has_pushed_its_index_out(
    keeper: SnapshotKeeper, state: Path
) -> None:
    snapshot = keeper.current
    assert snapshot.structured is not None
    shutil.rmtree(state / "whoosh")
    answer = search(snapshot, Query(text="书名:太极拳"))
    assert ([hit.id for hit in answer.hits], answer.interpretation.structured) == (["c:1"], False)
    assert "还在准备" in answer.interpretation.notice


def test_what_is_open_already_is_used_until_there_is_a_newer_base(
    catalogue: Catalogue, state: Path, revision: Revision, build: Callable[[], Path]
) -> None:
    build()
    opened = open_snapshot(state, revision=revision)
    keeper = SnapshotKeeper(state, revision=revision, catalogue=catalogue, opened=opened)
    assert keeper.current is opened
    catalogue.write([Resource(id="c:2", kind="course", title="评弹入门")])
    assert found(keeper.current, "评弹") == ["c:2"]
    build()
    newer = SnapshotKeeper(state, revision=revision, catalogue=catalogue, opened=opened).current
    assert newer.base.directory == newest_base(state, revision) != opened.base.directory
    assert found(newer, "评弹") == ["c:2"]
