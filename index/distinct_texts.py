"""The distinct folded texts of a catalogue and the resources that hold them.

Publishers, tags and creators return in thousands of resources; each is indexed once. Texts are numbered field by
field, so a field is a range of numbers.
"""

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from corpus.resource import TEXT_FIELDS
from index.arrays import UInt16, UInt32, UInt64, offsets_of
from index.characters import is_han
from index.digest import field_texts
from index.folding import fold_all

_ENCODING = "utf-16-le"
_END = "\n"
"""Behind every text, so that what is looked for cannot reach from one into the next; no query holds one."""


Rows = NDArray[np.bool_]
"""(R,) whether each row, in the order of its serial, is meant."""


class TextRange(NamedTuple):
    """The numbers of a field's texts, or of all."""

    start: int
    stop: int

    def among(self, numbers: UInt32) -> UInt32:
        """Those of ascending text numbers that lie in the range."""
        start, stop = np.searchsorted(numbers, (self.start, self.stop)).tolist()
        return numbers[start:stop]


@dataclass(frozen=True, slots=True, kw_only=True)
class DistinctTexts:
    """N texts of R rows."""

    units: UInt16
    """All texts in UTF-16, each with its end."""
    offsets: UInt64
    """(N + 1,) where each begins."""
    holders: UInt32
    """Rows that hold a text, text by text."""
    holder_offsets: UInt64
    """(N + 1,) where each text's holders begin."""
    serials: UInt32
    """(R,) ascending."""
    field_offsets: UInt64
    """(fields + 1,) the number of each field's first text."""

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def range_of(self, field: str) -> TextRange:
        """The texts of a field; of all for an empty name."""
        if not field:
            return TextRange(0, len(self))
        at = TEXT_FIELDS.index(field)
        start, stop = self.field_offsets[at : at + 2].tolist()
        return TextRange(start, stop)

    def rows(self, numbers: UInt32) -> Rows:
        """(R,) the rows that hold any of these texts."""
        found = np.zeros(len(self.serials), np.bool_)
        starts = self.holder_offsets[numbers].astype(np.int64)
        counts = self.holder_offsets[numbers + np.uint32(1)].astype(np.int64) - starts
        before = np.cumsum(counts) - counts
        found[self.holders[np.repeat(starts - before, counts) + np.arange(counts.sum())]] = True
        return found

    def containing(self, phrase: str, numbers: UInt32) -> UInt32:
        """Those of these texts in which the phrase stands."""
        return numbers[[phrase in text for text in self._read(numbers)]]

    def with_word_from(self, prefix: str, numbers: UInt32) -> UInt32:
        """Those of these texts in which a word begins so; in Chinese a word may begin anywhere."""
        return numbers[[_begins_word(text, prefix) for text in self._read(numbers)]]

    def scan(self, phrase: str, within: TextRange) -> UInt32:
        """All texts of a range in which a short phrase stands, read from end to end."""
        base, stop = self.offsets[[within.start, within.stop]].tolist()
        read, wanted = self.units[base:stop], _units(phrase)
        hits = np.flatnonzero(read == wanted[0])
        for at, unit in enumerate(wanted[1:].tolist(), start=1):
            hits = hits[read[np.minimum(hits + at, len(read) - 1)] == unit]
        numbers = np.searchsorted(self.offsets, hits.astype(np.uint64) + np.uint64(base), side="right") - 1
        return np.unique(numbers).astype(np.uint32)

    def _read(self, numbers: UInt32) -> Iterator[str]:
        units = self.units.data
        starts, stops = self.offsets[numbers], self.offsets[numbers + np.uint32(1)]
        for start, stop in zip(starts.tolist(), stops.tolist(), strict=True):
            yield bytes(units[start:stop]).decode(_ENCODING)


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectedTexts:
    """The texts to index, and everything else as arrays by the names of `DistinctTexts`."""

    folded: Sequence[str]
    arrays: Mapping[str, NDArray[Any]]


def collect_texts(records: Iterable[tuple[int, Mapping[str, Any]]]) -> CollectedTexts:
    """Gathers (serial, exchange record) pairs that come in the order of their serials."""
    serials = array("I")
    known: list[dict[str, int]] = [{} for _ in TEXT_FIELDS]
    rows, numbers = ([array("I") for _ in TEXT_FIELDS] for _ in range(2))
    for row, (serial, record) in enumerate(records):
        serials.append(serial)
        for field, name in enumerate(TEXT_FIELDS):
            for text in field_texts(record, name):
                numbers[field].append(known[field].setdefault(text, len(known[field])))
                rows[field].append(row)
    first = offsets_of([len(texts) for texts in known], np.uint64)
    number = np.concatenate([np.asarray(n) + base for n, base in zip(numbers, first.tolist(), strict=False)])
    folded = fold_all([text for texts in known for text in texts])
    units, offsets = joined_texts(folded)
    arrays: dict[str, NDArray[Any]] = {
        "units": units,
        "offsets": offsets,
        "holders": np.concatenate([np.asarray(r) for r in rows])[np.argsort(number, kind="stable")].astype(np.uint32),
        "holder_offsets": offsets_of(np.bincount(number.astype(np.int64), minlength=len(folded)), np.uint64),
        "serials": np.array(serials, np.uint32),
        "field_offsets": first,
    }
    return CollectedTexts(folded=folded, arrays=arrays)


def joined_texts(folded: Sequence[str]) -> tuple[UInt16, UInt64]:
    """`units` and `offsets` of texts."""
    units = _units("".join(text + _END for text in folded))
    return units, offsets_of([len(_units(text)) + 1 for text in folded], np.uint64)


def _units(text: str) -> UInt16:
    return np.frombuffer(text.encode(_ENCODING), np.uint16)


def _begins_word(text: str, prefix: str) -> bool:
    anywhere = is_han(prefix[0])
    at = text.find(prefix)
    while at > 0 and not anywhere and text[at - 1].isalnum() and not is_han(text[at - 1]):
        at = text.find(prefix, at + 1)
    return at >= 0
