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
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path
from urllib.parse import quote

from benchmarks.running_service import Client, Service, private_megabytes, running

QUERIES = (
    *["太极拳", "手机摄影", "养生", "书法", "亲子阅读", "苏州园林", "中国历史"],
    *["英语口语", "理财", "Python编程", "家常菜", "心理学", "怎么用手机", "儿童绘本"],
)
SIGNS = "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥"
CONNECTIONS = 4
LOOKS = 8
"""Searches over other connections after each delete."""


@dataclass(slots=True)
class Load:
    """Requests that go on beside a measurement."""

    service: Service
    rate: float
    """A second, over all threads."""
    requests: Callable[[random.Random], tuple[str, str, object]]
    times: list[float] = field(default_factory=list)
    """Seconds."""
    failed: Counter[str] = field(default_factory=Counter)

    @contextmanager
    def going_on(self) -> Iterator["Load"]:
        ended = threading.Event()
        threads = [threading.Thread(target=self._ask, args=(seed, ended)) for seed in range(CONNECTIONS)]
        for thread in threads:
            thread.start()
        try:
            yield self
        finally:
            ended.set()
            for thread in threads:
                thread.join()

    def _ask(self, seed: int, ended: threading.Event) -> None:
        chance, client, pause = random.Random(seed), self.service.client(), CONNECTIONS / self.rate
        due = time.monotonic() + chance.random() * pause
        while not ended.wait(max(0.0, due - time.monotonic())):
            method, path, body = self.requests(chance)
            began = time.monotonic()
            try:
                status, _ = client.ask(method, path, body)
            except (OSError, HTTPException) as error:
                self.failed[type(error).__name__] += 1
            else:
                self.times.append(time.monotonic() - began)
                if status >= 400 and status != 404:  # an item may be gone just now
                    self.failed[f"{method} {status}"] += 1
            due = max(due + pause, time.monotonic() - 1)


def a_search(chance: random.Random) -> tuple[str, str, object]:
    return "GET", f"/v1/search?q={quote(chance.choice(QUERIES))}&limit=10", None


def anything(chance: random.Random) -> tuple[str, str, object]:
    """What residents and platforms ask for, in about the proportions in which they do."""
    text = chance.choice(QUERIES)
    match chance.choices(("search", "facets", "suggest", "recommend", "item"), (50, 10, 20, 15, 5))[0]:
        case "search":
            return a_search(chance)
        case "facets":
            return "GET", f"/v1/search?q={quote(text)}&facets=kind&facets=subject&facets=year", None
        case "suggest":
            return "GET", f"/v1/suggest?q={quote(text[: chance.randint(1, 3)])}", None
        case "recommend":
            texts = chance.sample(QUERIES, 3)
            return "POST", "/v1/recommend", {"interests": texts, "explain": True}
        case _:
            return "GET", f"/v1/items/{quote(written_id(chance.randrange(50)))}", None


def written_id(number: int) -> str:
    return f"living:{number}"


def unlike(number: int) -> str:
    """A title that nothing else has."""
    signs = ""
    while number or not signs:
        number, rest = divmod(number, len(SIGNS))
        signs += SIGNS[rest] * 2
    return f"新课程{signs}讲座"


def a_course(number: int, title: str) -> dict[str, object]:
    return {"id": written_id(number), "kind": "course", "title": title, "description": "试讲。" * 30, "tags": ["试讲"]}


def put(client: Client, number: int, title: str) -> None:
    status, body = client.ask("PUT", f"/v1/items/{quote(written_id(number))}", a_course(number, title))
    if status not in (200, 201):
        raise HTTPException(f"PUT answered {status}: {body[:200]!r}")


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Killed:
    """What kills cost."""

    victims: Mapping[str, int]
    acknowledged: int
    """Changes; the last of each resource was looked for at the end."""
    lost: Sequence[str]

    def __str__(self) -> str:
        killed = ", ".join(f"{count} {name}" for name, count in self.victims.items())
        lost = f"{len(self.lost)} lost {[*self.lost[:3]]}"
        return f"killed {killed}: {self.acknowledged} changes acknowledged meanwhile, {lost}"


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


class Writer(threading.Thread):
    """Writes without a pause and keeps what was acknowledged."""

    def __init__(self, service: Service, share: int) -> None:
        super().__init__(daemon=True)
        self._service = service
        self._share = share
        self._ended = threading.Event()
        self.acknowledged = 0
        """Writes."""
        self.possible: dict[str, list[str | None]] = {}
        """For each id the title that was acknowledged last, None for nothing, then those sent unanswered."""
        self.lost: list[str] = []
        """What was acknowledged and not there when it was to be deleted."""

    def run(self) -> None:
        chance = random.Random(self._share)
        while not self._ended.is_set():
            number = self._share * 10_000 + chance.randrange(200)
            id, title = written_id(number), None if chance.random() < 0.1 else unlike(chance.randrange(10**7))
            possible = self.possible.setdefault(id, [None])
            possible.append(title)
            try:
                status = self._write(id, a_course(number, title) if title else None)
            except ConnectionRefusedError:
                possible.pop()
                time.sleep(0.01)
                continue
            except (OSError, HTTPException):
                continue
            if status == 404 and None not in possible[:-1]:
                self.lost.append(f"{id}: {possible} expected, nothing there")
            if status in (200, 201, 204, 404):
                self.acknowledged += 1
                possible[:] = [title]

    def _write(self, id: str, course: dict[str, object] | None) -> int:
        client, path = Client(self._service.port, self._service.key), f"/v1/items/{quote(id)}"
        try:
            return client.ask("PUT" if course else "DELETE", path, course)[0]
        finally:
            client.close()

    def end(self) -> None:
        self._ended.set()
        self.join()

    def look(self, client: Client) -> None:
        """Looks for everything that was written."""
        for id, possible in self.possible.items():
            status, body = client.ask("GET", f"/v1/items/{quote(id)}")
            there = json.loads(body)["title"] if status == 200 else None
            if there not in possible:
                self.lost.append(f"{id}: {possible} expected, {there} there")


def kills(service: Service, *, n: int, chance: random.Random) -> Killed:
    """Kills a process, any of them, at a random moment, n times, while two writers go on."""
    victims = Counter[str]()
    writers = [Writer(service, share) for share in (1, 2)]
    for writer in writers:
        writer.start()
    for _ in range(n):
        time.sleep(chance.random() * 1.5)
        pid = service.victim(chance)
        victims["supervisor" if pid == service.pid else "child"] += 1
        service.kill(pid)
        if pid == service.pid:
            service.start()
        service.wait_until_ready()
    for writer in writers:
        writer.end()
    service.wait_until_ready()
    for writer in writers:
        writer.look(service.client())
    return Killed(
        victims=victims,
        acknowledged=sum(writer.acknowledged for writer in writers),
        lost=[loss for writer in writers for loss in writer.lost],
    )


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
