"""What must be reached, line by line, and how a measurement answers each."""

import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

Results = Mapping[str, Any]
"""What was measured, by the name of its part."""
REMARKS = Path(__file__).with_name("remarks.toml")
"""For a line that is not reached: the reason and what was tried."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A line of the table."""

    key: str
    what: str
    must: str
    measured: Callable[[Results], tuple[str, bool]]
    """Raises KeyError where its part was not measured."""


def _ratio(documents: int, line: str, engine: str, least: float) -> Callable[[Results], tuple[str, bool]]:
    def measured(results: Results) -> tuple[str, bool]:
        found = results[f"kernel-{documents}"]["race"][line][engine]
        text = f"{found['ratio']:.3g} × (blocks {found['low']:.3g}–{found['high']:.3g})"
        return text, found["ratio"] >= least

    return measured


def _text(engine: str, below: float) -> Callable[[Results], tuple[str, bool]]:
    def measured(results: Results) -> tuple[str, bool]:
        found = results["catalogue"]["text"][engine]
        return f"p50 {found['p50']:.2f}, p95 {found['p95']:.2f} ms", found["p50"] < below

    return measured


def _first_index(results: Results) -> tuple[str, bool]:
    seconds = results["catalogue"]["first index"]
    own, whoosh = seconds["this service"], seconds["Whoosh + ChineseAnalyzer"]
    others = ", ".join(f"{name} {took:.0f} s" for name, took in seconds.items() if name != "this service")
    return f"{own:.1f} s ({whoosh / own:.1f} × Whoosh); {others}", whoosh / own >= 4


def _seen(results: Results) -> tuple[str, bool]:
    seen = np.array(results["freshness"]["seen"]) * 1000
    p50, p99 = np.percentile(seen, [50, 99])
    return f"p50 {p50:.0f}, p99 {p99:.0f} ms, the search that showed it included", p99 < 300


def _start(results: Results) -> tuple[str, bool]:
    starts = results["freshness"]["starts"]
    return f"{np.median(starts):.2f} s", float(np.median(starts)) < 3


def _rps(line: str, least: float) -> Callable[[Results], tuple[str, bool]]:
    def measured(results: Results) -> tuple[str, bool]:
        found = _run(results["http-catalogue"], 2)["lines"][line]
        return f"{found['rps']:,.0f}/s, p50 {found['p50']:.1f}, p99 {found['p99']:.1f} ms", found["rps"] >= least

    return measured


def _share(line: str, least: float) -> Callable[[Results], tuple[str, bool]]:
    def measured(results: Results) -> tuple[str, bool]:
        found = _run(results["http-synthetic"], 2)["lines"][line]
        return f"{found['share']:.0%}, p99 {found['p99']:.0f} ms", found["share"] >= least and found["p99"] < 40

    return measured


def _worker(results: Results) -> tuple[str, bool]:
    memory = max(_run(results["http-catalogue"], 2)["private_mb"])
    return f"{memory:.0f} MB (the largest process, after the whole HTTP race)", memory < 100


def _million(results: Results) -> tuple[str, bool]:
    costs = results["kernel-1000000"]["costs"]["this kernel"]
    return f"{costs['build_mb'] / 1000:.1f} GB to build, {costs['resident_mb'] / 1000:.2f} GB while asked", max(
        costs["build_mb"], costs["resident_mb"]
    ) < 8000


def _run(results: Results, workers: int) -> Mapping[str, Any]:
    return next(run for run in results["runs"] if run["workers"] == workers)


SIZES = {100_000: "100k", 1_000_000: "1M"}
TEN, FILTERED, PROFILE = (
    "kernel on terms, top 10",
    "with minimum match, prior, mask, exact total",
    "profile of 100 terms",
)

TARGETS: Sequence[Target] = (
    *(
        Target(
            key=f"{line}-{documents}-{engine}",
            what=f"{what}, {SIZES[documents]} documents, against {engine}",
            must=f"≥ {least:g} ×",
            measured=_ratio(documents, line, engine, least),
        )
        for line, what, documents, engine, least in (
            ("plain", TEN, 100_000, "Whoosh", 200),
            ("plain", TEN, 100_000, "tantivy", 4),
            ("plain", TEN, 100_000, "bm25s (numba)", 2.5),
            ("plain", TEN, 100_000, "xapian", 20),
            ("plain", TEN, 100_000, "SQLite FTS5", 250),
            ("plain", TEN, 1_000_000, "tantivy", 5),
            ("filtered", FILTERED, 100_000, "tantivy", 2.5),
            ("profile", PROFILE, 100_000, "tantivy", 4),
            ("profile", PROFILE, 100_000, "scipy q @ X.T", 4),
            ("profile", PROFILE, 100_000, "scikit-learn X @ v", 25),
        )
    ),
    Target(
        key="text",
        what="text → hits in process, 180k",
        must="p50 < .3 ms",
        measured=_text("this service", 0.3),
    ),
    Target(
        key="text-typed",
        what="the same, exactly as typed (no guesses), as the peers do",
        must="p50 < .3 ms",
        measured=_text("this service, as typed (correct=false)", 0.3),
    ),
    Target(
        key="text-facets",
        what="the same with four facets and highlights",
        must="p50 < 1 ms",
        measured=_text("this service, highlights, four facets", 1.0),
    ),
    Target(
        key="first-index",
        what="first index of `large` until ranked search answers",
        must="≥ 4 × Whoosh; goal 10 s",
        measured=_first_index,
    ),
    Target(
        key="freshness",
        what="one resource changed → seen over HTTP at 200 searches/s, 180k",
        must="p99 < 300 ms",
        measured=_seen,
    ),
    Target(key="start", what="start to ready at 180k, caches warm", must="< 3 s", measured=_start),
    Target(
        key="http-search",
        what="search over HTTP, 180k, limit 10, two workers, 32 connections",
        must="≥ 3,024/s (3 × Meilisearch)",
        measured=_rps("search, limit 10", 3 * 1008),
    ),
    Target(
        key="http-facets",
        what="the same with four facets",
        must="≥ 1,700/s (4 × Meilisearch)",
        measured=_rps("search with four facets", 4 * 425),
    ),
    Target(
        key="share-search",
        what="search over HTTP, 100k, against the app's constant answer",
        must="≥ 35 %, p99 < 40 ms",
        measured=_share("search, limit 10", 0.35),
    ),
    Target(
        key="share-recommend",
        what="recommend (5 interests, reasons) over HTTP, 100k, against the same",
        must="≥ 10 %, p99 < 40 ms",
        measured=_share("recommend, five interests, reasons", 0.10),
    ),
    Target(key="worker", what="private memory of one more worker, 180k", must="< 100 MB", measured=_worker),
    Target(key="million", what="memory to build and serve 1M documents", must="< 8 GB", measured=_million),
)


def remarks() -> Mapping[str, str]:
    """Why a line is not reached and what was tried, by the line's key."""
    return tomllib.loads(REMARKS.read_text("utf-8")) if REMARKS.exists() else {}
