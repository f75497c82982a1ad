"""Evaluates search and recommendation on judged questions, through the same functions as HTTP."""

import math
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from index.query import MOST_RESULTS, Query
from index.search import search
from index.snapshot import Snapshot
from recommender.judgments import Judgment, read_judgments
from recommender.metrics import Grades, ndcg, recall, reciprocal_rank, success
from recommender.recommend import recommend
from recommender.request import Interest, Request
from recommender.variety import coverage, intra_list_diversity, novelty

METRICS: Final[Mapping[str, Callable[[Sequence[str], Grades], float]]] = {
    "nDCG@10": lambda ids, grades: ndcg(ids, grades, k=10),
    "MRR@10": lambda ids, grades: reciprocal_rank(ids, grades, k=10),
    "HR@10": lambda ids, grades: success(ids, grades, k=10),
    "Success@3": lambda ids, grades: success(ids, grades, k=3),
    "Recall@100": lambda ids, grades: recall(ids, grades, k=100),
}

DEPTH = 100
"""Results read for each question, as deep as the deepest metric."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mean:
    """A metric over n questions."""

    mean: float
    standard_error: float
    """Of the mean; 0 for fewer than two questions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The questions of one type."""

    type: str
    """Empty for all questions of the set."""
    questions: int
    metrics: Mapping[str, Mean]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """How well one judgment file is answered."""

    name: str
    release: str
    groups: tuple[Group, ...]
    """All questions first, then each type."""
    variety: Mapping[str, float]
    """coverage, intra_list_diversity and novelty of the first ten answers."""


def evaluate(
    snapshot: Snapshot,
    path: Path,
    *,
    diversity: float = 0.0,
    progress: Callable[[int, int], None] = lambda done, of: None,
    ask: Callable[[Judgment], list[str]] | None = None,
) -> Evaluation:
    """Answers every question of a judgment file and measures the answers.

    Args:
        diversity: of recommendations; 0 measures relevance alone.
        ask: gives the ids that answer a question, up to DEPTH of them; None asks the snapshot.
    Raises: NotFound or InvalidInput if the file cannot be read.
    """
    judgments = read_judgments(path)
    values: list[dict[str, float]] = []
    first_ten: list[list[int]] = []
    for done, judgment in enumerate(judgments, start=1):
        ids = ask(judgment) if ask else answer(snapshot, judgment, diversity=diversity)
        values.append({name: metric(ids, judgment.grades) for name, metric in METRICS.items()})
        first_ten.append([row for row in map(snapshot.row_of, ids[:10]) if row is not None])
        progress(done, len(judgments))
    types = [*dict.fromkeys(judgment.type for judgment in judgments if judgment.type)]
    groups = [_group("", values)]
    groups += [_group(t, [v for v, j in zip(values, judgments, strict=True) if j.type == t]) for t in types]
    name = path.name.removesuffix(".jsonl")
    variety = _variety(snapshot, first_ten)
    return Evaluation(name=name, release=snapshot.release, groups=tuple(groups), variety=variety)


def answer(snapshot: Snapshot, judgment: Judgment, *, diversity: float, depth: int = DEPTH) -> list[str]:
    """The first ids that answer a question, best first, as pages of HTTP would bring them."""
    if judgment.query is None:
        interests = tuple(Interest(text=text) for text in judgment.interests)
        request = Request(interests=interests, likes=judgment.likes, limit=depth, diversity=diversity, explain=False)
        return [item.id for item in recommend(snapshot, request).items]
    ids: list[str] = []
    offset: int | None = 0
    while offset is not None and len(ids) < depth:
        query = Query(text=judgment.query, limit=min(depth, MOST_RESULTS), offset=offset, highlight=False)
        result = search(snapshot, query)
        ids += [hit.id for hit in result.hits]
        offset = result.next_offset
    return ids[:depth]


def _variety(snapshot: Snapshot, lists: Sequence[Sequence[int]]) -> dict[str, float]:
    return {
        "coverage": coverage(snapshot, lists),
        "intra_list_diversity": _mean([intra_list_diversity(snapshot, rows) for rows in lists]).mean,
        "novelty": _mean([novelty(snapshot, rows) for rows in lists]).mean,
    }


def _group(type: str, values: Sequence[Mapping[str, float]]) -> Group:
    metrics = {name: _mean([value[name] for value in values]) for name in METRICS}
    return Group(type=type, questions=len(values), metrics=metrics)


def _mean(values: Sequence[float]) -> Mean:
    if not values:
        return Mean(mean=0.0, standard_error=0.0)
    error = statistics.stdev(values) / math.sqrt(len(values)) if len(values) > 1 else 0.0
    return Mean(mean=statistics.fmean(values), standard_error=error)
