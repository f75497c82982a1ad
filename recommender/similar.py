"""similar(snapshot, id): what is near to one resource."""

import time
from dataclasses import replace

from corpus.errors import NotFound
from index.query import NO_FILTER, Filter
from index.snapshot import Snapshot
from recommender.recommend import recommend
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
    request = Request(likes=(id,), filter=filter or NO_FILTER, limit=limit, diversity=0, at=at)
    answer = recommend(snapshot, request)
    near = [item._replace(source="similar") for item in answer.items if item.source == "profile"]
    return replace(answer, personalized=False, degraded=None, next="", items=tuple(near))
