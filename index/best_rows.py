"""The best rows: a heap whose root is the worst of them, ties by serial.

What the kernel is compiled of besides its own file: it names this file's hash (`tests/test_project.py`).
"""

import numba
import numpy as np

from index.arrays import Float32, Number, UInt32, UInt64
from index.compiling import uncounted

Best = tuple[Float32, UInt32, UInt64]
"""(n,) scores, rows and their marks."""

_compiled = numba.njit(cache=True, nogil=True)
_inlined = numba.njit(inline="always")


@_inlined
def _worse(serials: UInt32, score_a: Number, row_a: Number, score_b: Number, row_b: Number) -> bool:
    return bool(score_a < score_b or (score_a == score_b and serials[row_a] > serials[row_b]))


@_inlined
def _sift_down(serials: UInt32, best: Best, size: int, score: Number, row: Number, own: Number) -> None:
    """Puts a row with its marks where the heap's root was, and lets it sink to its place."""
    scores, rows, marks = best
    i = 0
    while True:
        child = 2 * i + 1
        if child >= size:
            break
        if child + 1 < size and _worse(serials, scores[child + 1], rows[child + 1], scores[child], rows[child]):
            child += 1
        if not _worse(serials, scores[child], rows[child], score, row):
            break
        scores[i], rows[i], marks[i] = scores[child], rows[child], marks[child]
        i = child
    scores[i], rows[i], marks[i] = score, row, own


@uncounted
def keep(serials: UInt32, best: Best, size: int, score: Number, row: Number, own: Number) -> int:
    """Puts a row into the min-heap of the best, if it belongs there; returns the heap's new size."""
    scores, rows, marks = best
    if size == len(rows):
        if size and _worse(serials, scores[0], rows[0], score, row):
            _sift_down(serials, best, size, score, row, own)
        return size
    i = size
    while i > 0:
        parent = (i - 1) >> 1
        if not _worse(serials, score, row, scores[parent], rows[parent]):
            break
        scores[i], rows[i], marks[i] = scores[parent], rows[parent], marks[parent]
        i = parent
    scores[i], rows[i], marks[i] = score, row, own
    return size + 1


@uncounted
def sort_best_first(serials: UInt32, best: Best, size: int) -> None:
    """Empties the heap from its worst row, so that the arrays end best first."""
    scores, rows, marks = best
    for end in range(size - 1, 0, -1):
        score, row, own = scores[end], rows[end], marks[end]
        scores[end], rows[end], marks[end] = scores[0], rows[0], marks[0]
        _sift_down(serials, best, end, score, row, own)


@_compiled
def top_rows(serials: UInt32, accumulator: Float32, candidates: UInt32, top_scores: Float32, rows: UInt32) -> int:
    """The candidates with the highest scores, best first, ties by serial.

    Fills `top_scores` and `rows` (n,) and returns how many.
    """
    best = (top_scores, rows, np.empty(len(rows), np.uint64))
    size, bar = 0, np.float32(0)
    for row in candidates:
        score = accumulator[row]
        if score >= bar:
            size = keep(serials, best, size, score, row, np.uint64(0))
            if size == len(rows):
                bar = top_scores[0] if size else np.float32(np.inf)
    sort_best_first(serials, best, size)
    return size
