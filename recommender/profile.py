"""What is known of a resident, as two weighted term vectors: interests and likes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

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
    """(m,) ascending positions in the list of interests or likes."""

    count: int
    """How many owners there are, those without a term included."""

    def __bool__(self) -> bool:
        return len(self.terms) > 0

    def of(self, owner: int) -> tuple[UInt32, Float32]:
        """The terms and weights of one owner."""
        start, stop = np.searchsorted(self.owners, (owner, owner + 1))
        return self.terms[start:stop], self.weights[start:stop]

    def merged(self) -> tuple[UInt32, Float32]:
        """Each term once, with the sum of its weights over the owners."""
        terms, position = np.unique(self.terms, return_inverse=True)
        weights = np.bincount(position, self.weights, minlength=len(terms)).astype(np.float32)
        return terms, weights

    def scaled(self, factors: Sequence[float]) -> "Vector":
        """The same with the weights of each owner multiplied by its factor."""
        weights = self.weights * np.array(factors, np.float32)[self.owners]
        return Vector(terms=self.terms, weights=weights, owners=self.owners, count=self.count)


NO_TERMS: Final = Vector(
    terms=np.empty(0, np.uint32), weights=np.empty(0, np.float32), owners=np.empty(0, np.uint32), count=0
)


def interest_vector(snapshot: Snapshot, interests: Sequence[Interest]) -> Vector:
    """Free words read as a search reads them, bigrams and pieces included, for the bm25f impacts."""
    terms, weights, owners = [], [], []
    for owner, interest in enumerate(interests):
        query = understand(snapshot, interest.text)
        terms.append(query.terms)
        weights.append(query.weights)
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
    return Vector(
        terms=np.concatenate([np.empty(0, np.uint32), *terms]),
        weights=np.concatenate([np.empty(0, np.float32), *weights]),
        owners=np.concatenate([np.empty(0, np.uint32), *owners]),
        count=len(owners),
    )
