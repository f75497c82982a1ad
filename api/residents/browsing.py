"""What a results page was asked for, and the addresses that change one thing about it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final
from urllib.parse import parse_qsl, urlencode

from fastapi import Request
from pydantic import ValidationError

from api.asking import FilterFields, SearchParameters
from api.complaints import Complaint, complaints
from api.moments import today
from api.problems import InvalidRequest
from api.residents.periods import When, period
from index.query import MOST_OFFSET, Filter

PATH: Final = "/search"
PAGE: Final = 10
"""Results of one page."""
LAST_PAGE: Final = MOST_OFFSET // PAGE + 1
WHEN: Final = "when"
_NOT_ON_PAGES: Final = ("source", "date_from", "date_to")
"""`from` is also what messengers add to an address that is passed on; a page says `when` in its stead."""
FILTERS: Final = (*(name for name in FilterFields.model_fields if name not in _NOT_ON_PAGES), WHEN)
"""What a page can be narrowed by."""
_MOST_PAIRS: Final = 1000

Given = Mapping[str, tuple[str, ...]]


class PageParameters(SearchParameters):
    """The parameters of a results page."""

    when: When | None = None
    """Takes place in this stretch of days, as of today."""

    def conditions(self) -> Filter:
        plain = super().conditions()
        if self.when is None:
            return plain
        first, last = period(self.when, today())
        return replace(plain, date_from=first, date_to=last)


@dataclass(frozen=True, slots=True, kw_only=True)
class Browsing:
    """One page of results as it was asked for."""

    parameters: PageParameters
    given: Given
    """The parameters as they stand in the address, without page and what could not be used."""
    page: int
    """From 1."""
    ignored: bool
    """True where something in the address made no sense and was left out."""

    @property
    def narrowed(self) -> bool:
        return any(name in FILTERS for name in self.given)

    @property
    def refined(self) -> bool:
        """Whether one looks at the same search in another way: a filter chosen, another order, a further page."""
        return self.narrowed or self.page > 1 or self.parameters.sort != "relevance"

    def chosen(self, name: str) -> tuple[str, ...]:
        return self.given.get(name, ())

    def address(self, changes: Given = MappingProxyType({}), *, page: int = 1) -> str:
        """The address of this page with other values for some parameters; no value takes one out."""
        pairs = [(name, value) for name, values in {**self.given, **changes}.items() for value in values]
        return search_address(*pairs, *([("page", str(page))] if page > 1 else []))

    def toggled(self, name: str, value: str) -> str:
        """The address with one value of a filter chosen, or taken out where it was."""
        others = tuple(other for other in self.chosen(name) if other != value)
        return self.address({name: others if value in self.chosen(name) else (*others, value)})

    def cleared(self) -> str:
        """The address without any filter."""
        return self.address(dict.fromkeys(FILTERS, ()))


def search_address(*pairs: tuple[str, str]) -> str:
    """The address of a search."""
    return f"{PATH}?{urlencode(pairs)}" if pairs else PATH


def read_browsing(request: Request) -> Browsing:
    """Reads an address forgivingly: a shared or old link may hold what no longer makes sense.

    Raises: InvalidRequest if the text searched for is too long, or there are too many parameters.
    """
    text = request.scope["query_string"].decode("utf-8", "replace")
    try:
        pairs = [(name, value.strip()) for name, value in parse_qsl(text, max_num_fields=_MOST_PAIRS)]
    except ValueError as error:
        raise InvalidRequest([Complaint(pointer="", message="参数太多")]) from error
    given = _collected(pair for pair in pairs if pair[0] in (*FILTERS, "q", "sort", "correct") and pair[1])
    parameters, used = _parsed(given)
    page = _page([value for name, value in pairs if name == "page"])
    return Browsing(parameters=parameters, given=used, page=page, ignored=used.keys() != given.keys())


def _collected(pairs: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    given: dict[str, tuple[str, ...]] = {}
    for name, value in pairs:
        others = given.get(name, ()) if _repeatable(name) else ()
        given[name] = (*(other for other in others if other != value), value)
    return given


def _parsed(given: Given) -> tuple[PageParameters, Given]:
    """The parameters, and those that could be used of what was given."""
    try:
        return PageParameters.model_validate({name: _value(name, values) for name, values in given.items()}), given
    except ValidationError as error:
        found = complaints(error.errors())
        if any(complaint.name == "q" for complaint in found):
            raise InvalidRequest(found) from error
        wrong = {complaint.pointer.split("/")[1] for complaint in found}
        return _parsed({name: values for name, values in given.items() if name not in wrong})


def _value(name: str, values: tuple[str, ...]) -> str | list[str]:
    return list(values) if _repeatable(name) else values[-1]


def _repeatable(name: str) -> bool:
    return isinstance(PageParameters.model_fields[name].get_default(), tuple)


def _page(values: Sequence[str]) -> int:
    number = values[-1] if values else ""
    return min(max(int(number), 1), LAST_PAGE) if number.isdecimal() and len(number) < 9 else 1
