"""What accuracy does not tell of recommendations: how varied, how new and how widely spread they are."""

from collections.abc import Sequence

import numpy as np

from index.forward import cosines
from index.snapshot import Snapshot


def intra_list_diversity(snapshot: Snapshot, rows: Sequence[int]) -> float:
    """Mean of 1 - cosine over all pairs of a list, 0 to 1; 0 for fewer than two.

    Source: Ziegler et al. 2005, Improving Recommendation Lists Through Topic Diversification, §3.3.
    """
    base, numbers = snapshot.base, np.array(rows, np.uint32)
    alike = np.empty(len(numbers), np.float32)
    total = 0.0
    for i, row in enumerate(rows):
        cosines(*base.vectors, row, numbers, alike)
        total += float((1 - alike[:i]).sum())
    pairs = len(rows) * (len(rows) - 1) / 2
    return total / pairs if pairs else 0.0


def novelty(snapshot: Snapshot, rows: Sequence[int]) -> float:
    """Mean of 1 - popularity over a list, popularity as rank within the same source and kind; 0 to 1.

    Source: Vargas & Castells 2011, Rank and Relevance in Novelty and Diversity Metrics, §4 (popularity complement).
    """
    return float(1 - snapshot.base.popularity[list(rows)].mean()) if rows else 0.0


def coverage(snapshot: Snapshot, lists: Sequence[Sequence[int]]) -> float:
    """Share of all resources that stand in at least one of the lists."""
    return len({row for rows in lists for row in rows}) / max(snapshot.resources, 1)
