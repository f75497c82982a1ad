"""The candidates nearest to a profile, and what made each score."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from index.arrays import Float32, RowMask, UInt32
from index.best_rows import top_rows
from index.postings import Postings
from index.ranking import term_scores
from index.scaled_sums import ALL_ROWS, add_scaled, promising
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
    scratch = snapshot.scratch
    try:
        count, parts = _add_parts(snapshot, profile, allowed)
        if count == ALL_ROWS:
            count = promising(scratch.accumulator, n, scratch.candidates)
        scores, rows = np.empty(n, np.float32), np.empty(n, np.uint32)
        size = top_rows(snapshot.base.serials, scratch.accumulator, scratch.candidates[:count], scores, rows)
    finally:
        scratch.accumulator[:] = 0
    rows, scores = rows[:size], scores[:size]
    if profile.dislikes:
        rows, scores = _without_disliked(snapshot, profile.dislikes.merged(), rows, scores)
    return Nearest(rows=rows, scores=scores, parts=parts)


def _add_parts(snapshot: Snapshot, profile: Profile, allowed: RowMask) -> tuple[int, tuple[Vector, Vector]]:
    """Adds every interest, and the likes as a whole, to the accumulator, each scaled by its best row.

    Returns: how many candidates there are, or ALL_ROWS, and both vectors with the weights that made their scores.
    """
    share = snapshot.revision.tuning.interests_share
    if not (profile.interests and profile.likes):
        share = 1.0 if profile.interests else 0.0
    total = sum(interest.weight for interest in profile.asked)
    heights = [share * interest.weight / total for interest in profile.asked]
    base, interests, likes = snapshot.base, profile.interests, profile.likes
    count, asked = _add(snapshot, base.scored, interests, heights, allowed, count=0)
    count, liked = _add(snapshot, base.alike, likes.merged(), [1 - share], allowed, count=count)
    return count, (interests.scaled(asked), likes.scaled(np.full(len(likes.words), liked.sum())))


def _add(
    snapshot: Snapshot, postings: Postings, part: Vector, heights: Sequence[float], allowed: RowMask, *, count: int
) -> tuple[int, Float32]:
    """Adds what each owner in a vector gives; returns the new count of candidates and the factor of each owner."""
    factors = np.zeros(len(part.words), np.float32)
    if not part:
        return count, factors
    scratch = snapshot.scratch
    count = add_scaled(
        *postings.of(part.terms),
        part.weights,
        part.bounds,
        part.words,
        np.array(heights, np.float64),
        allowed,
        scratch.accumulator,
        scratch.sums,
        scratch.known,
        scratch.candidates,
        count,
        factors,
    )
    return count, factors


def _without_disliked(snapshot: Snapshot, dislikes: Vector, rows: UInt32, scores: Float32) -> tuple[UInt32, Float32]:
    """The candidates in their new order, without those that nothing is left of."""
    values, _ = term_scores(snapshot.base.alike, dislikes.terms, dislikes.weights, rows)
    nearness = values.sum(axis=1)
    nearness /= max(float(nearness.max(initial=0)), 1.0)
    left = scores - np.float32(snapshot.revision.tuning.dislike_weight) * nearness * scores.max(initial=0)
    order = np.lexsort((snapshot.base.serials[rows], -left))
    order = order[left[order] > 0]
    return rows[order], left[order]
