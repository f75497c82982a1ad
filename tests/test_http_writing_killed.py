"""kill -9 while a service takes writes: whatever it acknowledged is there, and an accepted job is finished."""

import json
import threading
import time
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import Request, urlopen

import pytest
from test_http_serving import fill, serving

from corpus.catalogue import Catalogue
from corpus.keys import KeyStore
from corpus.revision import Revision

pytestmark = pytest.mark.slow

JOB_ROWS = 5_000


def ask(url: str, secret: str, method: str = "GET", body: bytes | None = None, kind: str = "application/json") -> Any:
    headers = {"X-API-Key": secret, "Content-Type": kind}
    with urlopen(Request(url, body, headers, method=method), timeout=30) as response:
        return json.load(response)


def lines() -> bytes:
    rows = ({"id": f"job:{number}", "kind": "book", "title": f"第 {number} 本"} for number in range(JOB_ROWS))
    return "\n".join(json.dumps(row) for row in rows).encode()


def test_a_kill_loses_nothing_that_was_acknowledged(tmp_path: Path, dictionaries: Path, revision: Revision) -> None:
    (tmp_path / "cache").symlink_to(dictionaries)
    fill(tmp_path, revision)
    keys = KeyStore.open(f"sqlite:///{tmp_path}/catalogue.db")
    secret, _ = keys.create(["catalog"], label="", now=int(time.time()))
    keys.close()
    acknowledged: dict[str, int] = {}

    def write(url: str, name: str) -> None:
        try:
            for turn in range(100_000):
                id = f"put:{name}:{turn % 20}"
                body = {"kind": "book", "title": "活着", "popularity": turn}
                ask(f"{url}/v1/items/{id}", secret, "PUT", json.dumps(body).encode())
                acknowledged[id] = turn
        except (URLError, OSError):  # it was killed
            return

    with serving(tmp_path) as (process, url):
        writers = [threading.Thread(target=write, args=(url, name)) for name in ("a", "b")]
        for writer in writers:
            writer.start()
        job = ask(f"{url}/v1/items/bulk", secret, "POST", lines(), "application/x-ndjson")
        while not ask(f"{url}/v1/jobs/{job['id']}", secret)["done"]:
            time.sleep(0.01)
        process.kill()
        for writer in writers:
            writer.join()

    catalogue = Catalogue.open(f"sqlite:///{tmp_path}/catalogue.db")
    assert len(acknowledged) > 2
    for id, turn in acknowledged.items():
        stored = catalogue.get(id)
        assert stored is not None
        assert (stored.popularity or 0) >= turn
    with serving(tmp_path) as (_, url):
        while not (job := ask(f"{url}/v1/jobs/{job['id']}", secret))["finished_at"]:
            time.sleep(0.05)
    assert (job["state"], job["done"]) == ("done", JOB_ROWS)
    assert len(catalogue.find([f"job:{number}" for number in range(JOB_ROWS)])) == JOB_ROWS
    catalogue.close()
