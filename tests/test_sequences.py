"""The compiled count against the library it counts like."""

from difflib import SequenceMatcher

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from index.sequences import common

sequences = st.lists(st.integers(0, 3), max_size=20)


@given(sequences, sequences)
def test_as_much_is_in_common_as_difflib_finds(left: list[int], right: list[int]) -> None:
    blocks = SequenceMatcher(None, left, right, autojunk=False).get_matching_blocks()
    found = common(np.array(left, np.uint32), np.array(right, np.uint32))
    assert found == sum(block.size for block in blocks)


def test_the_longest_stretch_counts_first() -> None:
    left, right = (np.frombuffer(text.encode("utf-32-le"), np.uint32) for text in ("一丨一丨丨", "一丨丨一丨"))
    assert common(left, right) == 4
