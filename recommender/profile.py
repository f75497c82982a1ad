"""What is known of a resident, as two weighted term vectors: interests and likes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from index.arrays import Float32, UInt32
from index.snapshot import Snapshot
from index.understanding import understand
from recommender.request import Interest

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Vector:
    """A part of a profile: m terms with the interest or like each belongs to."""

    terms: UInt32
    """(m,) a term stands once for each owner that has it."""
    weights: Float32
    """(m,) above 0."""
    owners: UInt32
    """(m,) ascending positions in the list of interests or likes."""
    words: Mask
    """(m,) whether a term is a word; of one owner the words come first. What is none only adds to words."""

    count: int
    """How many owners there are, those without a term included."""

    def __bool__(self) -> bool:
        return len(self.terms) > 0

    def of(self, owner: int) -> tuple[UInt32, Float32, int]:
        """The terms and weights of one owner, and how many are words."""
        own = slice(*np.searchsorted(self.owners, (owner, owner + 1)).tolist())
        return self.terms[own], self.weights[own], int(self.words[own].sum())

    def merged(self) -> tuple[UInt32, Float32, int]:
        """Each term once, with the sum of its weights over the owners, where all are words; and how many."""
        terms, position = np.unique(self.terms, return_inverse=True)
        weights = np.bincount(position, self.weights, minlength=len(terms)).astype(np.float32)
        return terms, weights, len(terms)

    def scaled(self, factors: Sequence[float]) -> "Vector":
        """The same with the weights of each owner multiplied by its factor."""
        weights = self.weights * np.array(factors, np.float32)[self.owners]
        return replace(self, weights=weights)


def interest_vector(snapshot: Snapshot, interests: Sequence[Interest]) -> Vector:
    """Free words read as a search reads them, bigrams and pieces included, for the bm25f impacts."""
    terms, weights, owners, words = [], [], [], []
    for owner, interest in enumerate(interests):
        query = understand(snapshot, interest.text)
        words.append(np.array([kind in ("word", "synonym") for kind in query.kinds], np.bool_))
        terms.append(query.terms)
        weights.append(query.weights)
        owners.append(np.full(len(query.terms), owner, np.uint32))
    return _vector(terms, weights, owners, words)


def like_vector(snapshot: Snapshot, rows: Sequence[int]) -> Vector:
    """The mean of the liked rows' unit vectors, for the similarity impacts; words only."""
    base = snapshot.base
    terms, weights, owners = [], [], []
    for owner, row in enumerate(rows):
        start, stop = base.row_offsets[row : row + 2].tolist()
        terms.append(base.row_terms[start:stop])
        weights.append(base.row_weights[start:stop] / np.float32(len(rows)))
        owners.append(np.full(stop - start, owner, np.uint32))
    return _vector(terms, weights, owners, [np.ones(len(own), np.bool_) for own in owners])


def _vector(terms: list[UInt32], weights: list[Float32], owners: list[UInt32], words: list[Mask]) -> Vector:
    return Vector(
        terms=np.concatenate([np.empty(0, np.uint32), *terms]),
        weights=np.concatenate([np.empty(0, np.float32), *weights]),
        owners=np.concatenate([np.empty(0, np.uint32), *owners]),
        words=np.concatenate([np.empty(0, np.bool_), *words]),
        count=len(owners),
    )


NO_TERMS: Final = _vector([], [], [], [])
