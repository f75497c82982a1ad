"""The tail of a base: what changed after it was compiled, as rows numbered on behind the base's.

A row that changed is hidden and stands in the tail anew, so base and tail never hold the same resource twice. Arrays
by row go on from base to tail without a break; postings, vectors and ready-made answers of the tail stand here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from index.arrays import Float32, UInt8, UInt32, UInt64, read_only


@dataclass(frozen=True, slots=True, kw_only=True)
class Tail:
    """Further postings by term, and what only the tail's rows have. D terms, P postings."""

    terms: UInt32
    """(D,) the terms that stand in it, ascending; those the base lacks are numbered on behind the base's."""
    offsets: UInt64
    """(D + 1,) where each term's postings begin."""
    posting_rows: UInt32
    """(P,) ascending within a term."""
    bm25f: Float32
    similarity: Float32
    """(P,) 0 for what is no word."""
    posting_fields: UInt8
    row_terms: UInt32
    """Goes on where the base's vectors end."""
    row_weights: Float32
    new_words: Sequence[bool] = ()
    """For each term that the base lacks whether it is a word."""
    new_df: UInt32 = field(default_factory=lambda: _nothing(np.uint32))
    """For each of them in how many rows it stands."""
    blobs: Sequence[bytes] = ()
    """By row, the first being the one behind the base's last."""
    changed_blobs: Mapping[int, bytes] = field(default_factory=dict)
    """Of rows of which only facts changed."""
    exact: Mapping[int, Sequence[int]] = field(default_factory=dict)
    """Rows by the hashes of their folded titles, creators and ISBNs; some may be of a later state."""
    gone: int = 0
    """Rows of base and tail that are replaced or deleted."""


def _nothing(dtype: Any) -> Any:
    return read_only(np.empty(0, dtype))


NO_TAIL: Final = Tail(
    terms=_nothing(np.uint32),
    offsets=read_only(np.zeros(1, np.uint64)),
    posting_rows=_nothing(np.uint32),
    bm25f=_nothing(np.float32),
    similarity=_nothing(np.float32),
    posting_fields=_nothing(np.uint8),
    row_terms=_nothing(np.uint32),
    row_weights=_nothing(np.float32),
)
"""Nothing changed."""
