"""/for-you: recommendations from the interests that come with the request; nothing of it is kept here.

With JavaScript the browser keeps the interests; without, they stand in the form and end with the tab.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from fastapi import APIRouter, Request, Response

from api.newest import snapshot_of
from api.residents.cards import item_card
from api.residents.forms import Form, read_form
from api.residents.pages import page
from api.residents.themes import interests_of
from api.residents.viewing import View, keep_view
from api.residents.wording import KIND_NAMES
from corpus.errors import InvalidInput
from index.query import Filter
from index.snapshot import Snapshot
from recommender.recommend import RECOMMENDED_KINDS, recommend
from recommender.request import MOST_INTEREST_TEXT, Interest, Recommendation
from recommender.request import Request as RecommendRequest

router = APIRouter(include_in_schema=False)

PATH: Final = "/for-you"
_SHOWN: Final = 12
_MOST: Final = 20
"""Interests that are used; more of them say nothing."""
_BETWEEN: Final = re.compile(r"[\s、，,；;。]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a resident would like to see."""

    interests: Sequence[str] = ()
    kind: str = ""
    """Empty for every kind that is recommended."""
    after: str = ""
    """`next` of the recommendations shown before."""

    @classmethod
    def read(cls, form: Form) -> "Wish":
        """Reads a form; words that were typed stand after those that were chosen."""
        typed = [word for text in form.get("words", ()) for word in _BETWEEN.split(text)]
        interests = [text[:MOST_INTEREST_TEXT] for text in (*form.get("interest", ()), *typed) if text]
        kind = form.get("kind", [""])[-1]
        return cls(
            interests=list(dict.fromkeys(interests))[:_MOST],
            kind=kind if kind in RECOMMENDED_KINDS else "",
            after=form.get("after", [""])[-1],
        )


@router.get(PATH)
async def choose(request: Request) -> Response:
    """The interests to choose from, and what everybody likes."""
    return _answer(request, Wish())


@router.post(PATH)
async def recommended(request: Request) -> Response:
    """What fits the interests chosen, with the reasons; `view` comes along where the view is changed."""
    form = await read_form(request)
    wish = Wish.read(form)
    if "view" not in form:
        return _answer(request, wish)
    view: View = "elder" if form["view"][-1] == "elder" else "standard"
    response = _answer(request, wish, view=view)
    keep_view(response, view)
    return response


def _answer(request: Request, wish: Wish, *, view: View | None = None) -> Response:
    snapshot = snapshot_of(request)
    groups = interests_of(snapshot)
    offered = {text for texts in groups.values() for text in texts}
    found = _recommend(snapshot, wish)
    return page(
        request,
        "for_you.html",
        snapshot=snapshot,
        view=view,
        wish=wish,
        groups=groups,
        own=[text for text in wish.interests if text not in offered],
        kind_names={kind: KIND_NAMES[kind] for kind in RECOMMENDED_KINDS},
        found=found,
        cards=[item_card(item, explained=True) for item in found.items],
    )


def _recommend(snapshot: Snapshot, wish: Wish) -> Recommendation:
    asked = RecommendRequest(
        interests=tuple(Interest(text=text) for text in wish.interests),
        filter=Filter(kind=(wish.kind,) if wish.kind else ()),
        limit=_SHOWN,
        after=wish.after,
    )
    try:
        return recommend(snapshot, asked)
    except InvalidInput:  # an `after` of long ago
        return recommend(snapshot, replace(asked, after=""))
