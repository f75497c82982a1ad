"""What is known of a resident, as two weighted term vectors: interests and likes."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from index.arrays import Float32, UInt32
from index.snapshot import Snapshot
from index.understanding import understand
from recommender.request import Interest


@dataclass(frozen=True, slots=True, kw_only=True)
class Vector:
    """A part of a profile: m terms with the interest or like each belongs to."""

    terms: UInt32
    """(m,) a term stands once for each owner that has it."""
    weights: Float32
    """(m,) above 0."""
    owners: UInt32
    """(m,) positions in the list of interests or likes."""

    def __bool__(self) -> bool:
        return len(self.terms) > 0


def interest_vector(snapshot: Snapshot, interests: Sequence[Interest]) -> Vector:
    """Free words read as a search reads them, bigrams and pieces included, for the bm25f impacts.

    Each interest's weights sum to its share of all weights: a long one says no more than a short one.
    """
    total = sum(interest.weight for interest in interests)
    terms, weights, owners = [], [], []
    for owner, interest in enumerate(interests):
        query = understand(snapshot, interest.text)
        norm = float(query.weights.sum())
        if norm > 0:
            terms.append(query.terms)
            weights.append(query.weights * np.float32(interest.weight / total / norm))
            owners.append(np.full(len(query.terms), owner, np.uint32))
    return _vector(terms, weights, owners)


def like_vector(snapshot: Snapshot, rows: Sequence[int]) -> Vector:
    """The mean of the liked rows' unit vectors, for the similarity impacts; words only."""
    base = snapshot.base
    terms, weights, owners = [], [], []
    for owner, row in enumerate(rows):
        start, stop = base.row_offsets[row : row + 2].tolist()
        terms.append(base.row_terms[start:stop])
        weights.append(base.row_weights[start:stop] / np.float32(len(rows)))
        owners.append(np.full(stop - start, owner, np.uint32))
    return _vector(terms, weights, owners)


def _vector(terms: list[UInt32], weights: list[Float32], owners: list[UInt32]) -> Vector:
    if not terms:
        return Vector(terms=np.empty(0, np.uint32), weights=np.empty(0, np.float32), owners=np.empty(0, np.uint32))
    return Vector(terms=np.concatenate(terms), weights=np.concatenate(weights), owners=np.concatenate(owners))


def merged(vector: Vector) -> tuple[UInt32, Float32]:
    """Each term once, with the sum of its weights over the owners."""
    terms, position = np.unique(vector.terms, return_inverse=True)
    weights = np.bincount(position, vector.weights, minlength=len(terms)).astype(np.float32)
    return terms, weights
