"""The texts of rows of a tail, matched against structured queries: words by the tail's postings, phrases by reading.

Every field of a row is one text here, so that a row's place says which text it is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from corpus.resource import TEXT_FIELDS
from index.arrays import UInt32
from index.base import Base
from index.digest import field_texts
from index.distinct_texts import DistinctTexts, joined_texts
from index.folding import fold
from index.segmentation import Segmenter
from index.strings import MISSING
from index.structured_matching import RowMatcher, is_listed

_BETWEEN = "\n"
"""Two items of a field."""


def folded_fields(record: Mapping[str, Any]) -> Sequence[str]:
    """For each text field of a resource in exchange form what stands there, folded."""
    return [_BETWEEN.join(map(fold, field_texts(record, name))) for name in TEXT_FIELDS]


@dataclass(frozen=True, slots=True, kw_only=True)
class TailTexts:
    """The texts of rows side by side."""

    first: int
    """The number of the first row."""
    texts: DistinctTexts

    @classmethod
    def of(cls, first: int, folded: Sequence[Sequence[str]]) -> "TailTexts":
        """The texts of rows, for each of them by field."""
        rows = np.arange(len(folded), dtype=np.uint32)
        units, offsets = joined_texts([row[field] for field in range(len(TEXT_FIELDS)) for row in folded])
        return cls(
            first=first,
            texts=DistinctTexts(
                units=units,
                offsets=offsets,
                holders=np.tile(rows, len(TEXT_FIELDS)),
                holder_offsets=np.arange(len(offsets), dtype=np.uint64),
                serials=rows,
                field_offsets=np.arange(len(TEXT_FIELDS) + 1, dtype=np.uint64) * np.uint64(len(folded)),
            ),
        )

    def matcher(self, base: Base, segmenter: Segmenter) -> RowMatcher:
        """Matches the rows from `first` on; the base is one that has them."""
        return RowMatcher(self.texts, _TailPostings(base, self.first, len(self.texts.serials)), segmenter)


class _TailPostings:
    """The lists of a tail's postings, for some of its rows."""

    def __init__(self, base: Base, first: int, rows: int) -> None:
        self._base = base
        self._first = first
        self._rows = rows

    lists_pairs = False

    def count(self, namespace: str, term: str) -> int:
        return len(self.numbers(namespace, term))

    def numbers(self, namespace: str, term: str) -> UInt32:
        """A word's texts: for each row one for each field in which it stands."""
        tail = self._base.tail
        number = int(self._base.terms.find([term])[0]) if is_listed(term) else MISSING
        place = int(np.searchsorted(tail.terms, number))
        if place == len(tail.terms) or tail.terms[place] != number:
            return np.empty(0, np.uint32)
        start, stop = tail.offsets[place : place + 2].tolist()
        rows = tail.posting_rows[start:stop].astype(np.int64) - self._first
        own = (rows >= 0) & (rows < self._rows)
        rows, fields = rows[own], tail.posting_fields[start:stop][own]
        stands = np.unpackbits(fields[:, None], axis=1, bitorder="little")[:, : len(TEXT_FIELDS)].T
        field, at = np.nonzero(stands)
        return (field * self._rows + rows[at]).astype(np.uint32)
