"""What suggestions are looked up by: keys of folded letters, digits and characters, with nothing between them.

A suggestion is the core of a title or name: a country, an edition, the number of a volume are left out, so that
what is one work or one author to a resident is one suggestion.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Final, Literal, NamedTuple

from index.folding import bare, bare_all, fold, fold_all, fold_with_offsets

SuggestionKind = Literal["phrase", "subject", "creator", "title"]

LONGEST_KEY: Final = 64
"""Characters of a key; what is typed beyond them finds nothing."""

_PIECE: Final = re.compile("[a-z]+|.")
_BETWEEN: Final = re.compile(r"[\s'‘’`´·-]+")
"""What residents put between syllables: xi'an."""
_OPEN, _CLOSE = r"[\[(（【〔［〖]", r"[\])）】〕］〗]"
_BEFORE: Final = re.compile(rf"\s*(?:{_OPEN}[^{_CLOSE[1:]}{{1,16}}{_CLOSE}\s*)+")
_BEHIND: Final = re.compile(rf"(?:\s*{_OPEN}[^{_OPEN[1:]}*{_CLOSE})+\s*$")
_LOOSE: Final = " -—–·:：,，、"
_VOLUME: Final = re.compile(
    r"(?:(?<=[一-鿿ぁ-ヿ])|\s+)(?:(?:(?:book|vol|volume|part|no)\.?\s*)?\d{1,2}"
    r"|第?\s*[\d一二三四五六七八九十]{1,3}\s*[卷册冊辑輯])$|\s+[上中下][卷册冊]?$|[上中下][册冊]$",
    re.IGNORECASE,
)
_ROLE: Final = re.compile(
    r"(?:\s+|(?<=[）)]))(?:等|等?[原编編主选選校译譯改口]?[著编編译譯注註绘繪校撰述]者?|编[著写译绘选]|[译譯][注註]|校[注点订]"
    r"|主讲|讲师|教授|老师|文|图|圖|文字|摄影|插图|[一-鿿]{2,4}[译譯绘繪])$"
    r"|(?<=[一-鿿]{2})(?:[编編]?著|主[编編]|等)$"
)
_FAMILY_NAME: Final = re.compile(
    r"(?<=[·•・‧∙⋅．·])[^·•・‧∙⋅．·]{2,}$|(?<=[a-z.] )[^\W\d_]{2,}$|(?<=[a-z]\.)[一-鿿]{2,}$", re.IGNORECASE
)
_INSIDE: Final = re.compile(r"(?<!^)(?:[一-鿿]|\b[a-z])(?=.)", re.IGNORECASE)


class Beginning(NamedTuple):
    """A position of a text from which a resident may type it."""

    start: int
    is_usual: bool


def key(text: str) -> str:
    """A text without case, script, width, accents, spaces and punctuation; é is e."""
    return _letters(fold(text))


def keys(texts: Sequence[str]) -> list[str]:
    """The key of each text, in much less time."""
    return bare_all([unicodedata.normalize("NFD", text) for text in fold_all(texts)])


def pieces(text: str) -> tuple[str, ...]:
    """The key of a text in runs of letters and single other characters; a space or apostrophe ends a run."""
    return tuple(piece for word in _BETWEEN.split(fold(text)) for piece in _PIECE.findall(_letters(word)))


def core(text: str, kind: SuggestionKind) -> str:
    """The title or name itself, as it is written: of `[美] 马斯洛 著` it is 马斯洛."""
    if kind in ("phrase", "subject"):
        return text
    shorter = _BEHIND.sub("", _BEFORE.sub("", text, count=1)).rstrip()
    shorter = _ROLE.sub("", shorter) if kind == "creator" else _VOLUME.sub("", shorter)
    shorter = _BEHIND.sub("", shorter).strip(_LOOSE)
    return shorter if len(shorter) == len(text) or len(key(shorter)) > 1 else text


def beginnings(text: str, kind: SuggestionKind) -> Iterator[Beginning]:
    """From where a text may be typed: 列夫·托尔斯泰 also from 托, a curated phrase at worst from any character."""
    yield Beginning(0, True)
    if kind == "creator":
        yield from (Beginning(found.start(), True) for found in _FAMILY_NAME.finditer(text))
    if kind == "phrase":
        yield from (Beginning(found.start(), False) for found in _INSIDE.finditer(text))


def stretch(text: str, start: int, length: int) -> tuple[int, int]:
    """Where in a text the first `length` characters of the key of text[start:] stand."""
    folded, offsets = fold_with_offsets(text[start:])
    first, left = None, length
    for at, character in enumerate(folded):
        width = len(_letters(character))
        if width and first is None:
            first = at
        left -= width
        if left <= 0:  # what was folded together ends together: ² with a sign above it
            end = next(offset for offset in offsets[at + 1 :] if offset > offsets[at])
            return start + offsets[first or 0], start + end
    return start + offsets[first or 0], len(text)


def _letters(folded: str) -> str:
    if not folded.isascii():
        folded = unicodedata.normalize("NFD", folded)
    return bare(folded)
