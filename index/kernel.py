"""The one ranking kernel: term at a time into the cells of a block of rows, block after block, then the best rows.

Every row number is unsigned: numba then emits no check for negative indices, twice as fast. Loops that are walked
for every posting are functions of their own: in one large one their values would not stay in registers.
"""

from typing import Any

import numba
import numpy as np
from numba.extending import intrinsic

from index.arrays import Float32, Number, RowMask, UInt32, UInt64

BLOCK = 16_384
"""Rows whose cells are filled together: they fit a processor's own cache."""
MOST_COUNTED = 37
"""Words of a query that have a bit of their own in a row's marks."""
EXACT_MARK = np.uint64(1 << MOST_COUNTED)
"""Set in a row's marks when its title, a creator or its ISBN is just what was asked; words use the bits below."""
ALL_GROUPS = 64
"""What an exact row matches: more groups than there can be."""

_SCORE_BITS = np.uint64(63 - MOST_COUNTED)
"""A cell is a row's marks, and below them its score in whole units and one unit more, so that what was met is not 0.

One addition does both, and no order of additions gives another sum."""
_SCORE = np.uint64((1 << 63 - MOST_COUNTED) - 1)
_SPARE = 64
"""Units that rounding may add to a score."""
_SLOTS = 1024
_BLOCK, _NO_ROW, _ZERO, _ONE = np.uint64(BLOCK), np.uint64(2**64 - 1), np.uint64(0), np.uint64(1)
_WALK_PER_LOOKUP = np.uint64(12)
"""Postings that can be walked in the time of one look-up."""

Best = tuple[Float32, UInt32, UInt64]
"""(n,) scores, rows and their marks."""
Part = tuple[UInt32, Float32]
"""(p,) rows and impacts of the postings of base or tail."""
Block = tuple[UInt64, UInt32, Number]
"""Cells, those of them that are met, and the block's first row."""
Ways = tuple[bool, UInt64, UInt64, UInt64, UInt64]
"""Whether each word is a group; alternatives, groups, bonuses; (3, _SLOTS) marks that were met and what they match."""
Limits = tuple[Number, Number, Number]
"""Groups that are asked for, the least score in units, and one more than the most groups that were matched."""

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


@_compiled
def _keep(serials: UInt32, best: Best, size: int, score: Number, row: Number, own: Number) -> int:
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


@_compiled
def _sort_best_first(serials: UInt32, best: Best, size: int) -> None:
    """Empties the heap from its worst row, so that the arrays end best first."""
    scores, rows, marks = best
    for end in range(size - 1, 0, -1):
        score, row, own = scores[end], rows[end], marks[end]
        scores[end], rows[end], marks[end] = scores[0], rows[0], marks[0]
        _sift_down(serials, best, end, score, row, own)


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


@intrinsic
def _ctpop(typing: Any, bits: Any) -> Any:
    return numba.uint64(numba.uint64), lambda context, builder, signature, arguments: builder.ctpop(arguments[0])


_bits_set: Any = _ctpop
"""How many bits of an uint64 are 1, by the processor's own instruction."""


@_compiled
def _is_plain(bits: UInt64, alternatives: UInt64, groups: UInt64, bonuses: Float32) -> bool:
    """Whether every group is one word, and every word a group: then a row matches as many as it has marks."""
    words, own = _ZERO, _ZERO
    for a in range(len(alternatives)):
        if alternatives[a] & (alternatives[a] - _ONE) or bonuses[a] > 0:
            return False
        words |= alternatives[a]
        own |= groups[a]
    for bit in bits:
        own |= bit & ~words
    every = np.uint64(len(alternatives))
    return bool(_bits_set(words) == every and _bits_set(own) == every)


@_compiled
def _matched_groups(marks: Number, alternatives: UInt64, groups: UInt64, bonuses: UInt64) -> tuple[Number, Number]:
    """How many groups marks match, and what the alternatives that match them add to a cell."""
    found, bonus = _ZERO, _ZERO
    for a in range(len(alternatives)):
        if marks & alternatives[a] == alternatives[a] and not found & groups[a]:
            found |= groups[a]
            bonus += bonuses[a]
    return np.uint64(ALL_GROUPS) if marks & EXACT_MARK else _bits_set(found), bonus


@_compiled
def _fill(
    postings: Part, at: Number, stop: Number, weight: Number, bit: Number, before: Number, block: Block, count: Number
) -> tuple[Number, Number]:
    """Adds a term's postings from `at` on to the cells of a block; a cell with one of the marks `before` gets no score.

    Returns: the first posting behind the block, and how many cells are met: met[:count] are those that are not 0.
    """
    (rows, impacts), (cells, met, begin) = postings, block
    while at < stop:
        here = np.uint64(rows[at]) - begin
        if here >= _BLOCK:
            break
        cell = cells[here]
        is_new = np.uint64(cell == _ZERO)
        met[count] = here
        count += is_new
        if cell & before:
            cells[here] = cell + bit
        else:
            cells[here] = cell + bit + is_new + np.uint64(np.int64(weight * impacts[at]))
        at += _ONE
    return at, count


@_compiled
def _add_to_met(postings: Part, at: Number, stop: Number, weight: Number, block: Block, count: Number) -> Number:
    """Adds a term to the cells met[:count] that are not 0, and no other is; returns the first posting behind the block.

    A few rows are looked up in many postings, many are met by walking them.
    """
    (rows, impacts), (cells, met, begin) = postings, block
    at = _find(rows, at, stop, begin)
    stop = _find(rows, at, min(stop, at + _BLOCK), begin + _BLOCK)
    if (stop - at) > _WALK_PER_LOOKUP * count:
        for i in range(count):
            here = np.uint64(met[i])
            found = _find(rows, at, stop, begin + here)
            if found < stop and rows[found] == begin + here:
                cells[here] += np.uint64(np.int64(weight * impacts[found]))
    else:
        for p in range(at, stop):
            here = rows[p] - begin
            if cells[here]:
                cells[here] += np.uint64(np.int64(weight * impacts[p]))
    return stop


@_compiled
def _keep_fitting(
    block: Block, count: Number, allowed: RowMask, ways: Ways, limits: Limits, matched: UInt32, total: Number
) -> tuple[Number, Number, Number]:
    """Clears the cells met[:count] but those of rows that match and score at least `low`: these are met[:kept] then.

    Returns: kept, the total of matching rows so far, and one more than the most groups that an allowed row matches.
    """
    (cells, met, begin), (plain, alternatives, groups, bonuses, known), (asked, low, most) = block, ways, limits
    kept = _ZERO
    for i in range(count):
        here = np.uint64(met[i])
        cell, row = cells[here], begin + here
        cells[here] = 0
        marks = cell >> _SCORE_BITS
        found = _bits_set(marks)
        if not plain:
            slot = marks % np.uint64(_SLOTS)
            if known[0, slot] != marks:
                known[0, slot] = marks
                known[1, slot], known[2, slot] = _matched_groups(marks, alternatives, groups, bonuses)
            found = known[1, slot]
            cell += known[2, slot]
        found = (found + _ONE) * allowed[row]
        most = max(most, found)
        if len(matched):
            matched[total] = row
        total += np.uint64(found > asked)
        if cell & _SCORE >= low and found > asked:
            cells[here] = cell
            met[kept] = here
            kept += _ONE
    return kept, total, most


@_compiled
def _take_best(
    block: Block, kept: Number, start: Number, extra: Float32, prior: Float32, serials: UInt32, best: Best, size: int
) -> int:
    """Puts the rows met[:kept] of a block into the heap of the best, and clears their cells."""
    (cells, met, begin), (scores, rows, _) = block, best
    bar = scores[0] if size and size == len(rows) else np.float32(-1)
    for i in range(kept):
        here = np.uint64(met[i])
        cell, row = cells[here], begin + here
        cells[here] = 0
        score = np.float32(np.int64(cell & _SCORE) - 1) + start
        if len(extra) and cell >> _SCORE_BITS:
            score += extra[row]
        score *= prior[row]
        if score >= bar:
            size = _keep(serials, best, size, score, np.uint32(row), cell >> _SCORE_BITS)
            bar = scores[0] if size and size == len(rows) else np.float32(-1)
    return size


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
    head_start: float,
    exact_rows: UInt32,
    exact_bonus: float,
    phrase_rows: UInt32,
    phrase_bonuses: Float32,
    phrase_most: float,
    prior: Float32,
    highest_prior: float,
    serials: UInt32,
    allowed: RowMask,
    cells: UInt64,
    met: UInt32,
    sums: Float32,
    matched: UInt32,
    top_scores: Float32,
    top_rows: UInt32,
    top_marks: UInt64,
) -> tuple[int, Number, int, int]:
    """The best allowed rows for a query of word groups, best first, ties by serial.

    Args:
        spans: (m, parts, 2) where the postings of the query's terms stand, as `index.postings.locate` says.
        posting_rows, impacts; tail_rows, tail_impacts: the postings of base and tail, which share no row. Impacts
            are 0 to 1.
        weights, bits: (m,) of the terms; `bits` is a term's own bit, below EXACT_MARK, and 0 for a bigram or piece,
            which scores but does not count. Counted terms come first. Weights >= 0.
        instead: (m,) bits of earlier terms; where a row holds one of them, this term marks it but does not score:
            a synonym adds nothing to the word itself.
        alternatives, groups, bonuses: (a,) a group is matched by a row that holds all bits of one of its
            alternatives; `groups` is the group's own bit, `bonuses` is added where an alternative matches first.
        wanted: how many groups a row should match; where no row does, the most that any row matches.
            0, or no row with any group: every row with a term.
        head_start: above 0, every allowed row matches, with so much more score than its terms give.
        exact_rows, exact_bonus: (e,) ascending rows that match all groups, and what they are worth more.
        phrase_rows, phrase_bonuses: (p,) rows, and what each of them is worth more if it matches by a word.
        phrase_most: no row gets more than this of them.
        prior, highest_prior: (rows,) factor of the score, > 0, and a number that none is above.
        serials: (rows,) the lower one comes first where scores are equal.
        cells, met, sums: (BLOCK,), (BLOCK + 1,), (rows,) scratch; cells and sums are 0 on entry and on return.
        matched: (rows + 1,) filled with the rows that match, in no order; or (0,) where nobody asks for them.
        top_scores, top_rows, top_marks: (n,) filled with the best rows and the bits each of them matched.
    Returns: how many of the top arrays are filled, the exact total of matching rows, the number of groups
        that was asked of them in the end, and the most that any allowed row matches (ALL_GROUPS for an exact row).
    Source: term-at-a-time evaluation, Zobel & Moffat 2006, Inverted Files for Text Search Engines, §4.
    """
    highest = weights.sum() + bonuses.sum() + (exact_bonus if len(exact_rows) else 0.0)
    scale = np.float32(2.0 ** np.floor(np.log2((float(_SCORE) - _SPARE) / highest)) if highest > 0 else 1.0)
    scaled, start = weights * scale, np.float32(head_start) * scale
    exact = (EXACT_MARK << _SCORE_BITS) + np.uint64(np.int64(np.float32(exact_bonus) * scale))
    bonus_cells = (bonuses * scale).astype(np.int64).view(np.uint64)
    plain = not len(exact_rows) and _is_plain(bits, alternatives, groups, bonuses)
    known = np.zeros((3, 1 if plain else _SLOTS), np.uint64)
    ways, best = (plain, alternatives, groups, bonus_cells, known), (top_scores, top_rows, top_marks)
    extra = sums if len(phrase_rows) else sums[:0]
    for i in range(len(phrase_rows)):
        extra[phrase_rows[i]] += phrase_bonuses[i] * scale
    parts, asked = np.uint64(spans.shape[1]), np.uint64(wanted)
    while True:
        counted = _ZERO
        while counted < len(weights) and (bits[counted] or not asked):
            counted += _ONE
        still = scaled[counted:].sum() + np.float32(phrase_most) * scale + start + np.float32(_SPARE)
        cursors, exact_at, end = spans[:, :, 0].copy(), _ZERO, _ZERO
        size, total, most, low = 0, _ZERO, _ZERO, _ZERO if len(top_rows) else _SCORE
        while True:
            begin = end if start else _NO_ROW
            if exact_at < len(exact_rows):
                begin = min(begin, np.uint64(exact_rows[exact_at]))
            for i in range(counted):
                for part in range(parts):
                    if cursors[i, part] < spans[i, part, 1]:
                        row = tail_rows[cursors[i, part]] if part else posting_rows[cursors[i, part]]
                        begin = min(begin, np.uint64(row))
            if begin >= len(serials):
                break
            begin -= begin % _BLOCK
            end = min(begin + _BLOCK, np.uint64(len(serials)))

            block, count = (cells, met, begin), _ZERO
            for i in range(counted):
                bit, before = bits[i] << _SCORE_BITS, (instead[i] if bits[i] else _ZERO) << _SCORE_BITS
                for part in range(parts):
                    postings = (tail_rows, tail_impacts) if part else (posting_rows, impacts)
                    at, stop = cursors[i, part], spans[i, part, 1]
                    cursors[i, part], count = _fill(postings, at, stop, scaled[i], bit, before, block, count)
            while exact_at < len(exact_rows) and exact_rows[exact_at] < end:
                here = exact_rows[exact_at] - begin
                is_new = np.uint64(cells[here] == _ZERO)
                met[count] = here
                count += is_new
                cells[here] += exact + is_new
                exact_at += _ONE
            if start:
                count = end - begin
                for here in range(count):
                    met[here] = here
                    cells[here] += np.uint64(cells[here] == _ZERO)
            count, total, most = _keep_fitting(block, count, allowed, ways, (asked, low, most), matched, total)
            for i in range(counted, np.uint64(len(weights)) if count else _ZERO):
                for part in range(parts):
                    postings = (tail_rows, tail_impacts) if part else (posting_rows, impacts)
                    at, stop = cursors[i, part], spans[i, part, 1]
                    cursors[i, part] = _add_to_met(postings, at, stop, scaled[i], block, count)
            size = _take_best(block, count, start, extra, prior, serials, best, size)
            if size and size == len(top_rows):
                low = np.uint64(np.int64(max(top_scores[0] / np.float32(highest_prior) - still, np.float32(0))))
        if total or not asked:
            break
        asked = most - _ONE if most else _ZERO
    _sort_best_first(serials, best, size)
    top_scores[:size] /= scale
    for row in phrase_rows:
        sums[row] = 0
    return size, total, int(asked), int(most) - 1 if most else 0


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
            size = _keep(serials, best, size, score, row, _ZERO)
            if size == len(rows):
                bar = top_scores[0] if size else np.float32(np.inf)
    _sort_best_first(serials, best, size)
    return size
