"""What is known of a resident, as weighted term vectors: interests, likes and dislikes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from index.arrays import Float32, Int64, UInt32
from index.snapshot import Snapshot
from index.understanding import COUNTED, Understanding, understand
from recommender.request import Interest


@dataclass(frozen=True, slots=True, kw_only=True)
class Vector:
    """A part of a profile: m terms of k owners, which are interests or liked resources."""

    terms: UInt32
    """(m,) owner after owner; of one owner the words come first."""
    weights: Float32
    """(m,) at least 0."""
    bounds: Int64
    """(k + 1,) where the terms of each owner begin."""
    words: Int64
    """(k,) how many of an owner's terms are words."""

    def __bool__(self) -> bool:
        return len(self.terms) > 0

    def merged(self) -> "Vector":
        """One owner with the sums of the weights, where all terms are words; nobody where there are no terms."""
        if not self:
            return NO_TERMS
        terms, position = np.unique(self.terms, return_inverse=True)
        weights = np.bincount(position, self.weights, minlength=len(terms)).astype(np.float32)
        return _vector([terms], [weights], [len(terms)])

    def scaled(self, factors: Float32) -> "Vector":
        """The same with the weights of each owner multiplied by its factor."""
        weights = self.weights * np.repeat(factors, np.diff(self.bounds))
        return Vector(terms=self.terms, weights=weights, bounds=self.bounds, words=self.words)


def interest_vector(snapshot: Snapshot, interests: Sequence[Interest]) -> Vector:
    """Free words read as a search reads them, bigrams and pieces included, for the bm25f impacts."""
    read = [_read(snapshot, interest.text) for interest in interests]
    words = [sum(map(query.kinds.count, COUNTED)) for query in read]
    return _vector([query.terms for query in read], [query.weights for query in read], words)


def _read(snapshot: Snapshot, text: str) -> Understanding:
    """A text as a search reads it, remembered without a trace of who asked: many people choose the same interests."""
    read: Understanding = snapshot.remember(text, lambda: understand(snapshot, text, by_title=False), among="interests")
    return read


def like_vector(snapshot: Snapshot, rows: Sequence[int]) -> Vector:
    """The mean of the liked rows' unit vectors, for the similarity impacts; words only."""
    base = snapshot.base
    terms, weights = [], []
    for row in rows:
        own_terms, own_weights = base.vector(row)
        terms.append(own_terms)
        weights.append(own_weights / np.float32(len(rows)))
    return _vector(terms, weights, [len(own) for own in terms])


def _vector(terms: Sequence[UInt32], weights: Sequence[Float32], words: Sequence[int]) -> Vector:
    if not terms:
        return NO_TERMS
    bounds = np.zeros(len(terms) + 1, np.int64)
    np.cumsum([len(own) for own in terms], out=bounds[1:])
    return Vector(
        terms=np.concatenate(terms),
        weights=np.concatenate(weights),
        bounds=bounds,
        words=np.array(words, np.int64),
    )


NO_TERMS: Final = Vector(
    terms=np.empty(0, np.uint32),
    weights=np.empty(0, np.float32),
    bounds=np.zeros(1, np.int64),
    words=np.empty(0, np.int64),
)
"""Nobody's."""
