"""Scores taken apart into what each interest and each like gave to them."""

from collections.abc import Sequence
from itertools import islice
from typing import NamedTuple

import numpy as np

from index.arrays import UInt32
from index.forward import given_words
from index.postings import Postings
from index.ranking import term_scores
from index.snapshot import Snapshot
from recommender.profile import Vector


class Given(NamedTuple):
    """What one owner in a vector, an interest or a liked resource, gave to a row's score."""

    owner: int
    score: float
    words: Sequence[tuple[int, int]]
    """The terms of its words that stand in the row, what gave most first, each with a bit for every text field."""


def given_parts(snapshot: Snapshot, postings: Postings, vector: Vector, rows: UInt32) -> list[list[Given]]:
    """For each row what every owner gave, by owner; over both vectors of a profile they sum to the row's score.

    An owner without a word in the row gave nothing to it.
    """
    if not vector:
        return [[] for _ in range(len(rows))]
    base, owners = snapshot.base, len(vector.words)
    values, places = term_scores(postings, vector.terms, vector.weights, rows)
    scores, counts = np.empty((len(rows), owners), np.float64), np.empty((len(rows), owners), np.int64)
    terms, fields = np.empty(values.size, np.uint32), np.empty(values.size, np.uint8)
    filled = given_words(
        values,
        places,
        vector.terms,
        vector.bounds,
        vector.words,
        base.posting_fields,
        base.tail.posting_fields,
        scores,
        counts,
        terms,
        fields,
    )
    words = zip(terms[:filled].tolist(), fields[:filled].tolist(), strict=True)
    return [
        [Given(owner, gave[owner], [*islice(words, held[owner])]) for owner in range(owners) if held[owner]]
        for gave, held in zip(scores.tolist(), counts.tolist(), strict=True)
    ]
