"""From counted terms to postings and their impacts: the compiled loops of the index build."""

import numba
import numpy as np

from index.arrays import Float32, UInt8, UInt16, UInt32, UInt64

FIELD_COUNT = 7
"""How many text fields there are; a posting says in one byte in which of them its term stands."""

_compiled = numba.njit(cache=True, nogil=True)


@_compiled
def scatter(
    cursor: UInt64,
    terms: UInt32,
    rows: UInt32,
    fields: UInt8,
    counts: UInt8,
    out_rows: UInt32,
    out_fields: UInt8,
    out_counts: UInt8,
) -> None:
    """Moves one chunk's entries to their terms' places; `cursor` (terms,) is the next free place of each.

    Entries come ordered by row, then term, then field, so that rows ascend within a term.
    """
    for i in range(len(terms)):
        at = cursor[terms[i]]
        out_rows[at] = rows[i]
        out_fields[at] = fields[i]
        out_counts[at] = counts[i]
        cursor[terms[i]] = at + np.uint64(1)


@_compiled
def merge_fields(
    entry_offsets: UInt64, rows: UInt32, fields: UInt8, offsets: UInt64, out_rows: UInt32, out_fields: UInt8
) -> int:
    """Joins the entries of one term and row into one posting; fills `offsets` (terms + 1,), returns how many.

    `out_fields` is a bit for each field; the counts keep their order, one for each bit set.
    """
    size = np.uint64(0)
    for term in range(len(entry_offsets) - 1):
        offsets[term] = size
        for i in range(entry_offsets[term], entry_offsets[term + 1]):
            bit = np.uint8(1 << fields[i])
            if size > offsets[term] and out_rows[size - np.uint64(1)] == rows[i]:
                out_fields[size - np.uint64(1)] |= bit
            else:
                out_rows[size] = rows[i]
                out_fields[size] = bit
                size += np.uint64(1)
    offsets[len(entry_offsets) - 1] = size
    return int(size)


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
