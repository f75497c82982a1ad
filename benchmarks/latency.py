"""Times search and recommendation in process, on an index that stands.

usage: ./run import FILE; .venv/bin/python benchmarks/latency.py JUDGMENTS…   (XUEJING_STATE: another state directory)

Every query of the judgment files is asked once per line of the table, after a warm-up; times are milliseconds. What an
interest means is remembered, so the last line asks for interests that nobody asked for before.
"""

import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

os.environ.setdefault("XUEJING_STATE", str(Path(__file__).resolve().parent.parent / "var"))
os.environ.setdefault("NUMBA_CACHE_DIR", str(Path(os.environ["XUEJING_STATE"]) / "cache" / "numba"))

import numpy as np

from corpus.revision import shipped_revision
from index.query import Query
from index.search import search
from index.snapshot import Snapshot, open_snapshot
from recommender.judgments import read_judgments
from recommender.recommend import recommend
from recommender.request import Interest, Request

FACETS = ("kind", "subject", "provider", "year")
INTERESTS = (
    "书法",
    "养生太极",
    "手机摄影",
    "儿童绘本",
    "中国历史",
    "英语口语",
    "园艺花卉",
    "理财投资",
    "Python 编程",
    "家常菜",
)


def main(files: Sequence[str]) -> None:
    state = Path(os.environ["XUEJING_STATE"])
    began = time.perf_counter()
    snapshot = open_snapshot(state, revision=shipped_revision())
    print(f"{len(snapshot):,} resources, opened in {time.perf_counter() - began:.2f} s")
    queries = [j.query for file in files for j in read_judgments(Path(file)) if j.query]
    print(f"{'':44}{'p50':>8}{'p95':>8}{'p99':>8}")
    for label, options in (
        ("search, hits only", {"highlight": False}),
        ("search, with highlights", {}),
        ("search, with highlights and four facets", {"facets": FACETS}),
    ):
        show(label, [lambda q=q, o=options: search(snapshot, Query(text=q, **o)) for q in queries])
    for label, explain, diversity in (
        ("recommend, five interests, no reasons", False, None),
        ("recommend, five interests, reasons", True, None),
        ("recommend, five interests, reasons, diversity 0", True, 0.0),
    ):
        rounds = [(INTERESTS[start:] + INTERESTS[:start])[:5] for start in range(len(INTERESTS))] * 20
        show(label, [asking(snapshot, texts, explain, diversity) for texts in rounds])
    texts = unasked(snapshot, 1250)
    calls = [asking(snapshot, texts[i : i + 5], True, None) for i in range(0, len(texts) - 4, 5)]
    show("recommend, five new interests, reasons", calls[50:], warm_up=calls[:50])


def asking(snapshot: Snapshot, texts: Sequence[str], explain: bool, diversity: float | None) -> Callable[[], object]:
    request = Request(interests=tuple(Interest(text=t) for t in texts), explain=explain, diversity=diversity)
    return lambda: recommend(snapshot, request)


def unasked(snapshot: Snapshot, n: int) -> list[str]:
    """Up to n different pairs of words that stand in some, but not many resources."""
    base = snapshot.base
    found = np.diff(base.term_offsets[: base.manifest.words + 1])
    words = [base.terms[number] for number in np.flatnonzero((found >= 10) & (found < len(base) / 30)).tolist()]
    words = [word for word in words if len(word) > 1 and word.isalpha()]
    chosen = np.random.default_rng(0).permutation(words)[: 2 * n].tolist()
    return [f"{left} {right}" for left, right in zip(chosen[::2], chosen[1::2], strict=False)]


def show(label: str, calls: Sequence[Callable[[], object]], *, warm_up: Sequence[Callable[[], object]] = ()) -> None:
    if not calls:
        return
    for call in warm_up or calls[:50]:
        call()
    times = []
    for call in calls:
        began = time.perf_counter()
        call()
        times.append((time.perf_counter() - began) * 1000)
    p50, p95, p99 = np.percentile(times, [50, 95, 99])
    print(f"{label:44}{p50:8.2f}{p95:8.2f}{p99:8.2f}   ({len(calls)} calls)")


if __name__ == "__main__":
    main(sys.argv[1:])
