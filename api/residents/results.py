"""GET /search: what was found, how it was understood, and how to narrow it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from fastapi import APIRouter, Request, Response

from api.newest import snapshot_of
from api.query_recording import note_search
from api.residents.browsing import LAST_PAGE, PAGE, PATH, Browsing, read_browsing
from api.residents.cards import Card, hit_card, item_card
from api.residents.narrowing import FACETS, kinds, removals, sections, times
from api.residents.pages import page
from api.residents.periods import PERIOD_NAMES
from api.residents.themes import themes_of
from api.residents.wording import KIND_NAMES, SORT_NAMES
from index.query import Result
from index.search import search
from index.snapshot import Snapshot
from recommender.recommend import recommend
from recommender.request import MOST_INTEREST_TEXT, Interest
from recommender.request import Request as RecommendRequest

router = APIRouter(include_in_schema=False)

_CONSOLATIONS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Pages:
    """Where one is among the pages of a result."""

    number: int
    last: int
    previous: str
    following: str
    """Addresses; empty where there is no such page."""
    beyond: bool
    """True on the last page where there is more than can be paged to."""


@router.get(PATH)
async def results(request: Request) -> Response:
    """A page of results; without any, what to do instead."""
    browsing = read_browsing(request)
    snapshot = snapshot_of(request)
    query = replace(
        browsing.parameters.query(), group="edition", limit=PAGE, offset=(browsing.page - 1) * PAGE, facets=FACETS
    )
    result = search(snapshot, query)
    if not browsing.refined:
        note_search(request, query, result)
    return page(
        request,
        "results.html",
        snapshot=snapshot,
        browsing=browsing,
        text=browsing.parameters.q,
        heading=_heading(browsing),
        result=result,
        synonyms=_synonyms(result),
        searched=_searched(browsing, result),
        literally=_literally(browsing, result),
        exactly=browsing.address({"correct": ("false",)}) if result.interpretation.corrected else "",
        others=[(text, _another(browsing, text)) for text in result.interpretation.others],
        cards=[hit_card(hit) for hit in result.hits],
        kind_choices=kinds(browsing, result.facets),
        time_choices=times(snapshot, browsing, query),
        sections=sections(browsing, result.facets),
        removals=list(removals(browsing)),
        sorts=[(name, said, browsing.address({"sort": (name,)})) for name, said in SORT_NAMES.items()],
        pages=_pages(browsing, result),
        consolations=_consolations(snapshot, browsing.parameters.q) if _disappoints(result) else (),
        themes=() if result.total else themes_of(snapshot),
    )


def _heading(browsing: Browsing) -> str:
    """What the page is about."""
    if browsing.parameters.q:
        return browsing.parameters.q
    kinds_chosen = [KIND_NAMES[kind] for kind in browsing.chosen("kind")]
    when = [PERIOD_NAMES[browsing.parameters.when]] if browsing.parameters.when else []
    return " · ".join([*when, *(choice.text for choice in removals(browsing)), *kinds_chosen]) or "全部资源"


def _synonyms(result: Result) -> Sequence[str]:
    """Words that were searched for as well."""
    return list(dict.fromkeys(word for words in result.interpretation.synonyms.values() for word in words))


def _literally(browsing: Browsing, result: Result) -> str:
    """The address that asks for just these words; empty where nothing else was searched for."""
    read = result.interpretation
    if not read.synonyms or read.structured:
        return ""
    return browsing.address({"q": (f'"{_searched(browsing, result)}"',)})


def _searched(browsing: Browsing, result: Result) -> str:
    return result.interpretation.corrected or browsing.parameters.q


def _another(browsing: Browsing, text: str) -> str:
    """The address that asks for something else that may have been meant."""
    return browsing.address({"q": (text,), "correct": ()})


def _pages(browsing: Browsing, result: Result) -> Pages:
    last = min(max(-(-result.total // PAGE), 1), LAST_PAGE)
    number = browsing.page
    return Pages(
        number=number,
        last=last,
        previous=browsing.address(page=min(number - 1, last)) if number > 1 else "",
        following=browsing.address(page=number + 1) if number < last else "",
        beyond=number == LAST_PAGE and result.total > LAST_PAGE * PAGE,
    )


def _disappoints(result: Result) -> bool:
    """Whether hardly anything was found, or nothing that holds any of the words."""
    if result.interpretation.by != "relaxed":
        return not result.total
    return result.total < _CONSOLATIONS or not any(hit.matched for hit in result.hits)


def _consolations(snapshot: Snapshot, text: str) -> Sequence[Card]:
    """Something for those who found nothing."""
    interests = (Interest(text=text[:MOST_INTEREST_TEXT]),) if text else ()
    found = recommend(snapshot, RecommendRequest(scene="zero_result", interests=interests, limit=_CONSOLATIONS))
    return [item_card(item) for item in found.items]
