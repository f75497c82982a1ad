"""The frequent terms of a base: besides their postings, a bit for each row, by which the kernel counts and looks up."""

from typing import Final, NamedTuple

import numba
import numpy as np

from index.arrays import Float32, UInt8, UInt32, UInt64, read_only

SPARSEST: Final = 64
"""A term is frequent that stands in one row of so many: its bits then take no more room than its postings."""
BLOCK: Final = 16_384
"""Rows that are looked at together: what is kept by row then fits a processor's cache. Bits are of whole blocks."""
WORD: Final = 64
"""Rows whose bits stand in one number."""

_compiled = numba.njit(cache=True, nogil=True)


class FrequentTerms(NamedTuple):
    """F terms of a base of R rows, in W words of 64."""

    terms: UInt32
    """(F,) ascending."""
    bits: UInt64
    """(F, W) a bit for each row that holds the term."""
    ranks: UInt32
    """(F, W + 1) how many of the term's postings stand before each word, and all of them."""


def packed(mask: UInt8) -> UInt64:
    """(W,) a bit for each row of a mask of 0 and 1."""
    bits = np.zeros(_words(len(mask)) * (WORD // 8), np.uint8)
    own = np.packbits(mask, bitorder="little")
    bits[: len(own)] = own
    return bits.view(np.uint64)


def _words(rows: int) -> int:
    """Of as many whole blocks as so many rows stand in."""
    return -(-rows // BLOCK) * (BLOCK // WORD)


def frequent_terms(offsets: UInt64, posting_rows: UInt32, rows: int) -> FrequentTerms:
    """Finds the frequent ones of T terms of so many rows.

    Args:
        offsets: (T + 1,) where each term's postings begin.
    """
    terms = _frequent(offsets, rows)
    bits = np.zeros((len(terms), _words(rows)), np.uint64)
    _set_bits(terms, read_only(offsets), read_only(posting_rows), bits)
    ranks = np.zeros((len(terms), bits.shape[1] + 1), np.uint32)
    np.cumsum(np.bitwise_count(bits), axis=1, dtype=np.uint32, out=ranks[:, 1:])
    return FrequentTerms(terms, bits, ranks)


def _frequent(offsets: UInt64, rows: int) -> UInt32:
    return np.flatnonzero(np.diff(offsets) * np.uint64(SPARSEST) >= max(rows, 1)).astype(np.uint32)


def highest_by_word(offsets: UInt64, posting_rows: UInt32, impacts: Float32, rows: int) -> UInt8:
    """(F, W) the highest impact of each frequent term in every 64 rows, in 255ths rounded up."""
    terms = _frequent(offsets, rows)
    highest = np.zeros((len(terms), _words(rows)), np.uint8)
    _find_highest(terms, read_only(offsets), read_only(posting_rows), read_only(impacts), highest)
    return highest


def highest_impacts(offsets: UInt64, impacts: Float32) -> Float32:
    """(T,) the highest impact of each term."""
    highest = np.zeros(len(offsets) - 1, np.float32)
    held = np.flatnonzero(np.diff(offsets))
    if len(held):
        highest[held] = np.maximum.reduceat(impacts, offsets[held].astype(np.int64))
    return highest


@_compiled
def _set_bits(terms: UInt32, offsets: UInt64, posting_rows: UInt32, bits: UInt64) -> None:
    for i in range(len(terms)):
        for p in range(offsets[terms[i]], offsets[terms[i] + np.uint64(1)]):
            row = posting_rows[p]
            bits[i, row >> np.uint32(6)] |= np.uint64(1) << np.uint64(row & np.uint32(63))


@_compiled
def _find_highest(terms: UInt32, offsets: UInt64, posting_rows: UInt32, impacts: Float32, highest: UInt8) -> None:
    for i in range(len(terms)):
        for p in range(offsets[terms[i]], offsets[terms[i] + np.uint64(1)]):
            word = posting_rows[p] >> np.uint32(6)
            highest[i, word] = max(highest[i, word], np.uint8(np.ceil(impacts[p] * np.float32(255))))
