"""The one ranking kernel: block of rows after block, what matches by bits, then the scores of rows that can still win.

The total of all matches is exact, as 64 rows are counted at once (`matching`). What a term can add at most is known
for every 64 rows (`pruning`): a row gets a score only while its terms could bring it among the best (`settling`).
Every row number is unsigned: numba then emits no check for negative indices, twice as fast. Loops that are walked for
every row are functions of their own: in one large one their values would not stay in registers.
"""

import numba
import numpy as np

from index.arrays import Float32, Number, UInt8, UInt32, UInt64
from index.best_rows import Best, keep, sort_best_first
from index.compiling import uncounted
from index.frequent_terms import BLOCK, FrequentTerms
from index.matching import (
    ALL,
    BY_WORD,
    DIGITS,
    EVERY_ROW,
    EXACT,
    GROUP,
    IN_WORD,
    MATCHING,
    ONE,
    SETS,
    TITLED,
    WORDS,
    ZERO,
    find_fullest,
    first_row,
    frequent_numbers,
    hold,
    how_many_groups,
    is_any_term,
    list_rows,
    match,
    remove,
    set_bits,
    specify,
)
from index.postings import Postings, locate
from index.pruning import TOGETHER, Chosen, bound, gather, highest_units, in_order, spare
from index.settling import settle_all

COMPILED_OF = {
    "best_rows.py": "a4583ccc84ff",
    "frequent_terms.py": "dd64e55ceb05",
    "matching.py": "53a0e491bfff",
    "postings.py": "e21df16a6aa8",
    "pruning.py": "d1a80f1f7fed",
    "settling.py": "5dfbd8131830",
}
"""Hashes of the files whose functions are compiled into these: numba's cache looks at a function's own file only."""
MOST_COUNTED = 37
"""Words of a query that have a bit of their own in a row's marks."""
EXACT_MARK = np.uint64(1 << MOST_COUNTED)
"""Set in a row's marks when its title, a creator or its ISBN is just what was asked; words use the bits below."""

_MOST_UNITS = 2.0**31
"""Scores are summed in whole units, up to so many: no order of additions gives another sum."""
_ROUNDED = 1 - 1e-5
"""No sum in float32 is above the exact one by more."""
_BLOCK = np.uint64(BLOCK)

_compiled = numba.njit(cache=True, nogil=True)


@uncounted
def _add_units(chosen: Chosen, count: Number, special: UInt64, begin: Number, units: Number, more: Float32) -> None:
    """Adds units to the chosen rows of a set, and what single rows get more."""
    rows, most = chosen
    for c in range(count):
        row = rows[c]
        if special[(row - begin) >> BY_WORD] >> (row & IN_WORD) & ONE:
            most[c] += units + (np.uint64(np.int64(more[row])) if len(more) else ZERO)


@uncounted
def _take_best(
    chosen: Chosen,
    count: Number,
    begin: Number,
    start: Number,
    prior: Float32,
    serials: UInt32,
    bits: UInt64,
    held: UInt64,
    exact: UInt64,
    best: Best,
    size: int,
) -> int:
    """Puts the chosen rows into the heap of the best."""
    (rows, units), (scores, best_rows, _) = chosen, best
    bar = scores[0] if size and size == len(best_rows) else np.float32(-1)
    for c in range(count):
        row = rows[c]
        score = (np.float32(np.int64(units[c])) + start) * prior[row]
        if score >= bar:
            w, bit = (row - begin) >> BY_WORD, ONE << (row & IN_WORD)
            marks = EXACT_MARK if exact[w] & bit else ZERO
            for k in range(len(held)):
                marks |= bits[k] if held[k, w] & bit else ZERO
            size = keep(serials, best, size, score, np.uint32(row), marks)
            bar = scores[0] if size and size == len(best_rows) else np.float32(-1)
    return size


@_compiled
def rank(
    terms: UInt32,
    postings: Postings,
    highest_impacts: Float32,
    highest_by_word: UInt8,
    frequent: FrequentTerms,
    compiled: int,
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
    allowed: UInt64,
    sums: Float32,
    matched: UInt32,
    top_scores: Float32,
    top_rows: UInt32,
    top_marks: UInt64,
) -> tuple[int, Number, int, int]:
    """The best allowed rows for a query of word groups, best first, ties by serial.

    Args:
        terms: (m,) numbers of the query's terms.
        postings: of base and tail, which share no row. Impacts are 0 to 1.
        highest_impacts: (terms of the base,) no impact of a term is above it.
        highest_by_word: (frequent terms, words) the same for every 64 rows, in 255ths.
        frequent: the frequent terms of the base.
        compiled: how many rows the base has; those of the tail follow.
        weights, bits: (m,) of the terms; `bits` is a term's own bit, below EXACT_MARK, and 0 for a bigram or piece,
            which scores but does not count. Counted terms come first. Weights >= 0.
        instead: (m,) bits of earlier terms that count; where a row holds one of them, this term marks it but does not
            score: a synonym adds nothing to the word itself.
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
        allowed: a bit a row, as `frequent_terms.packed` makes them; 0 hides it.
        sums: (rows,) scratch, 0 on entry and on return.
        matched: (rows + 1,) filled with the rows that match, in no order; or (0,) where nobody asks for them.
        top_scores, top_rows, top_marks: (n,) filled with the best rows and the bits each of them matched.
    Returns: how many of the top arrays are filled, the exact total of matching rows, the number of groups
        that was asked of them in the end, and the most that any allowed row matches (ALL_GROUPS for an exact row).
    Source: MaxScore, Turtle & Flood 1995, Query Evaluation: Strategies and Optimizations;
        Block-Max MaxScore, Chakrabarti et al. 2011, Interval-Based Pruning for Top-k Processing.
    """
    highest = weights.sum() + bonuses.sum() + phrase_most + (exact_bonus if len(exact_rows) else 0.0)
    scale = np.float32(2.0 ** np.floor(np.log2(_MOST_UNITS / highest)) if highest > 0 else 1.0)
    scaled, start = weights * scale, np.float32(head_start) * scale
    exact, gains = np.uint64(np.float32(exact_bonus) * scale), (bonuses[bonuses > 0] * scale).astype(np.uint64)
    titled = np.zeros(len(allowed) if len(phrase_rows) else 0, np.uint64)
    for i in range(len(phrase_rows)):
        row = phrase_rows[i]
        sums[row] += phrase_bonuses[i] * scale
        titled[row >> BY_WORD] |= ONE << (row & IN_WORD)

    spans = locate(postings.offsets, postings.tail_terms, postings.tail_offsets, terms)
    parts = (postings.rows, postings.impacts, postings.tail_rows, postings.tail_impacts)
    query = (spans, frequent_numbers(frequent, terms), *parts)
    bounds, best = highest_units(query, terms, highest_impacts, scaled), (top_scores, top_rows, top_marks)
    order = in_order(bounds)
    asked, groups_asked, m = np.uint64(wanted), how_many_groups(groups), np.uint64(len(terms))
    threes = 1 if max(asked, groups_asked + ONE) < ONE << np.uint64(DIGITS) else 2
    digits, gained = np.empty((threes * DIGITS, WORDS), np.uint64), np.empty((len(gains), WORDS), np.uint64)
    sets, replaced = np.zeros((SETS, WORDS), np.uint64), instead.any()
    sets[ALL] = EVERY_ROW
    held, word_bounds = np.empty((m, WORDS), np.uint64), np.zeros((m + ONE, WORDS), np.uint32)
    scoring, by_word = np.empty((m, WORDS), np.uint64) if replaced else held, np.empty(WORDS, np.uint32)
    chosen = np.empty(TOGETHER, np.uint64), np.empty(TOGETHER, np.uint64)
    has_special = len(exact_rows) > 0 or len(phrase_rows) > 0 or len(gains) > 0
    while True:
        counted = ZERO
        while counted < m and (bits[counted] or not asked):
            counted += ONE
        any_term = is_any_term(asked, counted, alternatives)
        cursors, nexts = spans[:, :, 0].copy(), spans[:, :, 0].copy()
        size, total, most, low, exact_at, end = 0, ZERO, ONE, ZERO, ZERO, ZERO
        while True:
            begin = end if start else first_row(query, counted, nexts, end)
            if exact_at < len(exact_rows):
                begin = min(begin, np.uint64(exact_rows[exact_at]))
            if begin >= len(serials):
                break
            begin -= begin % _BLOCK
            end = begin + _BLOCK
            hold(query, frequent, begin, cursors, nexts, held)
            sets[EXACT] = 0
            exact_at = set_bits(exact_rows, exact_at, np.uint64(len(exact_rows)), begin, sets[EXACT])
            own = allowed[begin >> BY_WORD : end >> BY_WORD]
            found, most = match(
                bits,
                held,
                alternatives,
                groups,
                bonuses,
                digits,
                gained,
                own,
                counted,
                asked,
                groups_asked,
                most,
                any_term,
                bool(start > 0),
                sets,
            )
            if len(matched):
                list_rows(sets[MATCHING], begin, matched, total)
            total += found
            if not found or not len(top_rows):
                continue

            if replaced:
                spare(bits, instead, held, scoring)
            if has_special:
                specify(bits, held, gained, titled[begin >> BY_WORD :], sets)
            by_word[:] = 0
            block = (sets, word_bounds, by_word, begin)
            bound(query, highest_by_word, scaled, bounds, scoring, cursors, nexts, np.uint64(compiled), block)
            seeding = counted > ONE and most > ONE + ONE and size < len(top_rows)
            if seeding:
                find_fullest(digits, most, sets)
            w = ZERO
            while w < WORDS:
                source = GROUP if seeding else MATCHING
                next_word, count = gather(block, source, scoring, order, low, w, chosen)
                if seeding:
                    remove(sets[MATCHING], chosen[0], count)
                else:
                    w = next_word
                if has_special:
                    _add_units(chosen, count, sets[EXACT], begin, exact, sums[:0])
                    for i in range(len(gains)):
                        _add_units(chosen, count, gained[i], begin, gains[i], sums[:0])
                    _add_units(chosen, count, sets[TITLED], begin, ZERO, sums)
                own = cursors.copy() if seeding else cursors
                seeding = False
                count = settle_all(query, frequent, order, scaled, scoring, block, own, low, chosen, count)
                size = _take_best(chosen, count, begin, start, prior, serials, bits, held, sets[EXACT], best, size)
                if size and size == len(top_rows):
                    least = np.float64(top_scores[0]) / highest_prior * _ROUNDED - start
                    low = np.uint64(np.int64(max(least, 0.0)))
        if total or not asked:
            break
        asked = most - ONE
    sort_best_first(serials, best, size)
    top_scores[:size] /= scale
    for row in phrase_rows:
        sums[row] = 0
    return size, total, int(asked), int(most) - 1
