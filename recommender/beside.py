"""What goes with a resource: what its record names, then other kinds near to it, then its own kind."""

import json
from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from corpus.resource import TEXT_FIELDS
from index.arrays import RowMask, UInt32
from index.snapshot import Snapshot
from recommender.matching import matching_items
from recommender.nearest import Profile
from recommender.profile import NO_TERMS, Vector, like_vector
from recommender.reasons import kind_of, titled
from recommender.request import Item, Reason, Request
from recommender.shares import given_parts

_NAMING: Final = sum(1 << TEXT_FIELDS.index(name) for name in ("title", "subtitle", "subjects", "tags"))
"""Bits of the fields that name or tag a resource."""
_MOST_LOOKED_AT: Final = 12
"""Words, those that gave most to the nearness of two resources, among which one must name both."""


def beside(snapshot: Snapshot, request: Request, allowed: RowMask, shown: UInt32) -> list[Item]:
    """Up to `limit` items in their order, ranks not yet given; fewer where what is nearest does not fit."""
    row = snapshot.row_of(request.item_id)
    assert row is not None  # check_request has seen it
    items = [item for item in _named(snapshot, row, explain=request.explain) if allowed[item.row]][: request.limit]
    profile = Profile(asked=(), liked=(row,), interests=NO_TERMS, likes=like_vector(snapshot, [row]))
    own_kind = _same_kind(snapshot, row)
    near: list[Item] = []
    for mask in (allowed & (1 - own_kind), allowed & own_kind):
        mask[[item.row for item in items]] = 0
        near += matching_items(snapshot, request, profile, mask, shown, n=request.limit - len(items) - len(near))
    fitting = _fitting(snapshot, row, profile.likes, [item.row for item in near])
    return [*items, *(item._replace(source="similar") for item in near if item.row in fitting)]


def named_kinds(snapshot: Snapshot, id: str) -> list[str]:
    """The kinds of what a resource's record names as going with it."""
    row = snapshot.row_of(id)
    named = [] if row is None else _named(snapshot, row, explain=False)
    return [*dict.fromkeys(kind_of(snapshot, item.row) for item in named)]


def _named(snapshot: Snapshot, row: int, *, explain: bool) -> Iterator[Item]:
    """What a resource's record names as going with it, in its order."""
    record = json.loads(snapshot.base.blob(row))
    related = record.get("related", ())
    evidence = {"id": record["id"], "title": record["title"]}
    reason = Reason(code="editor", text=f"与{titled(record)}配套", share=1.0, evidence=evidence)
    for place, (id, found) in enumerate(zip(related, snapshot.rows_of(related), strict=True)):
        if found is not None:
            yield Item(
                row=found,
                id=id,
                rank=place + 1,
                score=1 - place / len(related),
                source="related",
                reasons=(reason,) if explain else (),
                blob=snapshot.base.blob(found),
            )


def _fitting(snapshot: Snapshot, row: int, words: Vector, others: Sequence[int]) -> set[int]:
    """Those of other rows that share with a row a word that names or tags both: 之 in two descriptions is nothing.

    Args:
        words: the row as a vector.
    """
    base = snapshot.base
    parts = given_parts(snapshot, base.alike, words, np.array(others, np.uint32))

    def names_both(term: int, fields: int) -> bool:
        return bool(fields & _NAMING and base.fields_of(term, row) & _NAMING) and len(base.terms[term]) > 1

    return {
        other
        for other, given in zip(others, parts, strict=True)
        for part in given
        if any(names_both(term, fields) for term, fields in part.words[:_MOST_LOOKED_AT])
    }


def _same_kind(snapshot: Snapshot, row: int) -> RowMask:
    """(rows,) 1 for what is of a row's kind; every row has just one."""
    codes = snapshot.base.facet_codes["kind"]
    mask: RowMask = (codes == codes[row]).astype(np.uint8)
    return mask
