"""This service's kernel on a base made by its own builder from documents that are already cut into words."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.corpus import Corpus
from corpus.resource import TEXT_FIELDS
from corpus.revision import shipped_revision
from index.arrays import Float32, RowMask, UInt32, UInt64, offsets_of
from index.base import FACETS, Base, base_name, open_base
from index.best_rows import top_rows
from index.building import build_base
from index.digest import NEVER, Digest, FacetCodes
from index.frequent_terms import packed
from index.inversion import Occurrences, invert
from index.kernel import rank
from index.scaled_sums import ALL_ROWS, add_scaled, promising
from index.snapshot import Snapshot
from index.term_numbering import WORDS, Terms
from index.weighing import word_idf

K1, B = 1.2, 0.75
"""Of BM25, for every engine."""
_BATCH = 10_000
_FIELD = TEXT_FIELDS.index("description")
_NO_ROWS = np.empty(0, np.uint32)
_NO_BONUSES = np.empty(0, np.float32)

Hits = tuple[Sequence[int], int]
"""The best documents, best first, and how many match; -1 where that was not asked."""


def _digests(corpus: Corpus) -> Iterator[Digest]:
    for start in range(0, len(corpus), _BATCH):
        yield _digest(corpus, start, min(start + _BATCH, len(corpus)))


def _digest(corpus: Corpus, start: int, stop: int) -> Digest:
    """What the index needs of some documents, without their facts."""
    n = stop - start
    bounds = corpus.offsets[start : stop + 1].astype(np.int64)
    lengths = np.zeros((n, len(TEXT_FIELDS)), np.uint16)
    lengths[:, _FIELD] = np.minimum(np.diff(bounds), 65_535)
    tokens, own = np.unique(corpus.tokens[bounds[0] : bounds[-1]], return_inverse=True)
    words = [corpus.words[number] for number in tokens.tolist()]
    terms = Terms(
        np.frombuffer("".join(words).encode("utf-32-le"), np.uint32),
        offsets_of([len(word) for word in words], np.int64),
        np.full(len(words), WORDS, np.uint8),
    )
    every, fields = np.arange(n, dtype=np.uint32), np.full(n, _FIELD, np.uint8)
    occurrences = Occurrences(own.astype(np.uint32), bounds - bounds[0], every, fields, every)
    facets = {name: FacetCodes((), np.empty(0, np.uint32), np.zeros(n, np.uint32)) for name in FACETS}
    kinds = corpus.kinds[start:stop].astype(np.uint32)
    facets["kind"] = FacetCodes(("course", "book"), kinds, np.ones(n, np.uint32))
    chance = np.random.default_rng(start)
    return Digest(
        ids=[f"d:{number}" for number in range(start, stop)],
        serials=range(start, stop),
        text_hashes=np.arange(start, stop, dtype=np.uint64),
        terms=terms,
        postings=invert(occurrences, len(words)),
        lengths=lengths,
        exact_hashes=np.empty(0, np.uint64),
        exact_rows=np.empty(0, np.uint32),
        edition_hashes=np.arange(start, stop, dtype=np.uint64),
        facets=facets,
        blobs=[b"{}"] * n,
        active=np.ones(n, np.uint8),
        published=chance.integers(2000, 2025, n).astype(np.uint32) * np.uint32(10_000),
        starts=np.zeros(n, np.int64),
        ends=np.full(n, NEVER),
        rating=chance.random(n, np.float32) * 10,
        popularity=np.full(n, np.nan, np.float32),
        completeness=chance.random(n, np.float32),
    )


class OwnEngine:
    """The kernel as `index.ranking` and `recommender.nearest` call it."""

    name = "this kernel"

    @staticmethod
    def build(corpus: Corpus, directory: Path) -> None:
        """Builds a base of one text field, in which the tf part of BM25F is that of plain BM25."""
        shipped = shipped_revision()
        fields = dict.fromkeys(TEXT_FIELDS, 0.0) | {TEXT_FIELDS[_FIELD]: 1.0}
        revision = replace(shipped, tuning=replace(shipped.tuning, fields=fields, k1=K1, b=B))
        build_base(
            _digests(corpus), directory, revision=revision, seq=len(corpus), lexicon="", progress=lambda done: None
        )

    def __init__(self, corpus: Corpus, directory: Path) -> None:
        self.base: Base = open_base(directory / base_name(shipped_revision().number, len(corpus)))
        self._words = corpus.words
        self._rows = len(corpus)

    @cached_property
    def numbers(self) -> UInt32:
        """(words,) the base's number of each word of the corpus."""
        return np.maximum(self.base.terms.find(list(self._words)), 0).astype(np.uint32)

    @cached_property
    def snapshot(self) -> Snapshot:
        nowhere, revision = self.base.directory / "none", replace(shipped_revision(), synonyms=())
        nothing: Any = None  # nobody cuts a text here
        return Snapshot(self.base, revision, nothing, structured=nowhere, suggestions=nowhere, spellings=nowhere)

    @cached_property
    def kind_mask(self) -> RowMask:
        """(rows,) what a filter on the kind allows."""
        code = self.base.facets["kind"].index("book")
        return (self.base.facet_codes["kind"] == code).astype(np.uint8)

    def asking(self, terms: UInt32, *, wanted: int, prior: Float32, allowed: RowMask) -> Callable[[], Hits]:
        """A call that ranks by a query, with everything prepared but the kernel's work and its answer."""
        m, snapshot, scratch = len(terms), self.snapshot, self.snapshot.scratch
        own = self.numbers[terms]
        bits = np.uint64(1) << np.arange(m, dtype=np.uint64)
        nothing, weights, serials = np.zeros(m, np.uint64), snapshot.idf[own], self.base.serials
        base, scored, highest_prior, bits_allowed = self.base, self.base.scored, float(prior.max()), packed(allowed)

        def ask() -> Hits:
            scores, rows, marks = np.empty(10, np.float32), np.empty(10, np.uint32), np.empty(10, np.uint64)
            size, total, _, _ = rank(
                own,
                scored,
                base.highest_bm25f,
                base.highest_by_word,
                base.frequent,
                base.compiled_rows,
                weights,
                bits,
                nothing,
                bits,
                bits,
                np.zeros(m, np.float32),
                wanted,
                0.0,
                _NO_ROWS,
                0.0,
                _NO_ROWS,
                _NO_BONUSES,
                0.0,
                prior,
                highest_prior,
                serials,
                bits_allowed,
                scratch.sums,
                _NO_ROWS,
                scores,
                rows,
                marks,
            )
            return rows[:size].tolist(), int(total)

        return ask

    @cached_property
    def ones(self) -> tuple[Float32, RowMask]:
        """A prior that changes nothing, and a mask that allows everything."""
        return np.ones(self._rows, np.float32), np.ones(self._rows, np.uint8)

    def plain(self, terms: UInt32) -> Callable[[], Hits]:
        """The ten best documents that hold any of the words."""
        prior, allowed = self.ones
        return self.asking(terms, wanted=1, prior=prior, allowed=allowed)

    def filtered(self, terms: UInt32) -> Callable[[], Hits]:
        """The ten best of one kind that hold two of the words, by score × prior, and how many there are."""
        return self.asking(terms, wanted=2, prior=self.snapshot.prior, allowed=self.kind_mask)

    def profile(self, terms: UInt32, weights: Float32) -> Callable[[], Hits]:
        """The ten rows nearest to a profile, as recommendations find them."""
        scratch, base, own = self.snapshot.scratch, self.base, self.numbers[terms]
        bounds, words = np.array([0, len(terms)], np.int64), np.array([len(terms)], np.int64)
        heights, allowed, factors = np.ones(1, np.float64), self.ones[1], np.zeros(1, np.float32)
        alike = base.alike

        def ask() -> Hits:
            scores, rows = np.empty(10, np.float32), np.empty(10, np.uint32)
            count = add_scaled(
                *alike.of(own),
                weights,
                bounds,
                words,
                heights,
                allowed,
                scratch.accumulator,
                scratch.sums,
                scratch.known,
                scratch.candidates,
                0,
                factors,
            )
            if count == ALL_ROWS:
                count = promising(scratch.accumulator, 10, scratch.candidates)
            size = top_rows(base.serials, scratch.accumulator, scratch.candidates[:count], scores, rows)
            scratch.accumulator[:] = 0
            return rows[:size].tolist(), -1

        return ask

    def impacts(self) -> tuple[Float32, UInt32, UInt64, Float32]:
        """Words × documents as this base weighs likeness (CSR: values, documents, offsets), and idf by word."""
        offsets = self.base.term_offsets[: self.base.manifest.words + 1]
        return self.base.similarity, self.base.posting_rows[: int(offsets[-1])], offsets, word_idf(self.base)
