"""Which stretch of a long text is shown, and where a text may be cut for it."""

import re
import unicodedata
from collections.abc import Sequence
from typing import Final, NamedTuple

LENGTH: Final = 90
"""Characters of a snippet; a word at its end may make it a little longer."""
_BEFORE: Final = 30
"""Characters that may stand before the first mark."""
_LONGEST_UNIT: Final = 40
"""Characters of the longest Latin word or number that is kept in one piece."""
_SENTENCES: Final = re.compile(r"[。！？；!?;…\n]+[”’」』）)\s]*")
_CLAUSES: Final = re.compile(r"[，、：,:—》」』）)\s]+")
_UNIT: Final = re.compile(r"[^\W_㐀-䶿一-鿿]+(?:[.,'’-][^\W_㐀-䶿一-鿿]+)*")
_JOINERS: Final = "\u200d"


class Mark(NamedTuple):
    """A stretch of a text that matched."""

    start: int
    end: int
    words: frozenset[str]
    """What matched there."""


def snippet(text: str, marks: Sequence[Mark]) -> tuple[int, int]:
    """Start and end of the stretch that shows the most different words; the first of several such.

    It begins behind punctuation where there is some, and never inside a Latin word or a number.

    Args:
        marks: at least one, ascending.
    """
    if len(text) <= LENGTH:
        return 0, len(text)
    start = _start(text, _densest(marks))
    return start, _end(text, start + LENGTH, marks)


def cluster_end(text: str, position: int) -> int:
    """The position, or the end of what a reader sees as one character where it falls inside."""
    while 0 < position < len(text) and _joins(text[position - 1], text[position]):
        position += 1
    return position


def _joins(left: str, right: str) -> bool:
    return right >= "\u0300" and (unicodedata.category(right)[0] == "M" or _JOINERS in (left, right))


def _densest(marks: Sequence[Mark]) -> int:
    """The start of the mark from which on the most different words stand together."""
    best, most = marks[0].start, 0
    for at, mark in enumerate(marks):
        words: set[str] = set()
        for other in marks[at:]:
            if other.end > mark.start + LENGTH - _BEFORE:
                break
            words |= other.words
        if len(words) > most:
            best, most = mark.start, len(words)
    return best


def _start(text: str, first: int) -> int:
    """Where a snippet begins that shows a mark at `first`."""
    earliest = max(0, min(first - _BEFORE, len(text) - LENGTH))
    if earliest == 0:
        return 0
    for ends in (_SENTENCES, _CLAUSES):
        for found in ends.finditer(text, earliest - 1, first):
            return found.end()
    for unit in _UNIT.finditer(text, max(0, earliest - _LONGEST_UNIT), first):
        if unit.start() < earliest < unit.end():
            return unit.end()
    return min(first, cluster_end(text, earliest))


def _end(text: str, end: int, marks: Sequence[Mark]) -> int:
    """The end of a snippet, moved where it would split a Latin word, a number, a cluster or a mark."""
    if end >= len(text):
        return len(text)
    units = _UNIT.finditer(text, end - _LONGEST_UNIT, end + _LONGEST_UNIT)
    end = next((unit.start() for unit in units if unit.start() < end < unit.end()), cluster_end(text, end))
    return next((mark.end for mark in marks if mark.start < end < mark.end), end)
