"""This week, this weekend, the next month, from each day's view."""

from datetime import date, datetime, timedelta

import pytest

from api.moments import BEIJING
from api.residents.periods import PERIOD_NAMES, When, period

MONDAY = date(2026, 11, 23)


def days(when: When, today: date) -> tuple[date, date]:
    """The first and the last day."""
    first, last = (datetime.fromtimestamp(moment, BEIJING) for moment in period(when, today))
    assert (first.hour, first.minute, last.hour, last.minute) == (0, 0, 0, 0)
    return first.date(), last.date() - timedelta(days=1)


@pytest.mark.parametrize("passed", range(7))
def test_a_week_is_the_same_on_each_of_its_days(passed: int) -> None:
    today = MONDAY + timedelta(days=passed)
    assert days("week", today) == (MONDAY, MONDAY + timedelta(days=6))
    assert days("weekend", today) == (MONDAY + timedelta(days=5), MONDAY + timedelta(days=6))
    assert days("month", today) == (today, today + timedelta(days=30))


def test_every_period_has_a_name() -> None:
    assert set(PERIOD_NAMES) == {"week", "weekend", "month"}
