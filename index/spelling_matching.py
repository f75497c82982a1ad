"""Compiled loops that find spellings: where letters, or choices of letters, stand side by side in the names of a store.

A look-up begins at the rarest two neighbours of what is looked for, and compares what stands around their places.
"""

from collections.abc import Callable
from typing import Any, Final, NamedTuple, TypeVar

import numba
import numpy as np

from index.arrays import Float32, Float64, Int64, Number, UInt8, UInt16, UInt32, UInt64

ANY: Final = -1
"""Stands in a pattern for any letter, with quality 1."""
BEGINS: Final = 1
ENDS: Final = 2
"""Bits of `edges`."""
BLOCK: Final = 32
"""Letters between those whose text is told by `block_texts`."""
_EDGE_WEIGHTS: Final = np.array([0.05, 0.3, 0.3, 1.0], np.float32)
"""What a place counts where a word ends at neither, at one, or at both of its edges."""
_WHOLE: Final = np.float32(2)
"""What a place counts where it is the whole text."""
MIXING: Final = np.random.default_rng(7).integers(1, 2**63, 64, np.uint64) | np.uint64(1)
"""Odd factors that turn a few letters into one number."""

Loop = TypeVar("Loop", bound=Callable[..., Any])
_compiled = numba.njit(cache=True, nogil=True)
_within: Callable[[Loop], Loop] = numba.njit(nogil=True, no_cpython_wrapper=True, no_cfunc_wrapper=True)  # type: ignore[call-overload]
"""For what is called within other loops only: to make it callable from outside would take half of the compilation."""


class Tables(NamedTuple):
    """What the loops read of a store; if nothing else is said, as `spelling_store.SpellingArrays` has it."""

    alphabet: UInt32
    letters: UInt16
    edges: UInt8
    places: UInt32
    place_offsets: UInt32
    pairs: UInt32
    pair_offsets: UInt32
    pair_starts: UInt32
    """(A + 2,) where the pairs that begin with each letter begin in `pairs`."""
    starts: UInt32
    block_texts: UInt32
    """The text of each letter whose place is a multiple of BLOCK."""
    weights: Float32
    ends: Int64
    title_offsets: UInt32
    title_rows: UInt32


Columns = tuple[Any, ...]
"""The fields of `Tables`: a plain tuple is faster handed over, and is given its names within."""


class Choices(NamedTuple):
    """Letters that may stand at one place of a spelling, several such choices side by side."""

    letters: UInt16
    """Their numbers, ascending within a choice."""
    quality: Float32
    """How likely each was meant, above 0, to 1."""
    spans: Int64
    """(c, 3) where each choice begins and ends, and the letter of it that was typed, of quality 1 in it, or 0."""


class _Pair(NamedTuple):
    """Where the places of two neighbours begin and end, and how many letters precede; ANY where there are no such."""

    start: Number
    stop: Number
    before: Number


@_within
def _position(values: Number, start: Number, stop: Number, wanted: Number) -> Number:
    """Where a value stands, or would, in a stretch of ascending ones."""
    while start < stop:
        middle = (start + stop) >> 1
        if values[middle] < wanted:
            start = middle + 1
        else:
            stop = middle
    return start


@_within
def _numbers(tables: Tables, codes: UInt32) -> Int64:
    """(n,) the numbers of letters; (0,) where no text has one of them."""
    numbers = np.empty(len(codes), np.int64)
    for i in range(len(codes)):
        number = _position(tables.alphabet, 0, len(tables.alphabet), codes[i])
        if number == len(tables.alphabet) or tables.alphabet[number] != codes[i]:
            return numbers[:0]
        numbers[i] = number
    return numbers


@_within
def _text_of(tables: Tables, place: Number) -> Number:
    """The text that a letter stands in."""
    text = np.int64(tables.block_texts[place // BLOCK])
    while tables.starts[text + 1] <= place:
        text += 1
    return text


@_within
def _pair(tables: Tables, first: Number, second: Number) -> tuple[Number, Number]:
    """Where the places of two letters side by side begin and end in `places`."""
    wanted = np.uint32(first) << np.uint32(16) | np.uint32(second)
    end = np.int64(tables.pair_starts[first + 1])
    at = _position(tables.pairs, np.int64(tables.pair_starts[first]), end, wanted)
    if at < end and tables.pairs[at] == wanted:
        return np.int64(tables.pair_offsets[at]), np.int64(tables.pair_offsets[at + 1])
    return np.int64(0), np.int64(0)


@_within
def _rarest_pair(tables: Tables, letters: Int64) -> _Pair:
    """The rarest two neighbours among letters, ANY being none; the letter itself where it is the only one."""
    start, stop, before = np.int64(0), np.int64(0), ANY
    if len(letters) == 1 and letters[0] != ANY:
        start, stop = np.int64(tables.place_offsets[letters[0]]), np.int64(tables.place_offsets[letters[0] + 1])
        before = 0
    for i in range(len(letters) - 1):
        if letters[i] != ANY and letters[i + 1] != ANY:
            own_start, own_stop = _pair(tables, letters[i], letters[i + 1])
            if before == ANY or own_stop - own_start < stop - start:
                start, stop, before = own_start, own_stop, i
            if start == stop:
                break
    return _Pair(start, stop, before)


@_within
def _are_at(tables: Tables, numbers: Int64, place: Number) -> bool:
    """Whether letters stand side by side from a place on; behind the last text stands a 0."""
    i = 0
    while i < len(numbers) and place >= 0 and tables.letters[place + i] == numbers[i]:
        i += 1
    return i == len(numbers)


@_compiled
def stands(columns: Columns, codes: UInt32, at: int) -> bool:
    """Whether letters, given by their code points, stand side by side in a text that is not over at a moment."""
    tables = Tables(*columns)
    numbers = _numbers(tables, codes)
    pair = _rarest_pair(tables, numbers)
    for i in range(pair.start, pair.stop):
        place = np.int64(tables.places[i]) - pair.before
        if _are_at(tables, numbers, place) and tables.ends[_text_of(tables, place)] > at:
            return True
    return False


@_compiled
def rows_titled(columns: Columns, codes: UInt32, worth: float) -> tuple[UInt32, Float32]:
    """The rows in whose title several letters, by their code points, stand side by side; the same worth for each."""
    tables = Tables(*columns)
    numbers = _numbers(tables, codes)
    pair, count = _rarest_pair(tables, numbers), 0
    texts = np.empty(pair.stop - pair.start, np.int64)
    rows: Number = 0
    for i in range(pair.start, pair.stop):
        place = np.int64(tables.places[i]) - pair.before
        if _are_at(tables, numbers, place):
            text = _text_of(tables, place)
            if count == 0 or texts[count - 1] != text:  # the places of a pair ascend, and so do the texts
                texts[count] = text
                rows += np.int64(tables.title_offsets[text + 1]) - np.int64(tables.title_offsets[text])
                count += 1
    found, known = np.empty(rows, np.uint32), 0
    for text in texts[:count]:
        for k in range(tables.title_offsets[text], tables.title_offsets[text + 1]):
            found[known] = tables.title_rows[k]
            known += 1
    return found, np.full(rows, worth, np.float32)


@_within
def _mark(fits: UInt32, choices: Choices, pattern: Int64) -> None:
    """Turns the bit of each place of a pattern for the letters that may stand there."""
    for i in range(len(pattern)):
        if pattern[i] != ANY:
            for k in range(choices.spans[pattern[i], 0], choices.spans[pattern[i], 1]):
                fits[choices.letters[k]] ^= np.uint32(1) << np.uint32(i)


@_within
def _only_letters(choices: Choices, pattern: Int64) -> Int64:
    """The letter of each place of a pattern where there is but one; else ANY."""
    letters = np.full(len(pattern), ANY, np.int64)
    for i in range(len(pattern)):
        if pattern[i] != ANY and choices.spans[pattern[i], 1] - choices.spans[pattern[i], 0] == 1:
            letters[i] = choices.letters[choices.spans[pattern[i], 0]]
    return letters


@_within
def _rarest_choice(tables: Tables, choices: Choices, pattern: Int64) -> Number:
    """The place of a pattern whose letters stand at the fewest places of texts."""
    rarest, least = ANY, np.int64(0)
    for i in range(len(pattern)):
        if pattern[i] != ANY:
            total = np.int64(0)
            for k in range(choices.spans[pattern[i], 0], choices.spans[pattern[i], 1]):
                number = np.int64(choices.letters[k])
                total += np.int64(tables.place_offsets[number + 1]) - np.int64(tables.place_offsets[number])
            if rarest == ANY or total < least:
                rarest, least = i, total
    return rarest


@_within
def _stretches(tables: Tables, choices: Choices, pattern: Int64, fits: UInt32, pair: _Pair) -> tuple[UInt32, Number]:
    """(s, 2) stretches of `places`: of a pair, or else the rarest choice with the one beside it; what precedes them."""
    if pair.before != ANY:
        return np.array([[pair.start, pair.stop]], np.uint32), pair.before
    before = _rarest_choice(tables, choices, pattern)
    alone = before + 1 == len(pattern) or pattern[before + 1] == ANY
    if alone and before > 0 and pattern[before - 1] != ANY:
        alone, before = False, before - 1
    own = choices.letters[choices.spans[pattern[before], 0] : choices.spans[pattern[before], 1]]
    offsets = tables.place_offsets if alone else tables.pair_starts
    most = np.int64(0)
    for letter in own:
        most += 1 if alone else np.int64(offsets[np.int64(letter) + 1]) - np.int64(offsets[np.int64(letter)])
    found, count = np.empty((most, 2), np.uint32), 0
    for letter in own:
        first, last = offsets[np.int64(letter)], offsets[np.int64(letter) + 1]
        if alone:
            found[count, 0], found[count, 1] = first, last
            count += 1
            continue
        for k in range(first, last):
            if fits[tables.pairs[k] & np.uint32(0xFFFF)] >> np.uint32(before + 1) & np.uint32(1):
                found[count, 0], found[count, 1] = tables.pair_offsets[k], tables.pair_offsets[k + 1]
                count += 1
    return found[:count], before


@_within
def _fit(tables: Tables, pattern: Int64, fits: UInt32, place: Number) -> bool:
    """Whether a pattern fits what stands from a place on; behind the last text stands a 0."""
    if place < 0:
        return False
    for i in range(len(pattern)):
        letter = tables.letters[place + i]
        if letter == 0 or (pattern[i] != ANY and not fits[letter] >> np.uint32(i) & np.uint32(1)):
            return False
    return True


@_within
def _fitting(tables: Tables, choices: Choices, pattern: Int64, fits: UInt32, pair: _Pair, at: int) -> Int64:
    """Where a pattern fits in texts that are not over at a moment."""
    stretches, before = _stretches(tables, choices, pattern, fits, pair)
    most: Number = 0
    for i in range(len(stretches)):
        most += np.int64(stretches[i, 1]) - np.int64(stretches[i, 0])
    found, count = np.empty(most, np.int64), 0
    for i in range(len(stretches)):
        for k in range(stretches[i, 0], stretches[i, 1]):
            place = np.int64(tables.places[k]) - before
            if _fit(tables, pattern, fits, place) and tables.ends[_text_of(tables, place)] > at:
                found[count] = place
                count += 1
    return found[:count]


@_within
def _mixed(tables: Tables, place: Number, length: Number) -> Number:
    """One number for the letters from a place on, which orders equals; others share it with a probability of 2⁻⁶⁴."""
    total = np.uint64(0)
    for i in range(length):
        total += np.uint64(tables.letters[place + i]) * MIXING[i]
    return total


@_within
def _quality(tables: Tables, choices: Choices, pattern: Int64, place: Number) -> Number:
    """Product of the qualities of the letters that stand from a place on."""
    quality: Number = np.float32(1)
    for i in range(len(pattern)):
        letter = tables.letters[place + i]
        if pattern[i] != ANY and choices.spans[pattern[i], 2] != letter:
            start, stop = choices.spans[pattern[i], 0], choices.spans[pattern[i], 1]
            quality *= choices.quality[_position(choices.letters, start, stop, letter)]
    return quality


@_within
def _edges(tables: Tables, place: Number, length: Number) -> Number:
    """Whether a word begins at the first letter of a place, and ends at the last."""
    return np.int64(tables.edges[place]) & BEGINS | np.int64(tables.edges[place + length - 1]) & ENDS


@_within
def _weight(tables: Tables, place: Number, length: Number) -> Number:
    """What a place counts."""
    text, weight = _text_of(tables, place), _EDGE_WEIGHTS[_edges(tables, place, length)]
    if tables.starts[text] == place and tables.starts[text + 1] == place + length + 1:
        weight *= _WHOLE
    return weight * tables.weights[text]


@_within
def _sort(keys: UInt64, values: Int64) -> None:
    """Sorts values by their keys: Shell's sort, for there are mostly none or a few."""
    gap = len(keys) // 2
    while gap:
        for i in range(gap, len(keys)):
            key, value, at = keys[i], values[i], i
            while at >= gap and keys[at - gap] > key:
                keys[at], values[at] = keys[at - gap], values[at - gap]
                at -= gap
            keys[at], values[at] = key, value
        gap //= 2


@_within
def _best(tables: Tables, choices: Choices, pattern: Int64, where: Int64, found: Int64, worth: Float64) -> Number:
    """Puts the spellings at some places into (4, most) and (2, most) arrays, the best first; returns how many."""
    mixed, count, i = np.empty(len(where), np.uint64), 0, 0
    for k in range(len(where)):
        mixed[k] = _mixed(tables, where[k], len(pattern))
    _sort(mixed, where)
    while i < len(where):
        own, place, weight, whole = mixed[i], where[i], 0.0, 0
        while i < len(where) and mixed[i] == own:
            weight += _weight(tables, where[i], len(pattern))
            whole |= _edges(tables, where[i], len(pattern)) == BEGINS | ENDS
            place = min(place, where[i])
            i += 1
        quality, at = np.float64(_quality(tables, choices, pattern, place)), count
        while at and worth[0, at - 1] * worth[1, at - 1] < weight * quality:
            at -= 1
        if at < worth.shape[1]:
            count = min(count + 1, worth.shape[1])
            for k in range(count - 1, at, -1):
                found[1, k], found[3, k] = found[1, k - 1], found[3, k - 1]
                worth[0, k], worth[1, k] = worth[0, k - 1], worth[1, k - 1]
            found[1, at], found[3, at], worth[0, at], worth[1, at] = place, whole, weight, quality
    return count


@_compiled
def find(
    columns: Columns,
    choice_columns: tuple[UInt16, Float32, Int64],
    own: Int64,
    patterns: Int64,
    offsets: Int64,
    whole_only: UInt8,
    at: int,
    most: int,
) -> tuple[Int64, Float64, UInt32]:
    """The spellings that fit patterns in texts that are not over at a moment, pattern by pattern, the best first.

    Args:
        choice_columns, own: the fields of `Choices`, and the numbers of those that the patterns are made of.
        patterns, offsets: p patterns side by side, each of at least one position in `own`, and of ANY.
        whole_only: (p,) 1 leaves out what nowhere begins and ends with a word.
        most: spellings of a pattern, before those are left out.
    Returns: (4, n) for each its pattern, its first place, its length, and whether it somewhere begins and ends with a
        word; (2, n) its weight, added up over all places, and its quality, the product of those of its letters; and
        the code points of all, one behind the other.
    """
    tables, choices = Tables(*columns), Choices(choice_columns[0], choice_columns[1], choice_columns[2][own])
    fits = np.zeros(len(tables.alphabet), np.uint32)
    n = (len(offsets) - 1) * most
    found, worth, count, size = np.empty((4, n), np.int64), np.empty((2, n), np.float64), 0, 0
    for number in range(len(offsets) - 1):
        pattern = patterns[offsets[number] : offsets[number + 1]]
        pair = _rarest_pair(tables, _only_letters(choices, pattern))
        if pair.before != ANY and pair.start == pair.stop:
            continue
        _mark(fits, choices, pattern)
        where = _fitting(tables, choices, pattern, fits, pair, at)
        _mark(fits, choices, pattern)
        to = slice(count, count + most)
        for i in range(count, count + _best(tables, choices, pattern, where, found[:, to], worth[:, to])):
            if found[3, i] or not whole_only[number]:
                found[0, count], found[2, count] = number, len(pattern)
                found[1, count], found[3, count] = found[1, i], found[3, i]
                worth[0, count], worth[1, count] = worth[0, i], worth[1, i]
                count, size = count + 1, size + len(pattern)
    codes, known = np.empty(size, np.uint32), 0
    for i in range(count):
        for place in range(found[1, i], found[1, i] + found[2, i]):
            codes[known] = tables.alphabet[tables.letters[place]]
            known += 1
    return found[:, :count], worth[:, :count], codes
