"""What the cells of a table say about time: when something starts and ends, or else a schedule in words."""

import re
from typing import Any, Final

from corpus.cells import Unreadable
from corpus.dates import Span, looks_dated, read_hours, read_moment, read_span

TIME_FIELDS: Final = ("starts_at", "ends_at", "signup_until", "schedule")
"""In the order in which they are to be added: what is in words already has a date may say more."""

_OPEN_END: Final = ("起", "开始", "开课", "开班")
_MORE_DAYS: Final = re.compile(r"[、,和及]|.*\d")


def add_time(record: dict[str, Any], field: str, text: str) -> None:
    """Puts what a cell says into a record.

    Raises: Unreadable if its date lacks the year; it is part of the schedule then, where a schedule says the same.
    """
    if field == "schedule":
        _add_schedule(record, text)
    elif field == "starts_at":
        _add_start(record, text)
    elif moment := read_moment(text, last=True):
        record.setdefault(field, moment)
    elif looks_dated(text):
        record.setdefault(field, text)  # validation refuses it
    elif _tells_a_day(text):
        raise Unreadable("no-full-date")


def join_day_and_hours(record: dict[str, Any]) -> None:
    """Of an activity on one day whose schedule is 14:00-16:00, start and end are moments."""
    day, hours = record.get("starts_at", ""), read_hours(record.get("schedule", ""))
    if hours is None or len(day) != len("2026-05-01") or record.get("ends_at", day) != day:
        return
    start, end = hours
    record["starts_at"] = f"{day}T{start}"
    if end > start:
        record["ends_at"] = f"{day}T{end}"
    del record["schedule"]


def _add_start(record: dict[str, Any], text: str) -> None:
    span = read_span(text)
    if span and span.certain and (not span.rest or span.rest.startswith(_OPEN_END)):
        _adopt(record, span)
        return
    if looks_dated(text) and span is None:
        record.setdefault("starts_at", text)  # validation refuses it
        return
    _add_schedule(record, text)
    if span is None and _tells_a_day(text):
        raise Unreadable("no-full-date")


def _add_schedule(record: dict[str, Any], text: str) -> None:
    span = read_span(text)
    if span and "starts_at" not in record and _is_all(span):
        _adopt(record, span)
        if not span.rest:
            return
    record["schedule"] = " ".join(filter(None, (record.get("schedule"), text)))


def _is_all(span: Span) -> bool:
    """Whether a text that begins with a span is about no other day."""
    several_days = span.start[:10] != span.end[:10]
    return span.certain and (several_days or span.rest.startswith(_OPEN_END) or not _MORE_DAYS.match(span.rest))


def _adopt(record: dict[str, Any], span: Span) -> None:
    record.setdefault("starts_at", span.start)
    if span.end != span.start and not span.rest.startswith(_OPEN_END):
        record.setdefault("ends_at", span.end)


def _tells_a_day(text: str) -> bool:
    return any(character.isdigit() for character in text)
