"""Scores taken apart into what each interest and each like gave to them."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

import numpy as np

from index.arrays import UInt32
from index.postings import Postings
from index.ranking import term_scores
from index.snapshot import Snapshot
from recommender.profile import Vector


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What one owner in a vector, an interest or a liked resource, gave to a row's score."""

    owner: int
    score: float
    words: Sequence[tuple[int, int]]
    """The terms of its words that stand in the row, what gave most first, each with a bit for every text field."""


def given_parts(snapshot: Snapshot, postings: Postings, vector: Vector, rows: UInt32) -> list[list[Given]]:
    """For each row what every owner gave, by owner; over both vectors of a profile they sum to the row's score.

    An owner without a word in the row gave nothing to it.
    """
    given: list[list[Given]] = [[] for _ in range(len(rows))]
    if not vector:
        return given
    base = snapshot.base
    values, places = term_scores(postings, vector.terms, vector.weights, rows)
    which, at = np.nonzero(values)
    gave, owners = values[which, at], vector.owners[at]
    fields = base.fields_at(places[which, at])
    order = np.lexsort((-gave, owners, which))
    columns = (column[order].tolist() for column in (which, owners, gave, vector.terms[at], fields))
    for (row, owner), own in groupby(zip(*columns, strict=True), key=itemgetter(0, 1)):
        entries = list(own)
        words = [(term, bits) for _, _, _, term, bits in entries if base.is_word(term)]
        if words:
            given[row].append(Given(owner=owner, score=sum(entry[2] for entry in entries), words=words))
    return given
