"""Folding: one form for every spelling of the same text, with a way back to the original.

fold = NFKC → OpenCC t2s → lower case → a short character table, repeated until nothing changes.
ＰＹＴＨＯＮ, Python and python fold alike, and so do 養生 and 养生.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache

import opencc

_MAX_PASSES = 8
"""Two passes settle every text seen so far; the bound keeps a strange one from looping."""

_PLAIN = re.compile("[ -~\\s·—‘’“”、。〈〉《》「」『』【】〔〕㐀-䶿一-鿿！-～]*")
"""Characters that NFKC and lower case turn into just one, and that join no other: nearly every text."""

_SURROGATE = re.compile("[\ud800-\udfff]")

_STRAGGLERS = str.maketrans(
    "锺祇馀钜甯妳燄濶牠朶浄煖畱翺荳諠讃銲鬪衞敍簷伕枱揹",
    "钟只余巨宁你焰阔它朵净暖留翱豆喧赞焊斗卫叙檐夫台背",
)
"""Variants that t2s leaves alone, each to the form a reader of simplified Chinese would type."""


def fold(text: str) -> str:
    """The folded form of a text; folding it again changes nothing."""
    for _ in range(_MAX_PASSES):
        folded = _one_pass(text)
        if folded == text:
            break
        text = folded
    return text


def fold_with_offsets(text: str) -> tuple[str, Sequence[int]]:
    """The folded form, and for each of its characters (and its end) the position in the original.

    Returns: `folded` and `offsets`, len(folded) + 1 positions, ascending; what stands behind
        folded[i:j] is text[offsets[i]:offsets[j]].
    """
    offsets: Sequence[int] = range(len(text) + 1)
    for _ in range(_MAX_PASSES):
        folded = _one_pass(text)
        if folded == text:
            break
        if not _keeps_length(text):
            starts = [start for start, length in _folded_clusters(text) for _ in range(length)]
            offsets = [offsets[start] for start in starts] + [offsets[len(text)]]
        text = folded
    return text, offsets


def _one_pass(text: str) -> str:
    normalized = unicodedata.normalize("NFKC", text)
    try:
        simplified: str = _converter().convert(normalized)
    except UnicodeEncodeError:  # half of a surrogate pair, which is no character
        simplified = _converter().convert(_SURROGATE.sub("\ufffd", normalized))
    return simplified.lower().translate(_STRAGGLERS)


@cache
def _converter() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


def _keeps_length(text: str) -> bool:
    """Whether one pass surely maps character to character; t2s and the table always do."""
    return _PLAIN.fullmatch(text) is not None


def _folded_clusters(text: str) -> Iterator[tuple[int, int]]:
    """Start and folded length of each stretch that NFKC treats on its own (e + ´ is one, ﬁ is one)."""
    start = 0
    for end in range(1, len(text) + 1):
        if end == len(text) or _is_boundary(text[end - 1], text[end]):
            yield start, len(unicodedata.normalize("NFKC", text[start:end]).lower())
            start = end


def _is_boundary(left: str, right: str) -> bool:
    if right < "\u0300":  # nothing before the combining marks composes with what stands left of it
        return True
    if unicodedata.combining(right):
        return False
    apart = unicodedata.normalize("NFKC", left) + unicodedata.normalize("NFKC", right)
    return unicodedata.normalize("NFKC", left + right) == apart
