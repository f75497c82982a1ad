"""Requests as residents, platforms and librarians make them, at a steady rate from several threads."""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPException
from urllib.parse import quote

from benchmarks.running_service import Client, Service

QUERIES = (
    *["太极拳", "手机摄影", "养生", "书法", "亲子阅读", "苏州园林", "中国历史"],
    *["英语口语", "理财", "Python编程", "家常菜", "心理学", "怎么用手机", "儿童绘本"],
)
SIGNS = "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥"
CONNECTIONS = 4


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
