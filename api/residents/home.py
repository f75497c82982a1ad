"""GET /: the first page, with a search, themes to browse and a little of everything."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter, Request, Response

from api.newest import snapshot_of
from api.residents.browsing import search_address
from api.residents.cards import Card, hit_card, item_card
from api.residents.pages import page
from api.residents.themes import hints_of, themes_of
from index.query import Filter, Query
from index.search import search
from index.snapshot import Snapshot
from recommender.lists import list_for_everybody

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """A row of resources of one kind."""

    kind: str
    name: str
    cards: Sequence[Card]
    more: str
    """The address of all of them."""


_POPULAR: Final = (("course", "大家都在学", 4), ("book", "值得一读", 6))
_PLACES: Final = (("place", "家门口的学习地点", 4), ("story", "身边的学习故事", 2))
_ACTIVITIES: Final = 4


@router.get("/")
async def home(request: Request) -> Response:
    """What there is to learn, for somebody of whom nothing is known."""
    snapshot = snapshot_of(request)
    if not len(snapshot):
        return page(request, "empty.html", snapshot=snapshot)
    shelves = [_activities(snapshot), *(_popular(snapshot, *row) for row in (*_POPULAR, *_PLACES))]
    return page(
        request,
        "home.html",
        snapshot=snapshot,
        hints=hints_of(snapshot),
        themes=themes_of(snapshot),
        shelves=[shelf for shelf in shelves if shelf.cards],
    )


def _activities(snapshot: Snapshot) -> Shelf:
    """Those that come next."""
    query = Query(filter=Filter(kind=("activity",)), sort="soonest", limit=_ACTIVITIES)
    return Shelf(
        kind="activity",
        name="近期活动",
        cards=[hit_card(hit) for hit in search(snapshot, query).hits],
        more=search_address(("kind", "activity"), ("sort", "soonest")),
    )


def _popular(snapshot: Snapshot, kind: str, name: str, most: int) -> Shelf:
    found = list_for_everybody(snapshot, "popular", filter=Filter(kind=(kind,)), limit=most)
    return Shelf(
        kind=kind,
        name=name,
        cards=[item_card(item) for item in found.items],
        more=search_address(("kind", kind), ("sort", "popular")),
    )
