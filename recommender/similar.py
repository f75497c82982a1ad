"""similar(snapshot, id): what is near to one resource."""

import time
from dataclasses import replace

from corpus.errors import NotFound
from index.query import Filter
from index.snapshot import Snapshot
from recommender.profile import interest_vector, like_vector
from recommender.recommend import Profile, candidates, profile_items
from recommender.request import Recommendation, Request


def similar(
    snapshot: Snapshot, id: str, *, filter: Filter | None = None, limit: int = 10, at: int | None = None
) -> Recommendation:
    """Resources with the words of a given one, the nearest first; other editions of it included.

    Raises: NotFound if the resource is not there, hidden or over.
    """
    at = int(time.time()) if at is None else at
    row = snapshot.row_of(id)
    if row is None or not snapshot.visible(at)[row]:
        raise NotFound(f"没有编号为“{id}”的资源。")
    allowed = candidates(snapshot, filter or Filter(), at=at, excluded=[id])
    profile = Profile(interests=interest_vector(snapshot, ()), likes=like_vector(snapshot, [row]))
    items = profile_items(snapshot, Request(likes=(id,), limit=limit), profile, [row], allowed) if profile else ()
    return Recommendation(
        release=snapshot.release,
        personalized=False,
        degraded=None,
        unknown_ids=(),
        items=tuple(replace(item, source="similar") for item in items),
    )
