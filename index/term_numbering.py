"""The terms of many texts at once, numbered in compiled loops: only what a base stores becomes a string.

A term is a stretch of code points in one of the three namespaces that `analysis` tells of.
"""

from typing import NamedTuple

import numba
import numpy as np

from index.analysis import BIGRAM, PIECE
from index.arrays import Int64, Number, UInt8, UInt32, UInt64, offsets_of

WORDS, BIGRAMS, PIECES = range(3)
"""The namespaces, in the order of their numbers."""

_PREFIXES = ("", BIGRAM, PIECE)
_ENCODING = "utf-32-le"
_FEWEST = 1 << 10
_LETTER_BITS = 21
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
        text, bounds = self.codes.tobytes().decode(_ENCODING), self.offsets.tolist()
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
        text = np.frombuffer(codes.tobytes().decode(_ENCODING).encode(), np.uint8)
        return text, offsets_of(sizes, np.uint64)[bounds]


class TermNumbers:
    """Distinct terms, numbered as they come."""

    def __init__(self) -> None:
        self.size = 0
        """How many there are."""
        self._table = _Table(
            slots=np.zeros(2 * _FEWEST, np.uint32),
            hashes=np.empty(_FEWEST, np.uint64),
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
        self._make_room(len(starts), int((ends - starts).sum()))
        numbers = np.empty(len(starts), np.uint32)
        self.size = _number(self._table, self.size, codes, starts, ends, spaces, numbers)
        return numbers

    def _make_room(self, terms: int, letters: int) -> None:
        """For so many more, should all of them be new."""
        table, size = self._table, self.size
        if size + terms > len(table.hashes):
            most = 1 << (size + terms).bit_length()
            self._table = table = table._replace(
                slots=np.zeros(2 * most, np.uint32),
                hashes=_longer(table.hashes, most),
                spaces=_longer(table.spaces, most),
                offsets=_longer(table.offsets, most + 1),
            )
            _fill_slots(table.slots, table.hashes[:size])
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

    slots: UInt32
    """(a power of two,) one more than the number of a term, 0 where none is."""
    hashes: UInt64
    spaces: UInt8
    offsets: Int64
    codes: UInt32


@_compiled
def _fill_slots(slots: UInt32, hashes: UInt64) -> None:
    mask = np.uint64(len(slots) - 1)
    for number in range(len(hashes)):
        slot = hashes[number] & mask
        while slots[slot]:
            slot = (slot + _ONE) & mask
        slots[slot] = number + 1


@_compiled
def _number(
    table: _Table, size: int, codes: UInt32, starts: Int64, ends: Int64, spaces: UInt8, numbers: UInt32
) -> Number:
    """Fills in the numbers of terms, adding new ones; returns how many there are then."""
    mask = np.uint64(len(table.slots) - 1)
    for i in range(len(starts)):
        start, length, space = starts[i], ends[i] - starts[i], spaces[i]
        number = np.int64(size)
        key = np.uint64(space)
        for at in range(length):
            key = (key ^ np.uint64(codes[start + at])) * _MULTIPLIER
            key ^= key >> _HALF
        slot = key & mask
        while table.slots[slot]:
            number = np.int64(table.slots[slot]) - 1
            if table.hashes[number] == key and table.spaces[number] == space:
                first = table.offsets[number]
                same = np.int64(0)
                if table.offsets[number + 1] - first == length:
                    while same < length and table.codes[first + same] == codes[start + same]:
                        same += 1
                if same == length:
                    break
            slot = (slot + _ONE) & mask
        else:
            number = np.int64(size)
            first = table.offsets[size]
            for at in range(length):
                table.codes[first + at] = codes[start + at]
            table.slots[slot] = number + 1
            table.hashes[number], table.spaces[number], table.offsets[number + 1] = key, space, first + length
            size += 1
        numbers[i] = number
    return size


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
