"""Which searches are counted, and that counting never stands in their way."""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from page_reading import read_page
from starlette.testclient import TestClient

from api.app import create_app
from api.moments import today
from api.query_recording import QueryRecorder, recording
from api.settings import read_settings
from corpus.query_lists import AskedQuery, asked_queries
from corpus.query_log import Asking, QueryLog
from corpus.resource import Resource
from index.snapshot import Snapshot

RESOURCES = (
    Resource(id="c:1", kind="course", title="书法入门", tags=("书法",)),
    Resource(id="b:1", kind="book", title="活着", creators=("余华",)),
    *(Resource(id=f"b:{n}", kind="book", title=f"园林图说 {n}") for n in range(2, 14)),
)


@pytest.fixture(scope="module")
def snapshot(snapshot_of: Callable[..., Snapshot]) -> Snapshot:
    return snapshot_of(*RESOURCES)


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/catalogue.db"


@pytest.fixture
def log(url: str) -> Iterator[QueryLog]:
    log = QueryLog.open(url)
    yield log
    log.close()


def counted(log: QueryLog) -> list[AskedQuery]:
    first = today() - timedelta(days=100)
    return list(asked_queries(log, "most", first, today(), at_least=1, limit=100))


def visit(snapshot: Snapshot, log: QueryLog, *addresses: str) -> None:
    """Opens some addresses of a service that counts, and ends it."""
    with QueryRecorder(log, days=30) as recorder:
        client = TestClient(create_app(lambda: snapshot, recorder=recorder))
        for address in addresses:
            assert client.get(address).status_code == 200, address


@pytest.mark.parametrize("address", ["/v1/search?q=书法", "/search?q=书法", "/v1/search?q=%20書法%0A&sort=newest"])
def test_a_search_is_counted_as_folded(snapshot: Snapshot, log: QueryLog, address: str) -> None:
    visit(snapshot, log, address, address)
    [line] = counted(log)
    assert (line.query, line.asked, line.total, line.narrowed) == ("书法", 2, 1, False)
    assert (line.last, line.release) == (today(), snapshot.release.rpartition(".")[0])


@pytest.mark.parametrize(
    "address",
    [
        "/v1/search?q=园林&offset=10",
        "/v1/search?q=园林&limit=0",
        "/v1/search?q=园林&correct=false",
        "/search?q=园林&correct=false",
        "/v1/search?q=园林&at=2026-01-01",
        "/v1/search?q=%20",
        "/v1/search?kind=book",
        "/v1/suggest?q=园林",
        "/search?q=园林&page=2",
        "/search?q=园林&kind=book",
        "/search?q=园林&sort=newest",
        "/search?kind=book",
        "/v1/search?q=13912345678",
        "/search?q=wang%40example.com",
        "/",
        "/help",
    ],
)
def test_what_is_no_new_question_is_not(snapshot: Snapshot, log: QueryLog, address: str) -> None:
    visit(snapshot, log, address)
    assert counted(log) == []


def test_what_came_of_it_is_kept(snapshot: Snapshot, log: QueryLog) -> None:
    visit(snapshot, log, "/v1/search?q=qwerty", "/v1/search?q=活着 qwerty", "/v1/search?q=书法&kind=book")
    lines = {line.query: line for line in counted(log)}
    assert (lines["qwerty"].empty, lines["qwerty"].dropped) == (1, ("qwerty",))
    assert (lines["活着 qwerty"].few, lines["活着 qwerty"].dropped) == (1, ("qwerty",))
    assert (lines["书法"].narrowed, lines["书法"].empty) == (True, 1)


def test_without_the_setting_nothing_is_kept_and_what_was_goes_in_time(url: str, log: QueryLog) -> None:
    day = today() - timedelta(days=10)
    log.add([Asking(day=day, query="书法", revision=0, base=1, narrowed=False, total=1)])
    with recording(read_settings(database_url=url, query_log=False, query_log_days=5)) as recorder:
        assert recorder is None
    assert counted(log) == []


def test_with_the_setting_it_is(snapshot: Snapshot, url: str, log: QueryLog) -> None:
    with recording(read_settings(database_url=url, query_log=True)) as recorder:
        assert recorder
        assert recorder.days == 30
        TestClient(create_app(lambda: snapshot, recorder=recorder)).get("/v1/search?q=书法")
    assert [line.query for line in counted(log)] == ["书法"]


def test_the_help_says_what_is_kept(snapshot: Snapshot, log: QueryLog) -> None:
    said = read_page(TestClient(create_app(lambda: snapshot)).get("/help").text).one("article").text
    assert "您搜索的词，服务器不会记下来。" in said
    with QueryRecorder(log, days=14) as recorder:
        client = TestClient(create_app(lambda: snapshot, recorder=recorder))
        said = read_page(client.get("/help").text).one("article").text
    assert "不会记下来" not in said
    assert "14 天里大家一共搜了不到 5 次的词，满 14 天就删掉" in said


def test_a_database_that_is_busy_is_waited_for(snapshot: Snapshot, log: QueryLog, tmp_path: Path) -> None:
    other = sqlite3.connect(tmp_path / "catalogue.db", isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    threading.Timer(0.3, other.close).start()
    visit(snapshot, log, "/v1/search?q=书法")
    assert [line.asked for line in counted(log)] == [1]


def test_what_cannot_be_counted_is_lost_and_said_as_a_number(
    snapshot: Snapshot, log: QueryLog, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with sqlite3.connect(tmp_path / "catalogue.db") as other:
        other.execute("DROP TABLE queries")
    other.close()
    visit(snapshot, log, "/v1/search?q=书法", "/search?q=活着")
    said = "".join(capsys.readouterr())
    assert "queries_not_counted" in said
    assert "count=2" in said.replace("\x1b[35m", "").replace("\x1b[0m", "").replace("\x1b[36m", "")
    assert "书法" not in said
    assert "活着" not in said


def test_only_so_many_searches_wait(
    snapshot: Snapshot, log: QueryLog, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("api.query_recording._MOST_WAITING", 3)
    monkeypatch.setattr("api.query_recording._EVERY", 60.0)
    with QueryRecorder(log, days=30) as recorder:
        client = TestClient(create_app(lambda: snapshot, recorder=recorder))
        time.sleep(0.3)  # the first turn is over
        for _ in range(5):
            client.get("/v1/search?q=书法")
    assert [line.asked for line in counted(log)] == [3]
    assert "queries_not_counted" in "".join(capsys.readouterr())
