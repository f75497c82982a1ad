"""Resources as the pages show them in rows and lists."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import quote

from markupsafe import Markup

from api.residents.covers import cover
from api.residents.wording import FORMAT_NAMES, KIND_NAMES, said_date, said_period, said_price
from index.query import Hit, Segment
from recommender.request import Item

_SNIPPET: Final = 80
"""Characters of a description shown where nothing in it is marked."""
_MOST_REASONS: Final = 2
_MOST_FACTS: Final = 4

Segments = Sequence[Segment]


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A resource in few words."""

    address: str
    kind: str
    kind_name: str
    title: Segments
    subtitle: str
    facts: Sequence[Segments]
    """Who, where, when: the two or three things that help to choose."""
    snippet: Segments
    reasons: Sequence[str]
    cover: Markup


def item_address(id: str) -> str:
    """The address of a resource's page."""
    return "/items/" + quote(id, safe="/:@!$&'()*+,;=~")


def hit_card(hit: Hit) -> Card:
    """A card with the words that were searched for marked."""
    card = _card(json.loads(hit.blob), hit.highlights)
    if hit.editions == 1:
        return card
    return replace(card, facts=[*card.facts, _plain(f"共 {hit.editions} 个版本")])


def item_card(item: Item, *, explained: bool = False) -> Card:
    """A card with the reasons why it is recommended, where they are asked for."""
    reasons = [reason.text for reason in item.reasons[:_MOST_REASONS]] if explained else []
    return _card(json.loads(item.blob), {}, reasons)


def record_card(record: Mapping[str, Any]) -> Card:
    """A plain card."""
    return _card(record, {})


def _card(record: Mapping[str, Any], marked: Mapping[str, Segments], reasons: Sequence[str] = ()) -> Card:
    return Card(
        address=item_address(record["id"]),
        kind=record["kind"],
        kind_name=KIND_NAMES[record["kind"]],
        title=marked.get("title") or _plain(record["title"]),
        subtitle=record.get("subtitle", ""),
        facts=list(_facts(record, marked)),
        snippet=marked.get("description") or _plain(_shortened(record.get("description", ""))),
        reasons=reasons,
        cover=cover(record),
    )


def _facts(record: Mapping[str, Any], marked: Mapping[str, Segments]) -> Sequence[Segments]:
    who = marked.get("creators") or _plain("、".join(record.get("creators", ())[:3]))
    provider = marked.get("provider") or _plain(record.get("provider", ""))
    by_kind: dict[str, Sequence[Segments]] = {
        "book": (who, provider, _plain(said_date(record.get("published", "")[:4]))),
        "course": (provider, who, _plain(record.get("schedule", "")), _plain(_formats(record))),
        "activity": (_plain(_when(record)), _plain(record.get("venue", "") or record.get("address", "")), provider),
        "place": (_plain(record.get("address", "") or record.get("district", "")), _plain(record.get("hours", ""))),
        "story": (who, provider),
    }
    known = {_text(fact): fact for fact in (*by_kind[record["kind"]], _plain(said_price(record))) if fact}
    return list(known.values())[:_MOST_FACTS]


def _when(record: Mapping[str, Any]) -> str:
    return str(record.get("schedule", "")) or said_period(record.get("starts_at", ""), record.get("ends_at", ""))


def _formats(record: Mapping[str, Any]) -> str:
    return "、".join(FORMAT_NAMES[name] for name in record.get("format", ()))


def _shortened(text: str) -> str:
    return text if len(text) <= _SNIPPET else text[:_SNIPPET] + "…"


def _text(segments: Segments) -> str:
    return "".join(segment.text for segment in segments)


def _plain(text: str) -> Segments:
    return (Segment(text=text, hit=False),) if text else ()
