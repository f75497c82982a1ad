"""Which suggestions complete what is typed: characters, pinyin, initials, or characters and then pinyin."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate, takewhile
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.arrays import UInt32
from index.strings import MISSING
from index.suggestion_keys import LONGEST_KEY, SuggestionKind, key, stretch
from index.suggestion_store import SuggestionStore, initials, joined

Shown = NDArray[np.bool_]
"""(N,) whether a suggestion may be shown."""

_MIXED: Final = re.compile(r"(.*[^\x00-\x7f])([a-z]+)")
_MOST_COMPARED: Final = 2000
"""The likeliest suggestions whose readings are compared one by one for 太j."""

_WHOLE, _USUAL, _UNUSUAL = range(3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """A suggestion, and where it agrees with what was typed."""

    text: str
    kind: SuggestionKind
    matched: tuple[int, int]
    """Start and end in characters of the text."""


class _Match(NamedTuple):
    """The smallest is the best."""

    tier: int
    number: int
    start: int
    """Where in the text it begins."""
    length: int
    """Characters of the key that agree."""


def complete(store: SuggestionStore, text: str, *, limit: int, shown: Shown) -> tuple[Completion, ...]:
    """What completes a text, the likeliest first; nothing for a text without letters, digits or characters."""
    typed = key(text)
    if not typed or len(typed) > LONGEST_KEY:
        return ()
    best: dict[int, _Match] = {}
    for match in _Lookup(store, typed, limit, shown).matches():
        if match.number not in best or match < best[match.number]:
            best[match.number] = match
    return tuple(_completion(store, match) for match in sorted(best.values())[:limit])


def _completion(store: SuggestionStore, match: _Match) -> Completion:
    text = store.text(match.number)
    return Completion(text=text, kind=store.kind(match.number), matched=stretch(text, match.start, match.length))


class _Lookup:
    """One text, looked up in every list."""

    def __init__(self, store: SuggestionStore, typed: str, limit: int, shown: Shown) -> None:
        self._store = store
        self._arrays = store.arrays
        self._typed = typed
        self._shown = shown
        self._most = 2 * limit  # a family name can bring a creator twice

    def matches(self) -> Iterator[_Match]:
        """The best of each way to type; a suggestion may come more than once."""
        yield from self._as_written()
        if self._typed.isascii():
            yield from self._as_read()
            yield from self._in_short()
        elif mixed := _MIXED.fullmatch(self._typed):
            yield from self._begun_in_characters(mixed[1], mixed[2].encode())

    def _as_written(self) -> Iterator[_Match]:
        ranks, starts, keys = self._arrays.key_ranks, self._arrays.key_starts, self._store.keys
        found = keys.beginning_with(self._typed.encode())
        for at in self._likeliest(found, ranks[found.start : found.stop], self._most):
            yield self._match(ranks[at], starts[at], len(self._typed))
        if len(self._typed.encode()) > 2 and len(self._typed) > 1:
            yield from self._whole(found)

    def _whole(self, found: range) -> Iterator[_Match]:
        """Suggestions that are typed to their end."""
        typed, arrays = self._typed.encode(), self._arrays
        for at in takewhile(lambda at: self._store.keys.viewed(at) == typed, found):
            number = int(arrays.key_ranks[at])
            if arrays.key_starts[at] == 0 and self._shown[number]:
                yield _Match(_WHOLE, number, 0, len(self._typed))

    def _as_read(self) -> Iterator[_Match]:
        ranks, starts, readings = self._arrays.reading_ranks, self._arrays.reading_starts, self._store.readings
        found = readings.beginning_with(self._typed.encode())
        for at in self._likeliest(found, ranks[found.start : found.stop], self._most):
            yield self._match(ranks[at], starts[at], _covered(readings.stored(at), len(self._typed)))

    def _in_short(self) -> Iterator[_Match]:
        ranks, starts, order = self._arrays.reading_ranks, self._arrays.reading_starts, self._arrays.initials
        found = self._store.initials.beginning_with(self._typed.encode())
        for at in self._likeliest(found, ranks[order[found.start : found.stop]], self._most):
            yield self._match(ranks[order[at]], starts[order[at]], len(self._typed))

    def _begun_in_characters(self, head: str, tail: bytes) -> Iterator[_Match]:
        """太ji and 太jq: what begins with the characters and goes on as the letters read."""
        ranks, starts = self._arrays.key_ranks, self._arrays.key_starts
        found = self._store.keys.beginning_with(head.encode())
        for at in self._likeliest(found, ranks[found.start : found.stop], _MOST_COMPARED):
            if length := _goes_on(self._rest(at, len(head)), tail):
                yield self._match(ranks[at], starts[at], len(head) + length)

    def _rest(self, at: int, characters: int) -> bytes:
        """How a key is read behind its first characters; empty where nothing is read."""
        number = int(self._arrays.key_readings[at])
        parts = [] if number == MISSING else self._store.readings.stored(number).split(b" ", characters)
        return parts[-1] if len(parts) > characters else b""

    def _likeliest(self, found: range, ranks: UInt32, n: int) -> list[int]:
        """The positions of the n likeliest that may be shown, of found strings with these ranks."""
        may = np.flatnonzero(self._shown[ranks % np.uint32(len(self._store))])
        if len(may) > n:
            may = may[np.argpartition(ranks[may], n)[:n]]
        positions: list[int] = (may + found.start).tolist()
        return positions

    def _match(self, rank: np.uint32, start: np.uint8, length: int) -> _Match:
        unusual, number = divmod(int(rank), len(self._store))
        return _Match(_UNUSUAL if unusual else _USUAL, number, int(start), length)


def _goes_on(reading: bytes, letters: bytes) -> int:
    """How many characters of a reading the letters spell in full or in short; 0 where they do not."""
    if reading[:1] != letters[:1]:
        return 0
    if joined(reading).startswith(letters):
        return _covered(reading, len(letters))
    return len(letters) if initials(reading).startswith(letters) else 0


def _covered(reading: bytes, letters: int) -> int:
    """How many characters the first letters of a reading belong to."""
    return 1 + sum(end < letters for end in accumulate(map(len, reading.split(b" "))))
