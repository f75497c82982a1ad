"""Covers and wording: drawn and said from what a resource holds."""

from datetime import datetime
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.moments import BEIJING
from api.residents.chance import Chance
from api.residents.cover_titles import columns, short_title
from api.residents.covers import cover
from api.residents.wording import language_name, said_date, said_period, said_price
from corpus.resource import KINDS

TITLES = st.text(st.characters(blacklist_categories=("Cs", "Cc")), min_size=1, max_size=60).filter(str.strip)


@given(kind=st.sampled_from(KINDS), title=TITLES)
def test_every_title_has_a_cover_that_is_the_same_every_time(kind: str, title: str) -> None:
    record = {"kind": kind, "title": title}
    drawn = cover(record)
    assert drawn == cover(record)
    ET.fromstring(drawn)
    assert len(drawn) < 6000


@given(st.text(max_size=30))
def test_chance_depends_on_the_text_alone(text: str) -> None:
    assert [Chance(text).pick(range(n)) for n in (2, 5, 6)] == [Chance(text).pick(range(n)) for n in (2, 5, 6)]


def test_titles_on_covers_are_short() -> None:
    assert short_title("平凡的世界（全三册）") == "平凡的世界"
    assert short_title("《红楼梦》") == "红楼梦"
    assert short_title("（试读）") == "（试读）"
    assert columns("活着", most=5) == ["活着"]
    assert columns("明朝那些事儿", most=5) == ["明朝那", "些事儿"]
    assert columns("字" * 40, most=5) == ["字" * 5, "字" * 5]


@pytest.mark.parametrize(
    ("record", "shown"),
    [
        ({"starts_at": "2999-11-28T01:30:00Z"}, ("11月", ">28<", "星期四")),
        ({"starts_at": "2020-11-28T01:30:00Z", "schedule": "每周二 9:00"}, ("每周", ">二<", "9:00")),
        ({"schedule": "每周日"}, ("每周", ">日<", "星期日")),
    ],
)
def test_the_cover_of_an_activity_says_when(record: dict[str, Any], shown: tuple[str, ...]) -> None:
    drawn = cover({"kind": "activity", "title": "灯会", **record})
    assert [text for text in shown if text not in drawn] == []


def test_periods_are_said_in_beijing_time() -> None:
    year = datetime.now(BEIJING).year + 1
    assert said_period(f"{year}-11-28T01:30:00Z", f"{year}-11-28T03:00:00Z").startswith(f"{year}年11月28日（星期")
    assert said_period(f"{year}-11-28T01:30:00Z", f"{year}-11-28T03:00:00Z").endswith("）9:30–11:00")
    assert said_period("2020-11-28T16:30:00Z", "") == "2020年11月29日（星期日）0:30"
    assert (
        said_period("2020-11-27T16:00:00Z", "2020-11-29T16:00:00Z")
        == "2020年11月28日（星期六）至2020年11月30日（星期一）"
    )
    assert said_period("", "2020-11-29T15:59:00Z") == "到2020年11月29日（星期日）为止"
    assert said_period("", "") == ""


def test_values_are_said_in_chinese() -> None:
    assert [said_date(text) for text in ("2012", "2012-03", "2012-03-09", "")] == [
        "2012年",
        "2012年3月",
        "2012年3月9日",
        "",
    ]
    assert [language_name(tag) for tag in ("zh-Hant", "en-GB", "tlh")] == ["中文（繁体）", "英语", "tlh"]
    assert said_price({"price": 12.5}) == "12.5 元"
    assert said_price({"price": 0.0}) == said_price({"free": True}) == "免费"
    assert said_price({"free": False}) == "收费"
    assert said_price({}) == ""
