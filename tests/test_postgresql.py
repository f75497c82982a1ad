"""The catalogue, its keys and its query log on a real PostgreSQL, as on SQLite."""

import os
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from corpus.catalogue import Catalogue
from corpus.edits import patching, putting
from corpus.errors import Unavailable
from corpus.keys import KeyStore
from corpus.query_log import QueryLog
from corpus.resource import Resource
from corpus.revision import Revision
from index.indexing import compile_index
from index.query import Query
from index.search import search
from index.snapshot_keeper import SnapshotKeeper

pytestmark = pytest.mark.slow

TAIJI = Resource(id="c:1", kind="course", title="太极拳入门", popularity=3)
NOVEL = Resource(id="b:1", kind="book", title="活着", creators=("余华",))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server of its own on a socket in a folder: its address with a place for the database's name."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"))[-1]
    folder = tmp_path_factory.mktemp("pg")
    as_owner: list[str] = []
    if os.getuid() == 0:  # which PostgreSQL refuses
        for path in (folder, *folder.parents[:2]):
            path.chmod(0o755)
        shutil.chown(folder, "postgres")
        as_owner = ["runuser", "-u", "postgres", "--"]

    def run(program: str, *arguments: str) -> None:
        subprocess.run([*as_owner, str(programs / program), *arguments], check=True, stdout=subprocess.DEVNULL)

    run("initdb", "-D", f"{folder}/data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
    options = f"-c listen_addresses='' -c unix_socket_directories={folder}"
    run("pg_ctl", "-D", f"{folder}/data", "-o", options, "-l", f"{folder}/log", "-w", "start")
    try:
        yield f"postgresql+psycopg://postgres@/{{}}?host={folder}"
    finally:
        run("pg_ctl", "-D", f"{folder}/data", "-m", "immediate", "-w", "stop")


@pytest.fixture
def url(server: str, request: pytest.FixtureRequest) -> str:
    """An empty database."""
    name = f"t{abs(hash(request.node.name))}"
    host = server.rpartition("=")[2]
    subprocess.run(["psql", "-q", "-h", host, "-U", "postgres", "-c", f"CREATE DATABASE {name}"], check=True)
    return server.format(name)


@pytest.fixture
def catalogue(url: str) -> Iterator[Catalogue]:
    catalogue = Catalogue.open(url)
    yield catalogue
    catalogue.close()


def in_parallel(*works: Callable[[], object]) -> None:
    threads = [threading.Thread(target=work) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_what_is_written_is_there_with_its_changes(catalogue: Catalogue) -> None:
    written = catalogue.write([TAIJI, NOVEL])
    assert (written.created, written.seq) == (2, 2)
    assert catalogue.write([TAIJI]).unchanged == 1
    catalogue.write([replace(TAIJI, popularity=9)])
    catalogue.delete(["b:1"])
    assert [(c.seq, c.id, c.status) for c in catalogue.changes(0)[1]] == [(3, "c:1", "active"), (4, "b:1", "deleted")]
    assert catalogue.get("c:1") == replace(TAIJI, popularity=9)
    with catalogue.snapshot() as (seq, count, rows):
        catalogue.write([NOVEL])
        assert (seq, count, len(list(rows))) == (4, 1, 1)


def test_several_programs_may_make_the_tables_and_write_at_once(url: str) -> None:
    opened: list[Catalogue] = []
    in_parallel(*[lambda: opened.append(Catalogue.open(url))] * 4)
    assert len(opened) == 4

    def writes(catalogue: Catalogue, own: int) -> Callable[[], object]:
        return lambda: [catalogue.write([Resource(id=f"{own}:{i}", kind="book", title="书")]) for i in range(25)]

    in_parallel(*[writes(catalogue, own) for own, catalogue in enumerate(opened)])
    seq, changes = opened[0].changes(0)
    assert seq == 100
    assert [change.seq for change in changes] == list(range(1, 101))  # none is skipped by who reads meanwhile
    assert len({change.serial for change in changes}) == 100
    for catalogue in opened:
        catalogue.close()


def test_edits_see_what_they_replace(catalogue: Catalogue) -> None:
    assert catalogue.change("c:1", putting(TAIJI)).outcome == "created"
    counts = iter(range(1, 41))

    def adds() -> None:
        for _ in range(20):
            edit = patching("c:1", {"popularity": next(counts)}, subjects=lambda text: text, warnings=[])
            assert catalogue.change("c:1", edit).outcome == "updated"

    in_parallel(adds, adds)
    assert catalogue.seq() == 41


def test_keys_and_the_query_log_work_the_same(url: str, catalogue: Catalogue) -> None:
    with closing(KeyStore.open(url)) as keys:
        secret, key = keys.create(["catalog"], label="平台", now=1)
        assert keys.all() == [key]
        assert secret not in repr(keys.all())
        keys.revoke(key.id, now=2)
        assert keys.all()[0].revoked == 2
    QueryLog.open(url).close()


def test_a_snapshot_follows_within_a_blink(catalogue: Catalogue, state: Path, revision: Revision) -> None:
    catalogue.write([TAIJI, NOVEL])
    compile_index(catalogue, state, revision=revision, progress=lambda *step: None)
    keeper = SnapshotKeeper(state, revision=revision, catalogue=catalogue)
    catalogue.write([replace(TAIJI, title="苏绣欣赏")])
    until = time.monotonic() + 5
    while keeper.current.seq < 3 and time.monotonic() < until:
        time.sleep(0.01)
    hits = search(keeper.current, Query(text="苏绣")).hits
    assert [hit.id for hit in hits] == ["c:1"]


def test_a_server_that_is_not_there_is_said_plainly(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="资源库"):
        Catalogue.open(f"postgresql+psycopg://postgres@/none?host={tmp_path}")
