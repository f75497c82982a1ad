"""From counted terms to postings and their impacts: the compiled loops of the index build."""

from typing import Any, NamedTuple

import numba
import numpy as np

from index.arrays import Float32, Int64, Number, UInt8, UInt16, UInt32, UInt64, offsets_of
from index.strings import MISSING

FIELD_COUNT = 7
"""How many text fields there are; a posting says in one byte in which of them its term stands."""
GONE = np.uint32(MISSING)
"""The number of a row that is not kept."""

_FIELD_BITS, _ONE, _MOST = np.uint64(3), np.uint64(1), np.uint8(255)

_compiled = numba.njit(cache=True, nogil=True)


class Occurrences(NamedTuple):
    """The terms of T texts, and where the texts stand: in S places, ordered by row, then field."""

    terms: UInt32
    """The numbers of the terms of one text after the other."""
    starts: Int64
    """(T + 1,) where the terms of each text begin."""
    rows: UInt32
    """(S,)"""
    fields: UInt8
    """(S,)"""
    texts: UInt32
    """(S,) what stands there."""


class Inverted(NamedTuple):
    """P postings of T terms."""

    term_offsets: UInt64
    """(T + 1,) where the postings of each term begin."""
    posting_rows: UInt32
    """(P,) ascending within a term."""
    posting_fields: UInt8
    """(P,) a bit for each field in which the term stands."""
    count_offsets: UInt64
    """(T + 1,) where the counts of each term begin."""
    posting_counts: UInt8
    """How often the term stands in a field, up to 255: for each bit set one, in their order."""

    @classmethod
    def empty(cls, postings: UInt64, counts: UInt64) -> "Inverted":
        """Room for as many postings, and counts, of each term."""
        offsets, count_offsets = offsets_of(postings, np.uint64), offsets_of(counts, np.uint64)
        rows, fields = np.empty(offsets[-1], np.uint32), np.zeros(offsets[-1], np.uint8)
        return cls(offsets, rows, fields, count_offsets, np.zeros(count_offsets[-1], np.uint8))

    def arrays(self) -> dict[str, Any]:
        """By the names of a base, which finds the counts by the fields."""
        return {name: array for name, array in self._asdict().items() if name != "count_offsets"}


NO_POSTINGS = Inverted.empty(np.empty(0, np.uint64), np.empty(0, np.uint64))
"""Of no terms."""


def invert(occurrences: Occurrences, terms: int) -> Inverted:
    """The postings of so many terms from where they stand."""
    postings, counts, last = (np.zeros(terms, np.uint64) for _ in range(3))
    _count(occurrences, last, postings, counts)
    inverted = Inverted.empty(postings, counts)
    last[:] = 0
    _place(occurrences, last, inverted.term_offsets[:-1].copy(), inverted.count_offsets[:-1].copy(), inverted)
    return inverted


def join_postings(batches: list[tuple[UInt32, Inverted]], terms: int) -> Inverted:
    """The postings of batches as one; uses the batches up.

    Args:
        batches: in the order of their rows, each with the number that its terms have among all.
        terms: how many there are of all.
    """
    postings, counts = np.zeros(terms, np.uint64), np.zeros(terms, np.uint64)
    for numbers, batch in batches:
        postings[numbers] += np.diff(batch.term_offsets)
        counts[numbers] += np.diff(batch.count_offsets)
    joined = Inverted.empty(postings, counts)
    next_posting, next_count = joined.term_offsets[:-1].copy(), joined.count_offsets[:-1].copy()
    batches.reverse()
    while batches:
        _append(*batches.pop(), next_posting, next_count, joined)
    return joined


@_compiled
def _count(occurrences: Occurrences, last: UInt64, postings: UInt64, counts: UInt64) -> None:
    """Counts for each term the rows, and the fields of rows, in which it stands.

    Args:
        last: (terms,) zeros; the field of a row in which each was seen last.
    """
    for i in range(len(occurrences.rows)):
        place = _field_of_row(occurrences.rows[i], occurrences.fields[i])
        text = occurrences.texts[i]
        for at in range(occurrences.starts[text], occurrences.starts[text + 1]):
            term = occurrences.terms[at]
            if last[term] != place:
                postings[term] += last[term] >> _FIELD_BITS != place >> _FIELD_BITS
                counts[term] += _ONE
                last[term] = place


@_compiled
def _place(occurrences: Occurrences, last: UInt64, next_posting: UInt64, next_count: UInt64, out: Inverted) -> None:
    """Writes what `_count` counted, `last` being zeros again, and so the fields and counts of `out`."""
    for i in range(len(occurrences.rows)):
        row, field, text = occurrences.rows[i], occurrences.fields[i], occurrences.texts[i]
        place = _field_of_row(row, field)
        for at in range(occurrences.starts[text], occurrences.starts[text + 1]):
            term = occurrences.terms[at]
            if last[term] >> _FIELD_BITS != place >> _FIELD_BITS:
                out.posting_rows[next_posting[term]] = row
                next_posting[term] += _ONE
            if last[term] != place:
                out.posting_fields[next_posting[term] - _ONE] |= np.uint8(1 << field)
                next_count[term] += _ONE
                last[term] = place
            count = next_count[term] - _ONE
            out.posting_counts[count] += out.posting_counts[count] < _MOST


@_compiled
def _field_of_row(row: Number, field: Number) -> Number:
    """A number for each field of each row, the row in its upper bits; 0 is none."""
    return (np.uint64(row) + _ONE) << _FIELD_BITS | np.uint64(field)


@_compiled
def _append(numbers: UInt32, batch: Inverted, next_posting: UInt64, next_count: UInt64, out: Inverted) -> None:
    """Writes the postings of a batch behind those of each term."""
    for term in range(len(numbers)):
        number = numbers[term]
        into = next_posting[number]
        for at in range(batch.term_offsets[term], batch.term_offsets[term + 1]):
            out.posting_rows[into], out.posting_fields[into] = batch.posting_rows[at], batch.posting_fields[at]
            into += _ONE
        next_posting[number] = into
        into = next_count[number]
        for at in range(batch.count_offsets[term], batch.count_offsets[term + 1]):
            out.posting_counts[into] = batch.posting_counts[at]
            into += _ONE
        next_count[number] = into


@_compiled
def bm25f_impacts(
    rows: UInt32,
    posting_fields: UInt8,
    counts: UInt8,
    lengths: UInt16,
    averages: Float32,
    weights: Float32,
    k1: float,
    b: float,
    out: Float32,
) -> None:
    """The tf part of BM25F for each posting, 0 to 1: x / (k1 + x), x the weighted, length-normalised counts.

    `lengths` is (rows, fields) in words, `averages` (fields,) over the rows that have the field.
    Source: Robertson, Zaragoza & Taylor 2004, Simple BM25 Extension to Multiple Weighted Fields, §3.
    """
    at = 0
    for p in range(len(rows)):
        x = 0.0
        for field in range(FIELD_COUNT):
            if posting_fields[p] >> field & 1:
                length = 1.0 - b + b * lengths[rows[p], field] / averages[field]
                x += weights[field] * counts[at] / length
                at += 1
        out[p] = x / (k1 + x) if x > 0 else 0


@_compiled
def saturated_counts(
    posting_fields: UInt8,
    counts: UInt8,
    weights: Float32,
    saturation: float,
    idf: Float32,
    offsets: UInt64,
    out: Float32,
) -> None:
    """tf·idf of each word posting with tf = x / (saturation + x), x the field-weighted count."""
    at = 0
    for term in range(len(idf)):
        for p in range(offsets[term], offsets[term + 1]):
            x = 0.0
            for field in range(FIELD_COUNT):
                if posting_fields[p] >> field & 1:
                    x += weights[field] * counts[at]
                    at += 1
            out[p] = idf[term] * x / (saturation + x) if x > 0 else 0


@_compiled
def row_norms(rows: UInt32, values: Float32, out: Float32) -> None:
    """Euclidean norm of each row's vector, into `out` (rows,), zero on entry."""
    for p in range(len(values)):
        out[rows[p]] += values[p] * values[p]
    for row in range(len(out)):
        out[row] = np.sqrt(out[row])


@_compiled
def transpose(
    offsets: UInt64, rows: UInt32, values: Float32, cursor: UInt64, out_terms: UInt32, out_values: Float32
) -> None:
    """Postings by term → vectors by row; `cursor` (rows,) holds where each row's vector begins, and is used up."""
    for term in range(len(offsets) - 1):
        for p in range(offsets[term], offsets[term + 1]):
            at = cursor[rows[p]]
            out_terms[at] = term
            out_values[at] = values[p]
            cursor[rows[p]] = at + np.uint64(1)


@_compiled
def _bits(fields: Number) -> int:
    """How many fields a posting names, and so how many counts it has."""
    bits = 0
    while fields:
        fields &= fields - 1
        bits += 1
    return bits


@_compiled
def count_kept(offsets: Int64, rows: UInt32, fields: UInt8, rows_now: UInt32, kept: Int64, first_counts: Int64) -> None:
    """How many postings of each term have a row that is kept, and where the term's counts begin, (terms,) each.

    `rows_now` (rows,) is the number a row has now, `GONE` for one that is not kept.
    """
    counted = 0
    for term in range(len(kept)):
        first_counts[term] = counted
        for p in range(offsets[term], offsets[term + 1]):
            kept[term] += rows_now[rows[p]] != GONE
            counted += _bits(fields[p])


class Side(NamedTuple):
    """Postings that are merged with others into T terms."""

    numbers: Int64
    """(T,) which of this side's terms each is, below zero where the side lacks it."""
    offsets: Int64
    first_counts: Int64
    """Where the counts of each of this side's terms begin."""
    rows: UInt32
    fields: UInt8
    counts: UInt8
    rows_now: UInt32
    """The number each of this side's rows has now, `GONE` where it is not kept."""


@_compiled
def merge_postings(
    older: Side, newer: Side, offsets: Int64, out_rows: UInt32, out_fields: UInt8, out_counts: UInt8
) -> int:
    """Merges two postings of each term, rows ascending; fills `offsets` (T + 1,), returns how many counts there are.

    Rows keep their order under new numbers. No row is on both sides, and all of the newer side are kept.
    """
    size = 0
    counted = 0
    for term in range(len(older.numbers)):
        offsets[term] = size
        p, p_end, p_count = _stretch(older, term)
        n, n_end, n_count = _stretch(newer, term)
        while p < p_end or n < n_end:
            p_row = older.rows_now[older.rows[p]] if p < p_end else GONE
            n_row = newer.rows_now[newer.rows[n]] if n < n_end else GONE
            if p < p_end and p_row == GONE:
                p_count += _bits(older.fields[p])
                p += 1
                continue
            out_rows[size] = min(p_row, n_row)
            if p_row < n_row:
                bits = _bits(older.fields[p])
                out_fields[size] = older.fields[p]
                for bit in range(bits):
                    out_counts[counted + bit] = older.counts[p_count + bit]
                p_count += bits
                p += 1
            else:
                bits = _bits(newer.fields[n])
                out_fields[size] = newer.fields[n]
                for bit in range(bits):
                    out_counts[counted + bit] = newer.counts[n_count + bit]
                n_count += bits
                n += 1
            size += 1
            counted += bits
    offsets[len(older.numbers)] = size
    return counted


@_compiled
def _stretch(side: Side, term: int) -> tuple[int, int, int]:
    """Where the postings of a term begin and end on one side, and where its counts begin."""
    number = side.numbers[term]
    if number < 0:
        return 0, 0, 0
    return side.offsets[number], side.offsets[number + 1], side.first_counts[number]
