"""Asks a service as fast as it answers, over many connections, with as little work of its own as can be.

usage: python -m benchmarks.load PORT REQUESTS CONNECTIONS SECONDS    (REQUESTS: a JSON list of [path, body or null])
"""

import asyncio
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import uvloop

Request = tuple[str, Any]
"""A path to GET, or with a body to POST."""
WARM_UP = 1.5
"""Seconds that are not counted."""


def load(port: int, requests: Sequence[Request], *, connections: int, seconds: float) -> dict[str, float]:
    """Requests a second, milliseconds, and how many failed, as another process sees it."""
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(list(requests), file)
        file.flush()
        command = [sys.executable, "-m", "benchmarks.load", str(port), file.name, str(connections), str(seconds)]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, cwd=Path(__file__).parent.parent)
    measured: dict[str, float] = json.loads(done.stdout)
    return measured


class _Connection(asyncio.Protocol):
    """Sends the next request as soon as the answer to the last is whole."""

    def __init__(self, requests: Sequence[bytes], start: int, until: float) -> None:
        self._requests, self._next, self._until = requests, start, until
        self._began, self._left, self._head = 0.0, -1, b""
        self._transport: Any = None
        self.times: list[tuple[float, float]] = []
        """When each answer came, and what it took."""
        self.failed = self.bytes = 0
        self.ended = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._send()

    def _send(self) -> None:
        self._began = time.perf_counter()
        self._transport.write(self._requests[self._next % len(self._requests)])
        self._next += 1

    def data_received(self, data: bytes) -> None:
        self.bytes += len(data)
        if self._left < 0:
            self._head += data
            end = self._head.find(b"\r\n\r\n")
            if end < 0:
                return
            head = self._head[:end].lower()
            self.failed += not head.startswith(b"http/1.1 200")
            self._left = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0])
            data, self._head = self._head[end + 4 :], b""
        self._left -= len(data)
        if self._left <= 0:
            self._left = -1
            now = time.perf_counter()
            self.times.append((now, now - self._began))
            if now < self._until:
                self._send()
            else:
                self._transport.close()

    def connection_lost(self, error: Exception | None) -> None:
        if time.perf_counter() < self._until:
            self.failed += 1
        self.ended.set_result(None)


async def _ask(port: int, requests: Sequence[bytes], connections: int, seconds: float) -> dict[str, float]:
    loop, began = asyncio.get_running_loop(), time.perf_counter()
    opened = []
    for number in range(connections):
        start = number * len(requests) // connections
        make = lambda start=start: _Connection(requests, start, began + WARM_UP + seconds)  # noqa: E731
        opened.append((await loop.create_connection(make, "127.0.0.1", port))[1])
    used = time.process_time()
    await asyncio.gather(*(connection.ended for connection in opened))
    used = time.process_time() - used
    times = [took for connection in opened for came, took in connection.times if came > began + WARM_UP]
    p50, p95, p99 = np.percentile(np.array(times) * 1000, [50, 95, 99]).tolist()
    return {
        "rps": len(times) / seconds,
        "p50": p50,
        "p95": p95,
        "p99": p99,
        "failed": sum(connection.failed for connection in opened),
        "bytes": sum(c.bytes for c in opened) / max(sum(len(c.times) for c in opened), 1),
        "client_cpu": used / (WARM_UP + seconds),
    }


def _encoded(path: str, body: Any) -> bytes:
    if body is None:
        return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()
    data = json.dumps(body).encode()
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: {len(data)}"
    return head.encode() + b"\r\n\r\n" + data


if __name__ == "__main__":
    port, file, connections, seconds = sys.argv[1:]
    asked = [_encoded(path, body) for path, body in json.loads(Path(file).read_text())]
    print(json.dumps(uvloop.run(_ask(int(port), asked, int(connections), float(seconds)))))
