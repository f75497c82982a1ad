"""Which rows can still come among the best: by what their terms can add at most in every 64 rows.

What the kernel is compiled of besides its own file: it names this file's hash (`tests/test_project.py`).
"""

import numba
import numpy as np

from index.arrays import Float32, Number, UInt8, UInt32, UInt64
from index.compiling import uncounted
from index.frequent_terms import BLOCK
from index.matching import BY_WORD, NO_NUMBER, ONE, SPECIAL, WORDS, ZERO, Terms, bits_set, copy_to

COMPILED_OF = {"frequent_terms.py": "dd64e55ceb05", "matching.py": "53a0e491bfff"}
"""Hashes of the files that are compiled into this one's functions."""
TOGETHER = np.uint64(128)
"""Rows that are scored together, term after term."""
_MOST_PAIRED = np.uint64(12)
"""Terms of a query in which it is seen to that a row holds two of them where one is not enough."""
_WORD_ROWS = np.uint64(64)
_BLOCK = np.uint64(BLOCK)

Block = tuple[UInt64, UInt32, UInt32, Number]
"""Sets of its rows; what each term can add to rows of each word, with a line of zeros behind; what all terms
together can; its first row."""
Chosen = tuple[UInt64, UInt64]
"""(TOGETHER,) rows that are scored, ascending, and what each can have at most, in units; in the end what it has."""

_compiled = numba.njit(cache=True, nogil=True)
_inlined = numba.njit(inline="always")


@_inlined
def _promising(scoring: UInt64, bounds: UInt32, by_word: Number, order: UInt64, low: Number, w: Number) -> Number:
    """The rows of a word that may have `low` by their strongest term and, where that is not enough, a second one."""
    terms, seen, found, rest = np.uint64(len(order)), ZERO, ZERO, np.uint64(by_word)
    for k in range(terms):
        if rest < low:
            break
        own, bound = scoring[order[k], w] & ~seen, np.uint64(bounds[order[k], w])
        if own:
            seen |= own
            if bound < low and terms <= _MOST_PAIRED:
                partners, together = ZERO, rest
                for behind in range(k + ONE, terms):
                    if together < low:
                        break
                    partners |= scoring[order[behind], w]
                    together -= np.uint64(bounds[order[behind], w])
                own &= partners
            found |= own
        rest -= bound
    return found


@uncounted
def gather(
    block: Block,
    source: int,
    scoring: UInt64,
    order: UInt64,
    low: Number,
    w: Number,
    chosen: Chosen,
) -> tuple[Number, Number]:
    """Chooses the next rows of a block that may have `low`, from the word `w` on.

    Args:
        source: the set they are chosen from.
    Returns: the word to go on with, and how many rows are chosen.
    """
    (sets, bounds, by_word, begin), (rows, most), count = block, chosen, ZERO
    while w < WORDS and count + _WORD_ROWS <= TOGETHER:
        left, special = sets[source, w], sets[SPECIAL, w]
        if low and left:
            may = _promising(scoring, bounds, by_word[w], order, low, w) if by_word[w] >= low else ZERO
            left &= special | may
        while left:
            rows[count] = begin + (w << BY_WORD) + bits_set((left & (ZERO - left)) - ONE)
            most[count] = by_word[w]
            left &= left - ONE
            count += ONE
        w += ONE
    return w, count


@uncounted
def _bound_by_rows(bounds: UInt32, by_word: UInt32, held: UInt64, bound: Number) -> None:
    """A term's bound for every word of a block in which some row holds it, and added to those of all terms."""
    for w in range(WORDS):
        bounds[w] = np.uint32(bound) if held[w] else np.uint32(0)
        by_word[w] += bounds[w]


@uncounted
def _bound_by_highest(bounds: UInt32, by_word: UInt32, highest: UInt8, factor: Number) -> None:
    """The same by a frequent term's highest impact in each word."""
    for w in range(WORDS):
        bounds[w] = np.uint32(factor) * np.uint32(highest[w])
        by_word[w] += bounds[w]


@uncounted
def _bound_by_postings(
    bounds: UInt32,
    by_word: UInt32,
    rows: UInt32,
    impacts: Float32,
    first: Number,
    stop: Number,
    weight: Number,
    begin: Number,
) -> None:
    """The same by all postings of a term that has few."""
    bounds[:] = 0
    for p in range(first, stop):
        w = (np.uint64(rows[p]) - begin) >> BY_WORD
        bounds[w] = max(bounds[w], np.uint32(np.int64(weight * impacts[p])))
    for w in range(WORDS):
        by_word[w] += bounds[w]


@uncounted
def bound(
    query: Terms,
    highest: UInt8,
    scaled: Float32,
    all_bounds: UInt64,
    scoring: UInt64,
    cursors: UInt64,
    nexts: UInt64,
    compiled: Number,
    block: Block,
) -> None:
    """Finds what the terms can add to the rows of each word of a block, in units.

    Args:
        all_bounds: (m,) what no posting of a term adds more than.
        cursors, nexts: (m, parts) where each term's postings in the block begin and end, as `hold` leaves them.
        compiled: rows from here on are of the tail, of which only `all_bounds` know.
    """
    _, numbers, rows, impacts, _, _ = query
    _, bounds, by_word, begin = block
    first = begin >> BY_WORD
    for i in range(np.uint64(len(scoring))):
        if begin + _BLOCK > compiled:
            _bound_by_rows(bounds[i], by_word, scoring[i], all_bounds[i])
        elif numbers[i] != NO_NUMBER:
            factor = np.uint32(np.int64(scaled[i] * np.float32(1.00001 / 255))) + np.uint32(1)
            _bound_by_highest(bounds[i], by_word, highest[numbers[i], first : first + WORDS], factor)
        else:
            _bound_by_postings(bounds[i], by_word, rows, impacts, cursors[i, 0], nexts[i, 0], scaled[i], begin)


@uncounted
def spare(bits: UInt64, instead: UInt64, held: UInt64, scoring: UInt64) -> None:
    """Where each term adds to the score: where it stands, but not with a term in whose place it stands."""
    for i in range(len(held)):
        copy_to(scoring[i], held[i])
        for other in range(i):
            if bits[i] and bits[other] & instead[i]:
                for w in range(WORDS):
                    scoring[i, w] &= ~held[other, w]


@_compiled
def highest_units(query: Terms, terms: UInt32, highest: Float32, scaled: Float32) -> UInt64:
    """(m,) no posting of a term adds more units to a row."""
    spans, tail_impacts = query[0], query[5]
    bounds = np.zeros(len(terms), np.uint64)
    for i in range(len(terms)):
        most = highest[terms[i]] if terms[i] < len(highest) else np.float32(0)
        if spans.shape[1] > 1:
            for p in range(spans[i, 1, 0], spans[i, 1, 1]):
                most = max(most, tail_impacts[p])
        bounds[i] = np.uint64(np.int64(scaled[i] * most))
    return bounds


@_compiled
def in_order(bounds: UInt64) -> UInt64:
    """(m,) the terms by what they can add, the most first."""
    order = np.empty(len(bounds), np.uint64)
    for i in range(np.uint64(len(bounds))):
        at: Number = i
        while at > ZERO and bounds[order[at - ONE]] < bounds[i]:
            order[at] = order[at - ONE]
            at -= ONE
        order[at] = i
    return order
