"""Ranking metrics over one list of ids and its judged grades; all lie between 0 and 1, bigger is better."""

import math
from collections.abc import Mapping, Sequence

Grades = Mapping[str, int]
"""Grade of each judged id, above 0 where it is relevant."""


def ndcg(ids: Sequence[str], grades: Grades, *, k: int) -> float:
    """Normalised discounted cumulative gain with gain 2^grade - 1 and discount log2(rank + 1).

    Source: Burges et al. 2005, Learning to Rank using Gradient Descent, §6.
    """
    ideal = _dcg(sorted(grades.values(), reverse=True)[:k])
    return _dcg([grades.get(id, 0) for id in ids[:k]]) / ideal if ideal else 0.0


def reciprocal_rank(ids: Sequence[str], grades: Grades, *, k: int) -> float:
    """1 / rank of the first relevant id among the first k, else 0.

    Source: Voorhees 1999, The TREC-8 Question Answering Track Report.
    """
    return next((1 / rank for rank, id in enumerate(ids[:k], start=1) if grades.get(id, 0) > 0), 0.0)


def success(ids: Sequence[str], grades: Grades, *, k: int) -> float:
    """1 where a relevant id is among the first k."""
    return float(any(grades.get(id, 0) > 0 for id in ids[:k]))


def recall(ids: Sequence[str], grades: Grades, *, k: int) -> float:
    """Share of the relevant ids that are among the first k."""
    relevant = sum(grade > 0 for grade in grades.values())
    return sum(grades.get(id, 0) > 0 for id in ids[:k]) / relevant if relevant else 0.0


def _dcg(grades: Sequence[int]) -> float:
    return sum((math.pow(2, grade) - 1) / math.log2(rank + 1) for rank, grade in enumerate(grades, start=1))
