"""Covers of stories: a letter on ruled paper."""

from collections.abc import Mapping
from typing import Any, Final

from markupsafe import Markup

from api.residents.chance import Chance
from api.residents.cover_titles import column, columns, is_chinese, lettering, lines, short_title

_RULES: Final = ("#b5473a", "#2b6a6e", "#8a6a2f")


def story_cover(record: Mapping[str, Any], chance: Chance) -> Markup:
    title, rule = short_title(record["title"]), chance.pick(_RULES)
    paper = Markup(
        '<path fill="#f8f1df" d="M0 0h120v160H0z"/><path fill="none" stroke="{}" stroke-opacity=".75" stroke-width="2"'
        ' d="M12 12h96v136H12z"/><path fill="none" stroke="{}" stroke-opacity=".35"'
        ' d="M36 12v136M60 12v136M84 12v136"/><path fill="#a8352a" d="M16 128h16v16H16z"/>'
        '<path stroke="#f8f1df" stroke-width="1.6" fill="none" d="M20 133h8M24 133v8M20 139q4-4 8 0"/>'
    ).format(rule, rule)
    if not is_chinese(title):
        return paper + lettering(lines(title, x=60, y=40, size=13, width=11, most=5), fill="#22302f")
    written = Markup("").join(
        column(text, x=96 - i * 24, y=33, size=16, step=19) for i, text in enumerate(columns(title, most=6))
    )
    return paper + lettering(written, fill="#22302f")
