"""Covers of places: white walls and dark tiles at some hour of the day."""

from collections.abc import Mapping
from typing import Any, Final

from markupsafe import Markup

from api.residents.chance import Chance

_HOURS: Final = (
    ("#dfeae6", "#b9d0c6", "#f2f0e8"),
    ("#f6e3cf", "#e9bd94", "#faf3e6"),
    ("#dbe6ef", "#a9c3d6", "#f4f4ef"),
    ("#e4e0ee", "#b6acd0", "#f5f2ec"),
)
"""Sky, the hills behind, the wall."""
_GROUND: Final = "M0 138h120v22H0z"

_MOON_GATE: Final = (
    '<path fill="{wall}" d="M6 64h108v80H6z"/><path fill="#37474a" d="M0 66q10-2 14-12h92q4 10 14 12v6H0z"/>'
    '<path stroke="#5f7073" fill="none" stroke-width="1.5"'
    ' d="M22 56v12M36 56v12M50 56v12M64 56v12M78 56v12M92 56v12"/>'
    '<circle cx="60" cy="110" r="29" fill="{hill}"/>'
    '<path fill="#4f7a5f"'
    ' d="M60 136q-6-26 6-44 4 24-6 44zM66 136q6-18 18-24-2 18-18 24zM54 136q-8-14-18-16 4 14 18 16z"/>'
    '<circle cx="60" cy="110" r="29" fill="none" stroke="#37474a" stroke-width="3"/>'
)
_PAVILION: Final = (
    '<path fill="#37474a" d="M60 30q-6 22-50 34 8 6 16 2h68q8 4 16-2-44-12-50-34zM57 22h6v10h-6z"/>'
    '<path stroke="#7a3b30" stroke-width="5" fill="none" d="M30 66v74M50 66v74M70 66v74M90 66v74"/>'
    '<path fill="{wall}" d="M26 118h68v8H26z"/><path fill="#7a3b30" d="M24 114h72v4H24zM20 138h80v6H20z"/>'
)
_PAGODA: Final = (
    "".join(
        f'<path fill="#37474a" d="M{60 - width} {y}q{width}-4 {2 * width} 0l-6-8H{66 - width}z"/>'
        f'<path fill="{{wall}}" d="M{66 - width} {y}h{2 * width - 12}v17H{66 - width}z"/>'
        f'<path fill="#7a3b30" d="M56 {y + 5}h8v12h-8z"/>'
        for width, y in ((24, 46), (29, 71), (34, 96), (39, 121))
    )
    + '<path fill="#37474a" d="M60 12l3 26h-6z"/>'
)
_BRIDGE: Final = (
    '<path fill="{hill}" d="M0 124h120v36H0z"/>'
    '<path fill="{wall}" stroke="#37474a" stroke-width="2.5" d="M-4 126q64-66 128 0l-22 6a42 38 0 0 0-84 0z"/>'
    '<path stroke="#37474a" fill="none" stroke-width="2"'
    ' d="M6 112q54-52 108 0M24 110V98M42 98V86M60 94V82M78 98V86M96 110V98"/>'
    '<path fill="none" stroke="#fff" stroke-opacity=".8" stroke-width="1.8"'
    ' d="M20 142q10-4 20 0t20 0 20 0 20 0M36 152q10-4 20 0t20 0 20 0"/>'
    '<path fill="none" stroke="#5d8a5e" stroke-width="2" stroke-linecap="round"'
    ' d="M96 8q-6 24-2 48M106 4q-4 26 0 54M86 10q-8 16-8 34M114 6v44"/>'
)
_BUILDINGS: Final = (_MOON_GATE, _PAVILION, _PAGODA, _BRIDGE)


def place_cover(record: Mapping[str, Any], chance: Chance) -> Markup:
    sky, hill, wall = chance.pick(_HOURS)
    building = chance.pick(_BUILDINGS).replace("{wall}", wall).replace("{hill}", hill)
    return Markup(
        '<path fill="{}" d="M0 0h120v160H0z"/><path fill="{}" d="M0 100q30-30 60-14t60-16v90H0z"/>'
        '<path fill="#8fa38f" d="{}"/>{}'
    ).format(sky, hill, _GROUND, Markup(building))
