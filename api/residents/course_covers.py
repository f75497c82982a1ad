"""Covers of courses: a garden seen through a window in its wall."""

from collections.abc import Mapping
from typing import Any, Final

from markupsafe import Markup

from api.residents.chance import Chance

_WALLS: Final = (
    ("#175c5a", "#dcebe4", "#8db8a8", "#3f7f76"),
    ("#2b5f73", "#e0ecf0", "#9dbdca", "#4b8199"),
    ("#3b5f45", "#e8eedd", "#a9c29a", "#5f8a5c"),
    ("#3d4f79", "#e5e8f2", "#aab4d3", "#6676a8"),
    ("#6a4f2c", "#f4ead8", "#d3b88c", "#a4834f"),
    ("#6b3a3f", "#f5e6e2", "#d9aca5", "#a8706c"),
)
"""Wall, sky, far and near."""

_CIRCLE: Final = "M60 30a46 46 0 1 1 0 92a46 46 0 1 1 0-92z"
_WINDOWS: Final = (
    _CIRCLE,
    "M42 32h36l24 24v40l-24 24H42L18 96V56z",
    "M60 28c14 0 22 10 22 20 10 0 22 8 22 28s-12 28-22 28c0 10-8 20-22 20s-22-10-22-20c-10 0-22-8-22-28"
    "s12-28 22-28c0-10 8-20 22-20z",
    "M20 34h80v84H20z",
    "M60 26l42 25v50l-42 25-42-25V51z",
    "M10 60q50-40 100 0l-20 58q-30-20-60 0z",
)
"""Round, octagonal, a begonia flower, square, hexagonal, a fan."""

_HILLS: Final = (
    '<circle cx="82" cy="58" r="9" fill="#e8b75c"/><path class="far" d="M0 96q26-34 52-10t70-22v70H0z"/>'
    '<path class="near" d="M0 116q34-26 62-8t60-12v40H0z"/>'
)
_BAMBOO: Final = (
    '<path class="far-line" fill="none" stroke-width="4" d="M84 20v120"/>'
    '<path class="near-line" fill="none" stroke-width="5" d="M40 20v120M56 20v120"/>'
    '<path class="sky-line" fill="none" stroke-width="1.5" d="M37 50h6M37 84h6M53 66h6M53 98h6M82 58h4M82 92h4"/>'
    + "".join(
        f'<path class="{shade}" d="M0 0q12-6 30 0q-18 6-30 0z" transform="translate({x} {y}) rotate({turn})"/>'
        for shade, x, y, turns in (
            ("near", 57, 66, (-18, 14, 46)),
            ("near", 39, 84, (140, 172)),
            ("near", 41, 50, (-30, 205)),
            ("near", 57, 98, (10, 40)),
            ("far", 84, 58, (20, 52)),
        )
        for turn in turns
    )
)
_MOON_ON_WATER: Final = (
    '<circle cx="46" cy="58" r="13" fill="#fff"/><circle cx="46" cy="58" r="13" fill="#e8b75c" fill-opacity=".45"/>'
    '<path class="far" d="M0 88h120v60H0z"/><g fill="none" stroke="#fff" stroke-opacity=".75" stroke-width="1.8">'
    '<path d="M30 96q8-4 16 0t16 0 16 0M20 106q8-4 16 0t16 0 16 0 16 0M36 116q8-4 16 0t16 0"/></g>'
    '<path class="near" d="M72 88q14-20 34-18v18z"/>'
)
_PLUM: Final = (
    '<path fill="none" stroke="#5b4030" stroke-linecap="round" stroke-width="3.5"'
    ' d="M8 120q26-8 40-32t50-44M50 86q20 2 40-6"/>'
    + "".join(
        f'<g transform="translate({x} {y}) scale({size})"><g fill="#c94f4b">'
        '<circle cy="-5" r="4.6"/><circle cx="4.8" cy="-1.5" r="4.6"/><circle cx="3" cy="4" r="4.6"/>'
        '<circle cx="-3" cy="4" r="4.6"/><circle cx="-4.8" cy="-1.5" r="4.6"/></g>'
        '<circle r="2.4" fill="#f6d98a"/></g>'
        for x, y, size in ((48, 84, 1.1), (72, 62, 1.2), (90, 78, 0.9), (90, 48, 0.8), (32, 104, 0.8))
    )
)
_LOTUS: Final = (
    '<path class="far" d="M0 104h120v40H0z"/>'
    '<path class="near" d="M16 108q22-22 50 0-26 12-50 0zM70 114q16-14 38 0-18 8-38 0z"/>'
    '<path class="near-line" fill="none" stroke-width="3" d="M66 108q4-20-2-34"/>'
    '<g fill="#d98582"><path d="M64 76q-20-6-18-26 16 4 18 26zM64 76q20-6 18-26-16 4-18 26z"/>'
    '<path fill="#e8a7a2" d="M64 78q-14-16 0-38 14 22 0 38z"/></g>'
)
_PAVILION: Final = (
    '<path class="far" d="M0 108q30-16 60-4t62-8v50H0z"/>'
    '<path class="near" d="M60 44l-34 24q10 2 16-2h36q6 4 16 2z"/>'
    '<path class="near-line" fill="none" stroke-width="4" d="M42 66v40M78 66v40M60 44v-8"/>'
    '<path class="near" d="M34 104h52v6H34z"/>'
)
_SCENES: Final = (_HILLS, _BAMBOO, _MOON_ON_WATER, _PLUM, _LOTUS, _PAVILION)

_TILES: Final = "M0 150" + 8 * "a7.5 7.5 0 0 1 15 0"


def course_cover(record: Mapping[str, Any], chance: Chance) -> Markup:
    wall, sky, far, near = chance.pick(_WALLS)
    number, window = chance.pick(tuple(enumerate(_WINDOWS)))
    scene = _coloured(chance.pick(_SCENES), far=far, near=near, sky=sky)
    clip = f"window-{number}"
    return Markup(
        '<clipPath id="{}"><path d="{}"/></clipPath><path fill="{}" d="M0 0h120v160H0z"/>'
        '<g clip-path="url(#{})"><path fill="{}" d="M0 0h120v160H0z"/>{}</g>'
        '<path d="{}" fill="none" stroke="#f6f3ec" stroke-width="4" stroke-linejoin="round"/>'
        '<path d="{}" fill="none" stroke="{}" stroke-linejoin="round"/>'
        '<path d="{}" fill="none" stroke="#f6f3ec" stroke-opacity=".4" stroke-width="1.5"/>'
    ).format(clip, window, wall, clip, sky, scene, window, window, wall, _TILES)


def _coloured(scene: str, **colours: str) -> Markup:
    for name, colour in colours.items():
        scene = scene.replace(f'class="{name}"', f'fill="{colour}"')
        scene = scene.replace(f'class="{name}-line"', f'stroke="{colour}"')
    return Markup(scene)
