"""The one ranking kernel: term at a time into an accumulator, then the best rows.

Every row number is unsigned: numba then emits no check for negative indices, twice as fast.
"""

from typing import Any

import numba
import numpy as np

from index.arrays import Float32, RowMask, UInt8, UInt32, UInt64

EXACT_MARK = np.uint64(1 << 63)
"""Set in a row's marks when its title, a creator or its ISBN is just what was asked; words use the bits below."""

_WALK_PER_LOOKUP = np.uint64(12)
"""Postings that can be walked in the time of one look-up."""

_compiled = numba.njit(cache=True, nogil=True)
Number = Any
"""A scalar inside a compiled loop; numba gives it its exact type."""

_inlined = numba.njit(inline="always")


@_inlined
def _worse(score_a: Number, row_a: Number, score_b: Number, row_b: Number) -> bool:
    return bool(score_a < score_b or (score_a == score_b and row_a > row_b))


@_inlined
def _sift_down(scores: Float32, rows: UInt32, size: int, score: Number, row: Number) -> None:
    """Puts a row where the heap's root was, and lets it sink to its place."""
    i = 0
    while True:
        child = 2 * i + 1
        if child >= size:
            break
        if child + 1 < size and _worse(scores[child + 1], rows[child + 1], scores[child], rows[child]):
            child += 1
        if not _worse(scores[child], rows[child], score, row):
            break
        scores[i], rows[i] = scores[child], rows[child]
        i = child
    scores[i], rows[i] = score, row


@_compiled
def _keep(scores: Float32, rows: UInt32, size: int, score: Number, row: Number) -> int:
    """Puts a row into the min-heap of the best, if it belongs there; returns the heap's new size."""
    if size == len(rows):
        if size and _worse(scores[0], rows[0], score, row):
            _sift_down(scores, rows, size, score, row)
        return size
    i = size
    while i > 0:
        parent = (i - 1) >> 1
        if not _worse(score, row, scores[parent], rows[parent]):
            break
        scores[i], rows[i] = scores[parent], rows[parent]
        i = parent
    scores[i], rows[i] = score, row
    return size + 1


@_compiled
def _sort_best_first(scores: Float32, rows: UInt32, size: int) -> None:
    """Empties the heap from its worst row, so that the arrays end best first."""
    for end in range(size - 1, 0, -1):
        score, row = scores[end], rows[end]
        scores[end], rows[end] = scores[0], rows[0]
        _sift_down(scores, rows, end, score, row)


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
    offsets: UInt64,
    posting_rows: UInt32,
    impacts: Float32,
    terms: UInt32,
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
    allowed: RowMask,
    accumulator: Float32,
    marks: UInt64,
    matched: UInt32,
    counts: UInt8,
    top_scores: Float32,
    top_rows: UInt32,
    top_marks: UInt64,
) -> tuple[int, Number, int, int]:
    """The best allowed rows for a query of word groups, best first, ties by row.

    Args:
        offsets, posting_rows, impacts: postings by term.
        terms, weights, bits: (m,) the query's terms; `bits` is a term's own bit, 0 for a bigram or piece, which
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
        accumulator, marks: (rows,) scratch, zero on return; on entry zero too, but for a head start that allowed
            rows may have where `wanted` is 0.
        matched, counts: (rows,) scratch; on return matched[:total] are the rows that match, in no order.
        top_scores, top_rows, top_marks: (n,) filled with the best rows and the bits each of them matched.
    Returns: how many of the top arrays are filled, the exact total of matching rows, the number of groups
        that was asked of them in the end, and the most that any allowed row matches (64 for an exact row).
    Source: term-at-a-time evaluation, Zobel & Moffat 2006, Inverted Files for Text Search Engines, §4.
    """
    candidates, counted = np.uint64(0), 0
    while counted < len(terms) and bits[counted]:
        weight, bit, before = weights[counted], bits[counted], instead[counted]
        for p in range(offsets[terms[counted]], offsets[terms[counted] + np.uint32(1)]):
            row = posting_rows[p]
            if marks[row] == 0:
                matched[candidates] = row
                candidates += np.uint64(1)
            elif marks[row] & before:
                marks[row] |= bit
                continue
            marks[row] |= bit
            accumulator[row] += weight * impacts[p]
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

    reached = np.zeros(65, np.int64)
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
                counts[i] = 64
            else:
                while found:  # one bit less each time round
                    found &= found - np.uint64(1)
                    counts[i] += 1
            reached[counts[i]] += 1

    total, most = 0, 64
    while most and not reached[most]:
        most -= 1
    for asked in range(64, 0, -1):
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
        for i in range(counted, len(terms)):
            start, stop = offsets[terms[i]], offsets[terms[i] + np.uint32(1)]
            _add_to_known(posting_rows, impacts, start, stop, weights[i], matched, found_rows, accumulator)
    else:
        for i in range(counted, len(terms)):
            for p in range(offsets[terms[i]], offsets[terms[i] + np.uint32(1)]):
                accumulator[posting_rows[p]] += weights[i] * impacts[p]
        for row in range(np.uint32(len(accumulator))):
            if accumulator[row] > 0 and allowed[row]:
                matched[found_rows] = row
                found_rows += np.uint64(1)
    for i in range(found_rows):
        row = matched[i]
        score = accumulator[row] * prior[row]
        if score >= bar:
            size = _keep(top_scores, top_rows, size, score, row)
            if size == len(top_rows):
                bar = top_scores[0] if size else np.float32(np.inf)
    _sort_best_first(top_scores, top_rows, size)
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


@_compiled
def contributions(
    offsets: UInt64, posting_rows: UInt32, impacts: Float32, terms: UInt32, weights: Float32, row: int, out: Float32
) -> None:
    """What each term adds to one row's score, into `out` (m,): weight · impact, 0 where the row lacks the term."""
    for i in range(len(terms)):
        stop = offsets[terms[i] + np.uint32(1)]
        at = _find(posting_rows, offsets[terms[i]], stop, row)
        out[i] = weights[i] * impacts[at] if at < stop and posting_rows[at] == row else 0


@_compiled
def count_codes(rows: UInt32, groups: UInt32, offsets: UInt32, codes: UInt32, counts: UInt32, last: UInt32) -> None:
    """Adds to `counts` (values,) how many groups of rows have each code.

    `groups` (n,) says to which group, above 0, each row belongs; rows of one group stand together. `last` (values,)
    is scratch, zero on entry.
    """
    for at in range(len(rows)):
        for i in range(offsets[rows[at]], offsets[rows[at] + np.uint32(1)]):
            if last[codes[i]] != groups[at]:
                last[codes[i]] = groups[at]
                counts[codes[i]] += np.uint32(1)


@_compiled
def mark_codes(wanted: UInt8, offsets: UInt32, codes: UInt32, mask: RowMask) -> None:
    """Sets `mask` (rows,) to 0 where a row has none of the wanted codes; `wanted` is (values,) 0 or 1."""
    for row in range(np.uint32(len(mask))):
        found = np.uint8(0)
        for i in range(offsets[row], offsets[row + np.uint32(1)]):
            found |= wanted[codes[i]]
        mask[row] &= found


@_compiled
def add_scaled(
    offsets: UInt64,
    posting_rows: UInt32,
    impacts: Float32,
    terms: UInt32,
    weights: Float32,
    words: int,
    height: float,
    allowed: RowMask,
    accumulator: Float32,
    scratch: Float32,
    known: UInt32,
) -> float:
    """Adds the sums weight · impact of the terms (m,) to `accumulator` (rows,), scaled by one factor.

    Args:
        words: how many of the terms, the first ones, make a row count; the others add only to such rows.
        height: what the best allowed row is to get.
        scratch, known: (rows,) working arrays; `scratch` is zero on entry and on return.
    Returns: the factor; 0 where no allowed row has any of the words, and then nothing is added.
    """
    count = np.uint64(0)
    for i in range(words):
        weight = weights[i]
        for p in range(offsets[terms[i]], offsets[terms[i] + np.uint32(1)]):
            row = posting_rows[p]
            if weight > 0 and scratch[row] == 0:
                known[count] = row
                count += np.uint64(1)
            scratch[row] += weight * impacts[p]
    for i in range(words, len(terms)):
        start, stop = offsets[terms[i]], offsets[terms[i] + np.uint32(1)]
        _add_to_known(posting_rows, impacts, start, stop, weights[i], known, count, scratch)
    best = np.float32(0)
    for row in known[:count]:
        best = max(best, scratch[row] * allowed[row])
    factor = np.float32(height / best if best else 0)
    for row in known[:count]:
        accumulator[row] += factor * scratch[row]
        scratch[row] = 0
    return float(factor)


@_compiled
def top_rows(accumulator: Float32, allowed: RowMask, top_scores: Float32, rows: UInt32) -> int:
    """The allowed rows with the highest scores above 0, best first, ties by row.

    Fills `top_scores` and `rows` (n,) and returns how many.
    """
    size, bar = 0, np.float32(0)
    for row in range(np.uint64(len(accumulator))):
        score = accumulator[row]
        if score > bar and allowed[row]:
            size = _keep(top_scores, rows, size, score, np.uint32(row))
            if size == len(rows):  # a later row loses a tie
                bar = top_scores[0] if size else np.float32(np.inf)
    _sort_best_first(top_scores, rows, size)
    return size


@_compiled
def cosines(offsets: UInt64, terms: UInt32, weights: Float32, row: int, rows: UInt32, out: Float32) -> None:
    """Cosine of one row's vector with each of several, into `out` (n,); terms ascend within a row, norms are 1."""
    for i in range(len(rows)):
        a, a_end = offsets[row], offsets[row + 1]
        b, b_end = offsets[rows[i]], offsets[rows[i] + np.uint32(1)]
        total = np.float32(0)
        while a < a_end and b < b_end:
            left, right = terms[a], terms[b]
            if left == right:
                total += weights[a] * weights[b]
            if left <= right:
                a += np.uint64(1)
            if right <= left:
                b += np.uint64(1)
        out[i] = total
