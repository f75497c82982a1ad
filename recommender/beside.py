"""What goes with a resource: what its record names, then other kinds near to it, then its own kind."""

import json
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from index.arrays import RowMask, UInt32
from index.snapshot import Snapshot
from recommender.matching import matching_items
from recommender.nearest import Profile
from recommender.profile import NO_TERMS, like_vector
from recommender.reasons import titled
from recommender.request import Item, Reason, Request


def beside(snapshot: Snapshot, request: Request, allowed: RowMask, shown: UInt32) -> list[Item]:
    """Up to `limit` items in their order, ranks not yet given."""
    row = snapshot.row_of(request.item_id)
    assert row is not None  # check_request has seen it
    items = [item for item in _named(snapshot, row, explain=request.explain) if allowed[item.row]][: request.limit]
    profile = Profile(asked=(), liked=(row,), interests=NO_TERMS, likes=like_vector(snapshot, [row]))
    own_kind = _same_kind(snapshot, row)
    near: list[Item] = []
    for mask in (allowed & (1 - own_kind), allowed & own_kind):
        mask[[item.row for item in items]] = 0
        near += matching_items(snapshot, request, profile, mask, shown, n=request.limit - len(items) - len(near))
    return [*items, *(replace(item, source="similar") for item in near)]


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


def _same_kind(snapshot: Snapshot, row: int) -> RowMask:
    """(rows,) 1 for what is of a row's kind; every row has just one."""
    codes = snapshot.base.facet_codes["kind"]
    mask: RowMask = (codes == codes[row]).astype(np.uint8)
    return mask
