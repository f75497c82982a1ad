"""Follows the changes of a catalogue after a base was compiled: each step gives the base with its tail."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, NamedTuple

import numpy as np

from corpus.catalogue import Change
from corpus.tuning import Tuning
from index.arrays import UInt32, UInt64
from index.base import FACETS, Base
from index.digest import Digest, Digester, facet_values, fact_columns, short_hash
from index.growing import Growing
from index.inversion import join_postings
from index.strings import MISSING, LongerTable
from index.tail import Tail
from index.tail_columns import FacetColumn, PopularityRanks
from index.tail_postings import TailPostings, TailTerms
from index.term_numbering import WORDS
from index.weighing import Counts, Weighed, weigh

_FACTS: Final = ("active", "published", "starts", "ends", "rating", "completeness")
"""Columns that a digest has ready-made."""
_COLUMNS: Final = (*_FACTS, "year", "popularity", "counted_popularity", "serials", "text_hashes", "editions")


class _Fact(NamedTuple):
    """A row of which only facts changed."""

    row: int
    record: Mapping[str, Any]
    body: bytes


class TailBuilder:
    """Keeps the tail of one base. Its statistics are the base's: averages, document frequencies, norms, popularity.

    A term that the base lacks counts as standing in one resource where vectors are made.
    """

    def __init__(self, base: Base, tuning: Tuning, digester: Digester) -> None:
        self._compiled = base
        self._tuning = tuning
        self._digester = digester
        self._columns = {name: Growing(getattr(base, name)) for name in _COLUMNS}
        self._row_offsets = Growing(base.row_offsets)
        self._facets = {name: FacetColumn(base, name) for name in FACETS}
        self._popularity = PopularityRanks(base)
        self._terms = TailTerms(base)
        self._postings = TailPostings()
        self._vectors = Growing(np.empty(0, np.uint32)), Growing(np.empty(0, np.float32))
        self._ids: list[str] = []
        self._blobs: list[bytes] = []
        self._exact: dict[int, tuple[int, ...]] = {}
        self._editions: dict[int, int] = {}
        self._alive = Growing(np.empty(0, np.bool_))
        self.base = base
        """The base with its tail after the last step."""

    def step(self, changes: Sequence[Change]) -> None:
        """Takes in the last changes of resources, each named once."""
        rows = self.base.ids.find([change.id for change in changes]).tolist()
        gone: dict[str, int] = {}
        facts: list[_Fact] = []
        new: list[Change] = []
        for change, row in zip(changes, rows, strict=True):
            if change.is_indexed and row != MISSING and (fact := self._only_facts(change, row)):
                facts.append(fact)
                continue
            if row != MISSING:
                gone[change.id] = row
            if change.is_indexed:
                new.append(change)
        # What may fail comes first: a step that was not taken leaves nothing behind.
        digest = self._digester.digest([change.stored for change in new]) if new else None
        columns = fact_columns([fact.record for fact in facts])
        first = len(self.base)
        self._forget([*gone.values()])
        if facts:
            self._change_facts([fact.row for fact in facts], columns)
        if digest:
            self._append(digest, first)
        numbers = {**dict.fromkeys(gone, MISSING), **{change.id: first + at for at, change in enumerate(new)}}
        self._put_together(numbers, facts, gone=len(gone))

    def _only_facts(self, change: Change, row: int) -> _Fact | None:
        """What changed where a row need not be analysed again: its text is the same, and so are its facets."""
        if self._columns["text_hashes"].view[row] != short_hash(change.text_hash):
            return None
        record = json.loads(change.body)
        if not all(facet.holds(row, facet_values(record, name)) for name, facet in self._facets.items()):
            return None
        return _Fact(row, record, change.body.encode())

    def hide(self, changes: Sequence[Change]) -> None:
        """Takes resources that are hidden or gone out of sight, many in no time; a step takes in what else changed."""
        rows = self.base.ids.find([change.id for change in changes]).tolist()
        there = [(change, row) for change, row in zip(changes, rows, strict=True) if row != MISSING]
        gone = {change.id: row for change, row in there if not change.is_indexed}
        self._forget([*gone.values()])
        self._columns["active"].change([row for change, row in there if change.is_indexed], 0)
        self._put_together(dict.fromkeys(gone, MISSING), (), gone=len(gone))

    def _forget(self, rows: Sequence[int]) -> None:
        """Takes rows out of sight for good."""
        if not rows:
            return
        self._columns["active"].change(rows, 0)
        late = [row - self._compiled.compiled_rows for row in rows if row >= self._compiled.compiled_rows]
        if late:
            self._alive.change(late, False)

    def _change_facts(self, rows: Sequence[int], columns: Mapping[str, Any]) -> None:
        for name, values in self._derived(columns, rows).items():
            self._columns[name].change(rows, values)

    def _derived(self, columns: Mapping[str, Any], rows: Sequence[int]) -> dict[str, Any]:
        """The columns of facts of rows whose facets are known."""
        groups = [(self._facets["kind"].codes_of(row), self._facets["source"].codes_of(row)) for row in rows]
        return {
            **{name: columns[name] for name in _FACTS},
            "year": (columns["published"] // 10_000).astype(np.uint16),
            "counted_popularity": columns["popularity"],
            "popularity": self._popularity.ranks(groups, columns["popularity"]),
        }

    def _append(self, digest: Digest, first: int) -> None:
        """Adds the rows of a digest behind the others."""
        rows = range(first, first + len(digest.ids))
        for name, facet in self._facets.items():
            facet.extend(digest.facets[name])
        facts = {name: getattr(digest, name) for name in (*_FACTS, "popularity")}
        columns = {
            **self._derived(facts, rows),
            "serials": np.array(digest.serials, np.uint32),
            "text_hashes": digest.text_hashes,
            "editions": self._edition_numbers(digest.edition_hashes),
        }
        for name, values in columns.items():
            self._columns[name].extend(values)
        self._ids += digest.ids
        self._blobs += digest.blobs
        self._alive.extend(np.ones(len(rows), np.bool_))
        for name, row in zip(digest.exact_hashes.tolist(), digest.exact_rows.tolist(), strict=True):
            self._exact[name] = (*self._exact.get(name, ()), first + row)
        self._add_postings(digest, first)

    def _add_postings(self, digest: Digest, first: int) -> None:
        numbers, own, weighed = self._inverted(digest)
        self._postings.add(numbers, own, weighed, first)
        arrays = weighed.arrays
        self._row_offsets.extend(arrays["row_offsets"][1:] + self._row_offsets.view[-1])
        self._vectors[0].extend(numbers[arrays["row_terms"]])
        self._vectors[1].extend(arrays["row_weights"])

    def _inverted(self, digest: Digest) -> tuple[UInt32, dict[str, Any], Weighed]:
        """The numbers of a digest's terms, words first, the postings in their order, and what they weigh."""
        numbers, words = self._terms.numbered(digest.terms.texts()), digest.terms.spaces == WORDS
        order = np.lexsort((numbers, ~words))
        local = np.empty(len(order), np.uint32)
        local[order] = np.arange(len(order), dtype=np.uint32)
        own = join_postings([(local, digest.postings)], len(local)).arrays()
        averages = np.array(self._compiled.manifest.averages, np.float32)
        counts = Counts(**own, lengths=digest.lengths, averages=averages, words=int(words.sum()))
        weighed = weigh(counts, self._tuning, self._terms.statistics(numbers[order][: counts.words]))
        return numbers[order], own, weighed

    def _edition_numbers(self, hashes: UInt64) -> UInt32:
        known = self._compiled.edition_hashes
        at = np.minimum(np.searchsorted(known, hashes), max(len(known) - 1, 0))
        numbers = [
            int(place)
            if len(known) and known[place] == name
            else len(known) + self._editions.setdefault(name, len(self._editions))
            for place, name in zip(at.tolist(), hashes.tolist(), strict=True)
        ]
        return np.array(numbers, np.uint32)

    def _put_together(self, numbers: Mapping[str, int], facts: Sequence[_Fact], *, gone: int) -> None:
        before = self.base.ids.numbers if isinstance(self.base.ids, LongerTable) else {}
        compiled, tail = self._compiled, self.base.tail
        ids = LongerTable(
            table=compiled.ids,  # type: ignore[arg-type]  # a base as it was compiled
            more=self._ids,
            size=compiled.compiled_rows + len(self._ids),
            numbers={**before, **numbers},
        )
        self.base = replace(
            compiled,
            ids=ids,
            terms=self._terms.table,
            **{name: column.view for name, column in self._columns.items()},
            row_offsets=self._row_offsets.view,
            facet_offsets={name: facet.offsets.view for name, facet in self._facets.items()},
            facet_codes={name: facet.codes.view for name, facet in self._facets.items()},
            facets={name: facet.values for name, facet in self._facets.items()},
            tail=Tail(
                **self._postings.arrays,
                row_terms=self._vectors[0].view,
                row_weights=self._vectors[1].view,
                new_words=self._terms.are_words,
                new_df=self._postings.df(self._terms, self._alive.view, compiled.compiled_rows),
                blobs=self._blobs,
                changed_blobs={**tail.changed_blobs, **{fact.row: fact.body for fact in facts}},
                exact=self._exact,
                gone=tail.gone + gone,
            ),
        )
