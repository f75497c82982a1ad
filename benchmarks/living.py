"""A living catalogue under load: how soon changes are seen, and that nothing acknowledged is lost.

usage: .venv/bin/python -m benchmarks.living STATE [--workers 2] [--minutes 10] [--kills 50] [--searches 200]

Works on a copy of a state directory (./run import FILE makes one) and asks a real service over HTTP:

freshness  while searches go on: from the answer to a PUT to the first answer that shows it
deletes    what was deleted is asked for at once, over many connections
bulk       ten thousand new resources in one body: what the searches meanwhile feel, and when all are found
load       searches, recommendations, type-ahead, writes and bulks; errors and memory over the minutes
kills      kill -9 of any process at any moment of writes, compaction and switch; what was acknowledged is there
"""

import argparse
import json
import random
import shutil
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from urllib.parse import quote

from benchmarks.killing import kills
from benchmarks.running_service import Client, Service, private_megabytes, running
from benchmarks.traffic import CONNECTIONS, Load, a_course, a_search, anything, put, unlike, written_id

LOOKS = 8
"""Searches over other connections after each delete."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """How soon changes were seen."""

    waited: Sequence[float]
    """Seconds from the answer to a write to the first answer that showed it."""
    late: int
    """Answers after the write's that did not show it yet."""
    searches: Sequence[float]
    """Seconds of the searches meanwhile."""
    failed: Mapping[str, int]

    def __str__(self) -> str:
        return (
            f"{len(self.waited)} changes seen after {spread(self.waited)} ms, a search included; {self.late} answers "
            f"did not show one yet; {len(self.searches)} searches meanwhile {spread(self.searches)} ms; "
            f"{failures(self)}"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone:
    """Whether what was deleted was seen again."""

    looks: int
    seen: int
    failed: Mapping[str, int]

    def __str__(self) -> str:
        return f"looked {self.looks} times for what had been deleted: seen {self.seen} times; {failures(self)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pushed:
    """What a large body cost."""

    rows: int
    accepted: float
    """Seconds until it was accepted, until it was carried out, and until its last row was found."""
    done: float
    shown: float
    before: Sequence[float]
    """Seconds of the searches before and meanwhile."""
    searches: Sequence[float]
    failed: Mapping[str, int]

    def __str__(self) -> str:
        return (
            f"{self.rows} rows accepted after {self.accepted:.1f} s, carried out after {self.done:.1f} s, "
            f"all found after {self.shown:.1f} s; searches before {spread(self.before)} ms, "
            f"meanwhile {spread(self.searches)} ms, "
            f"slowest {max(self.searches) * 1e3:.0f} ms; {failures(self)}"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Mixed:
    """What a mixed load came to."""

    times: Sequence[float]
    """Seconds of the reads."""
    writes: Sequence[float]
    written: int
    """Resources."""
    memory: Sequence[float]
    """Private megabytes of all processes together, from time to time."""
    failed: Mapping[str, int]

    @property
    def reads(self) -> int:
        return len(self.times)

    def __str__(self) -> str:
        memory = " ".join(f"{value:.0f}" for value in self.memory)
        return (
            f"{self.reads} reads {spread(self.times)} ms, {len(self.writes)} writes {spread(self.writes)} ms of "
            f"{self.written} resources; {failures(self)}; private memory of all processes, MB: {memory}"
        )


def failures(measured: Seen | Gone | Pushed | Mixed) -> str:
    return "failed: " + (", ".join(f"{count} × {name}" for name, count in measured.failed.items()) or "nothing")


def freshness(service: Service, *, changes: int, searches: float) -> Seen:
    """From the response of a PUT to the first answer that shows it, asked for without a pause."""
    writer, readers = service.client(), [service.client() for _ in range(CONNECTIONS)]
    waited: list[float] = []
    late = 0
    with Load(service, searches, a_search).going_on() as load:
        time.sleep(1)
        for number in range(changes):
            title = unlike(1_000 + number)
            put(writer, number % 50, title)
            began = time.monotonic()
            for look in range(10_000):
                hits = readers[look % CONNECTIONS].search(title, limit=1, correct="false")
                if hits and hits[0]["title"] == title:
                    break
            waited.append(time.monotonic() - began)
            late += look
            time.sleep(random.Random(number).random() * 0.2)
    return Seen(waited=waited, late=late, searches=load.times, failed=load.failed)


def deletes(service: Service, *, n: int, searches: float) -> Gone:
    """Deletes resources and looks for them."""
    client, seen = service.client(), 0
    for number in range(n):
        put(client, number, unlike(50_000 + number))
    readers = [service.client() for _ in range(LOOKS)]
    with Load(service, searches, a_search).going_on() as load:
        for number in range(n):
            client.ask("DELETE", f"/v1/items/{quote(written_id(number))}")
            for reader in readers:
                hits = reader.search(unlike(50_000 + number), limit=5, correct="false")
                seen += any(hit["id"] == written_id(number) for hit in hits)
                seen += reader.ask("GET", f"/v1/items/{quote(written_id(number))}")[0] != 404
    return Gone(looks=n * 2 * LOOKS, seen=seen, failed=load.failed)


def bulk(service: Service, *, rows: int, searches: float, seconds: float = 5) -> Pushed:
    """Pushes new resources in one body while searches go on."""
    client = service.client()
    with Load(service, searches, a_search).going_on() as load:
        time.sleep(seconds)
    before = load.times
    lines = [a_course(500_000 + number, unlike(500_000 + number)) for number in range(rows)]
    body = "\n".join(json.dumps(line, ensure_ascii=False) for line in lines).encode()
    with Load(service, searches, a_search).going_on() as load:
        began = time.monotonic()
        _, said = client.ask("POST", "/v1/items/bulk", body, kind="application/x-ndjson")
        accepted = time.monotonic() - began
        while not json.loads(client.ask("GET", f"/v1/jobs/{json.loads(said)['id']}")[1])["finished_at"]:
            time.sleep(0.1)
        done = time.monotonic() - began
        while not client.search(str(lines[-1]["title"]), limit=1, correct="false"):
            time.sleep(0.1)
        shown = time.monotonic() - began
    return Pushed(
        rows=rows, accepted=accepted, done=done, shown=shown, before=before, searches=load.times, failed=load.failed
    )


def mixed(service: Service, *, seconds: float, rate: float) -> Mixed:
    """Everything at once: reads, single writes, bulks; memory minute by minute."""
    writer, failed, written, memory = service.client(), Counter[str](), 0, list[float]()
    writes: list[float] = []
    until, next_look, chance = time.monotonic() + seconds, 0.0, random.Random(3)
    for number in range(50):
        put(writer, number, unlike(number))
    with Load(service, rate, anything).going_on() as load:
        while time.monotonic() < until:
            if time.monotonic() >= next_look:
                memory.append(sum(map(private_megabytes, [service.pid, *service.children()])))
                next_look = time.monotonic() + max(seconds / 20, 1)
            began = time.monotonic()
            try:
                written += write_something(writer, chance, failed)
            except (OSError, HTTPException) as error:
                failed[f"{type(error).__name__}: {error}"] += 1
            writes.append(time.monotonic() - began)
            time.sleep(0.05)
    return Mixed(times=load.times, writes=writes, written=written, memory=memory, failed=load.failed + failed)


def write_something(client: Client, chance: random.Random, failed: Counter[str]) -> int:
    """A write of any kind; says how many resources it wrote."""
    number = chance.randrange(50)
    path = f"/v1/items/{quote(written_id(number))}"
    match chance.choices(("put", "popularity", "replace", "bulk"), (60, 25, 10, 1))[0]:
        case "put":
            put(client, number, unlike(chance.randrange(10_000)))
        case "popularity":
            expect(client.ask("PATCH", path, {"popularity": chance.randrange(10_000)})[0], {200}, failed)
        case "replace":
            expect(client.ask("DELETE", path)[0], {204}, failed)
            put(client, number, unlike(chance.randrange(10_000)))
        case _:
            lines = [a_course(1_000 + chance.randrange(2_000), unlike(chance.randrange(10_000))) for _ in range(200)]
            once = {line["id"]: line for line in lines}.values()
            body = "\n".join(json.dumps(line, ensure_ascii=False) for line in once).encode()
            status, _ = client.ask("POST", "/v1/items/bulk", body, kind="application/x-ndjson")
            expect(status, {200}, failed)
            return len(once)
    return 1


def expect(status: int, among: set[int], failed: Counter[str]) -> None:
    if status not in among:
        failed[f"write {status}"] += 1


def spread(seconds: Sequence[float]) -> str:
    """p50/p95/p99 in milliseconds."""
    if len(seconds) < 2:
        return "–"
    cuts = statistics.quantiles(seconds, n=100, method="inclusive")
    return "/".join(f"{cuts[at] * 1e3:.1f}" for at in (49, 94, 98))


def copy_of(state: Path, folder: Path) -> Path:
    """A state directory of its own with the same catalogue and index."""
    copy = folder / "state"
    shutil.copytree(state, copy, ignore=shutil.ignore_patterns("*.lock", "service.log"))
    return copy


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("state", type=Path)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--changes", type=int, default=200)
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--searches", type=float, default=200)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        service = Service(copy_of(asked.state, Path(folder)), workers=asked.workers)
        with running(service):
            memory = [f"{private_megabytes(pid):.0f}" for pid in service.children()]
            print(f"start      private memory of workers and indexer, MB: {' '.join(memory)}", flush=True)
            if asked.changes:
                print("freshness ", freshness(service, changes=asked.changes, searches=asked.searches), flush=True)
                print("deletes   ", deletes(service, n=asked.changes, searches=asked.searches), flush=True)
            if asked.rows:
                print("bulk      ", bulk(service, rows=asked.rows, searches=asked.searches), flush=True)
            if asked.minutes:
                print("load      ", mixed(service, seconds=asked.minutes * 60, rate=asked.searches), flush=True)
            if asked.kills:
                print("kills     ", kills(service, n=asked.kills, chance=random.Random(11)), flush=True)


if __name__ == "__main__":
    main()
