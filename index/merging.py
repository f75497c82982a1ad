"""Compiles a base out of an older one and of what changed since: the terms of unchanged texts are copied.

As a segment merge of a search engine does it: array work alone, and only texts that changed are analysed.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from corpus.catalogue import Change, StoredResource
from corpus.revision import Revision
from index.analysis import is_word
from index.arrays import Int64, UInt32, UInt64, read_only
from index.base import FACETS, Base
from index.building import Assembly, Contents, Progress, compile_contents, term_order
from index.digest import Digest, short_hash
from index.inversion import Side, count_kept, merge_postings
from index.splicing import Splice, spliced_table
from index.strings import MISSING
from index.term_numbering import ordered_terms

_PLAIN: Final = ("serials", "active", "published", "starts", "ends", "rating", "completeness", "text_hashes")
"""Raw columns that a base has as they are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """What changed after a base was compiled, n resources that are indexed now, and others that are no more."""

    texts: Sequence[StoredResource]
    """New, or with another text; in the order of their serials, as all are."""
    facts: Sequence[StoredResource]
    """With the text that the base knows."""
    serials: UInt32
    """(n,) of `texts`, then of `facts`."""
    kept: Int64
    """Rows of the base that did not change."""
    known: Int64
    """The row of the base that has the text of each of `facts`."""

    @property
    def count(self) -> int:
        """How many resources are indexed now."""
        return len(self.kept) + len(self.serials)


def what_changed(base: Base, changes: Iterable[Change]) -> Changed:
    """Tells from the last changes of resources what has to be analysed."""
    changes = sorted(changes, key=lambda change: change.serial)
    serials = np.array([change.serial for change in changes], np.uint32)
    rows = np.full(len(changes), -1, np.int64)
    if len(base):
        at = np.minimum(np.searchsorted(base.serials, serials), len(base) - 1)
        rows = np.where(base.serials[at] == serials, at, -1)
    hashes = np.array([short_hash(change.text_hash or "0") for change in changes], np.uint64)
    there = np.array([change.is_indexed for change in changes], np.bool_)
    known = there & (rows >= 0)
    known[known] = base.text_hashes[rows[known]] == hashes[known]
    texts, facts = np.flatnonzero(there & ~known), np.flatnonzero(known)
    return Changed(
        texts=[changes[i].stored for i in texts.tolist()],
        facts=[changes[i].stored for i in facts.tolist()],
        serials=serials[np.concatenate([texts, facts])],
        kept=np.delete(np.arange(len(base)), rows[rows >= 0]),
        known=rows[facts],
    )


def merge_base(
    base: Base,
    changed: Changed,
    digests: Iterable[Digest],
    directory: Path,
    *,
    revision: Revision,
    seq: int,
    progress: Progress,
) -> Path:
    """Compiles `<revision>-<seq>` under `directory`, the very base that `build_base` makes of the same resources.

    Args:
        base: of the same lexicon, without a tail.
        digests: of the texts that changed, then, without terms, of the facts.
    """
    assembly = Assembly()
    for digest in digests:
        assembly.add(digest)
        progress(len(changed.kept) + assembly.rows)
    facts, texts = _splices(base, changed)
    vocabulary, numbering = ordered_terms(assembly.vocabulary.terms)
    rows_now = texts.places.astype(np.uint32)  # -1 is GONE
    older = _Postings.of(_compiled(base), rows_now[: len(base)])
    newer = _Postings.of(assembly.postings(numbering), rows_now[len(base) :])
    terms, more, own = _merged_vocabulary(base, older.kept, vocabulary.texts())
    newer_numbers = np.full(len(terms.order), -1, np.int64)
    newer_numbers[own] = np.arange(len(own))
    columns, facet_values = _columns(base, assembly, facts, texts)
    contents = Contents(
        terms=spliced_table(terms, base.terms, more),
        words=int(terms.items(np.arange(len(base.terms)) < base.manifest.words, _are_words(more)).sum()),
        postings=_merge(older, np.where(terms.order < terms.older, terms.order, -1), newer, newer_numbers),
        ids=spliced_table(facts, base.ids, assembly.ids),
        columns=columns,
        facet_values=facet_values,
    )
    return compile_contents(contents, directory, revision=revision, seq=seq, lexicon=base.manifest.lexicon)


def _splices(base: Base, changed: Changed) -> tuple[Splice, Splice]:
    """Where the facts of each row come from, and where its texts do."""
    late = len(base) + np.arange(len(changed.serials))
    by_serial = np.argsort(np.concatenate([base.serials[changed.kept], changed.serials]))
    facts = np.concatenate([changed.kept, late])[by_serial]
    texts = np.concatenate([changed.kept, late[: len(changed.texts)], changed.known])[by_serial]
    return (
        Splice(order=facts, older=len(base), newer=len(late)),
        Splice(order=texts, older=len(base), newer=len(late)),
    )


def _merged_vocabulary(base: Base, kept: Int64, vocabulary: Sequence[str]) -> tuple[Splice, list[str], Int64]:
    """The terms of the base that are left with the new ones, the new ones, and the number each of `vocabulary` has now.

    Args:
        kept: (terms of the base,) how many postings are left of each.
        vocabulary: terms of the digests, in their order.
    """
    known = base.terms.find(vocabulary)
    new = known == MISSING
    held = kept > 0
    held[known[~new]] = True
    left = np.flatnonzero(held)
    more = [vocabulary[i] for i in np.flatnonzero(new).tolist()]
    places = _places(base, more)
    late = len(base.terms) + np.arange(len(more))
    order = np.concatenate([late, left])[np.argsort(np.concatenate([places, left]), kind="stable")]
    splice = Splice(order=order, older=len(base.terms), newer=len(more))
    numbers = known.astype(np.int64)
    numbers[new] = late
    return splice, more, splice.places[numbers]


def _places(base: Base, terms: Sequence[str]) -> Int64:
    """(n,) for each of some terms in their order the number of the base's term before which it comes."""
    places = np.zeros(len(terms), np.int64)
    place, numbers = 0, range(len(base.terms))
    for i, term in enumerate(terms):
        place = bisect_left(numbers, term_order(term), lo=place, key=lambda number: term_order(base.terms[number]))
        places[i] = place
    return places


def _are_words(terms: Sequence[str]) -> Any:
    return np.array([is_word(term) for term in terms], np.bool_)


def _columns(base: Base, assembly: Assembly, facts: Splice, texts: Splice) -> tuple[dict[str, Any], dict[str, Any]]:
    """Raw columns as an assembly of all rows has them, and the values of facets by their codes."""
    new = assembly.joined()
    columns = {name: facts.items(getattr(base, name), new[name]) for name in _PLAIN}
    columns["lengths"] = texts.items(base.lengths, new["lengths"])
    columns["popularity"] = facts.items(base.counted_popularity, new["popularity"])
    columns["edition_hashes"] = facts.items(base.edition_hashes[base.editions], new["edition_hashes"])
    blob_lengths = np.diff(base.blob_offsets)
    columns["blobs"] = facts.stretches(base.blobs, blob_lengths, new["blobs"], new["blob_lengths"])
    columns["blob_lengths"] = facts.items(blob_lengths, new["blob_lengths"])
    columns["exact_hashes"], columns["exact_rows"] = _exact(base, new["exact_hashes"], new["exact_rows"], facts)
    values = {}
    for name in FACETS:
        codes, lengths = f"facet-{name}-codes", f"facet-{name}-lengths"
        known = {value: code for code, value in enumerate(base.facets[name])}
        codes_now = [known.setdefault(value, len(known)) for value in assembly.facet_values[name]]
        older = np.diff(base.facet_offsets[name])
        newer = np.array(codes_now, np.uint32)[new[codes]]
        spliced = facts.stretches(base.facet_codes[name], older, newer, new[lengths])
        columns[codes], values[name] = _by_appearance(spliced, [*known])
        columns[lengths] = facts.items(older, new[lengths])
    return columns, values


def _exact(base: Base, hashes: UInt64, rows: UInt32, facts: Splice) -> tuple[UInt64, UInt32]:
    """The exact hashes of all rows and their rows, by row."""
    numbers = np.concatenate([base.exact_rows.astype(np.int64), rows.astype(np.int64) + len(base)])
    now = facts.places[numbers]
    order = np.argsort(now, kind="stable")
    order = order[np.searchsorted(now[order], 0) :]
    return np.concatenate([base.exact_hashes, hashes])[order], now[order].astype(np.uint32)


def _by_appearance(codes: UInt32, values: Sequence[str]) -> tuple[UInt32, list[str]]:
    """Codes numbered anew in the order in which they first appear, and their values."""
    used, firsts, inverse = np.unique(codes, return_index=True, return_inverse=True)
    order = np.argsort(firsts)
    return np.argsort(order)[inverse].astype(np.uint32), [values[code] for code in used[order].tolist()]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Postings:
    """Postings of one side."""

    arrays: dict[str, Any]
    offsets: Int64
    rows_now: UInt32
    kept: Int64
    """(terms,) how many postings of each are kept."""
    first_counts: Int64

    @classmethod
    def of(cls, arrays: dict[str, Any], rows_now: UInt32) -> "_Postings":
        arrays = {name: read_only(array) for name, array in arrays.items()}
        offsets = arrays["term_offsets"].astype(np.int64)
        kept, first_counts = np.zeros(len(offsets) - 1, np.int64), np.zeros(len(offsets) - 1, np.int64)
        count_kept(offsets, arrays["posting_rows"], arrays["posting_fields"], rows_now, kept, first_counts)
        return cls(arrays=arrays, offsets=offsets, rows_now=rows_now, kept=kept, first_counts=first_counts)

    def side(self, numbers: Int64) -> Side:
        return Side(
            numbers=numbers,
            offsets=self.offsets,
            first_counts=self.first_counts,
            rows=self.arrays["posting_rows"],
            fields=self.arrays["posting_fields"],
            counts=self.arrays["posting_counts"],
            rows_now=self.rows_now,
        )


def _compiled(base: Base) -> dict[str, Any]:
    names = ("term_offsets", "posting_rows", "posting_fields", "posting_counts")
    return {name: getattr(base, name) for name in names}


def _merge(older: _Postings, older_numbers: Int64, newer: _Postings, newer_numbers: Int64) -> dict[str, Any]:
    """The postings of both sides, by the names of a base."""
    total = int(older.kept.sum() + newer.kept.sum())
    offsets = np.empty(len(older_numbers) + 1, np.int64)
    rows, fields = np.empty(total, np.uint32), np.empty(total, np.uint8)
    counts = np.empty(len(older.arrays["posting_counts"]) + len(newer.arrays["posting_counts"]), np.uint8)
    size = merge_postings(older.side(older_numbers), newer.side(newer_numbers), offsets, rows, fields, counts)
    return {
        "term_offsets": offsets.astype(np.uint64),
        "posting_rows": rows,
        "posting_fields": fields,
        "posting_counts": counts[:size],
    }
