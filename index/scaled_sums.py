"""Sums for recommendations: each interest, and the likes together, scaled by its best row and added up.

Every row number is unsigned, as in the kernel.
"""

import numba
import numpy as np

from index.arrays import Float32, Float64, Int64, Number, RowMask, UInt32, UInt64

_WALK_PER_LOOKUP = np.uint64(12)
"""Postings that can be walked in the time of one look-up."""
_MANY = np.uint64(4)
"""Where words have a posting for one row in so many, all rows are looked through afterwards instead of noting each."""

_compiled = numba.njit(cache=True, nogil=True)


@_compiled
def _add_noting(
    posting_rows: UInt32,
    impacts: Float32,
    start: Number,
    stop: Number,
    weight: Number,
    sums: Float32,
    known: UInt32,
    count: Number,
) -> Number:
    """Adds a word to all its rows; those that had no sum are put behind known[:count]. Returns the new count."""
    for p in range(start, stop):
        row, value = posting_rows[p], weight * impacts[p]
        known[count] = row  # without a branch, which would go now this way, now that
        count += np.uint64(value > 0) & np.uint64(sums[row] == 0)
        sums[row] += value
    return count


@_compiled
def _add(posting_rows: UInt32, impacts: Float32, start: Number, stop: Number, weight: Number, sums: Float32) -> None:
    """Adds a word to all its rows."""
    for p in range(start, stop):
        sums[posting_rows[p]] += weight * impacts[p]


@_compiled
def _note(sums: Float32, known: UInt32) -> Number:
    """Fills known[:count] with the rows that have a sum; returns count."""
    count = np.uint64(0)
    for row in range(np.uint64(len(sums))):
        known[count] = row
        count += np.uint64(sums[row] > 0)
    return count


@_compiled
def _add_to_known(
    posting_rows: UInt32,
    impacts: Float32,
    start: Number,
    stop: Number,
    weight: Number,
    sums: Float32,
    known: UInt32,
    count: Number,
) -> None:
    """Adds a term to the rows known[:count] that hold it; all have a sum, and no other row has.

    A few rows are looked up in a long list of postings, many are met by walking it.
    """
    if (stop - start) > _WALK_PER_LOOKUP * count:
        for i in range(count):
            at = start + np.uint64(np.searchsorted(posting_rows[start:stop], known[i]))
            if at < stop and posting_rows[at] == known[i]:
                sums[known[i]] += weight * impacts[at]
    else:
        for p in range(start, stop):
            row = posting_rows[p]
            sums[row] += weight * impacts[p] if sums[row] > 0 else np.float32(0)


@_compiled
def _sum_up(
    spans: UInt64,
    posting_rows: UInt32,
    impacts: Float32,
    tail_rows: UInt32,
    tail_impacts: Float32,
    weights: Float32,
    words: Number,
    sums: Float32,
    known: UInt32,
) -> Number:
    """Adds weight · impact of the terms to `sums`; the first ones are words. Returns how many rows have a word.

    Those are known[:count] then; the other terms are added to them only.
    """
    postings = np.uint64(0)
    for i in range(words):
        for part in range(spans.shape[1]):
            postings += spans[i, part, 1] - spans[i, part, 0]
    many = postings * _MANY > np.uint64(len(sums))
    count = np.uint64(0)
    for i in range(len(weights)):
        if i == words and many:
            count = _note(sums, known)
        for part in range(spans.shape[1]):
            start, stop = spans[i, part]
            part_rows, part_impacts = (tail_rows, tail_impacts) if part else (posting_rows, impacts)
            if i >= words:
                _add_to_known(part_rows, part_impacts, start, stop, weights[i], sums, known, count)
            elif many:
                _add(part_rows, part_impacts, start, stop, weights[i], sums)
            else:
                count = _add_noting(part_rows, part_impacts, start, stop, weights[i], sums, known, count)
    return _note(sums, known) if many and words == len(weights) else count


@_compiled
def _best(sums: Float32, known: UInt32, count: Number, allowed: RowMask) -> Number:
    """The highest sum of the allowed rows among known[:count]; 0 where none is allowed."""
    best = np.float32(0)
    for i in range(count):
        best = max(best, sums[known[i]] * allowed[known[i]])
    return best


@_compiled
def _move(
    sums: Float32,
    known: UInt32,
    count: Number,
    factor: Number,
    allowed: RowMask,
    accumulator: Float32,
    candidates: UInt32,
    total: Number,
) -> Number:
    """Adds factor · sum of the rows known[:count] that are allowed to their scores, and clears the sums.

    Rows that had no score are put behind candidates[:total]. Returns the new total.
    """
    for i in range(count):
        row = known[i]
        score = factor * sums[row] * allowed[row]
        sums[row] = 0
        candidates[total] = row
        total += np.uint64(score > 0) & np.uint64(accumulator[row] == 0)
        accumulator[row] += score
    return total


@_compiled
def add_scaled(
    spans: UInt64,
    posting_rows: UInt32,
    impacts: Float32,
    tail_rows: UInt32,
    tail_impacts: Float32,
    weights: Float32,
    bounds: Int64,
    words: Int64,
    heights: Float64,
    allowed: RowMask,
    accumulator: Float32,
    sums: Float32,
    known: UInt32,
    candidates: UInt32,
    count: int,
    factors: Float32,
) -> int:
    """Adds for each of k owners the sums weight · impact of its terms, scaled by one factor, to the allowed rows.

    Args:
        spans, weights: (m, …) of the terms of the first owner, then of the next, as in `rank`. Weights >= 0.
        bounds: (k + 1,) where the terms of each owner begin.
        words: (k,) how many of its terms, the first ones, make a row count; the others add only to such rows.
        heights: (k,) what the best allowed row of each owner is to get.
        accumulator: (rows,) the scores.
        sums, known: (rows,), (rows + 1,) scratch; `sums` is zero on entry and on return.
        candidates, count: (rows + 1,) candidates[:count] are the rows that have a score; new ones are put behind them.
        factors: (k,) filled; 0 where no allowed row has any of the words, and then nothing is added.
    Returns: how many candidates there are now.
    """
    total = np.uint64(count)
    for owner in range(len(words)):
        own = slice(bounds[owner], bounds[owner + 1])
        found = _sum_up(
            spans[own], posting_rows, impacts, tail_rows, tail_impacts, weights[own], words[owner], sums, known
        )
        best = _best(sums, known, found, allowed)
        factors[owner] = heights[owner] / best if best else 0
        total = _move(sums, known, found, factors[owner], allowed, accumulator, candidates, total)
    return int(total)
