"""Compiles a state of the catalogue into a base."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np

from corpus.revision import Revision
from index.analysis import BIGRAM, PIECE, is_word
from index.arrays import Arrays, Float32, UInt8, UInt16, UInt32, UInt64, offsets_of
from index.base import FACETS, FORMAT, Manifest, base_name, write_base
from index.digest import Digest
from index.inversion import merge_fields, scatter
from index.strings import string_table
from index.weighing import Counts, compiled_numbers, weigh

Entries = tuple[UInt32, UInt32, UInt8, UInt8]
"""Counted terms of some rows: provisional number of the term, row, field, count; ordered by row, then term."""
Progress = Callable[[int], None]
"""Called with the number of resources done so far."""

_READY_MADE: Final = (
    "lengths",
    "edition_hashes",
    "text_hashes",
    "exact_hashes",
    "active",
    "published",
    "starts",
    "ends",
    "rating",
    "popularity",
    "completeness",
)
"""Raw columns that stand in a digest under their names."""


def build_base(
    digests: Iterable[Digest], directory: Path, *, revision: Revision, seq: int, lexicon: str, progress: Progress
) -> Path:
    """Compiles digests, in the order of their serials, into the base `<revision>-<seq>` under `directory`.

    Returns: the base's directory, whole and synced.
    """
    assembly = Assembly()
    for digest in digests:
        assembly.add(digest)
        progress(assembly.rows)
    terms, numbering = numbered_vocabulary(assembly.vocabulary)
    contents = Contents(
        terms=string_table(terms),
        words=sum(map(is_word, terms)),
        postings=invert(assembly.entries, numbering),
        ids=string_table(assembly.ids),
        columns=assembly.joined(),
        facet_values={name: list(values) for name, values in assembly.facet_values.items()},
    )
    return compile_contents(contents, directory, revision=revision, seq=seq, lexicon=lexicon)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What a base is made of, before ranking numbers and neighbours have their say."""

    terms: Arrays
    """A table of strings; numbered by `term_order`."""
    words: int
    postings: Mapping[str, Any]
    """By the names a base has for them."""
    ids: Arrays
    columns: Mapping[str, Any]
    """Raw facts by row, as an assembly has them."""
    facet_values: Mapping[str, Sequence[str]]
    """The values behind each facet's codes, numbered as they first appear."""


def compile_contents(contents: Contents, directory: Path, *, revision: Revision, seq: int, lexicon: str) -> Path:
    """Weighs, ranks and writes the base `<revision>-<seq>` under `directory`; returns its directory."""
    lengths, words = contents.columns["lengths"], contents.words
    averages = _averages(lengths)
    weighed = weigh(Counts(**contents.postings, lengths=lengths, averages=averages, words=words), revision.tuning)
    arrays: dict[str, Any] = {
        **contents.postings,
        **{f"terms-{name}": array for name, array in contents.terms.items()},
        **{f"ids-{name}": array for name, array in contents.ids.items()},
        **weighed.arrays,
        **_facts(contents.columns),
        "lengths": lengths,
    }
    manifest = Manifest(
        format=FORMAT,
        revision=revision.number,
        seq=seq,
        lexicon=lexicon,
        numbers=compiled_numbers(revision.tuning),
        rows=len(lengths),
        words=words,
        averages=averages.tolist(),
        pivot=weighed.pivot,
        facets=contents.facet_values,
    )
    path = directory / base_name(revision.number, seq)
    write_base(path, manifest, arrays)
    return path


@dataclass(slots=True)
class Assembly:
    """Digests put together: one vocabulary, one row numbering."""

    rows: int = 0
    ids: list[str] = field(default_factory=list)
    vocabulary: dict[str, int] = field(default_factory=dict)
    """A provisional number for each term."""
    entries: list[Entries] = field(default_factory=list)
    facet_values: dict[str, dict[str, int]] = field(default_factory=lambda: {name: {} for name in FACETS})
    _columns: dict[str, list[Any]] = field(default_factory=dict)

    def add(self, digest: Digest) -> None:
        shift = np.uint32(self.rows)
        numbers = np.array([self.vocabulary.setdefault(t, len(self.vocabulary)) for t in digest.terms], np.uint32)
        terms = numbers[digest.entry_terms] if len(numbers) else digest.entry_terms
        self.entries.append((terms, digest.entry_rows + shift, digest.entry_fields, digest.entry_counts))
        self.ids.extend(digest.ids)
        self._keep("serials", np.array(digest.serials, np.uint32))
        self._keep("exact_rows", digest.exact_rows + shift)
        self._keep("blobs", np.frombuffer(b"".join(digest.blobs), np.uint8))
        self._keep("blob_lengths", np.array([len(blob) for blob in digest.blobs], np.uint64))
        for name in _READY_MADE:
            self._keep(name, getattr(digest, name))
        for name, rows in digest.facets.items():
            known = self.facet_values[name]
            codes = [known.setdefault(value, len(known)) for values in rows for value in values]
            self._keep(f"facet-{name}-codes", np.array(codes, np.uint32))
            self._keep(f"facet-{name}-lengths", np.array([len(values) for values in rows], np.uint32))
        self.rows += len(digest.ids)

    def _keep(self, name: str, array: Any) -> None:
        self._columns.setdefault(name, []).append(array)

    def joined(self) -> dict[str, Any]:
        """Raw facts by row."""
        return {name: np.concatenate(parts) for name, parts in self._columns.items()}


def _facts(column: Mapping[str, Any]) -> dict[str, Any]:
    """Everything of a base that is not terms, from raw columns."""
    order = np.argsort(column["exact_hashes"], kind="stable")
    kept = ("serials", "blobs", "active", "published", "starts", "ends", "rating", "completeness", "text_hashes")
    facts: dict[str, Any] = {name: column[name] for name in kept}
    facts["blob_offsets"] = offsets_of(column["blob_lengths"], np.uint64)
    facts["exact_hashes"] = column["exact_hashes"][order]
    facts["exact_rows"] = column["exact_rows"][order]
    facts["year"] = (column["published"] // 10_000).astype(np.uint16)
    facts["edition_hashes"], editions = np.unique(column["edition_hashes"], return_inverse=True)
    facts["editions"] = editions.astype(np.uint32)
    for name in FACETS:
        facts[f"facet-{name}-codes"] = column[f"facet-{name}-codes"]
        facts[f"facet-{name}-offsets"] = offsets_of(column[f"facet-{name}-lengths"], np.uint32)
    groups = popularity_groups(facts["facet-kind-codes"], column["facet-source-lengths"], facts["facet-source-codes"])
    facts["counted_popularity"] = column["popularity"]
    facts["popularity"] = _rank_within(groups, column["popularity"])
    return facts


def popularity_groups(kinds: UInt32, source_lengths: UInt32, sources: UInt32) -> UInt64:
    """(rows,) one number for each source and kind: only within them are counts comparable.

    `source_lengths` (rows,) is 1 where a row has a source, and `sources` the codes of those.
    """
    groups = kinds.astype(np.uint64) << np.uint64(32)
    groups[source_lengths > 0] |= sources.astype(np.uint64) + np.uint64(1)
    return groups


def term_order(term: str) -> tuple[bool, bool, str]:
    """By what terms are numbered: words, then bigrams, then pieces, each in order of their text."""
    return term.startswith(PIECE), term.startswith(BIGRAM), term


def numbered_vocabulary(vocabulary: Mapping[str, int]) -> tuple[list[str], UInt32]:
    """The terms in their order, and the final number of each provisional one."""
    terms = sorted(vocabulary, key=term_order)
    numbering = np.empty(len(terms), np.uint32)
    numbering[[vocabulary[term] for term in terms]] = np.arange(len(terms), dtype=np.uint32)
    return terms, numbering


def invert(entries: list[Entries], numbering: UInt32) -> dict[str, Any]:
    """Postings by term from the entries of all rows; uses the entries up."""
    per_term = np.zeros(len(numbering), np.uint64)
    for terms, *_ in entries:
        per_term += np.bincount(numbering[terms], minlength=len(numbering)).astype(np.uint64)
    entry_offsets = offsets_of(per_term, np.uint64)
    total = int(entry_offsets[-1])
    rows, fields, counts = np.empty(total, np.uint32), np.empty(total, np.uint8), np.empty(total, np.uint8)
    cursor = entry_offsets[:-1].copy()
    entries.reverse()
    while entries:
        terms, entry_rows, entry_fields, entry_counts = entries.pop()
        scatter(cursor, numbering[terms], entry_rows, entry_fields, entry_counts, rows, fields, counts)
    offsets = np.empty(len(numbering) + 1, np.uint64)
    posting_rows, posting_fields = np.empty(total, np.uint32), np.empty(total, np.uint8)
    size = merge_fields(entry_offsets, rows, fields, offsets, posting_rows, posting_fields)
    return {
        "term_offsets": offsets,
        "posting_rows": posting_rows[:size],
        "posting_fields": posting_fields[:size],
        "posting_counts": counts,
    }


def _averages(lengths: UInt16) -> Float32:
    present = np.maximum((lengths > 0).sum(axis=0), 1)
    averages: Float32 = np.maximum(lengths.sum(axis=0, dtype=np.int64) / present, 1).astype(np.float32)
    return averages


def _rank_within(group: UInt64, values: Float32) -> Float32:
    """(rows,) share of the same group's known values that are no larger, 0 to 1; 0 where unknown."""
    ranks = np.zeros(len(values), np.float32)
    known = np.flatnonzero(~np.isnan(values))
    for name in np.unique(group[known]):
        members = known[group[known] == name]
        ordered = np.sort(values[members])
        ranks[members] = np.searchsorted(ordered, values[members], side="right") / len(members)
    return ranks
