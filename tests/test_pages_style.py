"""The style keeps its promises: contrast in every view, and nothing from outside."""

import re
from pathlib import Path

import pytest

from api import residents

ROOT = Path(__file__).resolve().parent.parent
STATIC = Path(residents.__file__).parent / "static"
STYLE = (STATIC / "style.css").read_text(encoding="utf-8")
TEXTS = ("ink", "soft", "jade", "gold", "cinnabar")
GROUNDS = ("paper", "card", "jade-wash")

Tokens = dict[str, str]


def tokens(*selectors: str) -> Tokens:
    """The tokens in force where all these blocks apply, in their order."""
    found: Tokens = {}
    for selector in selectors:
        block = re.search(re.escape(selector) + r"\s*\{([^}]*)\}", STYLE)
        assert block, selector
        found |= dict(re.findall(r"--([a-z-]+):\s*(#[0-9a-f]{3,6})", block[1]))
    return found


ELDER = ':root[data-view="elder"]'
DARK = f":root, {ELDER}"
VIEWS = {
    "standard": (tokens("\n:root"), 4.5),
    "elder": (tokens("\n:root", f"\n{ELDER}"), 7.0),
    "dark": (tokens("\n:root", f"  {DARK}"), 4.5),
    "dark elder": (tokens("\n:root", f"\n{ELDER}", f"  {DARK}", f"  {ELDER}"), 7.0),
}


def luminance(colour: str) -> float:
    """Relative luminance, WCAG 2.2."""
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    channels = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("view", VIEWS)
def test_texts_stand_out(view: str) -> None:
    colours, least = VIEWS[view]
    pairs = [(text, ground) for text in TEXTS for ground in GROUNDS]
    pairs += [("on-action", "action"), ("ink", "mark"), ("soft", "sky"), ("ink", "sky")]
    weak = {pair: round(contrast(colours[pair[0]], colours[pair[1]]), 2) for pair in pairs}
    assert {pair: ratio for pair, ratio in weak.items() if ratio < least} == {}


@pytest.mark.parametrize("view", VIEWS)
def test_edges_of_what_can_be_used_are_seen(view: str) -> None:
    colours, _ = VIEWS[view]
    assert min(contrast(colours["edge"], colours[ground]) for ground in ("paper", "card")) >= 3


def test_nothing_comes_from_outside() -> None:
    for path in STATIC.iterdir():
        text = path.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
        assert "//" not in re.sub(r"(^|\s)//.*", "", text), path.name
        assert "@import" not in text
        assert "eval(" not in text


def test_scripts_are_small() -> None:
    for path in STATIC.glob("*.js"):
        assert len(path.read_text(encoding="utf-8").splitlines()) < 150


def test_readme_shows_two_pages_in_small_pictures() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    pictures = [ROOT / name for name in re.findall(r"!\[[^\]]+\]\((docs/[^)]+\.png)\)", readme)]
    assert len(pictures) == 2
    for picture in pictures:
        assert picture.read_bytes().startswith(b"\x89PNG")
        assert picture.stat().st_size < 300_000
