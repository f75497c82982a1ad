"""From a resident's text to hits, in process, against each peer behind the same segmenter and on the same words."""

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.blocks import BLOCK, Turn, summary, take_turns
from benchmarks.corpus import Corpus
from benchmarks.engines import ALL
from benchmarks.first_index import ENGINES, seconds_until_first_answer
from corpus.revision import shipped_revision
from index.arrays import UInt32, offsets_of
from index.base import Base
from index.folding import fold
from index.query import Query
from index.search import search
from index.segmentation import Segmenter
from index.snapshot import Snapshot, open_snapshot
from recommender.judgments import read_judgments

OWN = "this service"
FACETS = ("kind", "subject", "provider", "year")
VARIANTS: Mapping[str, Mapping[str, Any]] = {
    OWN: {"highlight": False},
    f"{OWN}, as typed (correct=false)": {"highlight": False, "correct": False},
    f"{OWN}, highlights": {},
    f"{OWN}, highlights, four facets": {"facets": FACETS},
}


def dev_queries(data: Path) -> list[str]:
    """All queries of the two search sets, in an order that mixes them."""
    files = [data / "judgments" / f"search-{name}.dev.jsonl" for name in ("topics", "robust")]
    texts = [judgment.query for file in files for judgment in read_judgments(file) if judgment.query]
    return [texts[number] for number in np.random.default_rng(0).permutation(len(texts)).tolist()]


def words_of(base: Base) -> Corpus:
    """The words of each resource, in any order, counted as often as the base counts them."""
    words = base.manifest.words
    postings = int(base.term_offsets[words])
    fields = base.posting_fields[:postings]
    ends = np.cumsum(np.bitwise_count(fields), dtype=np.int64)
    counts = np.add.reduceat(base.posting_counts[: int(ends[-1])].astype(np.int64), np.append(0, ends[:-1]))
    terms = np.repeat(np.arange(words, dtype=np.uint32), np.diff(base.term_offsets[: words + 1]).astype(np.int64))
    rows = base.posting_rows[:postings]
    order = np.argsort(rows, kind="stable")
    lengths = np.bincount(rows, counts, minlength=base.compiled_rows).astype(np.int64)
    return Corpus(
        words=[base.terms[number] for number in range(words)],
        tokens=np.repeat(terms[order], counts[order]),
        offsets=offsets_of(lengths, np.uint64),
        kinds=np.ones(base.compiled_rows, np.uint8),
    )


def text_race(state: Path, work: Path, texts: Sequence[str], peers: Sequence[str], *, blocks: int) -> dict[str, Any]:
    """Times of every engine by name; the peers must stand in `work` beside their corpus."""
    snapshot = open_snapshot(state, revision=shipped_revision())
    corpus = Corpus.load(work)
    numbers = {word: number for number, word in enumerate(corpus.words)}
    asked = [texts[number % len(texts)] for number in range(blocks * BLOCK)]
    turns: dict[str, Turn] = {name: _own_turn(snapshot, asked, options) for name, options in VARIANTS.items()}
    opened = {name: ALL[name](corpus, work / name) for name in peers}
    for name, engine in opened.items():
        turns[name] = _peer_turn(engine, snapshot.segmenter, numbers, asked)
    laps = take_turns(turns, blocks=blocks)
    for engine in opened.values():
        getattr(engine, "close", int)()
    return {name: summary(lap, laps[OWN]) for name, lap in laps.items()}


def _own_turn(snapshot: Snapshot, asked: Sequence[str], options: Mapping[str, Any]) -> Turn:
    def turn(numbers: range) -> list[float]:
        return [_seconds(lambda n=n: search(snapshot, Query(text=asked[n], limit=10, **options))) for n in numbers]

    return turn


def _peer_turn(engine: Any, segmenter: Segmenter, numbers: Mapping[str, int], asked: Sequence[str]) -> Turn:
    def terms_of(text: str) -> UInt32:
        known = (numbers.get(word.text) for word in segmenter.segment(fold(text)))
        return np.array([number for number in known if number is not None], np.uint32)

    def answer(text: str) -> None:
        terms = terms_of(text)
        if len(terms):
            engine.plain(terms)()

    def turn(chosen: range) -> list[float]:
        if not hasattr(engine, "answers"):
            return [_seconds(lambda n=n: answer(asked[n])) for n in chosen]
        cutting = [_seconds(lambda n=n: terms_of(asked[n])) for n in chosen]
        answers = engine.answers([terms_of(asked[n]) for n in chosen])
        return [cut + seconds for cut, (seconds, _) in zip(cutting, answers, strict=True)]

    return turn


def _seconds(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def first_indexes(state: Path, work: Path) -> dict[str, float]:
    """Seconds from the database to the first ranked answer, by engine."""
    seconds = {}
    for name in ENGINES:
        try:
            seconds[name] = seconds_until_first_answer(name, state, work / f"first index of {name}")
        except Exception as error:  # noqa: BLE001  a peer that is not installed is named
            print(f"{name}: {error}")
    return seconds
