"""The rows of the first page: what campaigns and editors put forward, what comes next, what is popular and new."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from api.moments import today
from api.residents.browsing import WHEN, search_address
from api.residents.cards import Card, hit_card, item_card
from api.residents.periods import period
from index.query import MOST_RESULTS, Filter, Query
from index.search import search
from index.snapshot import Snapshot
from recommender.lists import ListName, list_for_everybody
from recommender.request import Item


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """A row of resources."""

    name: str
    cards: Sequence[Card]
    more: str = ""
    """The address of all of its kind."""
    this_week: str = ""
    """The address of those that take place in these days; empty where there are none."""

    @property
    def kind(self) -> str:
        """The kind of all that stands on it; empty where there are several."""
        kinds = {card.kind for card in self.cards}
        return kinds.pop() if len(kinds) == 1 else ""


_FEW: Final = 4
_MANY: Final = 6
"""Books stand closer."""
_PUT_FORWARD: Final = 2
"""Lists of editors, and themes of campaigns, that have a row."""


def shelves(snapshot: Snapshot) -> Sequence[Shelf]:
    """The rows that have something, none of it twice."""
    drawn = (
        *_put_forward(snapshot, "campaign", by="theme"),
        _activities(snapshot),
        _listed(snapshot, "popular", "course", "大家都在学", most=_FEW),
        *_put_forward(snapshot, "editor", by="list"),
        _listed(snapshot, "popular", "book", "值得一读", most=_MANY),
        _listed(snapshot, "new", "course", "新开的课", most=_FEW),
        _listed(snapshot, "popular", "place", "家门口的学习地点", most=_FEW),
        _listed(snapshot, "popular", "story", "身边的学习故事", most=2),
    )
    return list(_once(drawn))


def _once(drawn: Sequence[Shelf]) -> Iterator[Shelf]:
    """The shelves without what stands on one before, as long as something is left."""
    seen: set[str] = set()
    for shelf in drawn:
        cards = [card for card in shelf.cards if card.address not in seen]
        cards = cards[: _MANY if shelf.kind == "book" else _FEW]
        seen.update(card.address for card in cards)
        if cards:
            yield replace(shelf, cards=cards)


def _put_forward(snapshot: Snapshot, name: ListName, *, by: str) -> Sequence[Shelf]:
    """A row for each list of the editors, or theme of a campaign, in their order."""
    found = list_for_everybody(snapshot, name, filter=Filter(), limit=MOST_RESULTS)
    rows: dict[str, list[Item]] = {}
    for item in found.items:
        rows.setdefault(item.reasons[0].evidence[by], []).append(item)
    return [
        Shelf(name=heading, cards=[item_card(item) for item in items])
        for heading, items in list(rows.items())[:_PUT_FORWARD]
    ]


def _activities(snapshot: Snapshot) -> Shelf:
    """Those that come next."""
    query = Query(filter=Filter(kind=("activity",)), sort="soonest", limit=2 * _FEW, highlight=False)
    every = (("kind", "activity"), ("sort", "soonest"))
    return Shelf(
        name="近期活动",
        cards=[hit_card(hit) for hit in search(snapshot, query).hits],
        more=search_address(*every),
        this_week=search_address(*every, (WHEN, "week")) if _any_this_week(snapshot) else "",
    )


def _any_this_week(snapshot: Snapshot) -> bool:
    first, last = period("week", today())
    condition = Filter(kind=("activity",), date_from=first, date_to=last)
    return search(snapshot, Query(filter=condition, limit=0)).total > 0


def _listed(snapshot: Snapshot, list: ListName, kind: str, name: str, *, most: int) -> Shelf:
    """A list for everybody, of one kind; twice as many as are shown, for some may stand elsewhere."""
    found = list_for_everybody(snapshot, list, filter=Filter(kind=(kind,)), limit=2 * most)
    sort = "newest" if list == "new" else "popular"
    return Shelf(
        name=name,
        cards=[item_card(item) for item in found.items],
        more=search_address(("kind", kind), ("sort", sort)),
    )
