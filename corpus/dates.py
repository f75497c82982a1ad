"""Reads dates and times as people write them in tables: 2026年5月1日, 2026/5/1, 2026.5, 46143, 2026-5-8 下午2点-4点."""

import calendar
import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

_SERIAL: Final = re.compile(r"([2-7]\d{4})(\.\d+)?")
"""Excel's number of a day from 1954 to 2119, and the share of it that has passed."""
_EXCEL_START: Final = datetime(1899, 12, 30)  # noqa: DTZ001  # a day in a table has no zone
_COMPACT: Final = re.compile(r"((?:19|20)\d{2})(\d{2})(\d{2})?")
_YEAR: Final = re.compile(r"\D{0,2}(\d{4})(?!\d)\s*年?")
_CHINESE_DIGITS: Final = str.maketrans("〇零○一二三四五六七八九", "000123456789")
_CHINESE_YEAR: Final = re.compile(r"[一二][〇零○一二三四五六七八九]{3}")
_REPUBLIC: Final = re.compile(r"民[国國]\s*(\d{1,3})\s*年")

_DAY: Final = re.compile(
    r"(\d{4})(?:(?P<mark>[-/.])(?P<month>\d{1,2})(?!\d)(?:(?P=mark)(?P<day>\d{1,2})(?!\d))?"
    r"|\s*年\s*(?P<cmonth>\d{1,2})\s*月\s*(?:(?P<cday>\d{1,2})(?![\d:点时])\s*[日号]?)?)"
)
_MONTH_DAY: Final = re.compile(r"(\d{1,2})\s*(?:[-/.]|月)\s*(\d{1,2})(?![\d:点时])\s*[日号]?")
_MONTH: Final = re.compile(r"(\d{1,2})\s*月")
_DAY_ONLY: Final = re.compile(r"(\d{1,2})(?![\d:点时./-])\s*[日号]?")
_WEEKDAY: Final = re.compile(
    r"\((?:周|星期|礼拜)?[一二三四五六日天]\)|(?:周|星期|礼拜)[一二三四五六日天](?![至到、,~-])"
)
_TIME: Final = re.compile(
    r"t?(?:(?P<half>上午|早上|早晨|中午|下午|晚上|晚|am|pm)\s*)?(?P<hour>\d{1,2})"
    r"(?::(?P<minute>\d{2})(?::\d{2}(?:\.\d+)?)?|[点时](?:(?P<spoken>\d{1,2})分?|(?P<thirty>半))?"
    r"|(?(half)|(?=\s*(?:[ap]m|(?:[-–—~]+|[至到])\s*\d{1,2}\s*[点时]))))\s*(?P<after>am|pm)?"
)
"""A number alone is no time, but 下午2 and the 9 of 9-11点 are."""
_DATED: Final = re.compile(r"(?<!\d)(?:19|20)\d{2}\s*[-/.年]\s*\d")
_TO: Final = re.compile(r"[-–—~]+|[至到]")
_BEFORE: Final = re.compile(r"(?:报名)?(?:即日起)?(?:截至|截止到?|自|从|至)?\s*")
_AFTER: Final = re.compile(r"\s*(?:之?前|为?止|截止|起|开始|开课|开班|左右)?[。.]?")
_LATE: Final = ("下午", "晚上", "晚", "pm")


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A time from and to, in ISO 8601 without zone: a day, or a day and minutes."""

    start: str
    end: str
    """The end of what is written: of 2026年5月 its last day; equal to `start` where that is a moment."""
    certain: bool
    """False of a month alone: who knows when in it?"""
    rest: str
    """What stands behind it."""


def read_published(text: str) -> str | None:
    """A date as precise as it is written, YYYY, YYYY-MM or YYYY-MM-DD; None if there is none."""
    text = _CHINESE_YEAR.sub(lambda found: found[0].translate(_CHINESE_DIGITS), _folded(text))
    if moment := _excel_moment(text):
        return moment.date().isoformat()
    if found := _COMPACT.fullmatch(text):
        return _day_text(*found.groups())
    if found := _DAY.match(text):
        month, day = _month_and_day(found)
        return _day_text(found[1], month, day)
    if found := _REPUBLIC.match(text):
        return str(1911 + int(found[1]))
    found = _YEAR.match(text)
    return _day_text(found[1], None, None) if found else None


def read_moment(text: str, *, last: bool = False) -> str | None:
    """A day or moment in ISO 8601, its end with `last`; None unless that is all that the text says."""
    folded = _folded(text)
    span = read_span(folded[_BEFORE.match(folded).end() :])  # type: ignore[union-attr]  # it matches nothing, too
    if span is None or not _AFTER.fullmatch(span.rest):
        return None
    return span.end if last else span.start


def read_span(text: str) -> Span | None:
    """The time that a text begins with; None if that is no day with its year."""
    text = _folded(text)
    if exact := _exact(text):
        return Span(start=exact, end=exact, certain=True, rest="")
    scan = _Scan(rest=text)
    try:
        return _span(scan)
    except ValueError:  # the 31st of June
        return None


def read_hours(text: str) -> tuple[str, str] | None:
    """The times from and to, HH:MM, of a text that says nothing else: 14:00-16:00, 下午2点到4点, 9:00."""
    scan = _Scan(rest=_folded(text))
    try:
        start = scan.time()
        if start is None:
            return None
        end = scan.time(after=start) if scan.take(_TO) else start
    except ValueError:
        return None
    return None if scan.rest or end is None else (start.text, end.text)


def looks_dated(text: str) -> bool:
    """Whether a text seems to hold a year with a month, as a date that cannot be read does."""
    return _DATED.search(_folded(text)) is not None


@dataclass(slots=True, kw_only=True)
class _Time:
    hour: int
    minute: int
    late: bool

    @property
    def text(self) -> str:
        return time(self.hour, self.minute).isoformat("minutes")


@dataclass(slots=True, kw_only=True)
class _Scan:
    """What of a text is still to be read."""

    rest: str

    def take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        found = pattern.match(self.rest)
        if found:
            self.rest = self.rest[found.end() :].lstrip(" ,")
        return found

    def time(self, *, after: _Time | None = None) -> _Time | None:
        """A time of day; in 下午2:00-4:00 the second is in the afternoon as well."""
        found = self.take(_TIME)
        if not found:
            return None
        half = found["half"] or found["after"]
        hour, minute = int(found["hour"]), int(found["minute"] or found["spoken"] or (30 if found["thirty"] else 0))
        late = half in _LATE or (half is None and after is not None and after.late)
        if (late and hour < 12) or (half == "中午" and hour < 3):
            hour += 12
        if (hour, minute) == (24, 0):
            hour, minute = 23, 59
        time(hour, minute)
        return _Time(hour=hour, minute=minute, late=late)


def _span(scan: _Scan) -> Span | None:
    found = scan.take(_DAY)
    if not found:
        return None
    month, day = _month_and_day(found)
    first = date(int(found[1]), int(month), int(day or 1))
    last = first if day else _month_end(first)
    scan.take(_WEEKDAY)
    started = ended = scan.time()
    before, certain = scan.rest, day is not None
    if scan.take(_TO):
        later = None if started and _TIME.match(scan.rest) else _later_day(scan, first)
        if later:
            last, certain = later, True
            scan.take(_WEEKDAY)
        ended = scan.time(after=started)
        if later is None and (ended is None or started is None):
            scan.rest, ended = before, started
    return Span(start=_text(first, started), end=_text(last, ended), certain=certain, rest=scan.rest)


def _later_day(scan: _Scan, first: date) -> date | None:
    """The day that a span ends with; what it does not name is as in its first."""
    if found := scan.take(_DAY):
        month, day = _month_and_day(found)
        later = date(int(found[1]), int(month), int(day or 1))
        return later if day else _month_end(later)
    if found := scan.take(_MONTH_DAY):
        return date(first.year, int(found[1]), int(found[2]))
    if found := scan.take(_MONTH):
        return _month_end(date(first.year, int(found[1]), 1))
    if found := scan.take(_DAY_ONLY):
        return first.replace(day=int(found[1]))
    return None


def _month_and_day(found: re.Match[str]) -> tuple[str, str | None]:
    return found["month"] or found["cmonth"], found["day"] or found["cday"]


def _month_end(day: date) -> date:
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def _text(day: date, moment: _Time | None) -> str:
    return day.isoformat() + (f"T{moment.text}" if moment else "")


def _day_text(year: str, month: str | None, day: str | None) -> str | None:
    try:
        whole = date(int(year), int(month or 1), int(day or 1)).isoformat()
    except ValueError:
        return None
    return whole if day else whole[:7] if month else whole[:4]


def _exact(text: str) -> str | None:
    """A serial number of Excel's, eight digits, or a time with its zone."""
    if moment := _excel_moment(text):
        day = moment.isoformat("T", "minutes")
        return day.removesuffix("T00:00")
    if (found := _COMPACT.fullmatch(text)) and found[3]:
        return _day_text(*found.groups())
    try:
        return text.upper() if datetime.fromisoformat(text.upper()).tzinfo else None
    except ValueError:
        return None


def _excel_moment(text: str) -> datetime | None:
    found = _SERIAL.fullmatch(text)
    return _EXCEL_START + timedelta(minutes=round(float(text) * 1440)) if found else None


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).lower().split())
