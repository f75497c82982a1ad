"""The stretches of days for which residents look: this week, this weekend, the next month, in 北京时间."""

from datetime import date, datetime, time, timedelta
from typing import Final, Literal

from api.moments import BEIJING

When = Literal["week", "weekend", "month"]
PERIOD_NAMES: Final[dict[When, str]] = {"week": "这一周", "weekend": "这个周末", "month": "一个月内"}

_WEEK: Final = 7
_SATURDAY: Final = 5
_MONTH: Final = 30


def period(when: When, today: date) -> tuple[int, int]:
    """When it begins, and ends, in seconds since 1970; the days of a week that are over are part of it."""
    monday = today - timedelta(days=today.weekday())
    days: dict[When, tuple[date, date]] = {
        "week": (monday, monday + timedelta(days=_WEEK)),
        "weekend": (monday + timedelta(days=_SATURDAY), monday + timedelta(days=_WEEK)),
        "month": (today, today + timedelta(days=_MONTH + 1)),
    }
    first, last = days[when]
    return _midnight(first), _midnight(last)


def _midnight(day: date) -> int:
    return int(datetime.combine(day, time(), BEIJING).timestamp())
