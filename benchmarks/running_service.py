"""A service as its operator runs it: started, asked, killed and measured from outside."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import quote

ROOT = Path(__file__).resolve().parent.parent
STARTS_WITHIN = 300
"""Seconds, index build included."""


class Client:
    """One connection of one thread, opened anew when the service closed it."""

    def __init__(self, port: int, key: str = "") -> None:
        self.port = port
        self._headers = {"X-API-Key": key} if key else {}
        self._connection: HTTPConnection | None = None

    def ask(self, method: str, path: str, body: Any = None, *, kind: str = "application/json") -> tuple[int, bytes]:
        """The status and body of an answer.

        Raises: OSError or HTTPException if there is none.
        """
        if self._connection is None:
            self._connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        headers = {**self._headers, **({"Content-Type": kind} if data is not None else {})}
        try:
            self._connection.request(method, path, data, headers)
            answer = self._connection.getresponse()
            content = answer.read()
        except (OSError, HTTPException):
            self.close()
            raise
        if answer.will_close:
            self.close()
        return answer.status, content

    def search(self, text: str, **options: Any) -> list[dict[str, Any]]:
        """The hits of a search."""
        more = "".join(f"&{name}={quote(str(value))}" for name, value in options.items())
        status, body = self.ask("GET", f"/v1/search?q={quote(text)}{more}")
        if status != 200:
            raise HTTPException(f"search answered {status}")
        hits: list[dict[str, Any]] = json.loads(body)["items"]
        return hits

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None


class Service:
    """A service on a state directory, with a key that may write."""

    def __init__(self, state: Path, *, workers: int, environment: Mapping[str, str] | None = None) -> None:
        self._state = state
        self._workers = workers
        self._environment = {
            **os.environ,
            "NUMBA_CACHE_DIR": os.environ.get("NUMBA_CACHE_DIR", str(ROOT / ".cache" / "numba")),
            "XUEJING_STATE": str(state),
            "XUEJING_RATE_PER_KEY": "0",
            "XUEJING_LOG_LEVEL": "warning",
            **(environment or {}),
        }
        # A developer's machine may not keep compiled modules; an operator's does, and compiles none at a start.
        self._environment.pop("PYTHONDONTWRITEBYTECODE", None)
        self._process: subprocess.Popen[bytes] | None = None
        self._clients: list[Client] = []
        self.port = 0
        self.key = self.run("key", "create", "--scope", "catalog").decode().strip()

    def run(self, *arguments: str) -> bytes:
        """What a command prints."""
        command = [sys.executable, "-m", "api.commands", *arguments]
        return subprocess.run(command, cwd=ROOT, env=self._environment, check=True, stdout=subprocess.PIPE).stdout

    def start(self) -> float:
        """Starts it and waits until it answers; returns the seconds that took."""
        began = time.monotonic()
        command = [sys.executable, "-m", "api.commands", "serve", "--json", "--workers", str(self._workers)]
        command += ["--port", str(self.port)]
        with (self._state / "service.log").open("ab") as log:
            self._process = subprocess.Popen(
                command, cwd=ROOT, env=self._environment, stdout=subprocess.PIPE, stderr=log
            )
        assert self._process.stdout is not None
        said = self._process.stdout.readline()
        if not said:
            raise RuntimeError(f"the service did not start: {(self._state / 'service.log').read_text()[-2000:]}")
        self.port = int(json.loads(said)["url"].rpartition(":")[2])
        return time.monotonic() - began

    def client(self) -> Client:
        """A connection of its own, closed at the end of the service at the latest."""
        self._clients.append(Client(self.port, self.key))
        return self._clients[-1]

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def children(self) -> list[int]:
        """The workers and the indexer, oldest first."""
        return children_of(self.pid)

    def kill(self, pid: int) -> None:
        """Kills one of its processes; the supervisor is started again by whoever watches over it."""
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            return
        if pid == self.pid:
            self._release()

    def stop(self) -> float:
        """Ends it in order; returns the seconds that took."""
        assert self._process is not None
        began = time.monotonic()
        self._process.terminate()
        self._release()
        while self._clients:
            self._clients.pop().close()
        return time.monotonic() - began

    def _release(self) -> None:
        assert self._process is not None
        assert self._process.stdout is not None
        self._process.wait(30)
        self._process.stdout.close()

    def wait_until_ready(self, seconds: float = 60) -> float:
        """Waits until it answers."""
        began, client = time.monotonic(), self.client()
        while time.monotonic() - began < seconds:
            try:
                if client.ask("GET", "/readyz")[0] == 200:
                    return time.monotonic() - began
            except (OSError, HTTPException):
                pass
            time.sleep(0.02)
        raise TimeoutError("the service did not become ready")

    def victim(self, chance: random.Random) -> int:
        """Any of its processes."""
        return chance.choice([self.pid, *self.children()])


@contextmanager
def running(service: Service) -> Iterator[Service]:
    """The service from its start to its end, whatever happens."""
    service.start()
    try:
        yield service
    finally:
        try:
            service.stop()
        except subprocess.TimeoutExpired:
            service.kill(service.pid)


def children_of(pid: int) -> list[int]:
    """The processes that a process has started and that still run."""
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except FileNotFoundError:
        return []


def private_megabytes(pid: int) -> float:
    """What a process holds that no other shares; 0 where it has gone."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private_")) / 1000
