"""Splits a cell that holds several values, and leaves one alone that only looks like it."""

import re
from collections.abc import Sequence
from typing import Final

_HAN: Final = "[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
_PLAIN: Final = re.compile(r"[;；|｜\n\r]+")
"""Between values and nowhere else."""
_ENUMERATION: Final = re.compile(r"[、，]")
_COMMA: Final = re.compile(r",")
_SLASH: Final = re.compile(
    rf"\s+[/／]\s+|(?<={_HAN})\s*[/／]\s*|(?<=[)）\]】])\s*[/／]\s*|\s*[/／]\s*(?={_HAN})|(?<=\w)[/／]{{2,}}"
)
"""AI/人工智能 are two, A/B and TCP/IP one."""
_SPACE: Final = re.compile(rf"(?<={_HAN}{_HAN})[\s\u3000]+(?={_HAN}{_HAN})")
"""太极 养生 are two, 张 三 is one."""
_LATIN_NAME: Final = re.compile(r"[A-Za-z.'\- À-ɏ]+,\s*[A-Za-z.'\- À-ɏ]+")
"""Rowling, J. K."""
_ROLE: Final = re.compile(
    r"(?<=\S\S)[\s,，]+等?[编译绘著撰注校图文选主点审改辑纂写述整理插画摄影]{1,4}$"
    rf"|(?<={_HAN}{_HAN})(?:等?(?:编著|著|主编|编译|译注|校注|译)|等)$"
)
"""余华 著, 陈鼓应 注译, 余华著, 余华等; without a space 编 and 绘 may end a name."""
_SPACED_NAME: Final = re.compile(rf"(?<=^{_HAN})[\s\u3000]+(?={_HAN}$)")
_OPEN: Final = "([（【〔《"
_CLOSE: Final = ")]）】〕》"


def split_list(text: str) -> list[str]:
    """The values in a cell."""
    return _split_by((_PLAIN, _ENUMERATION, _COMMA, _SLASH, _SPACE), text)


def split_names(text: str) -> list[str]:
    """The people in a cell, without their roles: 余华 著 is 余华, 张　三 is 张三, `Rowling, J. K.` is one."""
    names = []
    for part in _split_by((_PLAIN,), text):
        marked = (
            [part] if _LATIN_NAME.fullmatch(part) else _split_by((_ENUMERATION, _COMMA, _SLASH), _ROLE.sub("", part))
        )
        for name in marked:
            names += _split_by((_SPACE,), _SPACED_NAME.sub("", _ROLE.sub("", name)))
    return names


def _split_by(separators: Sequence[re.Pattern[str]], text: str) -> list[str]:
    values = [text]
    for separator in separators:
        values = [part.strip() for value in values for part in _split(separator, value)]
    return [value for value in values if value]


def _split(separator: re.Pattern[str], text: str) -> list[str]:
    """Splits where a separator stands outside brackets: 余华（1960、浙江） is one."""
    parts, start = [], 0
    for found in separator.finditer(text):
        before = text[: found.start()]
        if sum(before.count(mark) for mark in _OPEN) <= sum(before.count(mark) for mark in _CLOSE):
            parts.append(text[start : found.start()])
            start = found.end()
    return [*parts, text[start:]]
