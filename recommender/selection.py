"""Chooses from ranked candidates: quotas by kind, and variety by maximal marginal relevance."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from corpus.resource import Kind
from index.arrays import Float32, UInt32
from index.kernel import cosines
from index.snapshot import Snapshot

_TOPIC, _PROVIDER, _KIND = 0.7, 0.2, 0.1
"""What likeness of two resources is made of, summing to 1: cosine of their words, same provider, same kind."""
_NO_LIMIT: Final = 1_000_000_000


def choose(
    snapshot: Snapshot,
    rows: UInt32,
    scores: Float32,
    *,
    n: int,
    diversity: float,
    quota: Mapping[Kind, int],
    shown: UInt32,
) -> list[int]:
    """Positions of up to n candidates, in the order to show them.

    Each next one has the highest (1 - diversity) · score / best score - diversity · likeness to the most alike of
    those before it.

    Args:
        rows, scores: (c,) candidates, best first.
        quota: the most of each kind; a kind that is not named has none. Empty: no limits.
        shown: rows of earlier pages, which count as chosen before.
    Source: Carbonell & Goldstein 1998, The Use of MMR, Diversity-Based Reranking, §2.
    """
    if not diversity and not quota:
        return list(range(min(n, len(rows))))
    alike = _Likeness(snapshot, rows)
    kinds = alike.kinds
    left = _places(snapshot, quota)
    relevance = scores / max(float(scores.max(initial=0)), 1e-9)
    likeness = np.zeros(len(rows), np.float32)
    if diversity:
        for row in shown.tolist():
            np.maximum(likeness, alike.to(row), out=likeness)
    open_ = left[kinds] > 0
    chosen: list[int] = []
    while len(chosen) < n and open_.any():
        worth = np.where(open_, (1 - diversity) * relevance - diversity * likeness, -np.inf)
        best = int(worth.argmax())
        chosen.append(best)
        left[kinds[best]] -= 1
        open_ &= left[kinds] > 0
        open_[best] = False
        if diversity:
            np.maximum(likeness, alike.to(int(rows[best])), out=likeness)
    return chosen


class _Likeness:
    """How alike candidates are to other rows."""

    def __init__(self, snapshot: Snapshot, rows: UInt32) -> None:
        self._snapshot = snapshot
        self._rows = rows
        self._providers = _codes(snapshot, "provider", rows)
        self.kinds = _codes(snapshot, "kind", rows)
        """(c,) codes."""

    def to(self, row: int) -> Float32:
        """(c,) likeness of each candidate to a row, 0 to 1."""
        base, own = self._snapshot.base, np.array([row], np.uint32)
        alike = np.empty(len(self._rows), np.float32)
        cosines(base.row_offsets, base.row_terms, base.row_weights, row, self._rows, alike)
        alike *= np.float32(_TOPIC)
        provider = _codes(self._snapshot, "provider", own)[0]
        if provider >= 0:
            alike += np.float32(_PROVIDER) * (self._providers == provider)
        alike += np.float32(_KIND) * (self.kinds == _codes(self._snapshot, "kind", own)[0])
        return alike


def _codes(snapshot: Snapshot, facet: str, rows: UInt32) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """(n,) each row's code of a facet with one value, -1 where it has none."""
    offsets, codes = snapshot.base.facet_offsets[facet], snapshot.base.facet_codes[facet]
    starts, ends = offsets[rows], offsets[rows + np.uint32(1)]
    found = np.full(len(rows), -1, np.int64)
    found[starts < ends] = codes[starts[starts < ends]]
    return found


def _places(snapshot: Snapshot, quota: Mapping[Kind, int]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    kinds: Sequence[Any] = snapshot.base.manifest.facets["kind"]
    return np.array([quota.get(kind, 0) if quota else _NO_LIMIT for kind in kinds], np.int64)
