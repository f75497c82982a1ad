"""The candidates nearest to a profile, and what made each score."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from index.arrays import Float32, RowMask, UInt32
from index.kernel import add_scaled, contributions, top_rows
from index.snapshot import Snapshot
from recommender.profile import NO_TERMS, Vector
from recommender.request import Interest


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What is known of a resident."""

    asked: Sequence[Interest]
    liked: Sequence[int]
    """Rows."""
    interests: Vector
    likes: Vector
    dislikes: Vector = NO_TERMS

    def __bool__(self) -> bool:
        return bool(self.interests or self.likes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Nearest:
    """Up to n rows, best first, ties by serial."""

    rows: UInt32
    scores: Float32
    """Above 0, at most 1."""
    parts: tuple[Vector, Vector]
    """Interests and likes with the weights that made the scores, before dislikes took from them."""


def nearest(snapshot: Snapshot, profile: Profile, allowed: RowMask, *, n: int) -> Nearest:
    """The n allowed rows nearest to interests and likes.

    Each interest, and the likes together, is a TF-IDF similarity, scaled by its best row before they are added by
    weight: an interest in many words says no more than one in few. A row counts only with a word of an interest:
    焊接 does not bring 接触. Dislikes take from what was found.
    """
    accumulator = snapshot.scratch.accumulator
    try:
        parts = _add_parts(snapshot, profile, allowed)
        scores, rows = np.empty(n, np.float32), np.empty(n, np.uint32)
        size = top_rows(accumulator, allowed, scores, rows)
    finally:
        accumulator[:] = 0
    rows, scores = rows[:size], scores[:size]
    if profile.dislikes:
        rows, scores = _without_disliked(snapshot, profile.dislikes, rows, scores)
    return Nearest(rows=rows, scores=scores, parts=parts)


def _add_parts(snapshot: Snapshot, profile: Profile, allowed: RowMask) -> tuple[Vector, Vector]:
    """Adds every interest, and the likes as a whole, to the accumulator, each scaled by its best row."""
    share = snapshot.revision.tuning.interests_share
    if not (profile.interests and profile.likes):
        share = 1.0 if profile.interests else 0.0
    total = sum(interest.weight for interest in profile.asked)
    heights = [share * interest.weight / total for interest in profile.asked]
    base = snapshot.base
    factors = [
        _add(snapshot, base.bm25f, profile.interests.of(owner), height, allowed) for owner, height in enumerate(heights)
    ]
    likes = _add(snapshot, base.similarity, profile.likes.merged(), 1 - share, allowed)
    return profile.interests.scaled(factors), profile.likes.scaled([likes] * profile.likes.count)


def _add(
    snapshot: Snapshot, impacts: Float32, part: tuple[UInt32, Float32, int], height: float, allowed: RowMask
) -> float:
    base, scratch = snapshot.base, snapshot.scratch
    terms, weights, words = part
    return add_scaled(
        base.term_offsets,
        base.posting_rows,
        impacts,
        terms,
        weights,
        words,
        height,
        allowed,
        scratch.accumulator,
        scratch.second,
        scratch.matched,
    )


def _without_disliked(snapshot: Snapshot, dislikes: Vector, rows: UInt32, scores: Float32) -> tuple[UInt32, Float32]:
    """The candidates in their new order, without those that nothing is left of."""
    base = snapshot.base
    terms, weights, _ = dislikes.merged()
    nearness = np.empty(len(rows), np.float32)
    values = np.empty(len(terms), np.float32)
    for i, row in enumerate(rows.tolist()):
        contributions(base.term_offsets, base.posting_rows, base.similarity, terms, weights, row, values)
        nearness[i] = values.sum()
    nearness /= max(float(nearness.max(initial=0)), 1.0)
    left = scores - np.float32(snapshot.revision.tuning.dislike_weight) * nearness * scores.max(initial=0)
    order = np.lexsort((rows, -left))
    order = order[left[order] > 0]
    return rows[order], left[order]
