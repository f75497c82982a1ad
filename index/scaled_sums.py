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
_TOGETHER = np.uint64(128)
"""Rows that are looked at as one."""
ALL_ROWS = -1
"""As a count of candidates: nobody noted them, any row may be one."""

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
def _add_to_summed(
    posting_rows: UInt32, impacts: Float32, start: Number, stop: Number, weight: Number, sums: Float32
) -> None:
    """Adds a term to those of its rows that have a sum."""
    for p in range(start, stop):
        row = posting_rows[p]
        sums[row] += weight * impacts[p] if sums[row] > 0 else np.float32(0)


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
        _add_to_summed(posting_rows, impacts, start, stop, weight, sums)


@_compiled
def _sum_up(
    spans: UInt64,
    posting_rows: UInt32,
    impacts: Float32,
    tail_rows: UInt32,
    tail_impacts: Float32,
    weights: Float32,
    words: Number,
    noting: bool,
    sums: Float32,
    known: UInt32,
) -> Number:
    """Adds weight · impact of the terms to `sums`; the first ones are words, and the others are added to rows with one.

    Returns: how many rows have a word if it is noted: those are known[:count] then.
    """
    count = np.uint64(0)
    for i in range(len(weights)):
        for part in range(spans.shape[1]):
            start, stop = spans[i, part]
            part_rows, part_impacts = (tail_rows, tail_impacts) if part else (posting_rows, impacts)
            if i < words and noting:
                count = _add_noting(part_rows, part_impacts, start, stop, weights[i], sums, known, count)
            elif i < words:
                _add(part_rows, part_impacts, start, stop, weights[i], sums)
            elif noting:
                _add_to_known(part_rows, part_impacts, start, stop, weights[i], sums, known, count)
            else:
                _add_to_summed(part_rows, part_impacts, start, stop, weights[i], sums)
    return count


@_compiled
def _best_of_all(sums: Float32, allowed: RowMask) -> Number:
    """The highest sum of the allowed rows. Floats above 0 go in the order of their bits, and those faster."""
    bits, best = sums.view(np.int32), np.zeros(1, np.int32)
    highest = np.int32(0)
    for row in range(np.uint64(len(bits))):
        highest = max(highest, np.int32(bits[row] * np.int32(allowed[row])))
    best[0] = highest
    return best.view(np.float32)[0]


@_compiled
def _move_all(sums: Float32, factor: Number, allowed: RowMask, accumulator: Float32) -> None:
    """Adds factor · sum of all allowed rows to their scores, and clears the sums."""
    for row in range(np.uint64(len(sums))):
        accumulator[row] += factor * sums[row] * np.float32(allowed[row])
        sums[row] = 0


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
            A count of ALL_ROWS stays one.
        factors: (k,) filled; 0 where no allowed row has any of the words, and then nothing is added.
    Returns: how many candidates there are now, or ALL_ROWS.
    """
    everywhere = count == ALL_ROWS
    total = np.uint64(0 if everywhere else count)
    for owner in range(len(words)):
        own = slice(bounds[owner], bounds[owner + 1])
        lengths = spans[own, :, 1] - spans[own, :, 0]
        noting = lengths[: words[owner]].sum() * _MANY <= np.uint64(len(sums))
        found = _sum_up(
            spans[own], posting_rows, impacts, tail_rows, tail_impacts, weights[own], words[owner], noting, sums, known
        )
        best = _best(sums, known, found, allowed) if noting else _best_of_all(sums, allowed)
        factor = np.float32(heights[owner] / best if best else 0)
        factors[owner] = factor
        if noting:
            total = _move(sums, known, found, factor, allowed, accumulator, candidates, total)
        else:
            _move_all(sums, factor, allowed, accumulator)
            everywhere = True
    last: Number = np.int64(total)  # of a type with ALL_ROWS
    return ALL_ROWS if everywhere else last


@_compiled
def promising(accumulator: Float32, n: int, candidates: UInt32) -> int:
    """Fills candidates[:count] with rows among which the n with the highest scores above 0 are, and returns count.

    A row is left out if n stretches of rows have a better one. `candidates` has room for all rows and one more.
    """
    bits, rows, count = accumulator.view(np.int32), np.uint64(len(accumulator)), np.uint64(0)
    best = np.zeros((rows + _TOGETHER - np.uint64(1)) // _TOGETHER, np.int32)
    for stretch in range(np.uint64(len(best))):
        highest = np.int32(0)
        for row in range(stretch * _TOGETHER, min((stretch + np.uint64(1)) * _TOGETHER, rows)):
            highest = max(highest, bits[row])
        best[stretch] = highest
    bar = max(np.sort(best)[-n], np.int32(1)) if 0 < n <= len(best) else np.int32(1)
    for stretch in range(np.uint64(len(best))):
        if best[stretch] >= bar:
            for row in range(stretch * _TOGETHER, min((stretch + np.uint64(1)) * _TOGETHER, rows)):
                candidates[count] = row
                count += np.uint64(bits[row] >= bar)
    return int(count)
