"""Folding: one form for every spelling of the same text, with a way back to the original.

fold = NFKC → OpenCC t2s → lower case → a short character table, repeated until nothing changes.
ＰＹＴＨＯＮ, Python and python fold alike, and so do 養生 and 养生.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import opencc

from index.arrays import CODE_POINTS, Int64, UInt32, code_points, offsets_of, read_only, text_of

_MAX_PASSES = 8
"""Two passes settle every text seen so far; the bound keeps a strange one from looping."""

_PLAIN = re.compile("[ -~\\s·×À-ÖØ-öø-ÿ—―‘’“”•‧※─-⛿、。〈〉《》「」『』【】〔〕ぁ-ゖァ-ヺ・ー㐀-䶿一-鿿！-～]*")
"""Characters that NFKC and lower case turn into just one, and that join no other: nearly every text."""

_BETWEEN = "\x1f"
"""Parts texts that are folded at once: a character that no text of the catalogue holds, for cleaning takes it out."""
_IN_PHRASES = "藉沈釐剋坏鍾於脩昇徵祕哩谿逕瞭乾覆鍊吒噁麼麽畫氾扞鉅陞薹衹袷蒐甦濛彿劄傢貲"
"""Every phrase that t2s writes otherwise than its characters one by one holds one of these: 沈思, 乾坤, 傢俱."""

_BESIDE_LETTERS = re.compile(r"[^\w+#]|_")
_BESIDE_LETTERS_IN_LINES = re.compile(r"[^\w+#\n]|_")

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


def fold_all(texts: Sequence[str]) -> list[str]:
    """What `fold` gives for each text, in much less time: nearly all are folded character by character, all at once."""
    folded = text_of(_plain_folds()[code_points(_BETWEEN.join(texts))]).split(_BETWEEN)
    if len(folded) != len(texts):
        return [fold(text) for text in texts]
    return [fold(text) if "\0" in now else now for text, now in zip(texts, folded, strict=True)]


def bare(folded: str) -> str:
    """A folded text without spaces and punctuation; c++ and c# keep theirs."""
    return _BESIDE_LETTERS.sub("", folded)


def bare_all(folded: Sequence[str]) -> list[str]:
    """What `bare` gives for each text, in much less time."""
    lines = "\n".join([text.replace("\n", " ") for text in folded])
    return _BESIDE_LETTERS_IN_LINES.sub("", lines).split("\n") if folded else []


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


class FoldedTexts(NamedTuple):
    """n texts, one behind the other, and their folded forms."""

    original: str
    bounds: Int64
    """(n + 1,) where each begins in the original, and the end of the last."""
    text: str
    codes: UInt32
    """Its code points."""
    starts: Int64
    """(n + 1,) where each begins in the folded text, and the end of the last."""
    offsets: Mapping[int, Sequence[int]]
    """As of `fold_with_offsets`, by number, of those in which one character may not stand for just one."""


def fold_texts(text: str, codes: UInt32, bounds: Int64) -> FoldedTexts:
    """Folds n texts that stand one behind the other, each on its own.

    Args:
        codes: the code points of the text.
        bounds: (n + 1,) where each begins, and the end of the last.
    """
    folded: UInt32 = read_only(_plain_folds()[codes])
    plain = text_of(folded)
    if "\0" not in plain:
        return FoldedTexts(text, bounds, plain, folded, bounds, {})
    pieces, offsets = [], {}
    for number, (begin, end) in enumerate(pairwise(bounds.tolist())):
        piece = plain[begin:end]
        if "\0" in piece:
            piece, offsets[number] = fold_with_offsets(text[begin:end])
        pieces.append(piece)
    whole = "".join(pieces)
    starts = offsets_of([len(piece) for piece in pieces], np.int64)
    return FoldedTexts(text, bounds, whole, code_points(whole), starts, offsets)


@cache
def _plain_folds() -> UInt32:
    """(code points,) what a character folds to whatever stands beside it; 0 where that depends, or is not one."""
    every = "".join(map(chr, [*range(1, 0xD800), *range(0xE000, 0x10000)]))
    plain = re.sub(f"[{_IN_PHRASES}]", "", "".join(_PLAIN.findall(every)))
    once, _ = _one_pass(plain)
    again, _ = _one_pass(once)
    before, after = code_points(plain), code_points(once)
    is_settled = (after == code_points(again)) & ~np.isin(after, code_points(_IN_PHRASES))
    folds = np.zeros(CODE_POINTS, np.uint32)
    folds[before[is_settled]] = after[is_settled]
    return folds


@cache
def _settled() -> re.Pattern[str]:
    """Texts of characters that stay as they are, whatever stands beside them."""
    folds = _plain_folds()
    kept = folds[folds == np.arange(CODE_POINTS, dtype=np.uint32)]
    return re.compile(f"[{re.escape(text_of(kept[kept > 0]))}]*")


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
