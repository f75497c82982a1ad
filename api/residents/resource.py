"""GET /items/{id}: everything known of one resource, what goes with it and what is like it."""

import json
import time
from collections.abc import Mapping, Sequence
from typing import Any, Final

from fastapi import APIRouter, Request, Response

from api.newest import snapshot_of
from api.residents.cards import Card, item_card, record_card
from api.residents.facts import other_facts, practical_facts, ways
from api.residents.pages import page
from api.residents.wording import KIND_NAMES
from corpus.errors import NotFound
from index.query import Filter
from index.snapshot import Snapshot
from recommender.recommend import recommend
from recommender.request import Request as RecommendRequest
from recommender.similar import similar

router = APIRouter(include_in_schema=False)

_NEAR: Final = 4
_TOGETHER: Final = 4
_TOGETHER_NAMES: Final = {
    "course": "学这门课，还可以看看",
    "book": "读这本书，还可以看看",
    "activity": "参加活动，还可以看看",
    "place": "在这里，还可以学",
    "story": "跟着一起学",
}


@router.get("/items/{id:path}")
async def resource(id: str, request: Request) -> Response:
    """A resource; one that is over is still shown, and said to be over."""
    snapshot = snapshot_of(request)
    row = snapshot.row_of(id)
    if row is None:
        raise NotFound("没有这个编号的资源。")
    record = json.loads(snapshot.base.blob(row))
    over = not snapshot.visible(int(time.time()))[row]
    beside = [] if over else together(snapshot, record)
    return page(
        request,
        "resource.html",
        snapshot=snapshot,
        record=record,
        card=record_card(record),
        practical=practical_facts(record),
        others=other_facts(record),
        ways=list(ways(record)),
        over=over,
        together=beside,
        together_name=_together_name(record["kind"], {card.kind for card in beside}),
        near=[] if over else near(snapshot, record, shown=beside),
        kind_name=KIND_NAMES[record["kind"]],
    )


def together(snapshot: Snapshot, record: Mapping[str, Any]) -> Sequence[Card]:
    """What goes with a resource, the other kinds before its own."""
    request = RecommendRequest(scene="item", item_id=record["id"], limit=_TOGETHER)
    return [item_card(item) for item in recommend(snapshot, request).items]


def near(snapshot: Snapshot, record: Mapping[str, Any], *, shown: Sequence[Card]) -> Sequence[Card]:
    """Resources of the same kind like this one, without those shown already."""
    found = similar(snapshot, record["id"], filter=Filter(kind=(record["kind"],)), limit=_NEAR + len(shown))
    cards = [item_card(item) for item in found.items]
    return [card for card in cards if card.address not in {other.address for other in shown}][:_NEAR]


def _together_name(kind: str, others: set[str]) -> str:
    """How the row is headed, by what stands in it."""
    if others == {"book"}:
        return "配着读的书"
    if others == {"course"}:
        return "接着学的课程"
    return _TOGETHER_NAMES[kind]
