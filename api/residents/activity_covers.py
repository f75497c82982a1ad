"""Covers of activities: the leaf of a calendar, or a lantern where no day is known;
of what goes on for weeks the first day, and the day of the week once that is past."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from markupsafe import Markup

from api.moments import BEIJING
from api.residents.chance import Chance
from api.residents.cover_titles import lettering
from api.residents.wording import local_time, weekday

_REDS: Final = ("#9c2b20", "#8a4b1f", "#7a2f45", "#3d4f79", "#2b5f73", "#3b5f45")
_EVERY_WEEK: Final = re.compile(r"(?:周|星期|礼拜)([一二三四五六日天])")

_CLOCK: Final = re.compile(r"\d{1,2}[:：]\d{2}")


def activity_cover(record: Mapping[str, Any], chance: Chance) -> Markup:
    colour = chance.pick(_REDS)
    schedule = record.get("schedule", "")
    day = local_time(record["starts_at"]) if "starts_at" in record else None
    found = _EVERY_WEEK.search(schedule)
    if day and (day > datetime.now(BEIJING) or not found):
        return _leaf(colour, head=f"{day.month}月", large=str(day.day), small=weekday(day))
    if found:
        clock = _CLOCK.search(schedule)
        return _leaf(colour, head="每周", large=found[1], small=clock[0] if clock else "星期" + found[1])
    return _lantern(colour)


def _leaf(colour: str, *, head: str, large: str, small: str) -> Markup:
    words = Markup(
        '<text x="60" y="36" font-size="23" fill="#fff">{}</text>'
        '<text x="60" y="111" font-size="54" fill="#22302f">{}</text>'
        '<text x="60" y="142" font-size="18" font-weight="400" fill="#4c5a5e">{}</text>'
    ).format(head, large, small)
    return Markup(
        '<path fill="#f6f1e2" d="M0 0h120v160H0z"/><path fill="{}" d="M0 0h120v50H0z"/>'
        '<g fill="#f6f1e2" stroke="#22302f" stroke-opacity=".25"><circle cx="30" cy="9" r="4"/>'
        '<circle cx="90" cy="9" r="4"/></g>{}<path stroke="#c9b98f" d="M20 120h80"/>'
    ).format(colour, lettering(words, fill="#22302f"))


def _lantern(colour: str) -> Markup:
    return Markup(
        '<path fill="#f7ecd9" d="M0 0h120v160H0z"/><path stroke="#5b4030" stroke-width="2" d="M60 0v34"/>'
        '<path fill="#c8963e" d="M44 34h32v8H44zM44 100h32v8H44z"/>'
        '<rect x="20" y="42" width="80" height="58" rx="29" fill="{}"/>'
        '<path fill="none" stroke="#f7ecd9" stroke-opacity=".55" stroke-width="1.5"'
        ' d="M60 42v58M46 42q-14 29 0 58M74 42q14 29 0 58M34 47q-16 24 0 48M86 47q16 24 0 48"/>'
        '<path fill="none" stroke="#c8963e" stroke-width="2" d="M52 108v26M60 108v34M68 108v26"/>'
    ).format(colour)
