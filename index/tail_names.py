"""What the rows of a tail are called: as they are spelt, suggested and written, for as long as no base has them.

Each row is read once, and stands in a block with others. Blocks are put together when they are first asked, but for the
first and largest, which takes in more rows only beside the requests.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any, Final, NamedTuple, TypeVar

import numpy as np

from index.arrays import Arrays
from index.base import Base
from index.lifetimes import Rows
from index.pinyin import plain_reading
from index.segmentation import Segmenter
from index.spelling_building import Spelled, gather, names_of, spell, spelling_arrays
from index.spelling_store import SpellingArrays, SpellingStore
from index.suggestion_building import Spelling, spellings, suggestion_arrays
from index.suggestion_gathering import Groups, group_key, ordered, suggestible
from index.suggestion_keys import SuggestionKind, core
from index.suggestion_store import SuggestionArrays, SuggestionStore
from index.tail_texts import TailTexts, folded_fields

Part = TypeVar("Part")

_STEP: Final = 32
"""The second block holds a multiple of so many rows, the third what is left."""
_MANY: Final = 256
"""Rows behind the first block from which it should take them in."""


class _Suggested(NamedTuple):
    """A name of a row as it is suggested."""

    key: str
    kind: SuggestionKind
    text: str
    spellings: Sequence[Spelling]


class _Row(NamedTuple):
    """A row as it was read."""

    names: Sequence[tuple[str, str]]
    """Fields and texts."""
    spelled: Sequence[Spelled]
    """One for each name."""
    suggested: Sequence[_Suggested]
    folded: Sequence[str]
    """By text field."""


class Block:
    """Rows of a tail side by side. It never changes, and threads may share it."""

    def __init__(self, rows: range, read: Sequence[_Row]) -> None:
        self.rows = rows
        """Their numbers."""
        self._read = read
        self._made: dict[str, Any] = {}

    def spellings(self, base: Base) -> SpellingStore:
        """How the names of the rows are spelt; the base is one that has them."""
        return self._once("spellings", lambda: self._spellings(base))

    def suggestions(self, base: Base) -> SuggestionStore:
        """What the rows suggest; the base is one that has them."""
        return self._once("suggestions", lambda: self._suggestions(base))

    @property
    def texts(self) -> TailTexts:
        """What is written in the rows."""
        return self._once("texts", lambda: TailTexts.of(self.rows.start, [row.folded for row in self._read]))

    def _once(self, name: str, make: Callable[[], Part]) -> Part:
        if name not in self._made:
            self._made[name] = make()
        made: Part = self._made[name]
        return made

    def _facts(self, base: Base) -> Rows:
        return Rows.of(base, self.rows.start, self.rows.stop)

    def _spellings(self, base: Base) -> SpellingStore:
        names = gather(row.names for row in self._read)
        spelled = {text: own for row in self._read for (_, text), own in zip(row.names, row.spelled, strict=True)}
        arrays = spelling_arrays(names, [spelled[text] for text in names], self._facts(base))
        return SpellingStore(SpellingArrays(**self._numbered(arrays, "title_rows", "holder_rows")), "")

    def _suggestions(self, base: Base) -> SuggestionStore:
        groups: Groups = {}
        spelled: dict[tuple[SuggestionKind, str], Sequence[Spelling]] = {}
        for number, row in enumerate(self._read):
            for key, kind, text, own in row.suggested:
                groups.setdefault(key, {}).setdefault((kind, text), []).append(number)
                spelled[kind, text] = own
        facts = self._facts(base)
        found = ordered(groups, facts)
        arrays = suggestion_arrays(found, [spelled[each.kind, each.text] for each in found], facts)
        return SuggestionStore(SuggestionArrays(**self._numbered(arrays, "holder_rows")), "")

    def _numbered(self, arrays: Arrays, *names: str) -> dict[str, Any]:
        """With the rows numbered as in the base with its tail."""
        return {**arrays, **{name: arrays[name] + np.uint32(self.rows.start) for name in names}}


class TailNames:
    """The names of a tail. It never changes."""

    def __init__(self, rows: Sequence[_Row], blocks: Sequence[Block], *, whole: int = 0) -> None:
        self._rows = rows
        self._whole = whole
        """Rows in the first block."""
        self.blocks = blocks
        """Rows side by side, from the first of the tail to the last."""

    @property
    def are_scattered(self) -> bool:
        """Whether many rows stand behind the first block."""
        return len(self._rows) - self._whole >= _MANY

    def gathered(self, base: Base) -> "TailNames":
        """With all rows so far in the first block, which is put together now; the base is one that has them."""
        first, whole = base.compiled_rows, len(self._rows)
        block = Block(range(first, first + whole), self._rows)
        block.spellings(base)
        block.suggestions(base)
        return TailNames(self._rows, [block], whole=whole)

    def behind(self, gathered: "TailNames") -> "TailNames":
        """The same rows with the first block of an earlier state that was gathered meanwhile."""
        return self._in_blocks(self._rows, gathered.blocks, whole=gathered._whole)

    def with_rows(self, base: Base, segmenter: Segmenter) -> "TailNames":
        """With the rows that a later base has behind these."""
        first, known = base.compiled_rows, len(self._rows)
        if first + known == len(base):
            return self
        read = [_read(json.loads(base.blob(row)), segmenter) for row in range(first + known, len(base))]
        return self._in_blocks([*self._rows, *read], self.blocks, whole=self._whole, first=first)

    @staticmethod
    def _in_blocks(
        rows: Sequence[_Row], known: Sequence[Block], *, whole: int, first: int | None = None
    ) -> "TailNames":
        """Rows in three blocks, those that are known already among them."""
        first = known[0].rows.start if first is None else first
        same = {block.rows: block for block in known}
        ends = [0, whole, len(rows) - (len(rows) - whole) % _STEP, len(rows)]
        stretches = [range(first + start, first + end) for start, end in pairwise(ends) if start < end]
        blocks = [same.get(own) or Block(own, rows[own.start - first : own.stop - first]) for own in stretches]
        return TailNames(rows, blocks, whole=whole)


NO_NAMES: Final = TailNames((), ())
"""Of no tail."""


def _read(record: Mapping[str, Any], segmenter: Segmenter) -> _Row:
    names = list(names_of(record))
    suggested = []
    for kind, written in suggestible(record):
        text = core(written, kind)
        if key := group_key(text, kind):
            suggested.append(_Suggested(key, kind, text, spellings(text, kind, key, read=plain_reading)))
    return _Row(names, spell([text for _, text in names], segmenter), suggested, folded_fields(record))
