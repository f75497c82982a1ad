"""Compiled loops over places in texts: where words are found, which of those count, and what they mark."""

from typing import Final

import numba
import numpy as np

from index.arrays import Int64, Number, UInt8, UInt32
from index.cutting_tables import ALNUM, BEFORE, BEHIND, BLOCK, OPEN, OTHER

COMPILED_OF = {"cutting_tables.py": "34c07c157eba"}
"""Hashes of the files that are compiled into this one's functions."""
STEADY, FIRM = 1, 2
"""How firmly a word holds together: where nothing stands beside it; also elsewhere, unless a run of letters or digits
goes on or a dictionary word reaches across an end."""
_MOST_PLACES: Final = 100
"""Of one word in a text that are looked at; no reader looks for more."""

_compiled = numba.njit(cache=True, nogil=True)


@_compiled
def find(
    codes: UInt32,
    starts: Int64,
    kinds: UInt8,
    groups: Int64,
    group_words: Int64,
    needles: UInt32,
    offsets: Int64,
    firmness: UInt8,
) -> tuple[Int64, UInt8]:
    """All places that may be an occurrence, by text, then by word.

    Args:
        starts, groups: where each text begins, and which group of words is looked for in it.
        kinds: of all characters, in bits of `cutting`.
        group_words: (groups + 1,) the first word of each group.
        needles, offsets, firmness: all words one behind the other, and of each where it begins and how firm it is.
    Returns: (4, k) text, word, start and end, and (k,) what is in doubt of each, in bits of `cutting`.
    """
    count = 0
    for number in range(len(groups)):
        for word in range(group_words[groups[number]], group_words[groups[number] + 1]):
            needle, end, most = needles[offsets[word] : offsets[word + 1]], starts[number + 1], count + _MOST_PLACES
            at = _next(codes, needle, starts[number], end)
            while at < end and count < most:
                count += 1
                at = _next(codes, needle, at + 1, end)
    places, doubts, count = np.empty((4, count), np.int64), np.empty(count, np.uint8), 0
    for number in range(len(groups)):
        for word in range(group_words[groups[number]], group_words[groups[number] + 1]):
            needle, end, most = needles[offsets[word] : offsets[word + 1]], starts[number + 1], count + _MOST_PLACES
            at = _next(codes, needle, starts[number], end)
            while at < end and count < most:
                places[:, count] = number, word, at, at + len(needle)
                doubts[count] = _doubts(codes, kinds, at, at + len(needle), firmness[word])
                count += 1
                at = _next(codes, needle, at + 1, end)
    return places, doubts


@_compiled
def _next(codes: UInt32, needle: UInt32, start: Number, end: Number) -> Number:
    """The first position from `start` on where a word stands before `end`; `end` if there is none."""
    for at in range(start, end - len(needle) + 1):
        if codes[at] == needle[0]:
            same = 1
            while same < len(needle) and codes[at + same] == needle[same]:
                same += 1
            if same == len(needle):
                return at
    return end


@_compiled
def _doubts(codes: UInt32, kinds: UInt8, start: Number, end: Number, firmness: Number) -> Number:
    """What is in doubt of a place: nothing, the dictionary's words across its sides, or more."""
    before = start > 0 and kinds[codes[start - 1]] & (ALNUM | BLOCK) != 0
    behind = end < len(codes) and kinds[codes[end]] & (ALNUM | BLOCK) != 0
    if firmness < STEADY or (firmness < FIRM and (before or behind)):
        return OPEN
    if (before and _runs_on(codes, kinds, start)) or (behind and _runs_on(codes, kinds, end)):
        return OPEN
    return (BEFORE if before else np.uint8(0)) | (BEHIND if behind else np.uint8(0))


@_compiled
def _runs_on(codes: UInt32, kinds: UInt8, border: Number) -> bool:
    """Whether a run of letters or digits may go on across a border: python3, c++, café."""
    for code in codes[border - 1 : border + 1]:
        if not kinds[code] & OTHER and kinds[code] & (ALNUM | BLOCK) != BLOCK:
            return False
    return True


@_compiled
def others(places: Int64, tokens: Int64) -> Int64:
    """Which places do not begin and end as the tokens around them do."""
    return np.flatnonzero((places[2] != tokens[0]) | (places[3] != tokens[1]))


@_compiled
def chosen(places: Int64, tokens: Int64) -> Int64:
    """(4, k) text, word, start and end of what counts of some places, by text, then by start.

    Words that stand there count; in a text that has none the tokens around them.

    Args:
        places: as `find` gives them.
        tokens: (2, …) start and end of what stands there: the word, the token that it is a hidden part of, -1 nothing.
    """
    chosen, count, begin = np.empty_like(places), 0, 0
    while begin < places.shape[1]:
        end = begin + 1
        while end < places.shape[1] and places[0, end] == places[0, begin]:
            end += 1
        first = count
        for stands in (True, False):
            for at in range(begin, end):
                start, until = tokens[:, at]
                is_own = start == places[2, at] and until == places[3, at]
                if start >= 0 and is_own == stands and not (stands and _is_inside(places, tokens, begin, end, at)):
                    count += 1
                    _insert(chosen[:, first:count], places[0, at], places[1, at], start, until)
            if count > first:
                break
        begin = end
    return chosen[:, :count].copy()


@_compiled
def _is_inside(places: Int64, tokens: Int64, begin: Number, end: Number, at: Number) -> bool:
    """Whether a place lies in a longer one among those from `begin` to `end` whose word stands there, too."""
    for other in range(begin, end):
        start, until = tokens[:, other]
        stands = start == places[2, other] and until == places[3, other]
        is_longer = until - start > places[3, at] - places[2, at]
        if stands and is_longer and start <= places[2, at] and places[3, at] <= until:
            return True
    return False


@_compiled
def _insert(ascending: Int64, number: Number, word: Number, start: Number, end: Number) -> None:
    """Puts a place among the others by its start and end; there is room for it at the end."""
    at = ascending.shape[1] - 1
    while at and (ascending[2, at - 1], ascending[3, at - 1]) > (start, end):
        ascending[:, at] = ascending[:, at - 1]
        at -= 1
    ascending[:, at] = number, word, start, end


@_compiled
def marked(places: Int64, fields: Int64) -> tuple[Int64, Int64]:
    """The fields in which something was found, each in stretches that alternate between found and not.

    Args:
        places: as `chosen` gives them.
        fields: (texts, fields, 2) where the fields of each text begin and end.
    Returns: (m, 4) start and end of each stretch, and from which to before which place it is made up, 0 where nothing
        was found; and (f, 4) text and number of each field, and from which to before which stretch it reaches.
    """
    stretches, count, at = np.empty((3 * places.shape[1], 4), np.int64), np.int64(0), np.int64(0)
    found, shown, reached, end = np.empty((places.shape[1], 4), np.int64), 0, np.int64(0), np.int64(0)
    while at < places.shape[1]:
        text, start, until, first = places[0, at], places[2, at], places[3, at], at
        while at < places.shape[1] and places[0, at] == text and places[2, at] <= until:
            until = max(until, places[3, at])
            at += 1
        field = _field_at(fields[text], start)
        if field < 0:
            continue
        if not shown or text != found[shown - 1, 0] or field != found[shown - 1, 1]:
            count = _add(stretches, count, reached, end, 0, 0)
            reached, end = fields[text, field]
            found[shown] = text, field, count, count
            shown += 1
        count = _add(stretches, count, reached, start, 0, 0)
        reached = min(until, end)
        count = _add(stretches, count, start, reached, first, at)
        found[shown - 1, 3] = count + (reached < end)
    count = _add(stretches, count, reached, end, 0, 0)
    return stretches[:count], found[:shown]


@_compiled
def _field_at(fields: Int64, position: Number) -> int:
    """Which field of a text holds a position; -1 if none does."""
    for field in range(len(fields)):
        if fields[field, 0] <= position < fields[field, 1]:
            return field
    return -1


@_compiled
def _add(stretches: Int64, count: Number, start: Number, end: Number, first: Number, last: Number) -> Number:
    """Puts a stretch behind the others unless it is empty; returns how many there are then."""
    if start < end:
        stretches[count] = start, end, first, last
        count += 1
    return count
