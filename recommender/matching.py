"""The resources that match a profile: the nearest, chosen among, with their reasons."""

from collections.abc import Sequence
from typing import Final

from index.arrays import RowMask, UInt32
from index.named_tuples import named
from index.snapshot import Snapshot
from recommender.nearest import Profile, nearest
from recommender.reasons import explain
from recommender.request import Item, Reason, Request, Source
from recommender.selection import choose

_POOL: Final = 10
"""Candidates for each resource to be chosen, where choosing is more than taking the first."""
_LEAST_POOL: Final = 100


def matching_items(
    snapshot: Snapshot, request: Request, profile: Profile, allowed: RowMask, shown: UInt32, *, n: int
) -> list[Item]:
    """Up to n allowed items for a profile, with the quota, variety and reasons that the request asks for.

    Args:
        shown: rows of earlier pages, for variety's sake.
    """
    diversity = snapshot.revision.tuning.diversity if request.diversity is None else request.diversity
    first_only = not diversity and not request.quota
    pool = n if first_only else max(_POOL * n, _LEAST_POOL)
    found = nearest(snapshot, profile, allowed, n=pool if n else 0)
    chosen = choose(snapshot, found.rows, found.scores, n=n, diversity=diversity, quota=request.quota, shown=shown)
    rows, scores = found.rows[chosen], found.scores[chosen].tolist()
    numbers = rows.tolist()
    reasons: Sequence[tuple[Reason, ...]] = [()] * len(numbers)
    if request.explain:
        reasons = explain(snapshot, rows, profile.asked, profile.liked, found.parts)
    ids, blobs = snapshot.base.ids.texts(numbers), snapshot.base.blobs_of(numbers)
    sources: Sequence[Source] = ["profile"] * len(numbers)
    columns = numbers, ids, range(1, len(numbers) + 1), scores, sources, reasons, blobs
    return [*named(Item, zip(*columns, strict=True))]
