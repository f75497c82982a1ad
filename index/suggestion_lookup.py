"""Which suggestions complete what is typed: as it is written, in pinyin or initials, in both, or as it sounds."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise, product, starmap, takewhile
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.arrays import UInt32
from index.suggestion_gathering import ORDER
from index.suggestion_keys import LONGEST_KEY, SuggestionKind, key, pieces, stretch
from index.suggestion_sounds import agreement, first_letters, is_letters, sounds
from index.suggestion_store import SortedStrings, SuggestionStore, blurred

_MOST_COMPARED: Final = 1000
"""The likeliest suggestions that are compared one by one with what is typed."""
_MOST_WAYS: Final = 64
"""Ways to read what is typed that are followed side by side."""

_WHOLE, _USUAL, _UNUSUAL, _ALIKE, _NEARLY = 0, 1, 2, 3, 5
"""Tiers: typed to its end, as written or read, as nobody would read it, read alike, read nearly alike.
An unusual reading or beginning stands one behind."""


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


class Shown(NamedTuple):
    """Suggestions of a store that may be shown at a moment."""

    store: SuggestionStore
    forms: NDArray[np.bool_]
    """(F,) whether each form of one may be."""
    suggestions: NDArray[np.bool_]
    """(N,) whether any of its forms may be."""

    @classmethod
    def of(cls, store: SuggestionStore, forms: NDArray[np.bool_]) -> "Shown":
        offsets = store.arrays.form_offsets[:-1]
        return cls(store, forms, np.logical_or.reduceat(forms, offsets) if len(offsets) else np.empty(0, np.bool_))


def complete(among: Sequence[Shown], text: str, *, limit: int) -> tuple[Completion, ...]:
    """What completes a text, the likeliest first; nothing for a text without letters, digits or characters.

    What is only read like the text comes last, and only where the list has room for it.
    """
    typed = pieces(text)
    if not typed or len("".join(typed)) > LONGEST_KEY:
        return ()
    found = [(shown, match) for shown in among for match in _best(shown, typed, limit)]
    if len(among) == 1:
        return tuple(starmap(_completion, found))
    found.sort(key=lambda each: _place(*each))
    different: dict[str, Completion] = {}
    for shown, match in found:
        if len(different) == limit:
            break
        completion = _completion(shown, match)
        different.setdefault(key(completion.text), completion)
    return tuple(different.values())


def _best(shown: Shown, typed: Sequence[str], limit: int) -> list[_Match]:
    lookup = _Lookup(shown, typed, limit)
    best: dict[int, _Match] = {}
    for way in (lookup.matches, lookup.matches_by_ear):
        for match in way() if len(best) < limit else ():
            if match.number not in best or match < best[match.number]:
                best[match.number] = match
    return sorted(best.values())[:limit]


def _place(shown: Shown, match: _Match) -> tuple[int, int, float]:
    """Sorts matches of several stores as those of one are sorted."""
    store = shown.store
    order = ORDER[store.kind(store.forms(match.number).start)]
    return match.tier, order, -float(store.arrays.likelihoods[match.number]) if order else 0.0


def _completion(shown: Shown, match: _Match) -> Completion:
    """The suggestion as its commonest form that may be shown."""
    store, forms = shown.store, shown.store.forms(match.number)
    form = next(form for form in forms if shown.forms[form])
    text, start, length = store.text(form), match.start, match.length
    if start and form != forms.start:
        before = len(key(store.text(forms.start)[:start]))
        start = stretch(text, 0, before)[1]
    return Completion(text=text, kind=store.kind(form), matched=stretch(text, start, length))


class _Lookup:
    """One text, looked up in every list."""

    def __init__(self, shown: Shown, typed: Sequence[str], limit: int) -> None:
        self._store = shown.store
        self._arrays = shown.store.arrays
        self._pieces = typed
        self._typed = "".join(typed)
        self._bytes = self._typed.encode()
        self._shown = shown.suggestions
        self._most = 2 * limit  # a family name can bring a creator twice

    def matches(self) -> Iterator[_Match]:
        """The best of each way to type; a suggestion may come more than once."""
        yield from self._as_written()
        if self._typed.isascii():
            yield from self._as_read()
            yield from self._spelled(_USUAL, self._store.initials, self._bytes)
        elif any(map(is_letters, self._pieces)):
            yield from self._in_both()

    def matches_by_ear(self) -> Iterator[_Match]:
        """What is read as the characters typed are, or nearly as the letters typed."""
        if self._typed.isascii():
            yield from self._spelled(_NEARLY, self._store.blurred, blurred(self._bytes))
        elif len(self._pieces) > 1 and not any(map(is_letters, self._pieces)):
            yield from self._compared(self._read_aloud(), upto=_ALIKE)

    def _as_written(self) -> Iterator[_Match]:
        ranks, keys = self._arrays.key_ranks, self._store.keys
        found = keys.beginning_with(self._bytes)
        for at in self._likeliest(ranks[found.start : found.stop], self._most):
            yield self._match(_USUAL, found.start + at, ranks[found.start + at], len(self._typed))
        if len(self._typed) > 1 and len(self._bytes) > 2:
            yield from self._whole(found)

    def _whole(self, found: range) -> Iterator[_Match]:
        """Suggestions that are typed to their end."""
        arrays, keys = self._arrays, self._store.keys
        for at in takewhile(lambda at: keys.viewed(at) == self._bytes, found):
            number = int(arrays.key_ranks[at])
            if arrays.key_starts[at] == 0 and self._shown[number]:
                yield _Match(_WHOLE, number, 0, len(self._typed))

    def _as_read(self) -> Iterator[_Match]:
        """In pinyin; where syllables were set apart, first what has them so: 西安 for xi'an."""
        if not any(is_letters(left) and is_letters(right) for left, right in pairwise(self._pieces)):
            yield from self._spelled(_USUAL, self._store.readings, self._bytes)
        else:
            yield from self._spelled(_UNUSUAL, self._store.readings, self._bytes)
            yield from self._set_apart()

    def _set_apart(self) -> Iterator[_Match]:
        """The likeliest readings with a border between two syllables wherever two pieces meet."""
        readings, ranks = self._store.readings, self._arrays.reading_ranks
        numbers = readings.numbers(readings.beginning_with(self._bytes))
        has_borders = re.compile(" ".join(" ?".join(map(re.escape, piece)) for piece in self._pieces).encode()).match
        likeliest = (numbers[at] for at in self._likeliest(ranks[numbers], _MOST_COMPARED))
        for number in islice((n for n in likeliest if has_borders(readings.stored(n))), self._most):
            length = _covered(readings, readings.stored(number), len(self._bytes))
            yield self._match(_USUAL, self._arrays.reading_keys[number], ranks[number], length)

    def _in_both(self) -> Iterator[_Match]:
        """太ji拳, tai极q and 太jq: characters and letters in any order."""
        is_telling = sum(len(piece) > 1 or not is_letters(piece) for piece in self._pieces) > 1
        heard = self._read_aloud()
        for match in self._compared(heard if is_telling else self._headed(heard), upto=_USUAL):
            if is_telling or match.tier < _ALIKE:
                yield match
        if any(len(piece) > 1 for piece in self._pieces):
            short = self._numbers(self._store.initials, map(first_letters, self._pieces))
            for match in self._compared(self._headed(short), upto=_USUAL):
                if match.tier < _ALIKE:  # 级qs is jqs in short, and so is far too much
                    yield match

    def _headed(self, numbers: UInt32) -> UInt32:
        """Those of the readings whose keys begin with the characters that were typed first."""
        head = "".join(takewhile(lambda piece: not is_letters(piece), self._pieces))
        found = self._store.keys.beginning_with(head.encode())
        keys = self._arrays.reading_keys[numbers]
        return numbers[(keys >= found.start) & (keys < found.stop)]

    def _spelled(self, tier: int, strings: SortedStrings, letters: bytes) -> Iterator[_Match]:
        """The likeliest readings that begin with the letters as they are viewed."""
        numbers = strings.numbers(strings.beginning_with(letters))
        ranks = self._arrays.reading_ranks[numbers]
        for at in self._likeliest(ranks, self._most):
            length = _covered(strings, self._store.readings.stored(numbers[at]), len(letters))
            yield self._match(tier, self._arrays.reading_keys[numbers[at]], ranks[at], length)

    def _read_aloud(self) -> UInt32:
        """The readings that begin as what is typed may be read."""
        return self._numbers(self._store.readings, (sounds(self._pieces, at) for at in range(len(self._pieces))))

    def _numbers(self, strings: SortedStrings, alternatives: Iterable[Sequence[str]]) -> UInt32:
        """The readings that begin with one alternative after the other, as they are viewed."""
        ways = {b"": strings.beginning_with(b"")}
        for parts in alternatives:
            longer = ((way + part.encode(), found) for (way, found), part in product(ways.items(), parts))
            ranges = ((way, strings.beginning_with(way, within=found)) for way, found in longer)
            ways = dict(islice(((way, found) for way, found in ranges if found), _MOST_WAYS))
        found = [strings.numbers(each) for each in ways.values()]
        return np.unique(np.concatenate(found)) if found else np.empty(0, np.uint32)

    def _compared(self, numbers: UInt32, *, upto: int) -> Iterator[_Match]:
        """The likeliest of these readings that agree piece by piece; enough are found when so many are of a tier."""
        store, arrays = self._store, self._arrays
        ranks = arrays.reading_ranks[numbers]
        left = self._most
        for at in self._likeliest(ranks, _MOST_COMPARED):
            key = arrays.reading_keys[numbers[at]]
            reading = store.readings.stored(numbers[at]).decode().split(" ")
            agreed = agreement(self._pieces, store.keys.stored(key).decode(), reading)
            if agreed is not None and (agreed.is_written or ranks[at] < len(store)):
                tier = _USUAL if agreed.is_written else _ALIKE
                yield self._match(tier, key, ranks[at], agreed.length)
                left -= tier <= upto
                if not left:
                    break

    def _likeliest(self, ranks: UInt32, n: int) -> list[int]:
        """Where in these ranks the n likeliest that may be shown stand, the likeliest first."""
        may = np.flatnonzero(self._shown[ranks % np.uint32(len(self._store))])
        if len(may) > n:
            may = may[np.argpartition(ranks[may], n)[:n]]
        positions: list[int] = may[np.argsort(ranks[may])].tolist()
        return positions

    def _match(self, tier: int, key: int, rank: np.uint32, length: int) -> _Match:
        unusual, number = divmod(int(rank), len(self._store))
        return _Match(tier + unusual, number, int(self._arrays.key_starts[key]), length)


def _covered(strings: SortedStrings, reading: bytes, letters: int) -> int:
    """How many characters the first letters of a reading belong to, as it is viewed."""
    syllables = reading.split(b" ")
    shorter = (len(strings.view(b" ".join(syllables[:n]))) for n in range(1, len(syllables)))
    return 1 + sum(1 for _ in takewhile(lambda length: length < letters, shorter))
