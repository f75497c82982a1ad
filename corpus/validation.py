"""A record as it comes in → a resource, or what is wrong with it."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import urlsplit

from stdnum import isbn as stdnum_isbn
from stdnum.exceptions import ValidationError

from corpus.cleaning import INVISIBLE, clean_line, clean_text, has_invisible
from corpus.problem import Problem, Severity, problem
from corpus.resource import FIELDS, FORMATS, KINDS, LEVELS, LIST_FIELDS, STATUSES, Resource

SubjectOf = Callable[[str], str | None]
"""The name in the controlled list that a text means, or None."""

MOST_ID: Final = 200
MOST_SOURCE: Final = 200
MOST_TITLE: Final = 500
MOST_DESCRIPTION: Final = 20_000
MOST_TEXT: Final = 1_000
"""Characters of any other text."""
MOST_ITEMS: Final = 100
"""Of a list."""

_BEIJING: Final = timezone(timedelta(hours=8))
_DATE: Final = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", re.ASCII)
_CHOICES: Final = {"level": LEVELS, "status": STATUSES, "format": FORMATS}
_NUMBERS: Final = {"price": (0, 10_000_000), "rating": (0, 10), "capacity": (0, 10**9), "popularity": (0, 10**12)}
_INTEGERS: Final = ("capacity", "popularity")
_TIMES: Final = ("starts_at", "ends_at", "signup_until")
_LAST_MOMENTS: Final = ("ends_at", "signup_until")
"""A day alone means its last second: what ends on 1 May is open on 1 May."""
_MOST: Final = {"source": MOST_SOURCE, "title": MOST_TITLE, "description": MOST_DESCRIPTION}
_URLS: Final = ("url", "image", "signup_url")


def parse_resource(
    record: Mapping[str, Any],
    *,
    row: int,
    source: str,
    subjects: SubjectOf,
    columns: Mapping[str, str] = MappingProxyType({}),
) -> tuple[Resource | None, list[Problem]]:
    """The resource that a record describes, None where a problem is an error, and all problems.

    Args:
        row: the record's place in its file, from 1.
        source: of resources that do not name one.
        columns: by field what the file itself calls it.
    """
    reading = _Reading(row=row, subjects=subjects, columns=columns)
    values = {name: reading.value(name, record[name]) for name in FIELDS if record.get(name) is not None}
    for name in record:
        if name not in FIELDS:
            reading.complain(name, "unknown-field")
    for name in ("id", "kind", "title"):
        if not values.get(name) and (name, "error") not in {(p.field, p.severity) for p in reading.problems}:
            reading.complain(name, "missing")
    if values.get("starts_at") and values.get("ends_at") and values["ends_at"] < values["starts_at"]:
        reading.complain("ends_at", "ends-before")
    if any(found.severity == "error" for found in reading.problems):
        return None, reading.problems
    known = {name: value for name, value in values.items() if value not in (None, "", ())}
    return Resource(**{"source": source, **known}), reading.problems


class _Wrong(Exception):
    """A value that cannot be read; the code of its problem, and what its message is about."""

    def __init__(self, code: str, *details: object) -> None:
        super().__init__(code)
        self.code = code
        self.details = details


@dataclass(slots=True, kw_only=True)
class _Reading:
    """Reads the values of one record and collects what is wrong with them; a wrong value is read as None."""

    row: int
    subjects: SubjectOf
    columns: Mapping[str, str]
    problems: list[Problem] = field(default_factory=list)

    def complain(self, name: str, code: str, *details: object, severity: Severity | None = None) -> None:
        column = self.columns.get(name, "")
        self.problems.append(problem(self.row, name, code, *details, severity=severity, column=column))

    def value(self, name: str, given: Any) -> Any:
        try:
            return self._value(name, given)
        except _Wrong as wrong:
            self.complain(name, wrong.code, *wrong.details)
            return None

    def _value(self, name: str, given: Any) -> Any:
        if name == "id":
            return self._id(given)
        if name == "kind":
            return self._kind(given)
        if name in LIST_FIELDS:
            return self._list(name, given)
        if name in _NUMBERS:
            return self._number(name, given)
        if name == "free":
            return self._boolean(given)
        if name == "published":
            return self._published(given)
        if name == "isbn":
            return self._isbn(given)
        text = self._text(name, given)
        if not text:
            return text
        if name in _TIMES:
            return self._time(text, last=name in _LAST_MOMENTS)
        if name in _URLS:
            return self._url(text)
        return self._choice(name, text) if name in _CHOICES else text

    def _text(self, name: str, given: Any) -> str:
        """A cleaned text; its length counts after cleaning."""
        if not isinstance(given, str):
            raise _Wrong("wrong-type", "文字")
        most = _MOST.get(name, MOST_TEXT)
        text = clean_text(given) if name == "description" else clean_line(given)
        if len(text) > most:
            raise _Wrong("too-long", most)
        if has_invisible(given):
            self.complain(name, "invisible")
        return text

    def _id(self, given: Any) -> str:
        if isinstance(given, int) and not isinstance(given, bool):
            given = str(given) if abs(given) < 10**18 else given
        if not isinstance(given, str):
            raise _Wrong("wrong-type", "文字")
        text = given.strip()
        if len(text) > MOST_ID:
            raise _Wrong("too-long", MOST_ID)
        if re.search(r"\s", text) or INVISIBLE.search(text) or text.endswith("/similar"):
            raise _Wrong("invalid-id")
        return text

    def _kind(self, given: Any) -> str:
        text = self._text("kind", given)
        if text and text not in KINDS:
            raise _Wrong("unknown-kind", text)
        return text

    def _choice(self, name: str, text: str) -> str:
        if text not in _CHOICES[name]:
            raise _Wrong("unknown-value", text, "、".join(_CHOICES[name]))
        return text

    def _list(self, name: str, given: Any) -> tuple[str, ...]:
        items = [given] if isinstance(given, str) else given
        if not isinstance(items, list):
            raise _Wrong("wrong-type", "列表")
        if len(items) > MOST_ITEMS:
            raise _Wrong("too-many", MOST_ITEMS)
        texts = [text for item in items if (text := self._text(name, item))]
        if name == "subjects":
            texts = [self._subject(text) for text in texts]
        if name == "format":
            texts = [text for item in texts if (text := self._choice(name, item))]
        return tuple(dict.fromkeys(texts))

    def _subject(self, text: str) -> str:
        known = self.subjects(text)
        if known is None:
            self.complain("subjects", "unknown-subject", text)
        return known or text

    def _number(self, name: str, given: Any) -> float:
        least, most = _NUMBERS[name]
        whole = name in _INTEGERS
        if isinstance(given, bool) or not isinstance(given, int | float):
            raise _Wrong("wrong-type", "整数" if whole else "数字")
        if not least <= given <= most:  # so is NaN
            raise _Wrong("out-of-range", given, least, most)
        if whole and given != int(given):
            raise _Wrong("wrong-type", "整数")
        return int(given) if whole else given

    def _boolean(self, given: Any) -> bool:
        if not isinstance(given, bool):
            raise _Wrong("wrong-type", " true 或 false")
        return given

    def _published(self, given: Any) -> str:
        if isinstance(given, int) and not isinstance(given, bool):
            given = str(given)
        text = self._text("published", given)
        if not text:
            return text
        found = _DATE.fullmatch(text)
        if found:
            year, month, day = (int(part or 1) for part in found.groups())
            try:
                date(year, month, day)
            except ValueError:
                found = None
        if not found:
            raise _Wrong("wrong-date", text)
        return text

    def _time(self, text: str, *, last: bool) -> str:
        """RFC 3339 in UTC; what names no zone is Beijing's time, a day alone its first or last second."""
        try:
            moment = datetime.fromisoformat(text)
            if last and _is_day(text):
                moment = moment.replace(hour=23, minute=59, second=59)
            moment = (moment if moment.tzinfo else moment.replace(tzinfo=_BEIJING)).astimezone(UTC)
        except (ValueError, OverflowError) as error:
            raise _Wrong("wrong-time", text) from error
        return moment.isoformat(timespec="seconds").replace("+00:00", "Z")

    def _url(self, text: str) -> str:
        try:
            parts = urlsplit(text)
            known = parts.scheme in ("http", "https") and parts.hostname
        except ValueError:
            known = None
        address = text.replace(" ", "%20")
        if not known or len(address) > MOST_TEXT:
            raise _Wrong("wrong-url", text)
        return address

    def _isbn(self, given: Any) -> str:
        text = self._text("isbn", str(given) if isinstance(given, int) and not isinstance(given, bool) else given)
        if not text:
            return text
        try:
            return str(stdnum_isbn.validate(text, convert=True))
        except ValidationError as error:
            raise _Wrong("wrong-isbn", text) from error


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
