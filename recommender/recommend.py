"""recommend(snapshot, request): resources that fit what is known of a resident, each with its reasons."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from corpus.errors import InvalidInput
from index.arrays import Float32, RowMask, UInt32
from index.filters import allowed_rows
from index.kernel import add_scaled, top_rows
from index.query import Filter
from index.snapshot import Snapshot
from recommender.popular import popular_items
from recommender.profile import Vector, interest_vector, like_vector
from recommender.reasons import explain
from recommender.request import (
    MOST_EXCLUDED,
    MOST_INTEREST_TEXT,
    MOST_INTERESTS,
    MOST_ITEMS,
    MOST_LIKES,
    Interest,
    Item,
    Recommendation,
    Request,
)

RECOMMENDED_KINDS: Final = ("course", "book", "activity")
"""Places and stories are recommended only to those who ask for them by kind."""


def recommend(snapshot: Snapshot, request: Request) -> Recommendation:
    """Resources near to interests and likes, the best first; popular ones where nothing usable is known.

    Each interest, and the likes together, is a TF-IDF similarity, scaled by its best row before they are added by
    weight: an interest in many words says no more than one in few.

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
    scratch = snapshot.scratch
    parts = _add_parts(snapshot, request.interests, profile, allowed)
    scores, rows = np.empty(request.limit, np.float32), np.empty(request.limit, np.uint32)
    size = top_rows(scratch.accumulator, allowed, scores, rows)
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
        for rank, (row, score) in enumerate(zip(rows[:size].tolist(), scores[:size].tolist(), strict=True), start=1)
    )


def _add_parts(
    snapshot: Snapshot, interests: Sequence[Interest], profile: Profile, allowed: RowMask
) -> tuple[Vector, Vector]:
    """Adds every interest, and the likes as a whole, to the accumulator, each scaled by its best row.

    Returns: both vectors with the weights that were added in the end.
    """
    share = snapshot.revision.tuning.interests_share
    if not (profile.interests and profile.likes):
        share = 1.0 if profile.interests else 0.0
    total = sum(interest.weight for interest in interests)
    heights = [share * interest.weight / total for interest in interests]
    base, words = snapshot.base, profile.interests
    factors = [_add(snapshot, base.bm25f, words.of(owner), height, allowed) for owner, height in enumerate(heights)]
    likes = _add(snapshot, base.similarity, profile.likes.merged(), 1 - share, allowed)
    return words.scaled(factors), profile.likes.scaled([likes] * profile.likes.count)


def _add(snapshot: Snapshot, impacts: Float32, part: tuple[UInt32, Float32], height: float, allowed: RowMask) -> float:
    base, scratch = snapshot.base, snapshot.scratch
    terms, weights = part
    return add_scaled(
        base.term_offsets,
        base.posting_rows,
        impacts,
        terms,
        weights,
        height,
        allowed,
        scratch.accumulator,
        scratch.second,
    )


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
