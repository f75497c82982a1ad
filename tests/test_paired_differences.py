import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from recommender.paired_differences import difference

OLD = np.array([0.1, 0.4, 0.0, 0.9, 0.5])
NEW = np.array([0.3, 0.4, 0.2, 1.0, 0.5])
IDS = ["a", "b", "c", "d", "e"]


def test_the_interval_of_a_known_example() -> None:
    """Differences .2 0 .2 .1 0: mean .1, standard deviation .1, t of 4 degrees of freedom 2.776."""
    found = difference([OLD], [NEW], [IDS])
    assert found.mean == pytest.approx(0.1)
    assert found.standard_error == pytest.approx(0.1 / math.sqrt(5))
    assert found.low == pytest.approx(0.1 - 2.776 * 0.1 / math.sqrt(5), abs=1e-4)
    assert found.high == pytest.approx(0.1 + 2.776 * 0.1 / math.sqrt(5), abs=1e-4)
    assert (found.better, found.worse) == (False, False)
    assert difference([OLD], [OLD + 0.1], [IDS]).better
    assert difference([OLD], [OLD - 0.1], [IDS]).worse


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=4, max_size=40))
def test_one_set_is_a_paired_t_test(pairs: list[tuple[float, float]]) -> None:
    old, new = np.array(pairs).T
    found = difference([old], [new], [[str(i) for i in range(len(pairs))]])
    error = (new - old).std(ddof=1) / math.sqrt(len(pairs))
    assert found.standard_error == pytest.approx(error)
    assert found.high - found.mean == pytest.approx(stats.t.ppf(0.975, len(pairs) - 1) * error, rel=0.01)
    assert found.high + found.low == pytest.approx(2 * found.mean)


def test_each_set_weighs_the_same() -> None:
    found = difference([OLD, np.zeros(2)], [NEW, np.full(2, 0.5)], [IDS, ["x", "y"]])
    assert found.mean == pytest.approx((0.1 + 0.5) / 2)
    assert found.standard_error == pytest.approx(0.1 / math.sqrt(5) / 2)


def test_asking_the_same_twice_makes_nothing_surer() -> None:
    once, twice = difference([OLD], [NEW], [IDS]), difference([OLD, OLD], [NEW, NEW], [IDS, IDS])
    others = difference([OLD, OLD], [NEW, NEW], [IDS, ["v", "w", "x", "y", "z"]])
    assert twice.standard_error == pytest.approx(once.standard_error)
    assert others.standard_error == pytest.approx(once.standard_error / math.sqrt(2))


def test_one_question_proves_nothing() -> None:
    found = difference([OLD[:1], OLD[:0]], [NEW[:1], NEW[:0]], [IDS[:1], []])
    assert found.mean == pytest.approx(0.2)
    assert (found.better, found.worse) == (False, False)
    assert not math.isfinite(found.high)
