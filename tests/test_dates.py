"""Dates and times as people write them, and what a record learns from them."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.cells import Unreadable
from corpus.dates import read_hours, read_moment, read_published, read_span
from corpus.timetable import TIME_FIELDS, add_time, join_day_and_hours


@pytest.mark.parametrize(
    ("text", "start", "end", "rest"),
    [
        ("2026年5月1日", "2026-05-01", "2026-05-01", ""),
        ("2026/5/1", "2026-05-01", "2026-05-01", ""),
        ("２０２６．５．１", "2026-05-01", "2026-05-01", ""),
        ("46143", "2026-05-01", "2026-05-01", ""),
        ("46143.375", "2026-05-01T09:00", "2026-05-01T09:00", ""),
        ("20260501", "2026-05-01", "2026-05-01", ""),
        ("2026-05-01 09:00:00", "2026-05-01T09:00", "2026-05-01T09:00", ""),
        ("2026-05-01T09:00:00+08:00", "2026-05-01T09:00:00+08:00", "2026-05-01T09:00:00+08:00", ""),
        ("2026年5月8日（周五）下午2点-4点", "2026-05-08T14:00", "2026-05-08T16:00", ""),
        ("2026年5月8日(五)14：00—16：00", "2026-05-08T14:00", "2026-05-08T16:00", ""),
        ("2026年5月8日 星期五 晚7点半", "2026-05-08T19:30", "2026-05-08T19:30", ""),
        ("2026-5-8 上午9:30-下午3:00", "2026-05-08T09:30", "2026-05-08T15:00", ""),
        ("2026-5-8 9-11点", "2026-05-08T09:00", "2026-05-08T11:00", ""),
        ("2026.3.1-6.30", "2026-03-01", "2026-06-30", ""),
        ("2026.3-2026.6", "2026-03-01", "2026-06-30", ""),
        ("2026-05-01-2026-06-30", "2026-05-01", "2026-06-30", ""),
        ("2026年5月1日至3日", "2026-05-01", "2026-05-03", ""),
        ("2026/5/1 9:00~5/3 17:00", "2026-05-01T09:00", "2026-05-03T17:00", ""),
        ("2026年3月-6月，每周二上午9:00", "2026-03-01", "2026-06-30", "每周二上午9:00"),
        ("2026年5月", "2026-05-01", "2026-05-31", ""),
        ("2026年5月8日 3楼教室", "2026-05-08", "2026-05-08", "3楼教室"),
        ("2026年5月8日 24:00", "2026-05-08T23:59", "2026-05-08T23:59", ""),
    ],
)
def test_spans(text: str, start: str, end: str, rest: str) -> None:
    span = read_span(text)
    assert span is not None
    assert (span.start, span.end, span.rest) == (start, end, rest)


@pytest.mark.parametrize(
    "text",
    ["", "每周二 9:00", "5月1日 9:00", "2026年6月31日", "2026-13-45", "2026年春季", "2026-05-01 25:00", "随到随学"],
)
def test_what_is_no_day(text: str) -> None:
    assert read_span(text) is None


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("2026年4月25日前", "2026-04-25"),
        ("截至2026年4月25日", "2026-04-25"),
        ("即日起至2026年5月1日", "2026-05-01"),
        ("2026.2", "2026-02-28"),
        ("2026年4月25日，额满为止", None),
        ("开课前一周", None),
    ],
)
def test_the_last_moment(text: str, last: str | None) -> None:
    assert read_moment(text, last=True) == last


@pytest.mark.parametrize(
    ("text", "published"),
    [
        ("2019", "2019"),
        ("c2019", "2019"),
        ("[2019]", "2019"),
        ("2019年第3版", "2019"),
        ("二〇一九年八月", "2019"),
        ("201905", "2019-05"),
        ("1996.12", "1996-12"),
        ("1998 年 8 月", "1998-08"),
        ("2019-5-1", "2019-05-01"),
        ("43586", "2019-05-01"),
        ("2019-02-30", None),
        ("民國36年", "1947"),
        ("民国", None),
        ("19990", None),
    ],
)
def test_published(text: str, published: str | None) -> None:
    assert read_published(text) == published


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("14:00-16:00", ("14:00", "16:00")),
        ("下午2点到4点", ("14:00", "16:00")),
        ("上午9：30—11：00", ("09:30", "11:00")),
        ("2pm-4pm", ("14:00", "16:00")),
        ("19点半", ("19:30", "19:30")),
        ("每周二 9:00", None),
        ("30", None),
        ("", None),
    ],
)
def test_hours(text: str, hours: tuple[str, str] | None) -> None:
    assert read_hours(text) == hours


@given(st.dates(date(1960, 1, 1), date(2100, 1, 1)), st.integers(0, 400))
def test_every_way_to_write_two_days(first: date, days: int) -> None:
    last = first + timedelta(days=days)
    ways = [
        "{0.year}年{0.month}月{0.day}日",
        "{0.year}-{0.month:02}-{0.day:02}",
        "{0.year}/{0.month}/{0.day}",
        "{0.year}.{0.month}.{0.day}",
    ]
    for way in ways:
        assert read_published(way.format(first)) == first.isoformat()
        for to in ("-", "至", "～", " — "):
            span = read_span(way.format(first) + to + way.format(last))
            assert span is not None
            assert (span.start, span.end, span.rest) == (first.isoformat(), last.isoformat(), "")
    serial = str((first - date(1899, 12, 30)).days)
    assert read_published(serial) == first.isoformat()


@given(st.text(st.sampled_from("2026年5月1日-至 /.:9点半上下午周一()T+Zz")))
def test_whatever_is_written_is_read_or_not(text: str) -> None:
    read_span(text)
    read_moment(text)
    read_published(text)
    read_hours(text)


def record_of(**cells: str) -> dict[str, Any]:
    record: dict[str, Any] = {}
    for field in TIME_FIELDS:
        if field in cells:
            add_time(record, field, cells[field])
    return record


@pytest.mark.parametrize(
    ("cells", "record"),
    [
        ({"schedule": "每周二 9:00"}, {"schedule": "每周二 9:00"}),
        ({"schedule": "2026年5月8日 14:00-16:00"}, {"starts_at": "2026-05-08T14:00", "ends_at": "2026-05-08T16:00"}),
        (
            {"schedule": "2026.3.1-6.30 每周二 9:00"},
            {"starts_at": "2026-03-01", "ends_at": "2026-06-30", "schedule": "2026.3.1-6.30 每周二 9:00"},
        ),
        ({"schedule": "2026年5月1日、5月8日 9:00"}, {"schedule": "2026年5月1日、5月8日 9:00"}),
        ({"schedule": "2026年3月3日起每周二"}, {"starts_at": "2026-03-03", "schedule": "2026年3月3日起每周二"}),
        ({"starts_at": "2026年3月"}, {"schedule": "2026年3月"}),
        ({"starts_at": "2026.7-2026.8"}, {"starts_at": "2026-07-01", "ends_at": "2026-08-31"}),
        ({"starts_at": "待通知"}, {"schedule": "待通知"}),
        ({"starts_at": "2026-05-08", "schedule": "2026-05-09"}, {"starts_at": "2026-05-08", "schedule": "2026-05-09"}),
        ({"starts_at": "2026-13-45"}, {"starts_at": "2026-13-45"}),
        ({"ends_at": "2026年6月"}, {"ends_at": "2026-06-30"}),
        ({"signup_until": "额满为止"}, {}),
    ],
)
def test_what_a_record_learns(cells: dict[str, str], record: dict[str, str]) -> None:
    assert record_of(**cells) == record


@pytest.mark.parametrize("text", ["5月8日", "2026年春季"])
@pytest.mark.parametrize("field", ["starts_at", "ends_at", "signup_until"])
def test_what_is_no_whole_date_is_shown_as_words_at_most(field: str, text: str) -> None:
    record: dict[str, Any] = {}
    with pytest.raises(Unreadable, match="no-full-date"):
        add_time(record, field, text)
    assert record == ({"schedule": text} if field == "starts_at" else {})


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            {"starts_at": "2026-05-08", "schedule": "14:00-16:00"},
            {"starts_at": "2026-05-08T14:00", "ends_at": "2026-05-08T16:00"},
        ),
        ({"starts_at": "2026-05-08", "schedule": "14:00"}, {"starts_at": "2026-05-08T14:00"}),
        ({"starts_at": "2026-05-08", "schedule": "全天"}, {"starts_at": "2026-05-08", "schedule": "全天"}),
        (
            {"starts_at": "2026-05-08", "ends_at": "2026-05-10", "schedule": "9:00-11:00"},
            {"starts_at": "2026-05-08", "ends_at": "2026-05-10", "schedule": "9:00-11:00"},
        ),
    ],
)
def test_a_day_and_its_hours(before: dict[str, str], after: dict[str, str]) -> None:
    join_day_and_hours(before)
    assert before == after
