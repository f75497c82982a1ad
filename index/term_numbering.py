"""The terms of many texts at once, numbered in compiled loops: only what a base stores becomes a string.

A term is a stretch of code points in one of the three namespaces that `analysis` tells of.
"""

from typing import NamedTuple

import numba
import numpy as np

from index.analysis import BIGRAM, PIECE
from index.arrays import Int64, Number, UInt8, UInt32, UInt64, offsets_of, read_only, text_of

WORDS, BIGRAMS, PIECES = range(3)
"""The namespaces, in the order of their numbers."""

_PREFIXES = ("", BIGRAM, PIECE)
_FEWEST = 1 << 10
_AT_ONCE = 1 << 14
_LETTER_BITS = 21
_SHORT, _LETTERS, _LONG = 3, np.uint64(0x110001), np.uint64(1 << 63)
"""Letters that fit a key, one more than there are code points, and the bit of keys that are hashes."""
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
_HALF, _ONE = np.uint64(32), np.uint64(1)
_A, _Z, _ZERO, _NINE = map(ord, "az09")

_compiled = numba.njit(cache=True, nogil=True)


class Terms(NamedTuple):
    """N terms."""

    codes: UInt32
    """Their code points, one term behind the other."""
    offsets: Int64
    """(N + 1,) where each begins."""
    spaces: UInt8
    """(N,) the namespace of each."""

    def texts(self) -> list[str]:
        """Each with the prefix of its namespace."""
        text, bounds = text_of(self.codes), self.offsets.tolist()
        prefixes = [_PREFIXES[space] for space in self.spaces.tolist()]
        return [p + text[start:end] for p, start, end in zip(prefixes, bounds[:-1], bounds[1:], strict=True)]

    def encoded(self) -> tuple[UInt8, UInt64]:
        """The same strings in UTF-8, one behind the other, and (N + 1,) where each begins."""
        prefixed = self.spaces > WORDS
        before = offsets_of(2 * prefixed, np.int64)
        bounds = self.offsets + before
        codes = np.empty(bounds[-1], np.uint32)
        codes[np.arange(len(self.codes)) + np.repeat(before[1:], np.diff(self.offsets))] = self.codes
        for space in (BIGRAMS, PIECES):
            for at, letter in enumerate(_PREFIXES[space]):
                codes[bounds[:-1][self.spaces == space] + at] = ord(letter)
        sizes = np.ones(len(codes), np.uint8)
        for more in (0x80, 0x800, 0x10000):
            sizes += codes >= more
        text = np.frombuffer(text_of(codes).encode(), np.uint8)
        return text, offsets_of(sizes, np.uint64)[bounds]


class TermNumbers:
    """Distinct terms, numbered as they come."""

    def __init__(self) -> None:
        self.size = 0
        """How many there are."""
        self._table = _Table(
            slots=np.zeros((2 * _FEWEST, 2), np.uint64),
            spaces=np.empty(_FEWEST, np.uint8),
            offsets=np.zeros(_FEWEST + 1, np.int64),
            codes=np.empty(_FEWEST, np.uint32),
        )

    @property
    def terms(self) -> Terms:
        """All of them, by number."""
        offsets = self._table.offsets[: self.size + 1]
        return Terms(self._table.codes[: offsets[-1]], offsets, self._table.spaces[: self.size])

    def of_terms(self, terms: Terms) -> UInt32:
        """(N,) the numbers of N terms."""
        return self._numbers(terms.codes, terms.offsets[:-1], terms.offsets[1:], terms.spaces)

    def of_texts(self, codes: UInt32, offsets: Int64, bounds: UInt32, counts: Int64) -> tuple[UInt32, Int64]:
        """The numbers of the terms of texts, text by text, and (texts + 1,) where those of each begin.

        Args:
            codes: folded texts one behind the other, `offsets` (texts + 1,) where each begins.
            bounds: (2, n) where their words begin and end, `counts` (texts,) how many each has.
        """
        most = bounds.shape[1] + 2 * len(codes)
        starts, ends, spaces = np.empty(most, np.int64), np.empty(most, np.int64), np.empty(most, np.uint8)
        firsts = np.empty(len(offsets), np.int64)
        size = _term_bounds(codes, offsets, bounds, counts, starts, ends, spaces, firsts)
        return self._numbers(codes, starts[:size], ends[:size], spaces[:size]), firsts

    def _numbers(self, codes: UInt32, starts: Int64, ends: Int64, spaces: UInt8) -> UInt32:
        numbers, codes = np.empty(len(starts), np.uint32), read_only(codes)
        for first in range(0, len(starts), _AT_ONCE):  # few are new, and room for all would be many times too much
            own = slice(first, first + _AT_ONCE)
            self._make_room(len(starts[own]), int((ends[own] - starts[own]).sum()))
            self.size = _number(self._table, self.size, codes, starts[own], ends[own], spaces[own], numbers[own])
        return numbers

    def _make_room(self, terms: int, letters: int) -> None:
        """For so many more, should all of them be new."""
        table, size = self._table, self.size
        if size + terms > len(table.spaces):
            most = 1 << (size + terms).bit_length()
            self._table = table = table._replace(
                slots=_wider(table.slots, 2 * most),
                spaces=_longer(table.spaces, most),
                offsets=_longer(table.offsets, most + 1),
            )
        used = int(table.offsets[size]) + letters
        if used > len(table.codes):
            self._table = table._replace(codes=_longer(table.codes, 1 << used.bit_length()))


def ordered_terms(terms: Terms) -> tuple[Terms, UInt32]:
    """N distinct terms by their namespaces and texts, as `building.term_order` has it, and (N,) the place of each."""
    order = _order(terms)
    numbering = np.empty(len(order), np.uint32)
    numbering[order] = np.arange(len(order), dtype=np.uint32)
    starts, lengths = terms.offsets[order], np.diff(terms.offsets)[order]
    offsets = offsets_of(lengths, np.int64)
    places = np.arange(offsets[-1]) + np.repeat(starts - offsets[:-1], lengths)
    return Terms(terms.codes[places], offsets, terms.spaces[order]), numbering


def _order(terms: Terms) -> Int64:
    """(N,) the numbers of terms in their order.

    Three letters at a time are looked at, later ones of those terms alone that agree in the first.
    """
    order, places = np.arange(len(terms.spaces)), np.arange(len(terms.spaces))
    groups, depth = terms.spaces.astype(np.int64), 0
    while len(places):
        keys = _three_letters(terms, order[places], depth)
        by_key = np.lexsort((keys, groups))
        order[places] = order[places][by_key]
        keys, groups = keys[by_key], groups[by_key]
        begins = np.ones(len(places), np.bool_)
        begins[1:] = (keys[1:] != keys[:-1]) | (groups[1:] != groups[:-1])
        groups = np.cumsum(begins)
        tied = np.bincount(groups)[groups] > 1
        places, groups, depth = places[tied], groups[tied], depth + 3
    return order


def _three_letters(terms: Terms, numbers: Int64, depth: int) -> UInt64:
    """(n,) three letters of each of some terms as one number, a letter that is not there being the smallest."""
    key = np.zeros(len(numbers), np.uint64)
    ends, last = terms.offsets[numbers + 1], max(len(terms.codes) - 1, 0)
    for at in range(depth, depth + 3):
        places = terms.offsets[numbers] + at
        letters = np.where(places < ends, terms.codes[np.minimum(places, last)] + np.uint32(1), np.uint32(0))
        key = key << np.uint64(_LETTER_BITS) | letters
    return key


def _longer(array: np.ndarray, size: int) -> np.ndarray:
    """The array with room at its end."""
    longer = np.empty(size, array.dtype)
    longer[: len(array)] = array
    return longer


class _Table(NamedTuple):
    """A hash table with open addressing; how many terms it holds is told beside it."""

    slots: UInt64
    """(a power of two, 2) the key of a term, 0 where none is, and its number."""
    spaces: UInt8
    offsets: Int64
    codes: UInt32


@_compiled
def _wider(slots: UInt64, size: int) -> UInt64:
    """The slots of a larger table with the same terms."""
    wider = np.zeros((size, 2), np.uint64)
    for i in range(len(slots)):
        if slots[i, 0]:
            slot = _first_slot(wider, slots[i, 0])
            while wider[slot, 0]:
                slot = (slot + _ONE) & np.uint64(size - 1)
            wider[slot] = slots[i]
    return wider


@_compiled
def _first_slot(slots: UInt64, key: Number) -> Number:
    return (key * _MULTIPLIER >> _HALF) & np.uint64(len(slots) - 1)


@_compiled
def _key(codes: UInt32, start: Number, length: Number, space: Number) -> Number:
    """What tells a term from others: of up to three letters all of it, of more a hash, above all keys of short ones."""
    key = np.uint64(space)
    for at in range(_SHORT):
        key = key * _LETTERS + (np.uint64(codes[start + at]) + _ONE if at < length else np.uint64(0))
    for at in range(_SHORT, length):
        key = (key ^ np.uint64(codes[start + at])) * _MULTIPLIER
        key = key ^ key >> _HALF | _LONG
    return key


@_compiled
def _number(
    table: _Table, size: int, codes: UInt32, starts: Int64, ends: Int64, spaces: UInt8, numbers: UInt32
) -> Number:
    """Fills in the numbers of terms, adding new ones; returns how many there are then."""
    for i in range(len(starts)):
        start, length = starts[i], ends[i] - starts[i]
        key = _key(codes, start, length, spaces[i])
        slot, number = _first_slot(table.slots, key), np.int64(size)
        while table.slots[slot, 0]:
            if table.slots[slot, 0] == key:
                number = np.int64(table.slots[slot, 1])
                if length <= _SHORT or _is_same(table, number, codes, start, length, spaces[i]):
                    break
            slot = (slot + _ONE) & np.uint64(len(table.slots) - 1)
        else:
            number = np.int64(size)
            first = table.offsets[size]
            table.codes[first : first + length] = codes[start : start + length]
            table.offsets[size + 1], table.spaces[size] = first + length, spaces[i]
            table.slots[slot, 0], table.slots[slot, 1] = key, number
            size += 1
        numbers[i] = number
    return size


@_compiled
def _is_same(table: _Table, number: Number, codes: UInt32, start: Number, length: Number, space: Number) -> bool:
    first, alike = table.offsets[number], 0
    if table.spaces[number] == space and table.offsets[number + 1] - first == length:
        while alike < length and table.codes[first + alike] == codes[start + alike]:
            alike += 1
    return bool(alike == length)


@_compiled
def _term_bounds(
    codes: UInt32,
    offsets: Int64,
    bounds: UInt32,
    counts: Int64,
    starts: Int64,
    ends: Int64,
    spaces: UInt8,
    firsts: Int64,
) -> int:
    """Fills in where the terms of texts begin and end, and the first of each text; returns how many there are."""
    size, word = 0, 0
    for text in range(len(counts)):
        firsts[text] = size
        for _ in range(counts[text]):
            starts[size], ends[size], spaces[size] = bounds[0, word], bounds[1, word], WORDS
            word += 1
            size += 1
        at, text_end = offsets[text], offsets[text + 1]
        while at < text_end:
            end = at + 1
            if _is_han(codes[at]):
                starts[size], ends[size], spaces[size] = at, end, PIECES
                size += 1
                if end < text_end and _is_han(codes[end]):
                    starts[size], ends[size], spaces[size] = at, end + 1, BIGRAMS
                    size += 1
            elif _ZERO <= codes[at] <= _NINE:
                while end < text_end and _ZERO <= codes[end] <= _NINE:
                    end += 1
                starts[size], ends[size], spaces[size] = at, end, PIECES
                size += 1
            elif _A <= codes[at] <= _Z:
                while end < text_end and _A <= codes[end] <= _Z:
                    starts[size], ends[size], spaces[size] = end - 1, end + 1, PIECES
                    end += 1
                    size += 1
                if end == at + 1:
                    starts[size], ends[size], spaces[size] = at, end, PIECES
                    size += 1
            at = end
    firsts[len(counts)] = size
    return size


@_compiled
def _is_han(code: Number) -> bool:
    return bool(0x4E00 <= code <= 0x9FFF or 0x3400 <= code <= 0x4DBF or 0x20000 <= code <= 0x3FFFF or code == 0x3007)
