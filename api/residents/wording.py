"""The words that residents read for the values a resource holds."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from api.moments import BEIJING

KIND_NAMES: Final = {"course": "课程", "book": "图书", "activity": "活动", "place": "学习地点", "story": "学习故事"}
MEASURES: Final = {"course": "门", "book": "本", "activity": "场", "place": "处", "story": "篇"}
FORMAT_NAMES: Final = {"online": "线上", "offline": "线下", "print": "纸质书", "ebook": "电子书"}
SORT_NAMES: Final = {
    "relevance": "最相关",
    "popular": "最受欢迎",
    "rating": "评分最高",
    "newest": "最新",
    "soonest": "最快开始",
}
FREE_NAMES: Final = {"true": "免费", "false": "收费"}
_LANGUAGES: Final = {
    "zh": "中文",
    "zh-hans": "中文（简体）",
    "zh-hant": "中文（繁体）",
    "en": "英语",
    "ja": "日语",
    "ko": "韩语",
    "fr": "法语",
    "de": "德语",
    "ru": "俄语",
    "es": "西班牙语",
}
_WEEKDAYS: Final = "一二三四五六日"


def language_name(tag: str) -> str:
    """The name of a language by its BCP 47 tag; the tag itself where there is no word for it."""
    lower = tag.lower()
    return _LANGUAGES.get(lower) or _LANGUAGES.get(lower.partition("-")[0]) or tag


def value_name(field: str, value: str) -> str:
    """A value of a filter as a resident reads it."""
    named: Mapping[str, Mapping[str, str]] = {"kind": KIND_NAMES, "format": FORMAT_NAMES, "free": FREE_NAMES}
    if field == "language":
        return language_name(value)
    return named.get(field, {}).get(value, value)


def local_time(moment: str) -> datetime:
    """A moment of the catalogue (RFC 3339, UTC) in 北京时间."""
    return datetime.fromisoformat(moment).astimezone(BEIJING)


def weekday(day: datetime) -> str:
    return f"星期{_WEEKDAYS[day.weekday()]}"


def said_day(day: datetime) -> str:
    """11月28日（星期六）; with the year, where it is not this one."""
    year = "" if day.year == datetime.now(BEIJING).year else f"{day.year}年"
    return f"{year}{day.month}月{day.day}日（{weekday(day)}）"


def said_period(starts_at: str, ends_at: str) -> str:
    """When something takes place: 11月28日（星期六）9:30–11:00; empty where nothing is known."""
    known = [local_time(moment) for moment in (starts_at, ends_at) if moment]
    if not known:
        return ""
    first, last = known[0], known[-1]
    if not starts_at:
        return f"到{said_day(last)}为止"
    if first.date() != last.date():
        return f"{said_day(first)}至{said_day(last)}"
    clock = said_clock(first)
    return said_day(first) + clock + (f"–{said_clock(last)}" if clock and last > first else "")


def said_clock(moment: datetime) -> str:
    """9:30; empty at midnight, which stands for a day without a time."""
    return f"{moment.hour}:{moment.minute:02}" if moment.hour or moment.minute else ""


def said_date(text: str) -> str:
    """A date of the catalogue, YYYY[-MM[-DD]], as one reads it: 2012年3月."""
    parts = [part.lstrip("0") for part in text.split("-") if part]
    return "".join(part + unit for part, unit in zip(parts, "年月日", strict=False))


def said_price(record: Mapping[str, Any]) -> str:
    """What it costs; empty where that is not known."""
    price = record.get("price")
    if price:
        return f"{price:g} 元"
    return "免费" if record.get("free") or price == 0 else "收费" if record.get("free") is False else ""
