"""The metrics against ir-measures on random rankings and judgments."""

import ir_measures
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ir_measures import RR, R, Success, nDCG

from recommender.metrics import ndcg, recall, reciprocal_rank, success

ids = st.sampled_from([f"d{i}" for i in range(30)])


@given(st.lists(ids, unique=True, min_size=1), st.dictionaries(ids, st.integers(1, 3), min_size=1), st.integers(1, 12))
def test_metrics_agree_with_ir_measures(ranking: list[str], grades: dict[str, int], k: int) -> None:
    run = [ir_measures.ScoredDoc("q", id, -rank) for rank, id in enumerate(ranking)]
    # ir-measures takes the grade itself for the gain; ours is 2^grade - 1
    judged = [ir_measures.Qrel("q", id, grade) for id, grade in grades.items()]
    gains = [ir_measures.Qrel("q", id, 2**grade - 1) for id, grade in grades.items()]
    values = ir_measures.calc_aggregate([RR @ k, Success @ k, R @ k], judged, run)
    assert reciprocal_rank(ranking, grades, k=k) == pytest.approx(values[RR @ k])
    assert success(ranking, grades, k=k) == pytest.approx(values[Success @ k])
    assert recall(ranking, grades, k=k) == pytest.approx(values[R @ k])
    assert ndcg(ranking, grades, k=k) == pytest.approx(ir_measures.calc_aggregate([nDCG @ k], gains, run)[nDCG @ k])


def test_a_perfect_ranking_is_worth_one_and_an_empty_one_nothing() -> None:
    grades = {"a": 2, "b": 1}
    assert ndcg(["a", "b"], grades, k=10) == 1
    assert ndcg(["b", "a"], grades, k=10) < 1
    assert (ndcg([], grades, k=10), reciprocal_rank([], grades, k=10), recall([], grades, k=10)) == (0, 0, 0)
    assert (ndcg(["a"], {}, k=10), recall(["a"], {}, k=10)) == (0, 0)
