"""Covers of books: bound with thread, a landscape, a moon, or plain paper with a band of cloth."""

from collections.abc import Mapping
from typing import Any, Final

from markupsafe import Markup

from api.residents.chance import Chance
from api.residents.cover_titles import column, columns, is_chinese, lettering, lines, short_title

_CLOTH: Final = ("#24504e", "#5b3a29", "#6b2f2a", "#2f4a6b", "#4d4a2a", "#513a5c", "#37474f", "#7a4a24")
_PAPER: Final = "#f6f1e2"
_INK: Final = "#22302f"
_SKIES: Final = (
    ("#f3ead6", "#c9785b", "#a9b8a6", "#6f8f86", "#33605c"),
    ("#e6ece9", "#e0b15c", "#a8bfc4", "#6b8fa0", "#2f5470"),
    ("#f2e3dc", "#b5473a", "#cdb3b0", "#97747c", "#55404f"),
    ("#eef0e0", "#d99a3d", "#b7c49a", "#7f9a68", "#45613c"),
)


def book_cover(record: Mapping[str, Any], chance: Chance) -> Markup:
    title = short_title(record["title"])
    return chance.pick((_thread_bound, _landscape, _moon, _banded))(title, chance)


def _thread_bound(title: str, chance: Chance) -> Markup:
    """The binding on the right, the slip with the title on the upper left, as on an old Chinese book."""
    back = Markup(
        '<path fill="{}" d="M0 0h120v160H0z"/>'
        '<path stroke="#fff" stroke-opacity=".42" stroke-width="1.3" fill="none"'
        ' d="M106 0v160M106 8h14M106 44h14M106 80h14M106 116h14M106 152h14"/>'
    ).format(chance.pick(_CLOTH))
    if not is_chinese(title):
        words = lines(title, x=53, y=36, size=13, width=10, most=4)
        height = 22 + 16 * words.count("</text>")
        slip = Markup('<path fill="{}" stroke="#c9b98f" d="M12 16h82v{}H12z"/>').format(_PAPER, height)
        return back + slip + lettering(words, fill=_INK)
    texts = columns(title, most=6)
    step = 20 if len(texts) == 1 else 17
    width, height = 8 + step * len(texts), 14 + step * len(texts[0])
    slip = Markup('<path fill="{}" stroke="#c9b98f" d="M12 12h{}v{}h-{}z"/>').format(_PAPER, width, height, width)
    first = 12 + width - 4 - step / 2
    words = Markup("").join(
        column(text, x=first - i * step, y=12 + step, size=step - 4, step=step) for i, text in enumerate(texts)
    )
    return back + slip + lettering(words, fill=_INK)


def _landscape(title: str, chance: Chance) -> Markup:
    """Hills in the mist under the sun."""
    sky, sun, far, middle, near = chance.pick(_SKIES)
    far_hill, near_hill = chance.pick(
        (
            ("M0 118Q30 84 58 110T120 96V160H0z", "M0 146Q44 112 74 138T120 132V160H0z"),
            ("M0 104Q26 98 50 116T120 88V160H0z", "M0 134Q30 128 60 144T120 124V160H0z"),
            ("M0 96Q40 120 70 104T120 112V160H0z", "M0 126Q36 148 66 136T120 148V160H0z"),
        )
    )
    x, y = chance.pick((28, 34, 40)), chance.pick((74, 84))
    body = Markup(
        '<path fill="{}" d="M0 0h120v160H0z"/><circle cx="{}" cy="{}" r="15" fill="{}"/>'
        '<path fill="{}" d="{}"/><path fill="{}" d="{}" transform="translate(0 14)"/><path fill="{}" d="{}"/>'
    ).format(sky, x, y, sun, far, far_hill, middle, far_hill, near, near_hill)
    return body + _upper_right(title, fill=_INK)


def _moon(title: str, chance: Chance) -> Markup:
    """A large moon on cloth."""
    cloth = chance.pick(_CLOTH)
    body = Markup(
        '<path fill="{}" d="M0 0h120v160H0z"/><circle cx="{}" cy="118" r="{}" fill="#fff" fill-opacity=".13"/>'
        '<circle cx="{}" cy="132" r="26" fill="#e9c877" fill-opacity=".85"/>'
        '<path d="M8 8h104v144H8z" fill="none" stroke="#fff" stroke-opacity=".3"/>'
    ).format(cloth, chance.pick((30, 44)), chance.pick((52, 62)), chance.pick((34, 42)))
    return body + _upper_right(title, fill="#fbf6e8")


def _banded(title: str, chance: Chance) -> Markup:
    """Paper with a band of cloth and a seal."""
    cloth = chance.pick(_CLOTH)
    left = chance.pick((True, False))
    body = Markup(
        '<path fill="{}" d="M0 0h120v160H0z"/><path fill="{}" d="M{} 0h34v160h-34z"/>'
        '<path stroke="{}" stroke-opacity=".45" d="M{} 0v160"/>'
        '<path fill="#a8352a" d="M{} 132h13v13h-13z"/><path stroke="#f6f1e2" d="M{} 135v7M{} 138.5h7" fill="none"/>'
    ).format(_PAPER, cloth, 0 if left else 86, cloth, 40 if left else 80, *((53, 59.5, 56) if left else (27, 33.5, 30)))
    centre = 78 if left else 42
    if not is_chinese(title):
        return body + lettering(lines(title, x=centre, y=34, size=12, width=9, most=6), fill=_INK)
    return body + lettering(_title_columns(title, x=centre, y=32, size=18), fill=_INK)


def _upper_right(title: str, *, fill: str) -> Markup:
    if not is_chinese(title):
        return lettering(lines(title, x=60, y=30, size=13, width=12, most=3), fill=fill)
    right = 92 if len(columns(title, most=5)) == 1 else 84
    return lettering(_title_columns(title, x=right, y=32, size=17), fill=fill)


def _title_columns(title: str, *, x: float, y: float, size: float) -> Markup:
    """At most two columns of five around x."""
    texts = columns(title, most=5)
    step = size * 1.25
    right = x + (len(texts) - 1) * step / 2
    return Markup("").join(column(text, x=right - i * step, y=y, size=size, step=step) for i, text in enumerate(texts))
