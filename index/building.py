"""Compiles a state of the catalogue into a base."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np

from corpus.revision import Revision
from index.analysis import BIGRAM, PIECE
from index.arrays import Arrays, Float32, UInt16, UInt32, UInt64, offsets_of
from index.base import FACETS, FORMAT, BaseWriter, Manifest, base_name
from index.digest import Digest
from index.frequent_terms import frequent_terms
from index.inversion import Inverted, join_postings
from index.strings import encoded_table, string_table
from index.term_numbering import WORDS, TermNumbers, ordered_terms
from index.weighing import Counts, compiled_numbers, weigh

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
    return compile_contents(_put_together(digests, progress), directory, revision=revision, seq=seq, lexicon=lexicon)


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
    path = directory / base_name(revision.number, seq)
    with BaseWriter(path) as writer:
        writer.add(contents.postings)
        offsets, rows = contents.postings["term_offsets"], contents.postings["posting_rows"]
        frequent = frequent_terms(offsets, rows, len(lengths))
        writer.add({f"frequent-{name}": array for name, array in frequent._asdict().items()})
        writer.add({f"terms-{name}": array for name, array in contents.terms.items()})
        writer.add({f"ids-{name}": array for name, array in contents.ids.items()})
        writer.add({"blobs": contents.columns["blobs"], "lengths": lengths})
        weighed = weigh(Counts(**contents.postings, lengths=lengths, averages=averages, words=words), revision.tuning)
        writer.add(weighed.arrays)
        writer.add(_facts(contents.columns))
        writer.finish(
            Manifest(
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
        )
    return path


@dataclass(slots=True)
class Assembly:
    """Digests put together: one vocabulary, one row numbering."""

    rows: int = 0
    ids: list[str] = field(default_factory=list)
    vocabulary: TermNumbers = field(default_factory=TermNumbers)
    """A provisional number for each term."""
    inverted: list[tuple[UInt32, Inverted]] = field(default_factory=list)
    """The postings of each digest, and the provisional numbers of its terms."""
    facet_values: dict[str, dict[str, int]] = field(default_factory=lambda: {name: {} for name in FACETS})
    _columns: dict[str, list[Any]] = field(default_factory=dict)

    def add(self, digest: Digest) -> None:
        shift = np.uint32(self.rows)
        own = digest.postings._replace(posting_rows=digest.postings.posting_rows + shift)
        self.inverted.append((self.vocabulary.of_terms(digest.terms), own))
        self.ids.extend(digest.ids)
        self._keep("serials", np.array(digest.serials, np.uint32))
        self._keep("exact_rows", digest.exact_rows + shift)
        self._keep("blobs", np.frombuffer(b"".join(digest.blobs), np.uint8))
        self._keep("blob_lengths", np.array([len(blob) for blob in digest.blobs], np.uint64))
        for name in _READY_MADE:
            self._keep(name, getattr(digest, name))
        for name, (values, codes, counts) in digest.facets.items():
            known = self.facet_values[name]
            numbers = np.array([known.setdefault(value, len(known)) for value in values], np.uint32)
            self._keep(f"facet-{name}-codes", numbers[codes])
            self._keep(f"facet-{name}-lengths", counts)
        self.rows += len(digest.ids)

    def _keep(self, name: str, array: Any) -> None:
        self._columns.setdefault(name, []).append(array)

    def postings(self, numbering: UInt32) -> dict[str, Any]:
        """The postings of all rows by the names of a base; what the digests had is used up.

        Args:
            numbering: the number of each provisional one.
        """
        batches = [(numbering[numbers], own) for numbers, own in self.inverted]
        self.inverted.clear()
        return join_postings(batches, len(numbering)).arrays()

    def joined(self) -> dict[str, Any]:
        """Raw facts by row; what the digests had is used up."""
        return {name: np.concatenate(self._columns.pop(name)) for name in [*self._columns]}


def _put_together(digests: Iterable[Digest], progress: Progress) -> Contents:
    assembly = Assembly()
    for digest in digests:
        assembly.add(digest)
        progress(assembly.rows)
    terms, numbering = ordered_terms(assembly.vocabulary.terms)
    with ThreadPoolExecutor(1) as beside:
        tables = beside.submit(lambda: (encoded_table(*terms.encoded()), string_table(assembly.ids)))
        postings = assembly.postings(numbering)
        table, ids = tables.result()
    return Contents(
        terms=table,
        words=int(np.count_nonzero(terms.spaces == WORDS)),
        postings=postings,
        ids=ids,
        columns=assembly.joined(),
        facet_values={name: list(values) for name, values in assembly.facet_values.items()},
    )


def _facts(column: Mapping[str, Any]) -> dict[str, Any]:
    """Everything of a base that is not terms, from raw columns."""
    order = np.argsort(column["exact_hashes"], kind="stable")
    kept = ("serials", "active", "published", "starts", "ends", "rating", "completeness", "text_hashes")
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
