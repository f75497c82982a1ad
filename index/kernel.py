"""The one ranking kernel: term at a time into an accumulator, then the best rows.

Every row number is unsigned: numba then emits no check for negative indices, twice as fast.
"""

import numba
import numpy as np

from index.arrays import Float32, Float64, Int64, Number, RowMask, UInt8, UInt32, UInt64

EXACT_MARK = np.uint64(1 << 63)
"""Set in a row's marks when its title, a creator or its ISBN is just what was asked; words use the bits below."""

ALL_GROUPS = 64
"""What an exact row matches: more groups than there can be."""

_WALK_PER_LOOKUP = np.uint64(12)
"""Postings that can be walked in the time of one look-up."""
_MANY = np.uint64(16)
"""One row in so many is a good share: from there on the processor guesses wrong too often whether a row is known."""

_compiled = numba.njit(cache=True, nogil=True)
_inlined = numba.njit(inline="always")


@_inlined
def _worse(serials: UInt32, score_a: Number, row_a: Number, score_b: Number, row_b: Number) -> bool:
    return bool(score_a < score_b or (score_a == score_b and serials[row_a] > serials[row_b]))


@_inlined
def _sift_down(serials: UInt32, scores: Float32, rows: UInt32, size: int, score: Number, row: Number) -> None:
    """Puts a row where the heap's root was, and lets it sink to its place."""
    i = 0
    while True:
        child = 2 * i + 1
        if child >= size:
            break
        if child + 1 < size and _worse(serials, scores[child + 1], rows[child + 1], scores[child], rows[child]):
            child += 1
        if not _worse(serials, scores[child], rows[child], score, row):
            break
        scores[i], rows[i] = scores[child], rows[child]
        i = child
    scores[i], rows[i] = score, row


@_compiled
def _keep(serials: UInt32, scores: Float32, rows: UInt32, size: int, score: Number, row: Number) -> int:
    """Puts a row into the min-heap of the best, if it belongs there; returns the heap's new size."""
    if size == len(rows):
        if size and _worse(serials, scores[0], rows[0], score, row):
            _sift_down(serials, scores, rows, size, score, row)
        return size
    i = size
    while i > 0:
        parent = (i - 1) >> 1
        if not _worse(serials, score, row, scores[parent], rows[parent]):
            break
        scores[i], rows[i] = scores[parent], rows[parent]
        i = parent
    scores[i], rows[i] = score, row
    return size + 1


@_compiled
def _sort_best_first(serials: UInt32, scores: Float32, rows: UInt32, size: int) -> None:
    """Empties the heap from its worst row, so that the arrays end best first."""
    for end in range(size - 1, 0, -1):
        score, row = scores[end], rows[end]
        scores[end], rows[end] = scores[0], rows[0]
        _sift_down(serials, scores, rows, end, score, row)


@_inlined
def _find(posting_rows: UInt32, start: Number, stop: Number, row: Number) -> Number:
    """Where in a term's postings a row stands, or would."""
    while start < stop:
        middle = (start + stop) >> np.uint64(1)
        if posting_rows[middle] < row:
            start = middle + np.uint64(1)
        else:
            stop = middle
    return start


@_compiled
def locate(offsets: UInt64, tail_terms: UInt32, tail_offsets: UInt64, terms: UInt32) -> UInt64:
    """(m, parts, 2) where the postings of each of m terms begin and end: in the base, and in its tail where it has one.

    A term that a part lacks begins and ends at 0. `tail_terms` ascend.
    """
    spans = np.zeros((len(terms), 2 if len(tail_terms) else 1, 2), np.uint64)
    for i in range(len(terms)):
        if terms[i] + np.uint64(1) < len(offsets):
            spans[i, 0, 0], spans[i, 0, 1] = offsets[terms[i]], offsets[terms[i] + np.uint64(1)]
        at = _find(tail_terms, np.uint64(0), np.uint64(len(tail_terms)), terms[i])
        if at < len(tail_terms) and tail_terms[at] == terms[i]:
            spans[i, 1, 0], spans[i, 1, 1] = tail_offsets[at], tail_offsets[at + np.uint64(1)]
    return spans


@_compiled
def _add_to_known(
    posting_rows: UInt32,
    impacts: Float32,
    start: Number,
    stop: Number,
    weight: Number,
    known: UInt32,
    count: Number,
    accumulator: Float32,
) -> None:
    """Adds a term to the rows known[:count] that hold it; all have a score, and no other row has.

    A few rows are looked up in a long list of postings, many are met by walking it.
    """
    if (stop - start) > _WALK_PER_LOOKUP * count:
        for i in range(count):
            at = _find(posting_rows, start, stop, known[i])
            if at < stop and posting_rows[at] == known[i]:
                accumulator[known[i]] += weight * impacts[at]
    else:
        for p in range(start, stop):
            if accumulator[posting_rows[p]] > 0:
                accumulator[posting_rows[p]] += weight * impacts[p]


@_compiled
def rank(
    spans: UInt64,
    posting_rows: UInt32,
    impacts: Float32,
    tail_rows: UInt32,
    tail_impacts: Float32,
    weights: Float32,
    bits: UInt64,
    instead: UInt64,
    alternatives: UInt64,
    groups: UInt64,
    bonuses: Float32,
    wanted: int,
    exact_rows: UInt32,
    exact_bonus: float,
    phrase_rows: UInt32,
    phrase_bonuses: Float32,
    prior: Float32,
    serials: UInt32,
    allowed: RowMask,
    accumulator: Float32,
    marks: UInt64,
    matched: UInt32,
    counts: UInt8,
    top_scores: Float32,
    top_rows: UInt32,
    top_marks: UInt64,
) -> tuple[int, Number, int, int]:
    """The best allowed rows for a query of word groups, best first, ties by serial.

    Args:
        spans: (m, parts, 2) where the postings of the query's terms stand, as `locate` says.
        posting_rows, impacts; tail_rows, tail_impacts: the postings of base and tail, which share no row.
        weights, bits: (m,) of the terms; `bits` is a term's own bit, 0 for a bigram or piece, which
            scores but does not count. Counted terms come first. Weights >= 0.
        instead: (m,) bits of earlier terms; where a row holds one of them, this term marks it but does not score:
            a synonym adds nothing to the word itself.
        alternatives, groups, bonuses: (a,) a group is matched by a row that holds all bits of one of its
            alternatives; `groups` is the group's own bit, `bonuses` is added where an alternative matches first.
        wanted: how many groups a row should match; where no row does, the most that any row matches.
            0, or no row with any group: every row with a score.
        exact_rows, exact_bonus: (e,) rows that match all groups, and what they are worth more.
        phrase_rows, phrase_bonuses: (p,) rows, and what each of them is worth more if it matches by a word.
        prior: (rows,) factor of the score, > 0.
        serials: (rows,) the lower one comes first where scores are equal.
        accumulator, marks: (rows,) scratch, zero on return; on entry zero too, but for a head start that allowed
            rows may have where `wanted` is 0.
        matched, counts: (rows,) scratch; on return matched[:total] are the rows that match, in no order.
        top_scores, top_rows, top_marks: (n,) filled with the best rows and the bits each of them matched.
    Returns: how many of the top arrays are filled, the exact total of matching rows, the number of groups
        that was asked of them in the end, and the most that any allowed row matches (ALL_GROUPS for an exact row).
    Source: term-at-a-time evaluation, Zobel & Moffat 2006, Inverted Files for Text Search Engines, §4.
    """
    candidates, counted = np.uint64(0), 0
    while counted < len(weights) and bits[counted]:
        weight, bit, before = weights[counted], bits[counted], instead[counted]
        for part in range(spans.shape[1]):
            start, stop = spans[counted, part]
            part_rows, part_impacts = (tail_rows, tail_impacts) if part else (posting_rows, impacts)
            for p in range(start, stop):
                row = part_rows[p]
                if marks[row] == 0:
                    matched[candidates] = row
                    candidates += np.uint64(1)
                elif marks[row] & before:
                    marks[row] |= bit
                    continue
                marks[row] |= bit
                accumulator[row] += weight * part_impacts[p]
        counted += 1
    for row in exact_rows:
        if marks[row] == 0:
            matched[candidates] = row
            candidates += np.uint64(1)
        marks[row] |= EXACT_MARK
        accumulator[row] += exact_bonus

    for i in range(len(phrase_rows)):
        if marks[phrase_rows[i]]:
            accumulator[phrase_rows[i]] += phrase_bonuses[i]

    reached = np.zeros(ALL_GROUPS + 1, np.int64)
    for i in range(candidates):
        row = matched[i]
        counts[i] = 0
        if allowed[row]:
            found = np.uint64(0)
            for a in range(len(alternatives)):
                if marks[row] & alternatives[a] == alternatives[a] and not found & groups[a]:
                    found |= groups[a]
                    accumulator[row] += bonuses[a]
            if marks[row] & EXACT_MARK:
                counts[i] = ALL_GROUPS
            else:
                while found:  # one bit less each time round
                    found &= found - np.uint64(1)
                    counts[i] += 1
            reached[counts[i]] += 1

    total, most = 0, ALL_GROUPS
    while most and not reached[most]:
        most -= 1
    for asked in range(ALL_GROUPS, 0, -1):
        total += reached[asked]
        if asked <= wanted and total:
            break
    else:
        asked = 0

    size, found_rows, bar = 0, np.uint64(0), np.float32(-1)
    if asked:
        for i in range(candidates):
            row = matched[i]
            if counts[i] >= asked:
                matched[found_rows] = row
                found_rows += np.uint64(1)
            else:
                accumulator[row] = 0
                marks[row] = 0
        for i in range(counted, len(weights)):
            for part in range(spans.shape[1]):
                start, stop = spans[i, part]
                part_rows, part_impacts = (tail_rows, tail_impacts) if part else (posting_rows, impacts)
                _add_to_known(part_rows, part_impacts, start, stop, weights[i], matched, found_rows, accumulator)
    else:
        for i in range(counted, len(weights)):
            for part in range(spans.shape[1]):
                start, stop = spans[i, part]
                part_rows, part_impacts = (tail_rows, tail_impacts) if part else (posting_rows, impacts)
                for p in range(start, stop):
                    accumulator[part_rows[p]] += weights[i] * part_impacts[p]
        for row in range(np.uint32(len(accumulator))):
            if accumulator[row] > 0 and allowed[row]:
                matched[found_rows] = row
                found_rows += np.uint64(1)
    for i in range(found_rows):
        row = matched[i]
        score = accumulator[row] * prior[row]
        if score >= bar:
            size = _keep(serials, top_scores, top_rows, size, score, row)
            if size == len(top_rows):
                bar = top_scores[0] if size else np.float32(np.inf)
    _sort_best_first(serials, top_scores, top_rows, size)
    for i in range(size):
        top_marks[i] = marks[top_rows[i]]

    if asked:
        for i in range(found_rows):
            accumulator[matched[i]] = 0
            marks[matched[i]] = 0
    else:
        accumulator[:] = 0
        marks[:] = 0
    return size, found_rows, asked, most


@_inlined
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

    Those are known[:count] then. Where a good share of all rows has one, the other terms are added to every row:
    a branch that goes now this way, now that costs more than clearing all sums afterwards.
    """
    count = np.uint64(0)
    for i in range(len(weights)):
        for part in range(spans.shape[1]):
            start, stop = spans[i, part]
            part_rows, part_impacts = (tail_rows, tail_impacts) if part else (posting_rows, impacts)
            if i < words:
                for p in range(start, stop):
                    row, value = part_rows[p], weights[i] * part_impacts[p]
                    if value > 0 and sums[row] == 0:
                        known[count] = row
                        count += np.uint64(1)
                    sums[row] += value
            elif count * _MANY > len(sums) and (stop - start) <= _WALK_PER_LOOKUP * count:
                for p in range(start, stop):
                    sums[part_rows[p]] += weights[i] * part_impacts[p]
            else:
                _add_to_known(part_rows, part_impacts, start, stop, weights[i], known, count, sums)
    return count


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
    scratch: Float32,
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
        scratch, known: (rows,) working arrays; `scratch` is zero on entry and on return.
        candidates, count: candidates[:count] are the rows that have a score; new ones are put behind them.
        factors: (k,) filled; 0 where no allowed row has any of the words, and then nothing is added.
    Returns: how many candidates there are now.
    """
    total = np.uint64(count)
    for owner in range(len(words)):
        own = slice(bounds[owner], bounds[owner + 1])
        found = _sum_up(
            spans[own], posting_rows, impacts, tail_rows, tail_impacts, weights[own], words[owner], scratch, known
        )
        best = np.float32(0)
        for row in known[:found]:
            best = max(best, scratch[row] * allowed[row])
        factors[owner] = heights[owner] / best if best else 0
        for row in known[:found]:
            score = factors[owner] * scratch[row]
            if score > 0 and allowed[row]:
                if accumulator[row] == 0:
                    candidates[total] = row
                    total += np.uint64(1)
                accumulator[row] += score
            scratch[row] = 0
        if found * _MANY > len(scratch):
            scratch[:] = 0
    return int(total)


@_compiled
def top_rows(serials: UInt32, accumulator: Float32, candidates: UInt32, top_scores: Float32, rows: UInt32) -> int:
    """The candidates with the highest scores, best first, ties by serial.

    Fills `top_scores` and `rows` (n,) and returns how many.
    """
    size, bar = 0, np.float32(0)
    for row in candidates:
        score = accumulator[row]
        if score >= bar:
            size = _keep(serials, top_scores, rows, size, score, row)
            if size == len(rows):
                bar = top_scores[0] if size else np.float32(np.inf)
    _sort_best_first(serials, top_scores, rows, size)
    return size
