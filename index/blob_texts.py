"""The texts of resources, taken out of their ready-made JSON by one compiled loop that reads nothing else of it."""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numba
import numpy as np

from corpus.resource import TEXT_FIELDS
from index.arrays import Int64, Number, UInt8, UInt32, offsets_of, read_only, text_of

_NAMES: Final = read_only(np.frombuffer("".join(TEXT_FIELDS).encode(), np.uint8))
_NAME_OFFSETS: Final = read_only(offsets_of([len(name) for name in TEXT_FIELDS], np.int64))
_AHEAD: Final = bytes(12)
"""Stands behind the last blob, for a character may be read to its end: 12 bytes are two escaped halves of one."""
_QUOTE, _BACKSLASH, _COMMA, _COLON, _LIST, _U = map(ord, '"\\,:[u')
_OPENING, _CLOSING, _SPACES = tuple(map(ord, "[{")), tuple(map(ord, "]}")), tuple(map(ord, " \t\n\r"))
_BACKSPACE, _FORM_FEED, _NEW_LINE, _RETURN, _TAB = map(ord, "\b\f\n\r\t")
_B, _F, _N, _R, _T = map(ord, "bfnrt")
_ITEMS, _FIELDS = map(ord, "、\n")

_compiled = numba.njit(cache=True, nogil=True)


class BlobTexts(NamedTuple):
    """The texts of n resources one behind the other: a line break behind each field, 、 between the items of a list."""

    text: str
    codes: UInt32
    """Its code points."""
    bounds: Int64
    """(n + 1,) where the texts of each resource begin, and the end of the last."""
    fields: Int64
    """(n, fields, 2) where each of TEXT_FIELDS begins and ends; 0 where it is not known."""


def read_texts(blobs: Sequence[bytes]) -> BlobTexts:
    """The texts of resources that this program wrote as JSON objects."""
    data = np.frombuffer(b"".join((*blobs, _AHEAD)), np.uint8)
    lengths = np.array([len(blob) for blob in blobs], np.int64)
    codes, bounds, fields = _read(data, lengths, _NAMES, _NAME_OFFSETS)
    return BlobTexts(text_of(codes), codes, bounds, fields)


@_compiled
def _read(data: UInt8, lengths: Int64, names: UInt8, name_offsets: Int64) -> tuple[UInt32, Int64, Int64]:
    """The code points of all texts, and what else `BlobTexts` says.

    Args:
        data: n JSON objects and what may be read ahead.
        lengths: (n,) of each object.
        names: of the fields, one behind the other from `name_offsets` on.
    """
    known = len(name_offsets) - 1
    codes, count = np.empty(len(data), np.uint32), np.int64(0)
    bounds, fields = np.zeros(len(lengths) + 1, np.int64), np.zeros((len(lengths), known, 2), np.int64)
    at = end = np.int64(0)
    for row in range(len(lengths)):
        end += lengths[row]
        while at < end:
            if data[at] != _QUOTE:
                at += 1
                continue
            name, at = at + 1, _string_end(data, at, end)
            field = _field(data, name, at - 1, names, name_offsets)
            while data[at] == _COLON or data[at] in _SPACES:
                at += 1
            if field == known:
                at = _value_end(data, at, end)
            else:
                fields[row, field, 0] = count
                count, at = _write_value(data, at, end, codes, count)
                fields[row, field, 1] = count
                codes[count] = _FIELDS
                count += 1
        at = end
        bounds[row + 1] = count
    return codes[:count], bounds, fields


@_compiled
def _field(data: UInt8, start: Number, end: Number, names: UInt8, name_offsets: Int64) -> Number:
    """The number of the field of a name; one more than the last if it is none."""
    for field in range(len(name_offsets) - 1):
        first = name_offsets[field]
        if name_offsets[field + 1] - first == end - start:
            same = 0
            while same < end - start and names[first + same] == data[start + same]:
                same += 1
            if same == end - start:
                return field
    return len(name_offsets) - 1


@_compiled
def _string_end(data: UInt8, at: Number, end: Number) -> Number:
    """Where the string whose first quote stands at a position is over."""
    at += 1
    while at < end and data[at] != _QUOTE:
        at += 2 if data[at] == _BACKSLASH else 1
    return at + 1


@_compiled
def _value_end(data: UInt8, at: Number, end: Number) -> Number:
    """A position at which a value is over, before the next name."""
    depth = 0
    while at < end:
        byte = data[at]
        if byte == _QUOTE:
            at = _string_end(data, at, end)
        else:
            depth += (byte in _OPENING) - (byte in _CLOSING)
            at += 1
        if depth < 0 or (depth == 0 and data[at] == _COMMA):
            break
    return at


@_compiled
def _write_value(data: UInt8, at: Number, end: Number, codes: UInt32, count: Number) -> tuple[Number, Number]:
    """Adds a text, or the items of a list; returns how many code points there are then, and where the value is over."""
    is_list, items = data[at] == _LIST, 0
    while at < end:
        if data[at] == _QUOTE:
            if items:
                codes[count] = _ITEMS
                count += 1
            items += 1
            at += 1
            while at < end and data[at] != _QUOTE:
                codes[count], at = _character(data, at)
                count += 1
            if not is_list:
                return count, at + 1
        elif data[at] in _CLOSING or (data[at] == _COMMA and not is_list):
            break
        at += 1
    return count, at


@_compiled
def _character(data: UInt8, at: Number) -> tuple[Number, Number]:
    """The code point of a character in a string, and where the next one begins."""
    byte = np.uint32(data[at])
    if byte == _BACKSLASH:
        return _escaped(data, at + 1)
    if byte < 0x80:
        return byte, at + 1
    code = byte & np.uint32(0x0F)
    if byte < 0xE0:
        return (byte & np.uint32(0x1F)) << np.uint32(6) | _six_bits(data, at + 1), at + 2
    code = code << np.uint32(12) | _six_bits(data, at + 1) << np.uint32(6) | _six_bits(data, at + 2)
    if byte < 0xF0:
        return code, at + 3
    return code << np.uint32(6) | _six_bits(data, at + 3), at + 4


@_compiled
def _six_bits(data: UInt8, at: Number) -> Number:
    return data[at] & np.uint32(0x3F)


@_compiled
def _escaped(data: UInt8, at: Number) -> tuple[Number, Number]:
    """The same for what stands behind a backslash."""
    letter = data[at]
    if letter == _U:
        code = _hexadecimal(data, at + 1)
        if 0xD800 <= code < 0xDC00 and data[at + 5] == _BACKSLASH and data[at + 6] == _U:
            low = _hexadecimal(data, at + 7)
            if 0xDC00 <= low < 0xE000:
                code = np.uint32(0x10000) + ((code & np.uint32(0x3FF)) << np.uint32(10)) + (low & np.uint32(0x3FF))
                return code, at + 11
        return code, at + 5
    for short, meant in ((_B, _BACKSPACE), (_F, _FORM_FEED), (_N, _NEW_LINE), (_R, _RETURN), (_T, _TAB)):
        if letter == short:
            return np.uint32(meant), at + 1
    return np.uint32(letter), at + 1


@_compiled
def _hexadecimal(data: UInt8, at: Number) -> Number:
    code = np.uint32(0)
    for place in range(at, at + 4):
        digit = np.uint32(data[place])
        code = code << np.uint32(4) | ((digit & np.uint32(15)) + np.uint32(9 if digit > ord("9") else 0))
    return code
