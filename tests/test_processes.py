"""The processes of a service under faults: who is killed comes back, who is told to stop loses nothing."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import httpx2
import pytest

from corpus.catalogue import Catalogue
from corpus.resource import Resource
from corpus.revision import Revision
from index.indexing import compile_index

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parent.parent
RESOURCES = [
    Resource(id="c:1", kind="course", title="太极拳学习", source="a", tags=("养生",)),
    Resource(id="b:1", kind="book", title="活着", source="a", creators=("余华",)),
]
SEARCH = f"/v1/search?q={quote('余华')}"


@pytest.fixture(scope="module")
def indexed(tmp_path_factory: pytest.TempPathFactory, dictionaries: Path, revision: Revision) -> Path:
    """A state directory with a small catalogue and its index."""
    state = tmp_path_factory.mktemp("indexed")
    (state / "cache").symlink_to(dictionaries)
    with opened(state) as catalogue:
        catalogue.write(RESOURCES)
        compile_index(catalogue, state, revision=revision, progress=lambda stage, done, total: None)
    return state


@pytest.fixture
def state(tmp_path: Path, indexed: Path) -> Path:
    """A copy of it, to be damaged."""
    return shutil.copytree(indexed, tmp_path / "state", symlinks=True)


@contextmanager
def opened(state: Path) -> Iterator[Catalogue]:
    catalogue = Catalogue.open(f"sqlite:///{state}/catalogue.db")
    yield catalogue
    catalogue.close()


class Service:
    """A service of two workers as its operator sees it."""

    def __init__(self, state: Path, *options: str) -> None:
        self.state = state
        self.said = state / "said.log"
        with self.said.open("w") as said:
            self.process = run(state, "serve", "--workers", "2", "--json", *options, stderr=said)
        assert self.process.stdout
        line = self.process.stdout.readline()
        assert line, self.log()
        self.url: str = json.loads(line)["url"]
        self.port = urlsplit(self.url).port

    def log(self) -> str:
        return self.said.read_text(encoding="utf-8")

    def children(self) -> list[int]:
        """Two workers, then indexer and jobs, which are nice to them."""
        pid = self.process.pid
        found = map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())
        return sorted(found, key=lambda child: (os.getpriority(os.PRIO_PROCESS, child), child))

    def whole(self) -> bool:
        """Whether all are there and at work."""
        try:
            priorities = [os.getpriority(os.PRIO_PROCESS, child) for child in self.children()]
        except ProcessLookupError:
            return False
        return priorities == [0, 0, 10, 10] and all(map(lives, self.children()))

    def titles(self, text: str) -> list[str]:
        answer = httpx2.get(f"{self.url}/v1/search", params={"q": text}, timeout=30)
        assert answer.status_code == 200, answer.text
        return [item["title"] for item in answer.json()["items"]]

    def stop(self) -> None:
        began = time.monotonic()
        self.process.terminate()
        self.process.wait(12)
        assert time.monotonic() - began < 10
        assert self.process.returncode == 0, self.log()


def run(state: Path, *arguments: str, **options: Any) -> "subprocess.Popen[str]":
    compiled = os.environ.get("NUMBA_CACHE_DIR", str(ROOT / ".cache" / "numba"))
    return subprocess.Popen(
        [sys.executable, "-m", "api.commands", *arguments],
        cwd=ROOT,
        env={**os.environ, "XUEJING_STATE": str(state), "NUMBA_CACHE_DIR": compiled},
        stdout=subprocess.PIPE,
        text=True,
        **options,
    )


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, indexed: Path) -> "Iterator[Service]":
    """A service that has to bear one fault after the other."""
    state = shutil.copytree(indexed, tmp_path_factory.mktemp("states") / "state", symlinks=True)
    with serving(state) as service:
        yield service
        service.stop()


@contextmanager
def serving(state: Path, port: int | None = 0) -> Iterator[Service]:
    service = Service(state, "--port", str(port))
    try:
        yield service
    finally:
        service.process.kill()
        service.process.communicate()


def until(reached: Callable[[], object], seconds: float = 20) -> None:
    """Waits until something has come about."""
    end = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.02)


def lives(pid: int) -> bool:
    """Whether a process runs; one that nobody has waited for yet does not."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


@pytest.mark.parametrize("which", range(4), ids=["worker", "other worker", "indexer", "jobs"])
def test_who_is_killed_is_started_anew(service: Service, which: int) -> None:
    until(service.whole)
    killed = service.children()[which]
    os.kill(killed, signal.SIGKILL)
    until(lambda: killed not in service.children() and service.whole())
    assert [service.titles("余华") for _ in range(10)] == [["活着"]] * 10
    assert f'"pid": {killed}, "code": -9' in service.log()


def test_any_worker_tells_the_sum_of_all_also_of_those_that_were_killed(service: Service) -> None:
    def answered() -> float:
        text = httpx2.get(f"{service.url}/metrics", timeout=30).text
        lines = [
            line for line in text.splitlines() if line.startswith("xuejing_requests_total") and "/v1/lists" in line
        ]
        return sum(float(line.rpartition(" ")[2]) for line in lines)

    until(service.whole)
    for expected in (10, 20):
        for _ in range(10):
            httpx2.get(f"{service.url}/v1/lists/new", timeout=30)
        until(lambda expected=expected: answered() == expected)  # type: ignore[misc]
        os.kill(service.children()[0], signal.SIGKILL)
        until(service.whole)
    assert answered() == 20


def test_a_new_indexer_finds_what_the_killed_one_left(service: Service) -> None:
    until(service.whole)
    os.kill(service.children()[2], signal.SIGKILL)
    with opened(service.state) as catalogue:
        catalogue.write([Resource(id="b:2", kind="book", title="四季养生", source="a")])
    until(lambda: "四季养生" in service.titles("四季养生"))


def test_a_reload_under_load_loses_no_request(service: Service) -> None:
    until(service.whole)
    os.kill(service.children()[0], signal.SIGKILL)  # who comes for it is too early to be fresh
    until(service.whole)
    before = service.children()
    with under_load(service.url) as statuses:
        until(lambda: len(statuses) > 50)
        service.process.send_signal(signal.SIGHUP)
        until(lambda: service.whole() and not set(before[:2]) & set(service.children()))
        answered = len(statuses)
        until(lambda: len(statuses) > answered + 50)
    assert set(statuses) == {200}


def test_an_import_beside_a_service_is_seen_when_it_returns(service: Service, tmp_path: Path) -> None:
    file = tmp_path / "new.jsonl"
    file.write_text('{"id": "c:3", "kind": "course", "title": "园林赏析"}\n', encoding="utf-8")
    done = run(service.state, "import", str(file), "--json", stderr=subprocess.PIPE)
    out, err = done.communicate(timeout=60)
    assert done.returncode == 0, err
    assert json.loads(out)["files"][0]["report"]["created"] == 1
    until(lambda: service.titles("园林赏析") == ["园林赏析"], 2)


def test_all_end_with_a_killed_supervisor_and_a_new_service_starts(state: Path) -> None:
    with serving(state) as service:
        until(service.whole)
        children = service.children()
        service.process.kill()
        service.process.wait()
        with serving(state, service.port) as other:
            assert other.titles("余华") == ["活着"]
            assert not any(map(lives, children))
            other.stop()


def test_stopping_finishes_what_runs_and_a_second_signal_is_harmless(state: Path) -> None:
    body = json.dumps({"interests": ["养生"]}).encode()
    head = b"POST /v1/recommend HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
    with serving(state) as service, ExitStack() as opened_ones:
        address = "127.0.0.1", service.port
        opened_ones.enter_context(socket.create_connection(address, timeout=30))  # idle
        connections = [opened_ones.enter_context(socket.create_connection(address, timeout=30)) for _ in range(8)]
        for connection in connections:
            connection.sendall(head % len(body) + body[:5])
        time.sleep(0.3)
        began = time.monotonic()
        service.process.terminate()
        service.process.send_signal(signal.SIGINT)
        time.sleep(0.3)
        for connection in connections:
            connection.sendall(body[5:])
        for connection in connections:
            with connection.makefile("rb") as answer:
                said = answer.read()
                assert said.startswith(b"HTTP/1.1 200")
                assert b"connection: close" in said
        service.process.wait(12)
        assert time.monotonic() - began < 10
        assert service.process.returncode == 0


def cut_short(base: Path) -> None:
    with (base / "posting_rows.npy").open("r+b") as file:
        file.truncate(100)


def of_another_format(base: Path) -> None:
    manifest = json.loads((base / "manifest.json").read_text(encoding="utf-8"))
    (base / "manifest.json").write_text(json.dumps({**manifest, "format": 999}), encoding="utf-8")


@pytest.mark.parametrize("damage", [cut_short, of_another_format])
def test_a_base_that_cannot_be_read_is_compiled_anew(state: Path, damage: Callable[[Path], None]) -> None:
    damage(state / "bases" / "0-2")
    with serving(state) as service:
        assert service.titles("余华") == ["活着"]
        assert "索引“0-2”" in service.log()
        assert "正在重新编制索引" in service.log()


def test_an_older_catalogue_put_back_is_what_is_answered_from(state: Path, revision: Revision) -> None:
    older = (state / "catalogue.db").read_bytes()
    with opened(state) as catalogue:
        catalogue.write([Resource(id="b:9", kind="book", title="园林赏析", source="a")])
        compile_index(catalogue, state, revision=revision, progress=lambda stage, done, total: None)
    (state / "catalogue.db").write_bytes(older)
    with serving(state) as service:
        assert service.titles("余华") == ["活着"]
        assert service.titles("园林赏析") == []
        assert "索引与资源库不符" in service.log()


def test_a_database_of_a_newer_program_is_refused(state: Path) -> None:
    with opened(state) as catalogue, catalogue._engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    process = run(state, "serve", "--port", "0", stderr=subprocess.PIPE)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "资源库的格式（9999）比本程序新" in err


@contextmanager
def under_load(url: str) -> Iterator[list[int]]:
    """Searches over four open connections, and the statuses of the answers; 0 for a lost request."""
    statuses: list[int] = []
    ended = threading.Event()

    def search() -> None:
        with httpx2.Client(base_url=url, timeout=30) as client:
            while not ended.is_set():
                try:
                    statuses.append(client.get(SEARCH).status_code)
                except httpx2.TransportError:
                    statuses.append(0)

    threads = [threading.Thread(target=search) for _ in range(4)]
    for thread in threads:
        thread.start()
    try:
        yield statuses
    finally:
        ended.set()
        for thread in threads:
            thread.join()
