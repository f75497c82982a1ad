"""Covers drawn as SVG: what a resource is, and its title, make its picture; the same every time.

Nothing is fetched: a cover stands in the page. Everything is drawn on 120 × 160 units.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from markupsafe import Markup

from api.residents.activity_covers import activity_cover
from api.residents.book_covers import book_cover
from api.residents.chance import Chance
from api.residents.course_covers import course_cover
from api.residents.place_covers import place_cover
from api.residents.story_covers import story_cover

_DRAWN: Final[Mapping[str, Callable[[Mapping[str, Any], Chance], Markup]]] = {
    "activity": activity_cover,
    "book": book_cover,
    "course": course_cover,
    "place": place_cover,
    "story": story_cover,
}


def cover(record: Mapping[str, Any]) -> Markup:
    """The cover of a resource, an SVG element that says nothing to a screen reader."""
    body = _DRAWN[record["kind"]](record, Chance(record["title"]))
    return Markup('<svg viewBox="0 0 120 160" aria-hidden="true" focusable="false">{}</svg>').format(body)
