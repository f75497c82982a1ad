"""Which days of the week a schedule in words names: 每周二、四 9:00, 周一至周五, 周末."""

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

EVERY_DAY: Final = frozenset(range(7))
"""Monday is 0."""

_DAYS: Final = {"一": 0, "二": 1, "三": 2, "四": 3, "五": 4, "六": 5, "日": 6, "天": 6}
_DAY: Final = "[一二三四五六日天]"
_WEEK: Final = "(?:周|星期|礼拜)"
_NOT_COUNTED: Final = "(?![次回场堂节课个年月程])"
"""每周三次 is three times a week, 周日程 is what a week brings."""
_RANGE: Final = re.compile(rf"{_WEEK}({_DAY})(?:[至到~–-]|—+){_WEEK}?({_DAY})")
_LIST: Final = re.compile(rf"{_WEEK}{_DAY}(?:[、,/和及与]?{_WEEK}?{_DAY})*{_NOT_COUNTED}")
_NAMED: Final = {"周末": {5, 6}, "双休日": {5, 6}, "工作日": {0, 1, 2, 3, 4}}
_EXCEPTED: Final = re.compile("除|停|休(?!日)|闭")


def read_weekdays(schedule: str) -> frozenset[int]:
    """The days that a schedule names, Monday 0; every day where it names none, or says when it is not."""
    text = unicodedata.normalize("NFKC", schedule).replace(" ", "")
    named = frozenset(_named(text))
    return named if named and not _EXCEPTED.search(text) else EVERY_DAY


def _named(text: str) -> Iterator[int]:
    for first, last in _RANGE.findall(text):
        yield from ((_DAYS[first] + step) % 7 for step in range((_DAYS[last] - _DAYS[first]) % 7 + 1))
    for found in _LIST.finditer(_RANGE.sub("", text)):
        yield from (_DAYS[character] for character in found[0] if character in _DAYS)
    for name, days in _NAMED.items():
        if name in text:
            yield from days
