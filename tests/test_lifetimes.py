"""When names are over, against the plain way of finding out."""

from collections.abc import Sequence

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from index.digest import NEVER
from index.lifetimes import ALWAYS, Holders, holder_arrays

ROWS = 6
moments = st.lists(st.sampled_from([0, 10, 20, int(NEVER)]), min_size=ROWS, max_size=ROWS)
held = st.lists(st.lists(st.sampled_from([*range(ROWS), ALWAYS]), max_size=4, unique=True), max_size=8)


def plainly(names: Sequence[Sequence[int]], ends: Sequence[int]) -> list[int]:
    return [max([int(NEVER) if row == ALWAYS else ends[row] for row in rows], default=0) for rows in names]


@given(held, moments, moments, st.lists(st.just(5), max_size=3))
def test_a_name_is_over_with_the_last_of_its_rows(
    names: list[list[int]], before: list[int], after: list[int], tail: list[int]
) -> None:
    holders = Holders(*holder_arrays(names, ROWS).values())
    known = holders.ends(np.array(before, np.int64))
    assert known.tolist() == plainly(names, before)
    later = holders.ends_after(known, np.array(before, np.int64), np.array(after + tail, np.int64))
    assert later.tolist() == plainly(names, after)
    assert known.tolist() == plainly(names, before)
