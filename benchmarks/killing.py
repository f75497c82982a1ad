"""Kills the processes of a service while writers go on, and looks whether all that was acknowledged is there."""

import json
import random
import threading
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http.client import HTTPException
from urllib.parse import quote

from benchmarks.running_service import Client, Service
from benchmarks.traffic import a_course, unlike, written_id


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
