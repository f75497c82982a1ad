"""recommend(snapshot, request): resources that fit what is known of a resident, each with its reasons."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from corpus.errors import InvalidInput
from index.arrays import Float32, RowMask, UInt32
from index.filters import allowed_rows
from index.kernel import accumulate, highest, top_blend
from index.query import Filter
from index.snapshot import Snapshot
from recommender.popular import popular_items
from recommender.profile import Vector, interest_vector, like_vector, merged
from recommender.reasons import Explained, explain
from recommender.request import (
    MOST_EXCLUDED,
    MOST_INTEREST_TEXT,
    MOST_INTERESTS,
    MOST_ITEMS,
    MOST_LIKES,
    Item,
    Recommendation,
    Request,
)

RECOMMENDED_KINDS: Final = ("course", "book", "activity")
"""Places and stories are recommended only to those who ask for them by kind."""


def recommend(snapshot: Snapshot, request: Request) -> Recommendation:
    """Resources near to interests and likes, the best first; popular ones where nothing usable is known.

    Both parts are TF-IDF similarities, each scaled to 0–1 by its best row before they are added.

    Raises: InvalidInput if a list is too long, an interest empty or a number out of its range.
    """
    _check(request)
    at = int(time.time()) if request.at is None else request.at
    rows = {id: snapshot.row_of(id) for id in dict.fromkeys(request.likes)}
    liked = {id: row for id, row in rows.items() if row is not None}
    unknown = tuple(id for id in rows if id not in liked)
    allowed = candidates(snapshot, request.filter, at=at, excluded=[*liked, *request.exclude_ids])
    profile = Profile(
        interests=interest_vector(snapshot, request.interests), likes=like_vector(snapshot, list(liked.values()))
    )
    items = profile_items(snapshot, request, profile, list(liked.values()), allowed) if profile else ()
    personalized = bool(items)
    return Recommendation(
        release=snapshot.release,
        personalized=personalized,
        degraded=None if personalized else _why(request, bool(liked)),
        unknown_ids=unknown,
        items=items if personalized else popular_items(snapshot, allowed, request),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """Both term vectors of a resident."""

    interests: Vector
    likes: Vector

    def __bool__(self) -> bool:
        return bool(self.interests or self.likes)


def candidates(snapshot: Snapshot, filter: Filter, *, at: int, excluded: Sequence[str]) -> RowMask:
    """(rows,) 1 for what may be recommended."""
    if not filter.kind:
        filter = replace(filter, kind=RECOMMENDED_KINDS)
    allowed: RowMask = allowed_rows(snapshot, filter, at=at).copy()
    rows = [row for row in map(snapshot.row_of, excluded) if row is not None]
    allowed[rows] = 0
    return allowed


def profile_items(
    snapshot: Snapshot, request: Request, profile: Profile, liked: Sequence[int], allowed: RowMask
) -> tuple[Item, ...]:
    """The candidates nearest to a profile."""
    rows, scores, factors = _nearest(snapshot, profile, allowed, n=request.limit)
    parts = [
        Explained(impacts="bm25f", vector=profile.interests, factor=factors[0]),
        Explained(impacts="similarity", vector=profile.likes, factor=factors[1]),
    ]
    return tuple(
        Item(
            row=row,
            id=snapshot.base.ids[row],
            rank=rank,
            score=score,
            source="profile",
            reasons=explain(snapshot, row, request.interests, liked, parts) if request.explain else (),
            blob=snapshot.base.blob(row),
        )
        for rank, (row, score) in enumerate(zip(rows.tolist(), scores.tolist(), strict=True), start=1)
    )


def _nearest(
    snapshot: Snapshot, profile: Profile, allowed: RowMask, *, n: int
) -> tuple[UInt32, Float32, tuple[float, float]]:
    """The best rows and scores, and the factor of each part: its share over its best row's score."""
    base, scratch = snapshot.base, snapshot.scratch
    share = snapshot.revision.tuning.interests_share
    if not (profile.interests and profile.likes):
        share = 1.0 if profile.interests else 0.0
    factors = []
    parts = (
        (profile.interests, base.bm25f, scratch.accumulator, share),
        (profile.likes, base.similarity, scratch.second, 1 - share),
    )
    for vector, impacts, accumulator, weight in parts:
        terms, weights = merged(vector)
        accumulate(base.term_offsets, base.posting_rows, impacts, terms, weights, accumulator)
        best = highest(accumulator, allowed) if vector else 0.0
        factors.append(weight / best if best else 0.0)
    scores, rows = np.empty(n, np.float32), np.empty(n, np.uint32)
    size = top_blend(scratch.accumulator, scratch.second, factors[0], factors[1], allowed, scores, rows)
    return rows[:size], scores[:size], (factors[0], factors[1])


def _check(request: Request) -> None:
    for name, values, most in (
        ("interests", request.interests, MOST_INTERESTS),
        ("likes", request.likes, MOST_LIKES),
        ("exclude_ids", request.exclude_ids, MOST_EXCLUDED),
    ):
        if len(values) > most:
            raise InvalidInput(f"“{name}”最多 {most} 项。", place=name)
    if not 0 <= request.limit <= MOST_ITEMS:
        raise InvalidInput(f"条数应在 0 到 {MOST_ITEMS} 之间。", place="limit")
    for i, interest in enumerate(request.interests):
        if not interest.text.strip() or len(interest.text) > MOST_INTEREST_TEXT:
            raise InvalidInput(f"兴趣应是 1 到 {MOST_INTEREST_TEXT} 个字的文字。", place=f"interests/{i}/text")
        if not 0 < interest.weight <= 1000:
            raise InvalidInput("兴趣的分量应大于 0，不超过 1000。", place=f"interests/{i}/weight")


def _why(request: Request, liked: bool) -> str:
    if request.likes and not liked and not request.interests:
        return "unknown_likes"
    return "no_match" if request.interests or liked else "nothing_known"
