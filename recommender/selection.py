"""Chooses from ranked candidates: quotas by kind, and variety by maximal marginal relevance."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from corpus.resource import Kind
from index.arrays import Float32, Int64, UInt32
from index.forward import choose_varied
from index.snapshot import Snapshot

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
    base = snapshot.base
    chosen = np.empty(n, np.int64)
    size = choose_varied(
        *base.vectors,
        base.facet_offsets["provider"],
        base.facet_codes["provider"],
        base.facet_codes["kind"],
        rows,
        scores / max(float(scores.max(initial=0)), 1e-9),
        float(diversity),
        _places(snapshot, quota),
        shown,
        chosen,
    )
    positions: list[int] = chosen[:size].tolist()
    return positions


def _places(snapshot: Snapshot, quota: Mapping[Kind, int]) -> Int64:
    """(kinds,) the most of each kind."""
    kinds: Sequence[Any] = snapshot.base.facets["kind"]
    return np.array([quota.get(kind, 0) if quota else _NO_LIMIT for kind in kinds], np.int64)
