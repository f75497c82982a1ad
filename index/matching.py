"""Which rows match: a bit a row, block of rows after block, so that 64 rows are counted at once.

What the kernel is compiled of besides its own file: it names this file's hash (`tests/test_project.py`).
"""

from typing import Any

import numba
import numpy as np
from numba.extending import intrinsic

from index.arrays import Float32, Number, UInt32, UInt64
from index.compiling import uncounted
from index.frequent_terms import BLOCK, WORD, FrequentTerms

WORDS = np.uint64(BLOCK // WORD)
ZERO, ONE, BY_WORD, IN_WORD, EVERY_ROW = (np.uint64(n) for n in (0, 1, 6, 63, 2**64 - 1))
"""A row's bit is ONE << (row & IN_WORD) in the word row >> BY_WORD."""

DIGITS = 3
"""Binary digits of the rows' counts that are worked on together."""
ALL_GROUPS = 64
"""What an exact row matches: more groups than there can be."""
NO_ROW, NO_NUMBER = np.uint64(2**64 - 1), np.uint64(2**64 - 1)
NONE, ALL, EXACT, MATCHING, TITLED, SPECIAL, GROUP, SCRATCH, MORE, EQUAL, SETS = range(11)
"""Sets of a block's rows: none and all; the exact ones; those that match; those that get more for their title; those
that get more than their terms give; and four that are used again and again."""

Terms = tuple[UInt64, UInt64, UInt32, Float32, UInt32, Float32]
"""Spans of the terms, their numbers among the frequent ones or NO_NUMBER; rows and impacts, of base and tail."""

COMPILED_OF = {"frequent_terms.py": "dd64e55ceb05"}
"""Hashes of the files that are compiled into this one's functions."""
_BLOCK = np.uint64(BLOCK)
_compiled = numba.njit(cache=True, nogil=True)


@intrinsic
def _ctpop(typing: Any, bits: Any) -> Any:
    return numba.uint64(numba.uint64), lambda context, builder, signature, arguments: builder.ctpop(arguments[0])


bits_set: Any = _ctpop
"""How many bits of an uint64 are 1, by the processor's own instruction."""


@uncounted
def copy_to(bits: UInt64, others: UInt64) -> None:
    """Makes a set the same as another."""
    for w in range(WORDS):
        bits[w] = others[w]


@uncounted
def join(bits: UInt64, others: UInt64) -> None:
    """Sets the bits that others have."""
    for w in range(WORDS):
        bits[w] |= others[w]


@uncounted
def meet(bits: UInt64, others: UInt64) -> None:
    """Leaves the bits that others have too."""
    for w in range(WORDS):
        bits[w] &= others[w]


@uncounted
def _count(digits: UInt64, rows: UInt64, carry: UInt64) -> None:
    """Adds 1 to the counts of a set of rows, three binary digits of which are given; `carry` goes to the next ones."""
    for w in range(WORDS):
        first = digits[0, w] & rows[w]
        second = digits[1, w] & first
        carry[w] = digits[2, w] & second
        digits[0, w] ^= rows[w]
        digits[1, w] ^= first
        digits[2, w] ^= second


@uncounted
def _compare(digits: UInt64, number: Number, sets: UInt64, before: tuple[int, int]) -> None:
    """Compares three digits of the rows' counts with a number's: MORE and EQUAL, given those by the digits above."""
    first, second, third = ZERO - (number & ONE), ZERO - (number >> ONE & ONE), ZERO - (number >> ONE >> ONE & ONE)
    more_before, equal_before, more_now, equal_now = sets[before[0]], sets[before[1]], sets[MORE], sets[EQUAL]
    for w in range(WORDS):
        more, equal = more_before[w], equal_before[w]
        more |= equal & digits[2, w] & ~third
        equal &= ~(digits[2, w] ^ third)
        more |= equal & digits[1, w] & ~second
        equal &= ~(digits[1, w] ^ second)
        more_now[w] = more | equal & digits[0, w] & ~first
        equal_now[w] = equal & ~(digits[0, w] ^ first)


@uncounted
def _compare_all(digits: UInt64, number: Number, sets: UInt64) -> None:
    """Which rows have MORE groups than a number, and which EQUAL."""
    if len(digits) > DIGITS:
        _compare(digits[DIGITS:], number >> np.uint64(DIGITS), sets, (NONE, ALL))
        _compare(digits[:DIGITS], number, sets, (MORE, EQUAL))
    else:
        _compare(digits, number, sets, (NONE, ALL))


@uncounted
def _any_of(more: UInt64, equal: UInt64, allowed: UInt64) -> bool:
    """Whether an allowed row is in one of two sets."""
    common = ZERO
    for w in range(WORDS):
        common |= (more[w] | equal[w]) & allowed[w]
    return bool(common)


@uncounted
def _unite(more: UInt64, equal: UInt64, exact: UInt64, allowed: UInt64, rows: UInt64) -> Number:
    """The allowed rows of three sets; returns how many they are."""
    count = ZERO
    for w in range(WORDS):
        rows[w] = (more[w] | equal[w] | exact[w]) & allowed[w]
        count += bits_set(rows[w])
    return count


@uncounted
def set_bits(rows: UInt32, at: Number, stop: Number, begin: Number, held: UInt64) -> Number:
    """Sets the bits of a block's rows among a term's postings from `at` on; returns the first posting behind it."""
    while at < stop:
        here = np.uint64(rows[at]) - begin
        if here >= _BLOCK:
            break
        held[here >> BY_WORD] |= ONE << (here & IN_WORD)
        at += ONE
    return at


@uncounted
def _skip(rows: UInt32, at: Number, stop: Number, begin: Number) -> Number:
    """The first of a term's postings from `at` on that stands in a block or behind it."""
    if at >= stop or rows[at] >= begin:
        return at
    while at < stop:
        middle = (at + stop) >> ONE
        if rows[middle] < begin:
            at = middle + ONE
        else:
            stop = middle
    return at


@uncounted
def hold(query: Terms, frequent: FrequentTerms, begin: Number, cursors: UInt64, nexts: UInt64, held: UInt64) -> None:
    """Sets the bits of the rows of a block that hold each term, and goes on to its next postings.

    Args:
        cursors: (m, parts) filled with each term's first posting in the block, where it is not known by bits.
        nexts: (m, parts) moved behind its last one.
    """
    spans, numbers, rows, _, tail_rows, _ = query
    first = begin >> BY_WORD
    for i in range(np.uint64(len(held))):
        number = numbers[i]
        if number != NO_NUMBER and first < frequent.bits.shape[1]:
            copy_to(held[i], frequent.bits[number, first : first + WORDS])
            nexts[i, 0] = spans[i, 0, 0] + np.uint64(frequent.ranks[number, first + WORDS])
        else:
            held[i] = 0
            cursors[i, 0] = _skip(rows, nexts[i, 0], spans[i, 0, 1], begin)
            nexts[i, 0] = set_bits(rows, cursors[i, 0], spans[i, 0, 1], begin, held[i])
        if spans.shape[1] > 1:
            cursors[i, 1] = _skip(tail_rows, nexts[i, 1], spans[i, 1, 1], begin)
            nexts[i, 1] = set_bits(tail_rows, cursors[i, 1], spans[i, 1, 1], begin, held[i])


@uncounted
def _count_groups(
    bits: UInt64,
    held: UInt64,
    alternatives: UInt64,
    groups: UInt64,
    bonuses: Float32,
    digits: UInt64,
    gained: UInt64,
    sets: UInt64,
) -> None:
    """Counts for each row of a block the groups it matches, and sets the bits of rows that gain by an alternative."""
    group, alternative, gaining, size = sets[GROUP], sets[SCRATCH], ZERO, np.uint64(len(alternatives))
    digits[:] = 0
    for a in range(size):
        is_first, is_last = not a or groups[a] != groups[a - ONE], a + ONE == size or groups[a] != groups[a + ONE]
        rows = group
        if is_first and is_last and not alternatives[a] & (alternatives[a] - ONE) and not bonuses[a]:
            for i in range(np.uint64(len(held))):
                if bits[i] == alternatives[a]:
                    rows = held[i]
        else:
            if is_first:
                group[:] = 0
            alternative[:] = EVERY_ROW
            for i in range(np.uint64(len(held))):
                if bits[i] & alternatives[a]:
                    meet(alternative, held[i])
            if bonuses[a] > 0:
                for w in range(WORDS):
                    gained[gaining, w] = alternative[w] & ~group[w]
                gaining += ONE
            join(group, alternative)
        if is_last:
            _count(digits[:DIGITS], rows, sets[MORE])
            if len(digits) > DIGITS:
                _count(digits[DIGITS:], sets[MORE], sets[EQUAL])


@uncounted
def match(
    bits: UInt64,
    held: UInt64,
    alternatives: UInt64,
    groups: UInt64,
    bonuses: Float32,
    digits: UInt64,
    gained: UInt64,
    allowed: UInt64,
    counted: Number,
    asked: Number,
    size: Number,
    most: Number,
    any_term: bool,
    everywhere: bool,
    sets: UInt64,
) -> tuple[Number, Number]:
    """Finds which allowed rows of a block match, and which gain by an alternative.

    Args:
        digits: (3 or 6, WORDS) scratch for the binary digits of the rows' counts.
        gained: (bonuses above 0, WORDS) filled with the rows that gain by each.
        counted: how many terms, the first ones, make a row match.
        asked: how many groups a row must match; looked at where neither of the last two says what matches.
        size: how many groups there are.
        most: one more than the most groups that any row before matches.
        any_term: every row with a term that counts matches.
        everywhere: every allowed row matches.
    Returns: how many match, and `most` with these rows.
    """
    if most <= size or len(gained) or not (any_term or everywhere):
        _count_groups(bits, held, alternatives, groups, bonuses, digits, gained, sets)
    if _any_of(sets[EXACT], sets[NONE], allowed):
        most = np.uint64(ALL_GROUPS + 1)
    while most <= size:
        _compare_all(digits, most, sets)
        if not _any_of(sets[MORE], sets[EQUAL], allowed):
            break
        most += ONE
    if everywhere:
        sets[MORE] = EVERY_ROW
    elif any_term:
        sets[MORE] = 0
        for i in range(counted):
            join(sets[MORE], held[i])
        sets[EQUAL] = 0
    else:
        _compare_all(digits, asked, sets)
    return _unite(sets[MORE], sets[EQUAL], sets[EXACT], allowed, sets[MATCHING]), most


@uncounted
def specify(bits: UInt64, held: UInt64, gained: UInt64, titled: UInt64, sets: UInt64) -> None:
    """Finds the rows of a block that get more than their terms give; those for their title are TITLED."""
    own, special = sets[TITLED], sets[SPECIAL]
    own[:] = 0
    if len(titled):
        join(own, sets[EXACT])
        for i in range(np.uint64(len(held))):
            if bits[i]:
                join(own, held[i])
        meet(own, titled)
    copy_to(special, sets[EXACT])
    join(special, own)
    for i in range(np.uint64(len(gained))):
        join(special, gained[i])


@uncounted
def find_fullest(digits: UInt64, most: Number, sets: UInt64) -> None:
    """Finds, as GROUP, the matching rows with one group less than `most`."""
    _compare_all(digits, most - ONE, sets)
    _unite(sets[MORE], sets[EQUAL], sets[NONE], sets[MATCHING], sets[GROUP])


@uncounted
def remove(bits: UInt64, rows: UInt64, count: Number) -> None:
    """Takes rows[:count] of a block out of a set."""
    for c in range(count):
        here = rows[c] % _BLOCK
        bits[here >> BY_WORD] &= ~(ONE << (here & IN_WORD))


@uncounted
def first_row(query: Terms, counted: Number, nexts: UInt64, end: Number) -> Number:
    """Where the next block begins that has a posting of a counted term."""
    spans, numbers, rows, _, tail_rows, _ = query
    begin = NO_ROW
    for i in range(counted):
        for part in range(np.uint64(spans.shape[1])):
            at = nexts[i, part]
            if at < spans[i, part, 1]:
                if part or numbers[i] == NO_NUMBER:
                    begin = min(begin, np.uint64(tail_rows[at] if part else rows[at]))
                else:
                    begin = min(begin, end)
    return begin


@uncounted
def list_rows(bits: UInt64, begin: Number, rows: UInt32, count: Number) -> None:
    """Writes the rows of a set behind rows[:count]."""
    for w in range(WORDS):
        left = bits[w]
        while left:
            rows[count] = begin + (w << BY_WORD) + bits_set((left & (ZERO - left)) - ONE)
            left &= left - ONE
            count += ONE


@uncounted
def is_any_term(asked: Number, counted: Number, alternatives: UInt64) -> bool:
    """Whether a row matches by any term that counts: each is a group of its own and one is asked for, or nothing is."""
    words = ZERO
    for alternative in alternatives:
        words |= alternative if not alternative & (alternative - ONE) else ZERO
    return bool(not asked or (asked == ONE and bits_set(words) == counted))


@_compiled
def frequent_numbers(frequent: FrequentTerms, terms: UInt32) -> UInt64:
    """(m,) where each of m terms stands among the frequent ones; NO_NUMBER for others."""
    numbers = np.full(len(terms), NO_NUMBER, np.uint64)
    for i in range(len(terms)):
        at = np.searchsorted(frequent.terms, terms[i])
        if at < len(frequent.terms) and frequent.terms[at] == terms[i]:
            numbers[i] = at
    return numbers


@uncounted
def how_many_groups(groups: UInt64) -> Number:
    """How many groups there are; the alternatives of each stand together."""
    size = ZERO
    for a in range(len(groups)):
        size += np.uint64(a == 0 or groups[a] != groups[a - 1])
    return size
