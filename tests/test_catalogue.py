"""The catalogue on real SQLite files."""

import sqlite3
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corpus.catalogue import Catalogue, Edit, StoredResource, parse_body
from corpus.errors import Conflict, InvalidInput, Unavailable
from corpus.resource import Resource

TAIJI = Resource(id="c:1", kind="course", title="太极拳入门", source="a", tags=("太极",), popularity=3)
NOVEL = Resource(id="b:1", kind="book", title="活着", source="a", creators=("余华",))


def url(folder: Path) -> str:
    return f"sqlite:///{folder}/catalogue.db"


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    catalogue = Catalogue.open(url(tmp_path))
    yield catalogue
    catalogue.close()


def stored(catalogue: Catalogue) -> list[tuple[int, int, Resource]]:
    return [(row.serial, row.seq, parse_body(row.body)) for row in catalogue.scan()]


def test_what_is_written_is_there_with_serial_and_seq(catalogue: Catalogue) -> None:
    written = catalogue.write([TAIJI, NOVEL])
    assert (written.created, written.updated, written.unchanged, written.seq) == (2, 0, 0, 2)
    assert stored(catalogue) == [(1, 1, TAIJI), (2, 2, NOVEL)]
    assert catalogue.get("b:1") == NOVEL
    assert catalogue.get("none") is None
    assert (catalogue.seq(), catalogue.count(), catalogue.published_revision()) == (2, 2, 0)


def test_writing_the_same_again_changes_nothing(catalogue: Catalogue) -> None:
    catalogue.write([TAIJI, NOVEL])
    written = catalogue.write([NOVEL, TAIJI])
    assert (written.unchanged, written.seq) == (2, 2)
    assert stored(catalogue) == [(1, 1, TAIJI), (2, 2, NOVEL)]


def test_a_change_of_a_fact_leaves_the_text_hash(catalogue: Catalogue) -> None:
    catalogue.write([TAIJI])
    (before,) = catalogue.scan()
    catalogue.write([replace(TAIJI, popularity=4)])
    (after,) = catalogue.scan()
    assert (after.seq, after.serial, after.text_hash) == (2, before.serial, before.text_hash)
    catalogue.write([replace(TAIJI, title="太极拳")])
    (retitled,) = catalogue.scan()
    assert retitled.text_hash != before.text_hash


def test_a_deleted_resource_leaves_a_tombstone_and_comes_back_in_its_place(catalogue: Catalogue) -> None:
    catalogue.write([TAIJI, NOVEL])
    assert catalogue.delete(["c:1", "none"]) == 1
    assert catalogue.delete(["c:1"]) == 0
    assert (catalogue.get("c:1"), catalogue.count(), catalogue.seq()) == (None, 1, 3)
    catalogue.write([TAIJI])
    assert stored(catalogue) == [(1, 4, TAIJI), (2, 2, NOVEL)]


def test_nothing_of_a_deleted_text_stays_in_the_file(tmp_path: Path) -> None:
    catalogue = Catalogue.open(url(tmp_path))
    catalogue.write([replace(TAIJI, title="绝密课程名称")])
    catalogue.delete(["c:1"])
    catalogue.close()
    with sqlite3.connect(tmp_path / "catalogue.db") as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    assert "绝密课程名称".encode() not in (tmp_path / "catalogue.db").read_bytes()


def test_withdrawn_resources_are_kept_but_not_to_be_indexed(catalogue: Catalogue) -> None:
    catalogue.write([TAIJI, replace(NOVEL, status="withdrawn")])
    with catalogue.snapshot() as (seq, count, rows):
        assert (seq, count, [row.serial for row in rows]) == (2, 1, [1])
    assert [row.serial for row in catalogue.scan()] == [1, 2]
    assert catalogue.find(["b:1", "none"]) == [replace(NOVEL, status="withdrawn")]
    assert catalogue.active_ids("a") == {"c:1"}
    assert {(c.kind, c.status, c.resources) for c in catalogue.counts()} == {
        ("course", "active", 1),
        ("book", "withdrawn", 1),
    }


def test_a_snapshot_does_not_see_what_comes_later(catalogue: Catalogue) -> None:
    catalogue.write([TAIJI])
    with catalogue.snapshot() as (seq, count, rows):
        writer = threading.Thread(target=catalogue.write, args=([NOVEL],))
        writer.start()
        writer.join()
        assert (seq, count, len(list(rows))) == (1, 1, 1)
    assert catalogue.count() == 2


def test_an_edit_sees_what_it_replaces(catalogue: Catalogue) -> None:
    catalogue.write([TAIJI, NOVEL])
    catalogue.delete(["b:1"])

    def dearer(stored: StoredResource | None) -> Resource:
        assert stored
        return replace(parse_body(stored.body), price=5)

    edits: dict[str, Edit] = {
        "c:1": dearer,
        "b:1": lambda stored: NOVEL if stored is None else None,
        "n": lambda stored: replace(NOVEL, id="n"),
        "none": lambda stored: stored and parse_body(stored.body),
    }
    for dry_run in (True, False):
        done = catalogue.edit(edits, dry_run=dry_run)
        assert {id: edited.outcome for id, edited in done.items()} == {
            "c:1": "updated",
            "b:1": "created",
            "n": "created",
            "none": "unchanged",
        }
        assert parse_body(done["c:1"].body) == replace(TAIJI, price=5)
    assert {resource.id for _, _, resource in stored(catalogue)} == {"c:1", "b:1", "n"}
    assert (
        sorted(seq for _, seq, _ in stored(catalogue))
        == [4, 5, 6]
        == sorted(done[id].seq for id in ("c:1", "b:1", "n"))
    )
    assert catalogue.edit({"c:1": dearer})["c:1"].outcome == "unchanged"
    assert catalogue.edit({"c:1": lambda stored: None})["c:1"].outcome == "deleted"
    assert (catalogue.get("c:1"), catalogue.seq()) == (None, 7)


def test_an_edit_that_refuses_stops_no_other_and_one_that_breaks_stops_all(catalogue: Catalogue) -> None:
    def refuse(stored: StoredResource | None) -> Resource:
        raise Conflict("不行。")

    def fail(stored: StoredResource | None) -> Resource:
        raise ZeroDivisionError

    catalogue.write([TAIJI])
    done = catalogue.edit({"c:1": refuse, "b:1": lambda stored: NOVEL}, mark=("job:1", 9))
    assert (done["c:1"].outcome, str(done["c:1"].refusal), done["b:1"].outcome) == ("refused", "不行。", "created")
    with pytest.raises(ZeroDivisionError):
        catalogue.edit({"c:1": lambda stored: None, "b:1": fail}, mark=("job:1", 10))
    with pytest.raises(Conflict, match="不行"):
        catalogue.change("c:1", refuse)
    assert [resource for _, _, resource in stored(catalogue)] == [TAIJI, NOVEL]
    assert catalogue.marked("job:1") == 9
    catalogue.unmark("job:1")
    assert catalogue.marked("job:1") == 0


def test_a_catalogue_keeps_its_identity(tmp_path: Path) -> None:
    identities = []
    for folder in ("a", "a", "b"):
        catalogue = Catalogue.open(url(tmp_path / folder))
        identities.append(catalogue.identity())
        catalogue.close()
    assert identities[0] == identities[1] != identities[2]


def test_changes_are_told_once_each_and_in_order(catalogue: Catalogue) -> None:
    catalogue.write([Resource(id=id, kind="book", title=id) for id in "abc"])
    catalogue.write([Resource(id="a", kind="book", title="甲")])
    catalogue.delete(["b"])

    seq, changes = catalogue.changes(0)

    assert seq == 5
    assert [(c.seq, c.id, c.status, bool(c.body)) for c in changes] == [
        (3, "c", "active", True),
        (4, "a", "active", True),
        (5, "b", "deleted", False),
    ]
    assert catalogue.changes(4) == (5, changes[2:])
    assert catalogue.changes(0, limit=1) == (5, changes[:1])
    assert [catalogue.count_changes(after) for after in (0, 3, 5)] == [3, 2, 0]
    assert catalogue.changes_until(4, limit=5) == [changes[1], changes[0]]
    assert catalogue.changes_until(5, limit=1) == [changes[2]]
    assert catalogue.changes(5) == (5, [])


def test_a_watch_tells_each_commit_once(catalogue: Catalogue, tmp_path: Path) -> None:
    watch = catalogue.watch()
    assert watch.moved()
    assert not watch.moved()
    catalogue.write([Resource(id="a", kind="book", title="甲")])
    assert watch.moved()
    assert not watch.moved()
    with Catalogue.open(url(tmp_path))._writing():  # a transaction that changes nothing
        pass
    assert not watch.moved()
    watch.close()


def test_a_batch_is_all_or_nothing(catalogue: Catalogue) -> None:
    with pytest.raises(ValueError, match="JSON compliant"):
        catalogue.write([TAIJI, replace(NOVEL, rating=float("nan"))])
    assert (catalogue.count(), catalogue.seq()) == (0, 0)


def test_two_programs_may_open_a_new_catalogue_at_once(tmp_path: Path) -> None:
    errors: list[Exception] = []

    def first(number: int) -> None:
        try:
            catalogue = Catalogue.open(url(tmp_path))
            catalogue.write([replace(TAIJI, id=f"c:{number}")])
            catalogue.close()
        except Exception as error:  # noqa: BLE001  # any of them fails the test
            errors.append(error)

    threads = [threading.Thread(target=first, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    catalogue = Catalogue.open(url(tmp_path))
    assert (catalogue.count(), catalogue.seq()) == (4, 4)
    catalogue.close()


def test_a_newer_database_is_refused(tmp_path: Path) -> None:
    Catalogue.open(url(tmp_path)).close()
    with sqlite3.connect(tmp_path / "catalogue.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    with pytest.raises(Unavailable, match="比本程序新"):
        Catalogue.open(url(tmp_path))


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "catalogue.db").write_bytes("这不是数据库".encode() * 1000)
    with pytest.raises(Unavailable, match="损坏"):
        Catalogue.open(url(tmp_path))
    with pytest.raises(Unavailable, match="目录"):
        Catalogue.open(f"sqlite:///{tmp_path}/catalogue.db/below/catalogue.db")


@pytest.mark.parametrize("wrong", ["no url", "nonsense://x", "sqlite+nonsense:///x.db"])
def test_a_url_that_cannot_be_used_is_refused(wrong: str) -> None:
    with pytest.raises(InvalidInput, match="数据库地址"):
        Catalogue.open(wrong)


def test_a_locked_database_is_said_plainly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("corpus.database._BUSY_TIMEOUT", 0.1)
    catalogue = Catalogue.open(url(tmp_path))
    other = sqlite3.connect(tmp_path / "catalogue.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Unavailable, match="另一个程序"):
        catalogue.write([TAIJI])
    reader = Catalogue.open(url(tmp_path))  # who only reads waits for nobody
    assert reader.count() == 0
    reader.close()
    other.execute("ROLLBACK")
    other.close()
    assert catalogue.write([TAIJI]).created == 1
    catalogue.close()


changes = st.lists(
    st.tuples(st.sampled_from(["a", "b", "c"]), st.sampled_from(["太极", "养生", None]), st.integers(0, 2)), max_size=12
)


@pytest.mark.slow
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes)
def test_any_sequence_of_changes_ends_as_a_plain_dict_would(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, str | None, int]]
) -> None:
    catalogue = Catalogue.open(url(tmp_path_factory.mktemp("catalogue")))
    expected: dict[str, Resource] = {}
    for id, title, popularity in steps:
        seq, before = catalogue.seq(), expected.get(id)
        if title is None:
            catalogue.delete([id])
            expected.pop(id, None)
        else:
            expected[id] = Resource(id=id, kind="book", title=title, popularity=popularity)
            catalogue.write([expected[id]])
        assert catalogue.seq() == seq + (expected.get(id) != before)
    rows = stored(catalogue)
    assert {resource.id: resource for _, _, resource in rows} == expected
    assert len({seq for _, seq, _ in rows}) == len(rows)
    catalogue.close()
