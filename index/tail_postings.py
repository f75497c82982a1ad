"""The vocabulary of a base with what its tail adds, and the postings of the tail."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from index.analysis import is_word
from index.arrays import UInt32, read_only
from index.base import Base
from index.strings import MISSING, LongerTable
from index.tail import NO_TAIL
from index.weighing import Statistics, Weighed, smooth_idf, word_idf


class TailTerms:
    """The vocabulary of a base with terms numbered on behind it."""

    def __init__(self, base: Base) -> None:
        self._base = base
        self._word_idf = word_idf(base)
        self._new_idf = float(smooth_idf(np.array([1], np.uint64), base.manifest.rows)[0])
        self._more: list[str] = []
        self._numbers: dict[str, int] = {}
        self.are_words: list[bool] = []

    def __len__(self) -> int:
        """How many are new."""
        return len(self._more)

    @property
    def first(self) -> int:
        """The number of the first new one."""
        return len(self._base.terms)

    @property
    def table(self) -> LongerTable:
        table: Any = self._base.terms
        return LongerTable(table=table, more=self._more, size=self.first + len(self._more), numbers=self._numbers)

    def numbered(self, terms: Sequence[str]) -> UInt32:
        """The number of each term; those not seen before get the next ones."""
        numbers = self.table.find(terms)
        for at in np.flatnonzero(numbers == MISSING).tolist():
            numbers[at] = self._numbers[terms[at]] = self.first + len(self._more)
            self._more.append(terms[at])
            self.are_words.append(is_word(terms[at]))
        return numbers

    def statistics(self, words: UInt32) -> Statistics:
        """What the base says of some words."""
        idf = np.full(len(words), self._new_idf, np.float32)
        known = words < len(self._word_idf)
        idf[known] = self._word_idf[words[known]]
        return Statistics(word_idf=idf, pivot=self._base.manifest.pivot)


class TailPostings:
    """The postings of a tail, kept in the order of term and row."""

    def __init__(self) -> None:
        self._keys = np.empty(0, np.uint64)
        """(P,) term, then row."""
        self._values: dict[str, Any] = {
            name: getattr(NO_TAIL, name) for name in ("bm25f", "similarity", "posting_fields")
        }

    def add(self, terms: UInt32, postings: Mapping[str, Any], weighed: Weighed, first: int) -> None:
        """Adds postings of further rows, `terms` being the numbers of the terms they are ordered by."""
        rows = postings["posting_rows"]
        keys = np.repeat(terms, np.diff(postings["term_offsets"]).astype(np.int64)).astype(np.uint64) << np.uint64(32)
        keys |= rows + np.uint64(first)
        order = np.argsort(keys)
        similarity = np.zeros(len(rows), np.float32)
        similarity[: len(weighed.arrays["similarity"])] = weighed.arrays["similarity"]
        added = {
            "bm25f": weighed.arrays["bm25f"],
            "similarity": similarity,
            "posting_fields": postings["posting_fields"],
        }
        places = np.searchsorted(self._keys, keys[order])
        self._keys = np.insert(self._keys, places, keys[order])
        for name, values in added.items():
            self._values[name] = np.insert(self._values[name], places, values[order])

    @property
    def arrays(self) -> dict[str, Any]:
        """By the names of a tail."""
        terms = (self._keys >> np.uint64(32)).astype(np.uint32)
        starts = np.flatnonzero(np.diff(terms, prepend=np.uint32(MISSING)))
        arrays = {
            "terms": terms[starts],
            "offsets": np.append(starts, len(self._keys)).astype(np.uint64),
            "posting_rows": self._keys.astype(np.uint32),
            **self._values,
        }
        return {name: read_only(array) for name, array in arrays.items()}

    def df(self, terms: TailTerms, alive: Any, first_row: int) -> UInt32:
        """For each new term the rows of the tail, those replaced left out, that hold it."""
        late = self._keys[np.searchsorted(self._keys, np.uint64(terms.first) << np.uint64(32)) :]
        held = alive[late.astype(np.uint32) - np.uint32(first_row)]
        number = (late >> np.uint64(32)).astype(np.int64) - terms.first
        return np.bincount(number, held, minlength=len(terms)).astype(np.uint32)
