"""Where the postings of terms stand, in a base and in its tail."""

from typing import NamedTuple

import numba
import numpy as np

from index.arrays import Float32, UInt32, UInt64


@numba.njit(cache=True, nogil=True)
def locate(offsets: UInt64, tail_terms: UInt32, tail_offsets: UInt64, terms: UInt32) -> UInt64:
    """(m, parts, 2) where the postings of each of m terms begin and end: in the base, and in its tail where it has one.

    A term that a part lacks begins and ends at 0. `tail_terms` ascend.
    """
    spans = np.zeros((len(terms), 2 if len(tail_terms) else 1, 2), np.uint64)
    for i in range(len(terms)):
        if terms[i] + np.uint64(1) < len(offsets):
            spans[i, 0, 0], spans[i, 0, 1] = offsets[terms[i]], offsets[terms[i] + np.uint64(1)]
        at = np.uint64(np.searchsorted(tail_terms, terms[i]))
        if at < len(tail_terms) and tail_terms[at] == terms[i]:
            spans[i, 1, 0], spans[i, 1, 1] = tail_offsets[at], tail_offsets[at + np.uint64(1)]
    return spans


class Postings(NamedTuple):
    """What the kernel scores by: postings by term, of the base and of its tail, with one kind of impact."""

    offsets: UInt64
    rows: UInt32
    impacts: Float32
    tail_terms: UInt32
    tail_offsets: UInt64
    tail_rows: UInt32
    tail_impacts: Float32

    def of(self, terms: UInt32) -> tuple[UInt64, UInt32, Float32, UInt32, Float32]:
        """Where the postings of some terms stand, and all postings: what the compiled loops begin with."""
        spans = locate(self.offsets, self.tail_terms, self.tail_offsets, terms)
        return spans, self.rows, self.impacts, self.tail_rows, self.tail_impacts
