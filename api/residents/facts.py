"""Everything known of a resource, in the order in which one wants to know it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from api.residents.browsing import search_address
from api.residents.wording import (
    FORMAT_NAMES,
    language_name,
    local_time,
    said_clock,
    said_date,
    said_day,
    said_period,
    said_price,
)

_BY: Final = {"book": "作者", "course": "主讲", "activity": "主讲", "place": "负责人", "story": "主人公"}
_FROM: Final = {"book": "出版", "course": "开课单位", "activity": "主办", "place": "所属", "story": "供稿"}
_OUT: Final = {
    "book": "出版时间",
    "course": "发布时间",
    "activity": "发布时间",
    "place": "发布时间",
    "story": "发布时间",
}
_OPEN: Final = {"course": "去学习", "book": "看这本书", "activity": "看活动详情", "place": "看网站", "story": "读全文"}
_SEVERAL: Final = re.compile(r"[、,，;；/]|或")


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """What is known, with an address where it leads somewhere."""

    text: str
    address: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A label and its values."""

    label: str
    values: Sequence[Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A button that leads to another site."""

    text: str
    address: str
    site: str


def practical_facts(record: Mapping[str, Any]) -> Sequence[Fact]:
    """When, where, how much: what one needs to take part; known ones only."""
    return _known(_practical(record))


def other_facts(record: Mapping[str, Any]) -> Sequence[Fact]:
    """Who made it and what it is about; known ones only."""
    return _known(_other(record))


def ways(record: Mapping[str, Any]) -> Iterator[Way]:
    """Where to go from here: to sign up, and to the resource itself; only to what is a web address."""
    for name, text in (("signup_url", "我要报名"), ("url", _OPEN[record["kind"]])):
        site = _site(record.get(name, ""))
        if site:
            yield Way(text=text, address=record[name], site=site)


def _other(record: Mapping[str, Any]) -> Iterator[tuple[str, Sequence[Value]]]:
    kind = record["kind"]
    yield _BY[kind], _searched(record.get("creators", ()))
    yield "适合", _filtered("audience", record.get("audience", ()))
    yield "程度", _filtered("level", _one(record, "level"))
    yield "方式", [Value(text=FORMAT_NAMES[name]) for name in record.get("format", ())]
    yield _FROM[kind], _filtered("provider", _one(record, "provider"))
    yield "平台", _filtered("platform", _one(record, "platform"))
    yield "系列", _searched(_one(record, "series"))
    yield (
        "出版时间" if kind == "book" else "发布时间",
        [Value(text=said_date(text)) for text in _one(record, "published")],
    )
    yield "语言", [Value(text=language_name(tag)) for tag in _one(record, "language")]
    yield "评分", [Value(text=f"{record['rating']:g} 分（满分 10 分）")] if "rating" in record else ()
    yield "ISBN", [Value(text=text) for text in _one(record, "isbn")]
    yield "索书号", [Value(text=text) for text in _one(record, "call_number")]
    yield "图书分类", [Value(text=text) for text in _one(record, "clc")]
    yield "主题", _filtered("subject", record.get("subjects", ()))
    yield "关键词", _searched(record.get("tags", ()))


def _practical(record: Mapping[str, Any]) -> Iterator[tuple[str, Sequence[Value]]]:
    kind = record["kind"]
    when = said_period(record.get("starts_at", ""), record.get("ends_at", ""))
    yield "起止日期" if "schedule" in record else "时间", [Value(text=when)]
    yield "上课时间" if kind == "course" else "安排", [Value(text=text) for text in _one(record, "schedule")]
    yield "开放时间", [Value(text=text) for text in _one(record, "hours")]
    yield "地点", [Value(text=" ".join(record[name] for name in ("venue", "address") if name in record))]
    yield "区域", _filtered("district", _one(record, "district"))
    yield "费用", [Value(text=said_price(record))]
    yield "报名截止", [Value(text=_deadline(text)) for text in _one(record, "signup_until")]
    yield "名额", [Value(text=f"{record['capacity']} 人")] if "capacity" in record else ()
    numbers = [number.strip() for number in _SEVERAL.split(record.get("phone", ""))]
    yield "电话", [Value(text=number, address=f"tel:{_digits(number)}") for number in numbers]


def _one(record: Mapping[str, Any], name: str) -> Sequence[str]:
    return (record[name],) if name in record else ()


def _searched(texts: Sequence[str]) -> Sequence[Value]:
    return [Value(text=text, address=search_address(("q", text))) for text in texts]


def _filtered(name: str, values: Sequence[str]) -> Sequence[Value]:
    return [Value(text=value, address=search_address((name, value))) for value in values]


def _known(labelled: Iterator[tuple[str, Sequence[Value]]]) -> Sequence[Fact]:
    """The facts that have a value with a text."""
    found = ((label, [value for value in values if value.text]) for label, values in labelled)
    return [Fact(label=label, values=values) for label, values in found if values]


def _deadline(text: str) -> str:
    moment = local_time(text)
    return said_day(moment) + said_clock(moment)


def _digits(phone: str) -> str:
    """What a telephone dials: 0512-6288 0000 转 8 → 051262880000,8."""
    number, _, extension = phone.partition("转")
    dialled = "".join(c for c in number if c.isdecimal() or c == "+")
    inner = "".join(c for c in extension if c.isdecimal())
    return f"{dialled},{inner}" if inner else dialled


def _site(address: str) -> str:
    """The host of a web address; empty for anything else, whatever the catalogue says."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    return parts.hostname or "" if parts.scheme in ("http", "https") else ""
