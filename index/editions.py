"""One hit for all editions of a work, its best."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from index.arrays import UInt32
from index.ranking import Ranking

_AT_LEAST = 2
"""Times as many rows as works are looked at first, and again as many each time they are not enough."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Works:
    """The best n works of a ranking, each by its best row."""

    ranking: Ranking
    """`total` counts works; `matched` still has every row."""
    editions: UInt32
    """(n,) how many rows of each work match."""


def best_works(rank: Callable[[int], Ranking], editions: UInt32, *, n: int) -> Works:
    """Ranks as many rows as it takes for n works.

    Args:
        rank: gives the best so many rows.
        editions: (rows,) the work of each row.
    """
    looked_at = _AT_LEAST * n
    while True:
        ranking = rank(looked_at)
        _, first = np.unique(editions[ranking.rows], return_index=True)
        if len(first) >= n or len(ranking.rows) == ranking.total:
            break
        looked_at *= 2 * _AT_LEAST
    kept = np.sort(first)[:n]
    counts = np.bincount(editions[ranking.matched], minlength=1)
    rows = ranking.rows[kept]
    return Works(
        ranking=ranking._replace(
            total=int(np.count_nonzero(counts)),
            rows=rows,
            scores=ranking.scores[kept],
            marks=ranking.marks[kept],
        ),
        editions=counts[editions[rows]].astype(np.uint32),
    )
