"""Moments as written at the doors: RFC 3339, or a date, which means that day in 北京时间."""

import re
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, WithJsonSchema

BEIJING: Final = timezone(timedelta(hours=8))
_DAY: Final = 86_400
_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_MOMENT: Final = re.compile(
    r"(\d{4}-\d{2}-\d{2})[Tt](\d{2}:\d{2}:\d{2})(?:\.\d{1,9})?([Zz]|[+ -]\d{2}:\d{2})", re.ASCII
)


def read_moment(text: str, *, end: bool = False) -> int:
    """Seconds since 1970; of a date its beginning, or its end where `end` asks for it.

    The space that an unescaped + of a query string becomes is read as +.

    Raises: ValueError, with a message in Chinese.
    """
    try:
        if _DATE.fullmatch(text):
            midnight = datetime.fromisoformat(text).replace(tzinfo=BEIJING)
            return int(midnight.timestamp()) + _DAY * end
        if found := _MOMENT.fullmatch(text):
            date, time, zone = found.groups()
            zone = "+00:00" if zone in "Zz" else zone.replace(" ", "+")
            return int(datetime.fromisoformat(f"{date}T{time}{zone}").timestamp())
    except ValueError:
        pass
    raise ValueError("应是日期或带时区的时间，例如 2026-05-01、2026-05-01T09:00:00+08:00")


def today() -> date:
    """The day that it is in 北京时间."""
    return datetime.now(BEIJING).date()


def write_moment(seconds: int) -> str:
    """RFC 3339 in UTC."""
    return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")


def _read(value: Any) -> int:
    return read_moment(_text(value))


def _read_end(value: Any) -> int:
    return read_moment(_text(value), end=True)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError('应是文字，例如 "2026-05-01T09:00:00+08:00"')
    return value


_SCHEMA: Final = WithJsonSchema(
    {
        "type": "string",
        "anyOf": [{"format": "date-time"}, {"format": "date"}],
        "examples": ["2026-05-01T09:00:00+08:00", "2026-05-01"],
    }
)
Moment = Annotated[int, BeforeValidator(_read), _SCHEMA]
"""A field that is written as a moment and read as seconds since 1970."""
EndMoment = Annotated[int, BeforeValidator(_read_end), _SCHEMA]
"""The same for the end of a period: a date means its last second has passed."""
