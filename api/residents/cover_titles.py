"""Titles on covers: Chinese ones in columns from right to left, others in lines."""

import re
import textwrap
from typing import Final

from markupsafe import Markup

_AFTERTHOUGHT: Final = re.compile(r"[（(：:—【\[［].*")
_NO_LETTER: Final = re.compile(r"[《》“”\"'‘’、，。！？!?·\s]+")
_HAN: Final = re.compile(r"[\u3400-\u9fff]")
_MOST_COLUMNS: Final = 2

SERIF: Final = "'Songti SC','STSong','Noto Serif CJK SC','Source Han Serif SC',serif"


def short_title(title: str) -> str:
    """A title without what stands in brackets or behind a colon, unless nothing else is there."""
    return _AFTERTHOUGHT.sub("", title).strip(" 《》") or title


def is_chinese(title: str) -> bool:
    """Whether it reads well from top to bottom."""
    return len(_HAN.findall(title)) * 2 > len(_NO_LETTER.sub("", title))


def columns(title: str, *, most: int) -> list[str]:
    """A Chinese title in columns of at most so many characters, the first one for the right; a longer one is cut."""
    text = _NO_LETTER.sub("", title)
    if len(text) <= most:
        return [text]
    height = min(most, -(-len(text) // _MOST_COLUMNS))
    return textwrap.wrap(text, height)[:_MOST_COLUMNS]


def column(text: str, *, x: float, y: float, size: float, step: float) -> Markup:
    """Characters one below the other; y is the baseline of the first."""
    xs = " ".join(f"{x:g}" for _ in text)
    ys = " ".join(f"{y + i * step:g}" for i in range(len(text)))
    return Markup('<text x="{}" y="{}" font-size="{}">{}</text>').format(xs, ys, f"{size:g}", text)


def lines(text: str, *, x: float, y: float, size: float, width: int, most: int) -> Markup:
    """Words in lines of so many characters; y is the baseline of the first."""
    rows = textwrap.wrap(text, width, max_lines=most, placeholder="…", break_long_words=True)
    line = Markup('<text x="{}" y="{}" font-size="{}">{}</text>')
    return Markup("").join(
        line.format(f"{x:g}", f"{y + i * size * 1.25:g}", f"{size:g}", row) for i, row in enumerate(rows)
    )


def lettering(body: Markup, *, fill: str, weight: int = 700, anchor: str = "middle") -> Markup:
    """A group of text in the face of a printed title."""
    group = Markup('<g fill="{}" font-family="{}" font-weight="{}" text-anchor="{}">{}</g>')
    return group.format(fill, SERIF, weight, anchor, body)
