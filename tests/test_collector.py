"""Memory that is free is given back to the system."""

import ctypes
import gc
from pathlib import Path

import pytest

from api.collector import give_back, settle, unobserved

BLOCKS, SIZE = 1000, 100_000
"""Smaller than what the C library maps for itself."""


def anonymous_megabytes() -> float:
    lines = Path("/proc/self/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Anonymous:")) / 1000


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "malloc_trim"), reason="the C library cannot")
def test_what_lies_free_below_what_is_used_is_given_back() -> None:
    blocks = [bytes(SIZE) for _ in range(BLOCKS)]
    last = blocks.pop()
    before = anonymous_megabytes()
    blocks.clear()
    give_back()
    assert anonymous_megabytes() < before - BLOCKS * SIZE / 1e6 / 2
    assert len(last) == SIZE


def test_what_is_loaded_for_good_is_not_looked_through_again() -> None:
    frozen = gc.get_freeze_count()
    try:
        with unobserved():
            assert not gc.isenabled()
        assert gc.isenabled()
        settle()
        assert gc.get_freeze_count() > frozen
    finally:
        gc.unfreeze()
