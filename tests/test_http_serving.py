"""`xuejing serve` as a process: it starts, answers, is alone, and ends in order."""

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import Request, urlopen

import pytest

from corpus.catalogue import Catalogue
from corpus.resource import Resource
from corpus.revision import Revision
from index.indexing import compile_index

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parent.parent
RESOURCES = [
    Resource(id="c:1", kind="course", title="太极拳入门", source="a", tags=("养生",)),
    Resource(id="Web开发/1", kind="course", title="网页制作", source="a"),
    Resource(id="b:1", kind="book", title="活着", source="a", creators=("余华",)),
]


@pytest.fixture
def filled(state: Path, revision: Revision) -> Path:
    fill(state, revision)
    return state


def fill(state: Path, revision: Revision) -> None:
    catalogue = Catalogue.open(f"sqlite:///{state}/catalogue.db")
    catalogue.write(RESOURCES)
    compile_index(catalogue, state, revision=revision, progress=lambda stage, done, total: None)
    catalogue.close()


@contextmanager
def serving(state: Path, *options: str) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    """A service and its address; ended with SIGKILL if the test has not ended it."""
    process = start(state, "--port", "0", "--json", *options)
    try:
        assert process.stdout
        line = process.stdout.readline()
        assert line, process.communicate()[1]
        yield process, json.loads(line)["url"]
    finally:
        process.kill()
        process.communicate()


def start(state: Path, *options: str) -> "subprocess.Popen[str]":
    compiled = os.environ.get("NUMBA_CACHE_DIR", str(ROOT / ".cache" / "numba"))
    environment = {**os.environ, "XUEJING_STATE": str(state), "NUMBA_CACHE_DIR": compiled}
    return subprocess.Popen(
        [sys.executable, "-m", "api.commands", "serve", *options],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def get(url: str) -> Any:
    with urlopen(url, timeout=30) as response:
        return json.load(response)


def answer_to(url: str, request: bytes) -> tuple[bytes, dict[str, Any]]:
    """The status line and the JSON body that come back for raw bytes."""
    host, port = url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        received = b""
        while data := connection.recv(1 << 16):
            received += data
    head, _, body = received.partition(b"\r\n\r\n")
    return head.partition(b"\r\n")[0], json.loads(body)


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory, dictionaries: Path, revision: Revision) -> Iterator[str]:
    """A service that only answers."""
    state = tmp_path_factory.mktemp("state")
    (state / "cache").symlink_to(dictionaries)
    fill(state, revision)
    with serving(state) as (_, url):
        yield url


def test_it_answers_and_ends_in_order(filled: Path) -> None:
    with serving(filled) as (process, url):
        assert get(f"{url}/readyz")["resources"] == 3
        assert get(f"{url}/v1/search?q={quote('余华')}")["items"][0]["id"] == "b:1"
        assert get(f"{url}/v1/items/{quote('Web开发/1')}")["title"] == "网页制作"
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        said = process.communicate(timeout=10)[1]
        assert time.monotonic() - began < 10
        assert process.returncode == 0
    lines = [json.loads(line) for line in said.splitlines()]
    requests = [line for line in lines if line["event"] == "request"]
    assert [line["route"] for line in requests] == ["/readyz", "/v1/search", "/v1/items/{id:path}"]
    assert all(line["status"] == 200 and line["request_id"] for line in requests)
    assert "余华" not in said
    assert quote("余华") not in said
    assert "Web" not in said


def test_it_ends_on_ctrl_c_as_well(filled: Path) -> None:
    with serving(filled) as (process, _):
        process.send_signal(signal.SIGINT)
        assert "Traceback" not in process.communicate(timeout=10)[1]
        assert process.returncode == 0


def test_a_request_that_runs_is_finished(filled: Path) -> None:
    body = b'{"interests": ["' + "养生".encode() + b'"]}'
    head = b"POST /v1/recommend HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
    with serving(filled) as (process, url):
        host, port = url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=30) as connection:
            connection.sendall(head % len(body) + body[:5])
            time.sleep(0.3)
            process.send_signal(signal.SIGTERM)
            time.sleep(0.3)
            connection.sendall(body[5:])
            received = b""
            while data := connection.recv(1 << 16):
                received += data
        assert received.startswith(b"HTTP/1.1 200")
        process.communicate(timeout=10)
        assert process.returncode == 0


def test_a_client_that_sends_nothing_more_does_not_hold_it_up(filled: Path) -> None:
    with serving(filled) as (process, url):
        host, port = url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=30) as connection:
            connection.sendall(b"POST /v1/recommend HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n")
            connection.sendall(b"Content-Length: 9\r\n\r\n{")
            time.sleep(0.3)
            began = time.monotonic()
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=15)
            assert time.monotonic() - began < 10
            assert process.returncode == 0


def test_a_second_service_on_the_state_is_refused(filled: Path) -> None:
    with serving(filled) as (first, url):
        second = start(filled, "--port", "0")
        out, err = second.communicate(timeout=60)
        assert second.returncode == 1
        assert out == ""
        assert f"已有一个服务在运行（进程号 {first.pid}）" in err
        assert get(f"{url}/livez")


def test_a_killed_service_leaves_no_lock(filled: Path) -> None:
    with serving(filled) as (process, _):
        process.kill()
        process.communicate(timeout=10)
    with serving(filled) as (_, url):
        assert get(f"{url}/livez")


def test_a_port_in_use_is_named(filled: Path, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        process = start(filled, "--port", str(port))
        _, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert f"端口 {port} 已被别的程序占用" in err


def test_a_strange_host_is_named(filled: Path) -> None:
    process = start(filled, "--host", "no.such.host.invalid", "--port", "0")
    _, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "没有“no.such.host.invalid”这个地址" in err


def test_an_empty_catalogue_shows_the_demo_until_something_else_is_imported(state: Path, tmp_path: Path) -> None:
    with serving(state) as (process, url):
        shown = get(f"{url}/v1/search?q={quote('太极拳')}")["items"]
        assert {item["source"] for item in shown} == {"demo"}
        (tmp_path / "a.jsonl").write_text('{"id": "c:1", "kind": "course", "title": "太极拳入门"}\n', encoding="utf-8")
        compiled = os.environ.get("NUMBA_CACHE_DIR", str(ROOT / ".cache" / "numba"))
        subprocess.run(
            [sys.executable, "-m", "api.commands", "import", str(tmp_path / "a.jsonl")],
            cwd=ROOT,
            env={**os.environ, "XUEJING_STATE": str(state), "NUMBA_CACHE_DIR": compiled},
            check=True,
            capture_output=True,
        )
        for _ in range(50):
            shown = [item["id"] for item in get(f"{url}/v1/search?q={quote('太极拳')}")["items"]]
            if shown == ["c:1"]:
                break
            time.sleep(0.1)
        assert shown == ["c:1"]
        process.terminate()
        assert "./run import 文件" in process.communicate(timeout=10)[1]


def test_searches_are_counted_only_where_the_setting_says_so(filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for setting, kept in (("false", []), ("true", ["余华"])):
        monkeypatch.setenv("XUEJING_QUERY_LOG", setting)
        with serving(filled) as (process, url):
            get(f"{url}/v1/search?q={quote('余华')}")
            process.terminate()
            said = process.communicate(timeout=10)[1]
        assert "余华" not in said
        assert quote("余华") not in said
        with sqlite3.connect(filled / "catalogue.db") as connection:
            assert [query for (query,) in connection.execute("SELECT query FROM queries")] == kept
        connection.close()


def test_keys_are_made_and_revoked_beside_a_running_service(filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XUEJING_OPEN_READING", "false")
    monkeypatch.setenv("XUEJING_RATE_PER_ADDRESS", "5")

    def key(*arguments: str) -> str:
        command = [sys.executable, "-m", "api.commands", "key", *arguments]
        environment = {**os.environ, "XUEJING_STATE": str(filled)}
        done = subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    def status(**headers: str) -> int:
        try:
            with urlopen(Request(f"{url}/v1/search?q=a", headers=headers), timeout=30) as response:
                return int(response.status)
        except HTTPError as error:
            with error:
                return error.code

    with serving(filled, "--workers", "1") as (process, url):
        made = json.loads(key("create", "--scope", "search", "--json"))
        secret = made["key"]
        assert status(**{"X-API-Key": secret}) == 200
        assert status(**{"X-API-Key": secret[:-1]}) == 401
        key("revoke", made["id"])
        assert status(**{"X-API-Key": secret}) == 401
        assert [status() for _ in range(7)] == [401] * 5 + [429] * 2
        process.terminate()
        said = process.communicate(timeout=10)[1]
    assert f'"key": "{made["id"]}"' in said
    assert secret[3:-1] not in said


def test_an_index_that_is_missing_is_made_at_the_start(state: Path) -> None:
    catalogue = Catalogue.open(f"sqlite:///{state}/catalogue.db")
    catalogue.write(RESOURCES)
    catalogue.close()
    (state / "bases" / "unfinished-0-3").mkdir(parents=True)
    with serving(state) as (_, url):
        assert get(f"{url}/readyz") == {"status": "ready", "release": "0.3.3", "resources": 3}
    assert [path.name for path in (state / "bases").iterdir()] == ["0-3"]


def test_addresses_as_people_write_them(url: str) -> None:
    for line in ("GET /v1/search?q=余华", "GET /v1/search?q=%E4%BD%99华"):
        status, answer = answer_to(url, f"{line} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        assert status == b"HTTP/1.1 200 OK"
        assert answer["items"][0]["id"] == "b:1"
    item = "GET /v1/items/Web开发/1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    assert answer_to(url, item.encode())[1]["title"] == "网页制作"


@pytest.mark.parametrize(
    "request_line",
    [
        b"garbage",
        b"GET /v1/search?q=a\x00b HTTP/1.1",
        b"GET /v1/search?q=" + b"%E9%95%BF" * 10_000 + b" HTTP/1.1",
        b"POST /v1/search?q=\xe9\x95\xbf HTTP/1.1",
    ],
    ids=["garbage", "nul", "long", "not-escaped"],
)
def test_what_is_no_http_is_a_problem_as_well(url: str, request_line: bytes) -> None:
    status, problem = answer_to(url, request_line + b"\r\nHost: x\r\n\r\n")
    assert status == b"HTTP/1.1 400 Bad Request"
    assert problem["type"] == "/problems/invalid-request"


def test_a_wrong_parameter_is_a_problem(url: str) -> None:
    with pytest.raises(HTTPError) as raised:
        get(f"{url}/v1/search?limit=x")
    with raised.value as error:
        assert error.code == 422
        assert json.load(error)["errors"][0]["pointer"] == "/limit"


def test_a_running_service_is_evaluated_through_its_front_door(filled: Path, tmp_path: Path) -> None:
    judgments = tmp_path / "judgments.jsonl"
    asked = [
        {"id": "1", "query": "太级拳", "relevant": ["c:1"]},
        {"id": "2", "interests": ["太极拳"], "relevant": ["c:1"]},
        {"id": "3", "likes": ["c:1"], "relevant": ["c:1"]},
    ]
    judgments.write_text("\n".join(map(json.dumps, asked)), encoding="utf-8")
    command = [sys.executable, "-m", "api.commands", "evaluate", str(judgments), "--json", "--url"]
    environment = {**os.environ, "XUEJING_STATE": str(filled)}
    with serving(filled) as (_, url):
        done = subprocess.run([*command, url], capture_output=True, check=True, env=environment, cwd=ROOT)
    [evaluation] = json.loads(done.stdout)
    assert evaluation["groups"][0]["metrics"]["HR@10"]["mean"] == pytest.approx(2 / 3)
    for elsewhere, code in (("http://10.0.0.1:80", 1), ("https://127.0.0.1", 1), (url, 1)):
        refused = subprocess.run([*command, elsewhere], capture_output=True, check=False, env=environment, cwd=ROOT)
        assert refused.returncode == code, refused.stderr.decode()
