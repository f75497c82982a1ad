"""Folding: one form for every spelling of the same text, with a way back to the original.

fold = NFKC → OpenCC t2s → lower case → a short character table, repeated until nothing changes.
ＰＹＴＨＯＮ, Python and python fold alike, and so do 養生 and 养生.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import cache

import numpy as np
import opencc

_MAX_PASSES = 8
"""Two passes settle every text seen so far; the bound keeps a strange one from looping."""

_PLAIN = re.compile("[ -~\\s·—‘’“”、。〈〉《》「」『』【】〔〕㐀-䶿一-鿿！-～]*")
"""Characters that NFKC and lower case turn into just one, and that join no other: nearly every text."""

_BETWEEN = "\x1f"
"""Parts texts that are folded at once: a character that no text of the catalogue holds, for cleaning takes it out."""

_SURROGATE = re.compile("[\ud800-\udfff]")

_STRAGGLERS = str.maketrans(
    "锺祇馀钜甯妳燄濶牠朶浄煖畱翺荳諠讃銲鬪衞敍簷伕枱揹",
    "钟只余巨宁你焰阔它朵净暖留翱豆喧赞焊斗卫叙檐夫台背",
)
"""Variants that t2s leaves alone, each to the form a reader of simplified Chinese would type."""
_STRAGGLER = re.compile("[" + "".join(map(chr, _STRAGGLERS)) + "]")


def fold(text: str) -> str:
    """The folded form of a text; folding it again changes nothing."""
    for _ in range(_MAX_PASSES):
        folded, is_settled = _one_pass(text)
        if is_settled:
            return folded
        text = folded
    return text


def fold_all(texts: Sequence[str]) -> list[str]:
    """What `fold` gives for each text, in much less time: each pass goes over all texts at once."""
    folded = list(texts)
    changing: Sequence[int] = range(len(folded))
    for _ in range(_MAX_PASSES):
        after = _one_pass_over([folded[i] for i in changing])
        changed = [(i, text) for i, text in zip(changing, after, strict=True) if text != folded[i]]
        for i, text in changed:
            folded[i] = text
        changing = [i for i, _ in changed]
        if not changing:
            break
    return folded


def _one_pass_over(texts: Sequence[str]) -> list[str]:
    """Texts folded once; characters act on each other across `_BETWEEN` in no step."""
    narrow = _narrow(_BETWEEN.join(texts)).split(_BETWEEN)
    simplified = _simplified(_BETWEEN.join([unicodedata.normalize("NFKC", text) for text in narrow]))
    folded = _STRAGGLER.sub(lambda found: found[0].translate(_STRAGGLERS), simplified.lower()).split(_BETWEEN)
    return folded if len(folded) == len(texts) else [_one_pass(text)[0] for text in texts]


def _narrow(text: str) -> str:
    """A text with narrow letters and signs for the wide ones, as NFKC has them too, but in less time."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    are_wide = (codes >= ord("！")) & (codes <= ord("～"))
    return (codes - are_wide * np.uint32(ord("！") - ord("!"))).tobytes().decode("utf-32-le", "surrogatepass")


def fold_with_offsets(text: str) -> tuple[str, Sequence[int]]:
    """The folded form, and for each of its characters (and its end) the position in the original.

    Returns: `folded` and `offsets`, len(folded) + 1 positions, ascending; what stands behind
        folded[i:j] is text[offsets[i]:offsets[j]].
    """
    offsets: Sequence[int] = range(len(text) + 1)
    for _ in range(_MAX_PASSES):
        folded, is_settled = _one_pass(text)
        if folded != text and not _keeps_length(text):
            offsets = [offsets[start] for start in _folded_starts(text)] + [offsets[len(text)]]
        text = folded
        if is_settled:
            break
    return text, offsets


def _one_pass(text: str) -> tuple[str, bool]:
    """The text folded once, and whether another pass would surely change nothing."""
    normalized = unicodedata.normalize("NFKC", text)
    simplified = _simplified(normalized)
    folded = simplified.lower()
    if _STRAGGLER.search(folded):
        folded = folded.translate(_STRAGGLERS)
    elif simplified == normalized and _keeps_length(text):  # width and case alone settle at once
        return folded, True
    return folded, folded == text


def _simplified(text: str) -> str:
    try:
        simplified: str = _converter().convert(text)
    except UnicodeEncodeError:  # half of a surrogate pair, which is no character
        simplified = _converter().convert(_SURROGATE.sub("\ufffd", text))
    return simplified


@cache
def _converter() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


def _keeps_length(text: str) -> bool:
    """Whether one pass surely maps character to character; t2s and the table always do."""
    return _PLAIN.fullmatch(text) is not None


def _folded_starts(text: str) -> Sequence[int]:
    """For each character after one pass the start of the stretch it comes from (e + ´ is one stretch, ﬁ is one)."""
    starts: list[int] = []
    at = 0
    while at < len(text):
        plain = _plain_end(text, at)
        starts += range(at, plain)
        at = end = plain
        while end < len(text) and (end == at or not _is_boundary(text[end - 1], text[end])):
            end += 1
        starts += [at] * len(unicodedata.normalize("NFKC", text[at:end]).lower())
        at = end
    return starts


def _plain_end(text: str, start: int) -> int:
    """The end of the plain characters from `start` on, but for the last where another follows that may join it."""
    found = _PLAIN.match(text, start)
    end = found.end() if found else start
    return end if end == len(text) else max(start, end - 1)


def _is_boundary(left: str, right: str) -> bool:
    if right < "\u0300":  # nothing before the combining marks composes with what stands left of it
        return True
    if unicodedata.combining(right):
        return False
    apart = unicodedata.normalize("NFKC", left) + unicodedata.normalize("NFKC", right)
    return unicodedata.normalize("NFKC", left + right) == apart
