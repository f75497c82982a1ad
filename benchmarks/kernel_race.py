"""The kernel against the peers on the same words, in blocks whose order rotates within one process.

Three lines: the ten best for any of the words; with minimum match, prior, filter and exact total; for a profile of
100 words.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.blocks import BLOCK, Turn, summary, take_turns
from benchmarks.corpus import Corpus, Questions, questions
from benchmarks.engines import ALL
from benchmarks.oracle import Oracle, agreement
from benchmarks.own_engine import Hits, OwnEngine
from index.arrays import Float64

LINES = ("plain", "filtered", "profile")
COMPARED = 100
"""Queries whose answers are compared with the oracle's."""


def race(directory: Path, names: Sequence[str], *, blocks: int, block: int = BLOCK) -> dict[str, dict[str, Any]]:
    """For each line and engine its times, how much slower it was than this kernel, and how exact its answers are."""
    corpus = Corpus.load(directory)
    asked = questions(corpus, queries=blocks * block, profiles=blocks * block)
    judge = Judge(corpus, asked)
    engines = {name: ALL[name](corpus, directory / name) for name in names}
    own = engines[OwnEngine.name]
    results: dict[str, dict[str, Any]] = {}
    for line in LINES:
        racing = {name: engine for name, engine in engines.items() if takes_part(engine, line, asked)}
        turns: dict[str, Turn] = {
            name: lambda numbers, engine=engine, line=line: timed(engine, line, asked, numbers)[0]
            for name, engine in racing.items()
        }
        laps = take_turns(turns, blocks=blocks, block=block)
        exact = judge.compare(line, own, racing, {name: min(lap.pace * blocks, COMPARED) for name, lap in laps.items()})
        results[line] = {name: summary(lap, laps[own.name]) | exact[name] for name, lap in laps.items()}
    for engine in engines.values():
        getattr(engine, "close", int)()
    return results


def takes_part(engine: Any, line: str, asked: Questions) -> bool:
    if hasattr(engine, "answers"):
        return line == "plain"
    return _call(engine, line, asked, 0) is not None


def _call(engine: Any, line: str, asked: Questions, number: int) -> Callable[[], Hits] | None:
    call: Callable[[], Hits] | None
    call = (
        engine.profile(*asked.profiles[number]) if line == "profile" else getattr(engine, line)(asked.queries[number])
    )
    return call


def timed(engine: Any, line: str, asked: Questions, numbers: range) -> tuple[list[float], list[Hits]]:
    """Seconds and answers of some queries, one after the other."""
    if hasattr(engine, "answers"):
        answers = engine.answers([asked.queries[number] for number in numbers])
        return [seconds for seconds, _ in answers], [(found, -1) for _, found in answers]
    times, found = [], []
    for call in [_call(engine, line, asked, number) for number in numbers]:
        assert call is not None
        began = time.perf_counter()
        answer = call()
        times.append(time.perf_counter() - began)
        found.append(answer)
    return times, found


class Judge:
    """Compares answers with exact ones."""

    def __init__(self, corpus: Corpus, asked: Questions) -> None:
        self._oracle = Oracle(corpus)
        self._asked = asked

    def compare(
        self, line: str, own: OwnEngine, engines: Mapping[str, Any], compared: Mapping[str, int]
    ) -> dict[str, dict[str, float | None]]:
        """For each engine the share of the exact ten best that it found, and of exact totals, if it has any."""
        found = {name: timed(engines[name], line, self._asked, range(n))[1] for name, n in compared.items()}
        agreeing: dict[str, list[float]] = {name: [] for name in engines}
        totals: dict[str, list[bool]] = {name: [] for name in engines}
        for number in range(max(compared.values())):
            as_own, plain = self._expected(line, own, number)
            for name in engines:
                if number < compared[name]:
                    rows, total = found[name][number]
                    weighed_alike = name == own.name or hasattr(engines[name], "numbers")
                    exact = as_own if weighed_alike else plain
                    agreeing[name].append(agreement(rows, exact))
                    if line == "filtered":
                        totals[name].append(total == int(np.count_nonzero(exact)))
        return {
            name: {
                "agreeing": float(np.mean(agreeing[name])),
                "totals": float(np.mean(totals[name])) if totals[name] else None,
            }
            for name in engines
        }

    def _expected(self, line: str, own: OwnEngine, number: int) -> tuple[Float64, Float64]:
        """Exact scores as this kernel weighs documents, and by BM25 alone; 0 where a document does not match."""
        if line == "profile":
            terms, weights = self._asked.profiles[number]
            values, documents, offsets, _ = own.impacts()
            alike = np.zeros(self._oracle.size)
            for term, weight in zip(own.numbers[terms].tolist(), weights.tolist(), strict=True):
                place = slice(int(offsets[term]), int(offsets[term + 1]))
                alike[documents[place]] += weight * values[place].astype(np.float64)
            return alike, self._oracle.scores(terms, weights)[0]
        scores, held = self._oracle.scores(self._asked.queries[number])
        if line == "plain":
            return scores, scores
        matching = (held >= 2) & (own.kind_mask > 0)
        if matching.any():
            return scores * matching * own.snapshot.prior, scores * matching
        # Where nothing holds two words, the kernel asks for one; the others then find nothing.
        return scores * (own.kind_mask > 0) * own.snapshot.prior, np.zeros(self._oracle.size)
