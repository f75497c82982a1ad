"""How results can be narrowed: what each filter would leave, and what is chosen already."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from api.residents.browsing import FILTERS, WHEN, Browsing
from api.residents.periods import PERIOD_NAMES
from api.residents.themes import theme_of
from api.residents.wording import value_name
from index.query import FacetValue, Filter, Query
from index.search import search
from index.snapshot import Snapshot

KIND: Final = "kind"
YEAR: Final = "year"
_NAMES: Final = {
    "subject": "主题",
    "audience": "适合",
    "level": "程度",
    "format": "方式",
    "free": "费用",
    "district": "区域",
    "venue": "场地",
    "language": "语言",
    YEAR: "年份",
}
FACETS: Final = (KIND, *_NAMES)
"""What the hits of a page are counted by."""
_MOST_CHOICES: Final = 8
_PREFIXES: Final = {"provider": "机构：", "platform": "平台：", "venue": "场地：", "year_from": "", "year_to": ""}

Facets = Mapping[str, Sequence[FacetValue]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A link that narrows the results, or takes that back."""

    text: str
    count: int
    address: str
    chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """The choices of one filter."""

    name: str
    choices: Sequence[Choice]


def kinds(browsing: Browsing, facets: Facets) -> Sequence[Choice]:
    """One choice a kind and one for all; only one of them holds at a time."""
    chosen = browsing.chosen(KIND)
    counts = facets[KIND]
    total = sum(value.count for value in counts)
    every = Choice(text="全部", count=total, address=browsing.address({KIND: ()}), chosen=not chosen)
    return [
        every,
        *(
            Choice(
                text=value_name(KIND, value.value),
                count=value.count,
                address=browsing.address({KIND: (value.value,)}),
                chosen=value.value in chosen,
            )
            for value in counts
        ),
    ]


def times(snapshot: Snapshot, browsing: Browsing, query: Query) -> Sequence[Choice]:
    """Of activities, one choice a stretch of days in which there are some, after one for any time; else none."""
    chosen = browsing.parameters.when
    if not chosen and browsing.chosen(KIND) != ("activity",):
        return ()
    made = []
    for when, name in ((None, "时间不限"), *PERIOD_NAMES.items()):
        count = _total(snapshot, query, browsing.parameters.model_copy(update={"when": when}).conditions())
        if count or (when and when == chosen):
            address = browsing.address({WHEN: (when,) if when else ()})
            made.append(Choice(text=name, count=count, address=address, chosen=when == chosen))
    return made


def _total(snapshot: Snapshot, query: Query, filter: Filter) -> int:
    return search(snapshot, replace(query, filter=filter, limit=0, offset=0, facets=())).total


def sections(browsing: Browsing, facets: Facets) -> Sequence[Section]:
    """The other filters, those that leave a choice."""
    made = [Section(name=_NAMES[name], choices=_choices(browsing, name, facets[name])) for name in _NAMES]
    return [section for section in made if len(section.choices) > 1 or any(choice.chosen for choice in section.choices)]


def removals(browsing: Browsing) -> Iterator[Choice]:
    """What is chosen besides the kind, each with the address without it."""
    theme = theme_of(browsing.chosen("subject"))
    if theme:
        yield Choice(text=theme.name, count=0, address=browsing.address({"subject": ()}), chosen=True)
    for name in FILTERS:
        if name in (KIND, WHEN) or name.startswith("year_") or (name == "subject" and theme):
            continue
        for value in browsing.chosen(name):
            text = _PREFIXES.get(name, "") + value_name(name, value)
            yield Choice(text=text, count=0, address=browsing.toggled(name, value), chosen=True)
    if years := _said_years(browsing):
        yield Choice(text=years, count=0, address=browsing.address({"year_from": (), "year_to": ()}), chosen=True)


def _choices(browsing: Browsing, name: str, values: Sequence[FacetValue]) -> Sequence[Choice]:
    if name == YEAR:
        return list(_decades(browsing, values))
    chosen = browsing.chosen(name)
    shown = [value for place, value in enumerate(values) if place < _MOST_CHOICES or value.value in chosen]
    return [
        Choice(
            text=value_name(name, value.value),
            count=value.count,
            address=browsing.toggled(name, value.value),
            chosen=value.value in chosen,
        )
        for value in shown
    ]


def _decades(browsing: Browsing, years: Sequence[FacetValue]) -> Iterator[Choice]:
    counts: dict[int, int] = {}
    for year in years:
        decade = int(year.value) // 10 * 10
        counts[decade] = counts.get(decade, 0) + year.count
    chosen = (browsing.chosen("year_from"), browsing.chosen("year_to"))
    for decade, count in list(counts.items())[:_MOST_CHOICES]:
        span = ((str(decade),), (str(decade + 9),))
        first, last = ((), ()) if span == chosen else span
        address = browsing.address({"year_from": first, "year_to": last})
        yield Choice(text=f"{decade}–{decade + 9} 年", count=count, address=address, chosen=span == chosen)


def _said_years(browsing: Browsing) -> str:
    first, last = (next(iter(browsing.chosen(name)), "") for name in ("year_from", "year_to"))
    if first and last:
        return f"{first}–{last} 年"
    return f"{first} 年以后" if first else f"{last} 年以前" if last else ""
