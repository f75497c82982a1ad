"""Where words stand in texts, as the index counted them: 学会 stands in 学会游泳, but not in 大学会计.

Cutting a text takes much longer than finding a word in it. So a stretch of it is cut only where that can matter:
where a dictionary word reaches across an end of what was found.
"""

from collections.abc import Iterable, Sequence, Sized
from functools import partial
from itertools import accumulate
from typing import NamedTuple

import numpy as np

from index import marking
from index.arrays import Int64, code_points
from index.folding import FoldedTexts
from index.marking import FIRM, STEADY
from index.segmentation import Segmenter


class Occurrences(NamedTuple):
    """k places of words in texts that stand one behind the other."""

    places: Int64
    """(4, k) number of the text, number of the word, start and end, by text, then by start."""
    words: Sequence[str]
    """By number."""


def occurrences(segmenter: Segmenter, texts: FoldedTexts, words: Sequence[Sequence[str]]) -> Occurrences:
    """Where in each of n folded texts its words are tokens, or parts that a reader sees in one.

    Search mode sees parts where no reader does: 司法 in 公司法, which is 公司 and 法. Where there is nothing else, the
    whole tokens with such parts are what was found. What stands inside a longer word that was found is left out.

    Args:
        texts: each ends with a space, a line break or punctuation.
        words: (n,) of each, not empty.
    """
    groups: dict[Sequence[str], int] = {}
    chosen = [groups.setdefault(tuple(own), len(groups)) for own in words]
    asked = [word for own in groups for word in own]
    places, doubts = marking.find(
        texts.codes,
        texts.starts,
        segmenter.kinds,
        np.array(chosen, np.int64),
        _offsets(groups),
        code_points("".join(asked)),
        _offsets(asked),
        np.array([_firmness(segmenter, word) for word in asked], np.uint8),
    )
    tokens = segmenter.tokens_at(texts.codes, places[2], places[3], doubts)
    doubted = marking.others(places, tokens)
    if len(doubted):
        _, numbers, starts, ends = places[:, doubted].tolist()
        own = [asked[number] for number in numbers]
        bounds = zip(*tokens[:, doubted].tolist(), strict=True)
        seen = map(partial(_standing, segmenter, texts.text), own, zip(starts, ends, strict=True), bounds)
        tokens[:, doubted] = np.array([*seen], np.int64).T
    return Occurrences(marking.chosen(places, tokens), asked)


def _offsets(parts: Iterable[Sized]) -> Int64:
    return np.array([0, *accumulate(map(len, parts))], np.int64)


def _firmness(segmenter: Segmenter, word: str) -> int:
    if not segmenter.is_whole(word):
        return 0
    is_run = word.isascii() and (word.isalpha() or word.isdigit())
    return FIRM if is_run or (len(word) > 1 and segmenter.knows(word)) else STEADY


def _standing(
    segmenter: Segmenter, text: str, word: str, place: tuple[int, int], bounds: Sequence[int]
) -> Sequence[int]:
    """The place of a word in another token if a reader sees it there, else the token's bounds; -1 if it is no part."""
    (start, end), (first, last) = place, bounds
    token = text[first:last]
    known = segmenter.word(token)
    if end > last or known is None or word not in known.parts:
        return -1, -1
    return place if _is_seen(start - first, end - first, segmenter.borders[token]) else bounds


def _is_seen(start: int, end: int, borders: Sequence[int]) -> bool:
    """Whether a reader sees a part of a token: at its beginning, or where it splits none of the token's words."""
    return start == 0 or (start in borders and end in borders) or not any(start < at < end for at in borders)
