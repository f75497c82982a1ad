"""How much of two sequences is the same: a compiled loop that counts as `difflib.SequenceMatcher` does."""

import numba
import numpy as np

from index.arrays import Int64, Number, UInt32

_compiled = numba.njit(cache=True, nogil=True)


@_compiled
def _longest(left: UInt32, right: UInt32, lengths: Int64) -> tuple[Number, Number, Number]:
    """Where the longest common stretch begins in both, the first of equals, and its length; `lengths` is scratch.

    `lengths` is longer than `right` by one.
    """
    lengths[: len(right) + 1] = 0
    start, other_start, longest = 0, 0, 0
    for i in range(len(left)):
        for j in range(len(right) - 1, -1, -1):  # lengths[j + 1] is of what ends at j; the one before is read first
            lengths[j + 1] = lengths[j] + 1 if left[i] == right[j] else 0
        for j in range(len(right)):
            if lengths[j + 1] > longest:
                longest = lengths[j + 1]
                start, other_start = i + 1 - longest, j + 1 - longest
    return start, other_start, longest


@_compiled
def common(left: UInt32, right: UInt32) -> int:
    """How many items two sequences have in common: the longest stretch, then the same before and behind it.

    Source: Ratcliff and Metzener 1988, Pattern Matching: The Gestalt Approach.
    """
    lengths = np.zeros(len(right) + 1, np.int64)
    spans = np.empty((len(left) + 1, 4), np.int64)
    spans[0, 0], spans[0, 1], spans[0, 2], spans[0, 3] = 0, len(left), 0, len(right)
    waiting, total = 1, 0
    while waiting:
        waiting -= 1
        start, end, other_start, other_end = spans[waiting]
        at, other, length = _longest(left[start:end], right[other_start:other_end], lengths)
        if length:
            total += length
            at, other = start + at, other_start + other
            for first, last, other_first, other_last in (
                (start, at, other_start, other),
                (at + length, end, other + length, other_end),
            ):
                if first < last and other_first < other_last:
                    spans[waiting, 0], spans[waiting, 1] = first, last
                    spans[waiting, 2], spans[waiting, 3] = other_first, other_last
                    waiting += 1
    return total
