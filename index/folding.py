"""Folding: one form for every spelling of the same text, with a way back to the original.

fold = NFKC → OpenCC t2s → lower case → a short character table, repeated until nothing changes.
ＰＹＴＨＯＮ, Python and python fold alike, and so do 養生 and 养生.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import cache

import opencc

_MAX_PASSES = 8
"""Two passes settle every text seen so far; the bound keeps a strange one from looping."""

_PLAIN = re.compile("[ -~\\s·—‘’“”、。〈〉《》「」『』【】〔〕㐀-䶿一-鿿！-～]*")
"""Characters that NFKC and lower case turn into just one, and that join no other: nearly every text."""

_IN_PHRASES = "藉沈釐剋坏鍾於脩昇徵祕哩谿逕瞭乾覆鍊吒噁麼畫氾扞鉅陞薹衹袷蒐甦濛俱彷劄么麽計"
"""What t2s writes otherwise in some phrase than alone: 沈 in 沈思, 乾 in 乾坤."""

_SURROGATE = re.compile("[\ud800-\udfff]")

_STRAGGLERS = str.maketrans(
    "锺祇馀钜甯妳燄濶牠朶浄煖畱翺荳諠讃銲鬪衞敍簷伕枱揹",
    "钟只余巨宁你焰阔它朵净暖留翱豆喧赞焊斗卫叙檐夫台背",
)
"""Variants that t2s leaves alone, each to the form a reader of simplified Chinese would type."""
_STRAGGLER = re.compile("[" + "".join(map(chr, _STRAGGLERS)) + "]")


def fold(text: str) -> str:
    """The folded form of a text; folding it again changes nothing."""
    if _settled().fullmatch(text):
        return text
    for _ in range(_MAX_PASSES):
        folded, is_settled = _one_pass(text)
        if is_settled:
            return folded
        text = folded
    return text


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


@cache
def _settled() -> re.Pattern[str]:
    """Texts of characters that stay as they are, whatever stands beside them."""
    plain = "".join(_PLAIN.findall("".join(map(chr, [*range(0xD800), *range(0xE000, 0x10000)]))))
    folded, _ = _one_pass(plain)
    kept = [before for before, after in zip(plain, folded, strict=True) if before == after]
    return re.compile(f"[{re.escape(''.join({*kept} - {*_IN_PHRASES}))}]*")


def _one_pass(text: str) -> tuple[str, bool]:
    """The text folded once, and whether another pass would surely change nothing."""
    normalized = unicodedata.normalize("NFKC", text)
    try:
        simplified: str = _converter().convert(normalized)
    except UnicodeEncodeError:  # half of a surrogate pair, which is no character
        simplified = _converter().convert(_SURROGATE.sub("\ufffd", normalized))
    folded = simplified.lower()
    if _STRAGGLER.search(folded):
        folded = folded.translate(_STRAGGLERS)
    elif simplified == normalized and _keeps_length(text):  # width and case alone settle at once
        return folded, True
    return folded, folded == text


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
