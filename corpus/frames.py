"""How residents put a question: the words around what they look for, and what kind or audience those words name."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from corpus.errors import InvalidInput
from corpus.resource import FORMATS, KINDS, LEVELS
from corpus.tables import read_table

_PLACES: Final = {"开头": (True, False), "结尾": (False, True), "两头": (True, True), "提到": (False, False)}
_NAMED: Final = ("kind", "audience", "level", "format")
_KNOWN: Final[Mapping[str, tuple[str, ...]]] = {"kind": KINDS, "level": LEVELS, "format": FORMATS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """Words that belong to the question, not to its matter: 有没有讲…的书."""

    text: str
    leads: bool
    """May stand before the matter, and is then taken away."""
    ends: bool
    """May stand behind the matter, and is then taken away."""
    named: Mapping[str, tuple[str, ...]]
    """What it says of the resources looked for: values of kind, audience, level and format."""


def read_frames(path: Path) -> tuple[Frame, ...]:
    """The frames of a file, in its order.

    Raises: InvalidInput, with the line, for an unknown place, an unknown value or a text twice.
    """
    frames: dict[str, Frame] = {}
    for here, row in read_table(path, columns=("text", "place", *_NAMED)):
        if row["place"] not in _PLACES:
            raise InvalidInput(f"“{row['place']}”应是 {'、'.join(_PLACES)} 之一", place=here)
        if row["text"].casefold() in frames:
            raise InvalidInput(f"“{row['text']}”重复了", place=here)
        named = {name: values for name in _NAMED if (values := _values(name, row[name], here))}
        leads, ends = _PLACES[row["place"]]
        if not leads and not ends and not named:
            raise InvalidInput("“提到”的词要说明类型、人群、程度或方式", place=here)
        frames[row["text"].casefold()] = Frame(text=row["text"], leads=leads, ends=ends, named=named)
    return tuple(frames.values())


def _values(name: str, cell: str, here: str) -> tuple[str, ...]:
    values = tuple(value.strip() for value in cell.split("|") if value.strip())
    for value in values:
        if name in _KNOWN and value not in _KNOWN[name]:
            raise InvalidInput(f"{name} 没有“{value}”这个值；可用的是 {'、'.join(_KNOWN[name])}", place=here)
    return values
