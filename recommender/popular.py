"""What is recommended to somebody of whom nothing is known: popular resources, labelled as such."""

import json
from itertools import chain, zip_longest

import numpy as np

from index.arrays import Float32, RowMask, UInt32
from index.snapshot import Snapshot
from recommender.request import Item, Reason, Request

_RATING_SHARE = 0.3
"""Of the score; the rest is the rank among the same source and kind."""
_UNRATED = 6.0
"""What a resource without a rating counts as, out of 10."""


def popular_items(snapshot: Snapshot, allowed: RowMask, request: Request) -> tuple[Item, ...]:
    """The most popular allowed rows, the kinds taking turns."""
    scores = _scores(snapshot)
    rows = np.flatnonzero(allowed).astype(np.uint32)
    turns = zip_longest(*(_best(rows_of_kind, scores, request.limit) for rows_of_kind in _by_kind(snapshot, rows)))
    chosen = [row for row in chain.from_iterable(turns) if row is not None][: request.limit]
    return tuple(
        Item(
            row=row,
            id=snapshot.base.ids[row],
            rank=rank,
            score=float(scores[row]),
            source="popular",
            reasons=(_reason(snapshot, row),) if request.explain else (),
            blob=snapshot.base.blob(row),
        )
        for rank, row in enumerate(chosen, start=1)
    )


def _scores(snapshot: Snapshot) -> Float32:
    """(rows,) 0 to 1."""
    base = snapshot.base
    rating = np.nan_to_num(base.rating, nan=_UNRATED) / 10
    scores: Float32 = ((1 - _RATING_SHARE) * base.popularity + _RATING_SHARE * rating).astype(np.float32)
    return scores


def _by_kind(snapshot: Snapshot, rows: UInt32) -> list[UInt32]:
    kinds = snapshot.base.facet_codes["kind"][rows]
    return [rows[kinds == kind] for kind in np.unique(kinds)]


def _best(rows: UInt32, scores: Float32, n: int) -> list[int]:
    order = np.lexsort((rows, -scores[rows]))[:n]
    best: list[int] = rows[order].tolist()
    return best


def _reason(snapshot: Snapshot, row: int) -> Reason:
    record = json.loads(snapshot.base.blob(row))
    evidence = {name: record[name] for name in ("rating", "popularity") if name in record}
    text = f"受欢迎，评分 {record['rating']:g}" if "rating" in record else "受欢迎"
    return Reason(code="popular", text=text, share=1.0, evidence=evidence)
