"""Days of the week as schedules name them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.weekdays import EVERY_DAY, read_weekdays

NAMES = "一二三四五六日"


@pytest.mark.parametrize(
    ("schedule", "days"),
    [
        ("每周二 9:00–11:00", {1}),
        ("每周二、周四、周六 7:00–8:00", {1, 3, 5}),
        ("每周二、四 9:00", {1, 3}),
        ("周一三五晚上7点", {0, 2, 4}),
        ("星期天下午", {6}),
        ("礼拜六、礼拜日", {5, 6}),
        ("周一至周五 9:00-17:00", {0, 1, 2, 3, 4}),
        ("周一—周三", {0, 1, 2}),
        ("周六到周一", {5, 6, 0}),
        ("每周三　１４：００", {2}),
        ("周末 10:00", {5, 6}),
        ("双休日", {5, 6}),
        ("工作日 9:00", {0, 1, 2, 3, 4}),
        ("周一–周三", {0, 1, 2}),
        ("周二 9:00；周五 14:00", {1, 4}),
        ("第1周周三", {2}),
    ],
)
def test_days_are_named(schedule: str, days: set[int]) -> None:
    assert read_weekdays(schedule) == days


@pytest.mark.parametrize(
    "schedule",
    [
        "",
        "9:00-11:00",
        "每周三次",
        "每周一次",
        "一周两次",
        "每周三节课",
        "除周一外每天",
        "周一闭馆",
        "周一休息",
        "5月1日、8日",
        "本周日程",
    ],
)
def test_what_names_no_day_may_be_any(schedule: str) -> None:
    assert read_weekdays(schedule) == EVERY_DAY


@given(st.sets(st.integers(0, 6), min_size=1), st.sampled_from(["、", "、周", "", "和"]))
def test_any_list_is_read(days: set[int], between: str) -> None:
    assert read_weekdays("每周" + between.join(NAMES[day] for day in sorted(days)) + " 9:00") == days
