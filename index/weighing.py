"""From raw counts and ranking numbers to the arrays that score: by the build, and anew for other numbers."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from corpus.resource import TEXT_FIELDS
from corpus.tuning import Tuning
from index.arrays import Float32, UInt8, UInt16, UInt32, UInt64, offsets_of, read_only
from index.base import Base
from index.frequent_terms import highest_by_word, highest_impacts
from index.inversion import bm25f_impacts, row_norms, saturated_counts, transpose

_LEAST_NORM = np.float32(1e-9)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What impacts are computed from: R rows, P postings; arrays as a base has them."""

    term_offsets: UInt64
    posting_rows: UInt32
    posting_fields: UInt8
    posting_counts: UInt8
    lengths: UInt16
    averages: Float32
    words: int

    def __post_init__(self) -> None:
        # As mapped from a base or fresh from the build: one compiled variant serves both.
        for name in ("term_offsets", "posting_rows", "posting_fields", "posting_counts", "lengths"):
            object.__setattr__(self, name, read_only(getattr(self, name)))

    @classmethod
    def of(cls, base: Base) -> "Counts":
        return cls(
            term_offsets=base.term_offsets,
            posting_rows=base.posting_rows,
            posting_fields=base.posting_fields,
            posting_counts=base.posting_counts,
            lengths=base.lengths,
            averages=np.array(base.manifest.averages, np.float32),
            words=base.manifest.words,
        )


def compiled_numbers(tuning: Tuning) -> dict[str, Any]:
    """The numbers of a revision that a base holds; all others act at query time."""
    return _search_numbers(tuning) | _similarity_numbers(tuning)


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """Both impacts and the rows' own vectors."""

    arrays: dict[str, Any]
    """By the names a base has for them."""
    pivot: float
    """Mean norm of the vectors."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistics:
    """What the impacts of a row take from all rows; of a tail's rows, what the base says."""

    word_idf: Float32
    """(words,) of the similarity."""
    pivot: float


def weigh(counts: Counts, tuning: Tuning, statistics: Statistics | None = None) -> Weighed:
    """The impacts of all terms.

    Args:
        statistics: of the base these rows are added to; of these rows themselves if not given.
    """
    if statistics is None:
        df = np.diff(counts.term_offsets[: counts.words + 1])
        statistics = Statistics(word_idf=smooth_idf(df, len(counts.lengths)), pivot=0.0)
    similarity = _weigh_similarity(counts, tuning, statistics)
    return Weighed(arrays=_weigh_search(counts, tuning) | similarity.arrays, pivot=similarity.pivot)


def reweighed(base: Base, tuning: Tuning) -> Base:
    """The base as other numbers would compile it: arrays of its own in memory where they differ, all else shared."""
    numbers = base.manifest.numbers
    arrays: dict[str, Any] = {}
    if not _search_numbers(tuning).items() <= numbers.items():
        arrays |= _weigh_search(Counts.of(base), tuning)
    pivot = base.manifest.pivot
    if not _similarity_numbers(tuning).items() <= numbers.items():
        weighed = _weigh_similarity(Counts.of(base), tuning, Statistics(word_idf=word_idf(base), pivot=0.0))
        arrays, pivot = arrays | weighed.arrays, weighed.pivot
    if not arrays:
        return base
    manifest = replace(base.manifest, numbers=compiled_numbers(tuning), pivot=pivot)
    # Read-only as mapped arrays are, so that the kernel needs no compiled variant of its own for them.
    return replace(base, manifest=manifest, **{name: read_only(array) for name, array in arrays.items()})


def word_idf(base: Base) -> Float32:
    """(words,) of the words of a base, as the similarity has it."""
    return smooth_idf(np.diff(base.term_offsets[: base.manifest.words + 1]), base.manifest.rows)


def smooth_idf(df: UInt64, rows: int) -> Float32:
    """(W,) ln((1 + rows) / (1 + df)) + 1, as scikit-learn's TfidfTransformer has it."""
    idf: Float32 = (np.log((1 + rows) / (1 + df.astype(np.float64))) + 1).astype(np.float32)
    return idf


def _search_numbers(tuning: Tuning) -> dict[str, Any]:
    return {"fields": {name: tuning.fields[name] for name in TEXT_FIELDS}, "k1": tuning.k1, "b": tuning.b}


def _similarity_numbers(tuning: Tuning) -> dict[str, Any]:
    return {"similarity": [tuning.similarity_saturation, tuning.similarity_slope, tuning.similarity_description]}


def _weigh_search(counts: Counts, tuning: Tuning) -> dict[str, Any]:
    """The impacts of all terms."""
    rows, fields, raw = counts.posting_rows, counts.posting_fields, counts.posting_counts
    weights = np.array([tuning.fields[name] for name in TEXT_FIELDS], np.float32)
    bm25f = np.empty(len(rows), np.float32)
    bm25f_impacts(rows, fields, raw, counts.lengths, counts.averages, weights, tuning.k1, tuning.b, bm25f)
    return {
        "bm25f": bm25f,
        "highest_bm25f": highest_impacts(counts.term_offsets, bm25f),
        "highest_by_word": highest_by_word(counts.term_offsets, rows, bm25f, len(counts.lengths)),
    }


def _weigh_similarity(counts: Counts, tuning: Tuning, statistics: Statistics) -> Weighed:
    """The impacts of the words alone, and each row's words as a vector of norm 1; the pivot is theirs where it is 0."""
    offsets = counts.term_offsets[: counts.words + 1]
    rows = counts.posting_rows[: int(offsets[-1])]
    plain = np.array([tuning.similarity_description if f == "description" else 1 for f in TEXT_FIELDS], np.float32)
    values = np.empty(len(rows), np.float32)
    saturation = tuning.similarity_saturation
    saturated_counts(
        counts.posting_fields, counts.posting_counts, plain, saturation, statistics.word_idf, offsets, values
    )
    norms = np.zeros(len(counts.lengths), np.float32)
    row_norms(rows, values, norms)
    pivot = np.float32(statistics.pivot or (norms[norms > 0].mean() if norms.any() else 1))
    slope = np.float32(tuning.similarity_slope)
    similarity = values / np.maximum((1 - slope) * pivot + slope * norms, _LEAST_NORM)[rows]
    row_offsets, row_terms, unit = _vectors(offsets, rows, values, norms)
    arrays = {"similarity": similarity, "row_offsets": row_offsets, "row_terms": row_terms, "row_weights": unit}
    return Weighed(arrays=arrays, pivot=float(pivot))


def _vectors(offsets: UInt64, rows: UInt32, values: Float32, norms: Float32) -> tuple[UInt64, UInt32, Float32]:
    row_offsets = offsets_of(np.bincount(rows, minlength=len(norms)), np.uint64)
    terms, unit = np.empty(len(rows), np.uint32), np.empty(len(rows), np.float32)
    unit_values = (values / np.maximum(norms, _LEAST_NORM)[rows]).astype(np.float32)
    transpose(offsets, rows, unit_values, row_offsets[:-1].copy(), terms, unit)
    return row_offsets, terms, unit
