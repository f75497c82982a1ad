"""What is counted of requests, in Prometheus's format: by route template and status, never a path, a query or a person.

The workers of a service count in files that all of them read, so that any one can tell the sums. A file outlives its
worker: who comes next counts on where it ended.
"""

import fcntl
import os
import shutil
from collections.abc import Iterator
from functools import cache
from itertools import count
from pathlib import Path
from typing import IO, Final

import structlog
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest, values
from prometheus_client.metrics_core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from index.snapshot import Snapshot

MEDIA_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"

_DIRECTORY: Final = "PROMETHEUS_MULTIPROC_DIR"
"""The variable by which prometheus_client is told where the files are."""
_FOLDER: Final = "metrics"
_ROOM: Final = 1 << 18
"""Bytes of a file; a route takes about two thousand."""

_OWN: Final = CollectorRegistry()
_REQUESTS: Final = Counter("xuejing_requests", "Requests answered.", ("method", "route", "status"), registry=_OWN)
_SECONDS: Final = Histogram(
    "xuejing_request_seconds",
    "Seconds from a request to the end of its answer.",
    ("route",),
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5),
    registry=_OWN,
)
_held: list[IO[bytes]] = []


def forget_counts(state: Path) -> None:
    """Has the workers of a service begin to count at 0; to be called before the first of them starts."""
    shutil.rmtree(state / _FOLDER, ignore_errors=True)


def count_together(state: Path) -> None:
    """Has this worker count in files of its own among those of the others; where there is no room, for itself.

    To be called before it has counted anything.
    """
    directory = state.absolute() / _FOLDER
    try:
        directory.mkdir(exist_ok=True)
        number = _free_number(directory)
        for kind in ("counter", "histogram"):
            with (directory / f"{kind}_{number}.db").open("ab") as file:
                os.posix_fallocate(file.fileno(), 0, _ROOM)  # a mapped file on a full disk would end the process
    except OSError as error:
        structlog.get_logger("metrics").warning("not_shared", error=type(error).__qualname__)
        return
    os.environ[_DIRECTORY] = str(directory)
    values.ValueClass = values.MultiProcessValue(lambda: number)  # type: ignore[no-untyped-call]


def count_request(method: str, route: str, status: int, seconds: float) -> None:
    """Counts a request that has been answered."""
    requests, duration = _counted(method, route, f"{status // 100}xx")
    requests.inc()
    duration.observe(seconds)


def exposition(snapshot: Snapshot | None) -> bytes:
    """All counts, of all workers, and what the one that is asked answers from."""
    shown: Collector = _OWN
    if _DIRECTORY in os.environ:
        shown = MultiProcessCollector(None)  # type: ignore[no-untyped-call]
    return generate_latest(shown) + generate_latest(_IndexState(snapshot))


class _IndexState(Collector):
    def __init__(self, snapshot: Snapshot | None) -> None:
        self._snapshot = snapshot

    def collect(self) -> Iterator[GaugeMetricFamily]:
        if self._snapshot is None:
            return
        revision, base, seq = map(int, self._snapshot.release.split("."))
        yield GaugeMetricFamily("xuejing_revision", "Revision of words, rules and numbers in force.", revision)
        yield GaugeMetricFamily("xuejing_base_seq", "Change of the catalogue up to which the base was compiled.", base)
        yield GaugeMetricFamily("xuejing_seq", "Last change of the catalogue that answers show.", seq)
        yield GaugeMetricFamily("xuejing_resources", "Resources that are indexed.", len(self._snapshot))


@cache
def _counted(method: str, route: str, status: str) -> tuple[Counter, Histogram]:
    return _REQUESTS.labels(method, route, status), _SECONDS.labels(route)


def _free_number(directory: Path) -> int:
    """A number that no living worker has; it is this one's until it ends."""
    for number in count():
        file = (directory / f"{number}.lock").open("wb")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
        else:
            _held.append(file)
            return number
    raise AssertionError
