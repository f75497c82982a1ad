"""What the terms of a query add to chosen rows, term after term, as long as a row can be among the best.

What the kernel is compiled of besides its own file: it names this file's hash (`tests/test_project.py`).
"""

import numpy as np

from index.arrays import Float32, Number, UInt32, UInt64
from index.compiling import uncounted
from index.frequent_terms import FrequentTerms
from index.matching import BY_WORD, IN_WORD, NO_NUMBER, ONE, ZERO, Terms, bits_set
from index.pruning import Block, Chosen

COMPILED_OF = {"matching.py": "53a0e491bfff", "pruning.py": "d1a80f1f7fed"}
"""Hashes of the files that are compiled into this one's functions."""

Part = tuple[UInt32, Float32]
"""(p,) rows and impacts of the postings of base or tail."""
Frequent = tuple[UInt64, UInt32, Number]
"""Bits and ranks of one frequent term, and its first posting."""


@uncounted
def _look_up(
    own: Frequent,
    impacts: Float32,
    weight: Number,
    scoring: UInt64,
    bounds: UInt32,
    begin: Number,
    low: Number,
    chosen: Chosen,
    count: Number,
) -> Number:
    """Puts what a frequent term adds in the place of its bound: bits before a row's say which posting is the row's.

    Returns: how many rows are left, those that can have `low`.
    """
    (bits, ranks, start), (rows, most), kept = own, chosen, ZERO
    for c in range(count):
        row = rows[c]
        here, at, place = (row - begin) >> BY_WORD, row >> BY_WORD, row & IN_WORD
        units = ZERO
        if scoring[here] >> place & ONE and at < len(bits) and bits[at] >> place & ONE:
            found = start + np.uint64(ranks[at]) + bits_set(bits[at] & ((ONE << place) - ONE))
            units = np.uint64(np.int64(weight * impacts[found]))
        rows[kept], most[kept] = row, most[c] + units - np.uint64(bounds[here])
        kept += np.uint64(most[kept] >= low)
    return kept


@uncounted
def _seek(
    postings: Part,
    at: Number,
    stop: Number,
    weight: Number,
    scoring: UInt64,
    bounds: UInt32,
    begin: Number,
    low: Number,
    chosen: Chosen,
    count: Number,
) -> tuple[Number, Number]:
    """The same for another term, from its posting `at` on by growing steps; also returns where to go on."""
    (own_rows, impacts), (rows, most), kept = postings, chosen, ZERO
    for c in range(count):
        row = rows[c]
        here, units = (row - begin) >> BY_WORD, ZERO
        if scoring[here] >> (row & IN_WORD) & ONE:
            step = ONE
            while at + step < stop and own_rows[at + step] < row:
                at += step
                step += step
            last = min(at + step, stop)
            while at < last:
                middle = (at + last) >> ONE
                if own_rows[middle] < row:
                    at = middle + ONE
                else:
                    last = middle
            if at < stop and own_rows[at] == row:
                units = np.uint64(np.int64(weight * impacts[at]))
        rows[kept], most[kept] = row, most[c] + units - np.uint64(bounds[here])
        kept += np.uint64(most[kept] >= low)
    return at, kept


@uncounted
def _settle(
    query: Terms,
    frequent: FrequentTerms,
    i: Number,
    weight: Number,
    scoring: UInt64,
    bounds: UInt32,
    none: UInt32,
    begin: Number,
    cursors: UInt64,
    low: Number,
    chosen: Chosen,
    count: Number,
) -> Number:
    """Puts what a term adds in the place of its bounds; returns how many of the chosen rows can still have `low`."""
    spans, numbers, rows, impacts, tail_rows, tail_impacts = query
    has_tail = spans.shape[1] > 1
    at_first = ZERO if has_tail else low  # what the tail adds comes behind
    if numbers[i] != NO_NUMBER:
        own = frequent.bits[numbers[i]], frequent.ranks[numbers[i]], spans[i, 0, 0]
        count = _look_up(own, impacts, weight, scoring, bounds, begin, at_first, chosen, count)
    else:
        at, stop = cursors[i, 0], spans[i, 0, 1]
        at, count = _seek((rows, impacts), at, stop, weight, scoring, bounds, begin, at_first, chosen, count)
        cursors[i, 0] = at
    if has_tail:
        at, stop = cursors[i, 1], spans[i, 1, 1]
        at, count = _seek((tail_rows, tail_impacts), at, stop, weight, scoring, none, begin, low, chosen, count)
        cursors[i, 1] = at
    return count


@uncounted
def settle_all(
    query: Terms,
    frequent: FrequentTerms,
    order: UInt64,
    scaled: Float32,
    scoring: UInt64,
    block: Block,
    cursors: UInt64,
    low: Number,
    chosen: Chosen,
    count: Number,
) -> Number:
    """Puts what the terms add in the place of their bounds, while a row can have `low`; returns how many are left."""
    _, bounds, _, begin = block
    none = bounds[len(order)]
    for k in range(np.uint64(len(order))):
        if not count:
            break
        i = order[k]
        count = _settle(query, frequent, i, scaled[i], scoring[i], bounds[i], none, begin, cursors, low, chosen, count)
    return count
