"""A whole service over HTTP, with the client on the same processors, against a constant answer of the same app."""

import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np

from benchmarks.corpus import SEED, Corpus, questions
from benchmarks.load import Request, load
from benchmarks.running_service import Service, private_megabytes, running

CONNECTIONS = 32
SECONDS = 4.0
ROUNDS = 3
"""Each kind of request is asked so many times, taking turns; the middle one counts."""
FACETS = "".join(f"&facets={name}" for name in ("kind", "subject", "provider", "year"))
CONSTANT = "the app's constant answer (/livez)"


def http_race(state: Path, texts: Sequence[str], interests: Sequence[str], *, workers: int) -> dict[str, Any]:
    """Requests a second and milliseconds by kind of request, on a copy of a state directory with its index."""
    asked = requests_for(texts, interests)
    measured: dict[str, list[dict[str, float]]] = {name: [] for name in asked}
    with copied(state) as copy:
        quick = {"XUEJING_RATE_PER_ADDRESS": "0"}
        service = Service(copy, workers=workers, environment=quick)
        with running(service):
            ready = service.wait_until_ready()
            client = service.client()
            for requests in asked.values():
                for path, body in requests[:50]:
                    client.ask("GET" if body is None else "POST", path, body)
                load(service.port, requests, connections=8, seconds=1)
            for _ in range(ROUNDS):
                for name, requests in asked.items():
                    measured[name].append(load(service.port, requests, connections=CONNECTIONS, seconds=SECONDS))
            processes = [service.pid, *service.children()]
            memory = sorted(private_megabytes(pid) for pid in processes)
    middle = {name: sorted(runs, key=lambda run: run["rps"])[len(runs) // 2] for name, runs in measured.items()}
    constant = [run["rps"] for run in measured[CONSTANT]]
    for name, runs in measured.items():
        shares = [run["rps"] / own for run, own in zip(runs, constant, strict=True)]
        middle[name] |= {"share": float(np.median(shares)), "low": min(shares), "high": max(shares)}
    return {"workers": workers, "lines": middle, "private_mb": memory, "ready_s": ready}


def requests_for(texts: Sequence[str], interests: Sequence[str]) -> dict[str, list[Request]]:
    """What is asked, by its name in the table."""
    chance = np.random.default_rng(SEED)
    chosen = [chance.choice(len(interests), 5, replace=False).tolist() for _ in range(500)]
    bodies = [{"interests": [interests[number] for number in five], "explain": True} for five in chosen]
    searches: list[Request] = [(f"/v1/search?q={quote(text)}&limit=10", None) for text in texts]
    return {
        CONSTANT: [("/livez", None)],
        "search, limit 10": searches,
        "search with four facets": [(path + FACETS, None) for path, _ in searches],
        "recommend, five interests, reasons": [("/v1/recommend", body) for body in bodies],
    }


def synthetic_texts(directory: Path) -> tuple[list[str], list[str]]:
    """Queries of the synthetic corpus, and interests of one or two words."""
    corpus = Corpus.load(directory)
    asked = questions(corpus, queries=1000, profiles=1).queries
    texts = [" ".join(corpus.words[number] for number in terms.tolist()) for terms in asked]
    return texts, [" ".join(text.split()[:2]) for text in texts[:200]]


@contextmanager
def copied(state: Path) -> Iterator[Path]:
    """A state directory that a run may change; files are linked where they are never written to."""
    with tempfile.TemporaryDirectory(dir=state.parent) as folder:
        copy = Path(folder) / "state"
        shutil.copytree(state, copy, copy_function=_link_index, ignore=shutil.ignore_patterns("*.lock"))
        yield copy


def _link_index(source: str, target: str) -> None:
    if {"bases", "spellings", "suggestions", "whoosh"} & {*Path(source).parts}:
        os.link(source, target)
    else:
        shutil.copy2(source, target)
