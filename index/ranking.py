"""Ranks the allowed rows by an understood query, or by a plain order."""

from collections.abc import Callable
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.arrays import Float32, UInt32, UInt64
from index.filters import preferred_prior
from index.forward import contributions
from index.kernel import EXACT_MARK, rank
from index.postings import Postings
from index.query import Part, Sort
from index.snapshot import Snapshot
from index.understanding import BITS, Understanding

_HEAD_START = 1e-6
"""Score of an allowed row that holds no term of a structured query; far below any term's."""
_NOT_LISTED: Final = np.empty(0, np.uint32)


class Ranking(NamedTuple):
    """The best n rows, and all that match."""

    total: int
    asked: int
    """How many word groups every match holds; 0: any term, or none."""
    most: int
    """The most word groups that any allowed row holds; ALL_GROUPS where one is just what was asked."""
    rows: UInt32
    """(n,) best first, ties by serial."""
    scores: Float32
    """(n,) 0 where another order than relevance was asked for."""
    marks: UInt64
    """(n,) bits of the terms each row holds."""
    matched: UInt32
    """(total,) in no order; (0,) where nobody asked for them."""


def rank_rows(
    snapshot: Snapshot,
    query: Understanding,
    allowed: UInt64,
    *,
    n: int,
    sort: Sort,
    wanted: int,
    whole_mask: bool,
    matched: bool = False,
) -> Ranking:
    """Ranks rows by a query.

    Args:
        allowed: a bit a row, 0 hides it.
        n: how many, >= 0.
        wanted: how many word groups a row should match; relaxed where none does.
        whole_mask: every allowed row matches, also without any of the query's words.
        matched: whether all rows that match are asked for.
    """
    scratch = snapshot.scratch
    head_start = (_HEAD_START if len(query.terms) else 1.0) if whole_mask else 0.0
    listed = np.empty(len(snapshot) + 1, np.uint32) if matched or sort != "relevance" else _NOT_LISTED
    places = n if sort == "relevance" else 0
    scores, rows = np.empty(places, np.float32), np.empty(places, np.uint32)
    marks = np.empty(places, np.uint64)
    base = snapshot.base
    size, total, asked, most = rank(
        query.terms,
        base.scored,
        base.highest_bm25f,
        base.highest_by_word,
        base.frequent,
        base.compiled_rows,
        query.weights,
        query.bits,
        query.instead,
        query.alternatives,
        query.groups,
        query.bonuses,
        0 if whole_mask else wanted,
        head_start,
        query.agreement.exact_rows,
        query.exact_bonus,
        query.agreement.phrase_rows,
        query.agreement.phrase_bonuses,
        query.agreement.highest,
        preferred_prior(snapshot, query.named),
        snapshot.highest_prior * (1 + snapshot.revision.tuning.preference if query.named else 1),
        base.serials,
        allowed,
        scratch.sums,
        listed,
        scores,
        rows,
        marks,
    )
    listed = listed[:total]
    if sort != "relevance":
        rows = _ordered(snapshot, listed, sort)[:n]
        size, scores, marks = len(rows), np.zeros(len(rows), np.float32), np.zeros(len(rows), np.uint64)
    return Ranking(total, asked, most, rows[:size], scores[:size], marks[:size], listed)


def _ordered(snapshot: Snapshot, rows: UInt32, sort: Sort) -> UInt32:
    """Rows by a fact, unknown ones last, ties by serial."""
    base = snapshot.base
    keys: dict[str, Callable[[], NDArray[Any]]] = {
        "newest": lambda: -base.published[rows].astype(np.int64),
        "rating": lambda: -np.nan_to_num(base.rating[rows], nan=-1),
        "popular": lambda: -base.popularity[rows],
        "soonest": lambda: np.where(base.starts[rows] > 0, base.starts[rows], np.iinfo(np.int64).max),
    }
    ordered: UInt32 = rows[np.lexsort((base.serials[rows], keys[sort]()))]
    return ordered


def term_scores(postings: Postings, terms: UInt32, weights: Float32, rows: UInt32) -> tuple[Float32, UInt64]:
    """What each of m terms adds to the score of each of n rows: weight · impact.

    Returns: (n, m) values, 0 where the row lacks the term, and (n, m) the number of the posting behind each value.
    """
    values, places = np.empty((len(rows), len(terms)), np.float32), np.empty((len(rows), len(terms)), np.uint64)
    contributions(*postings.of(terms), weights, rows, values, places)
    return values, places


def score_parts(snapshot: Snapshot, query: Understanding, row: int, score: float, marks: int) -> tuple[Part, ...]:
    """What makes up a row's score, the largest first; the parts sum to it."""
    values, _ = term_scores(snapshot.base.scored, query.terms, query.weights, np.array([row], np.uint32))
    parts = [
        Part(name=name.partition(":")[2] or name, kind=kind, score=float(value))
        for name, kind, value, instead in zip(query.names, query.kinds, values[0], query.instead.tolist(), strict=True)
        if value > 0 and not instead & marks
    ]
    found = 0
    for alternative, group, bonus in zip(
        query.alternatives.tolist(), query.groups.tolist(), query.bonuses.tolist(), strict=True
    ):
        if marks & alternative == alternative and not found & group:
            found |= group
            if bonus:
                parts.append(Part(name="、".join(matched_words(query, alternative)), kind="synonym", score=bonus))
    if marks and (bonus := float(query.agreement.phrase_bonuses[query.agreement.phrase_rows == row].sum())):
        parts.append(Part(name=query.folded, kind="phrase", score=bonus))
    if marks & int(EXACT_MARK):
        parts.append(Part(name=query.folded, kind="exact", score=query.exact_bonus))
    plain = sum(part.score for part in parts)
    parts.append(Part(name="prior", kind="prior", score=score - plain))
    return tuple(sorted(parts, key=lambda part: -part.score))


def matched_words(query: Understanding, marks: int) -> tuple[str, ...]:
    """The words of a query whose bits are set."""
    return tuple([name for name, bit in zip(query.names, BITS, strict=False) if bit & marks])
