"""Text as it may be stored: what no reader can see or type is taken out, everything else stays as written."""

import re
from typing import Final

INVISIBLE: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"  # control characters but tab and line ends
    "\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"  # zero width, bidi
    "\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff\U000e0000-\U000e0fff]"  # surrogates, noncharacters, tags
)
"""Characters that no stored text holds."""

_SPACES: Final = re.compile(r"\s+")
_SPACES_IN_LINE: Final = re.compile(r"[^\S\n]+")
_EMPTY_LINES: Final = re.compile(r"\n{3,}")
_LINE_ENDS: Final = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")


def clean_line(text: str) -> str:
    """A text of one line: invisible characters gone, white space collapsed and trimmed."""
    return _SPACES.sub(" ", INVISIBLE.sub("", _SPACES.sub(" ", text))).strip()


def clean_text(text: str) -> str:
    """A text of several lines: the same, but single and double line ends stay."""
    text = INVISIBLE.sub("", _LINE_ENDS.sub("\n", text))
    lines = (_SPACES_IN_LINE.sub(" ", line).strip() for line in text.split("\n"))
    return _EMPTY_LINES.sub("\n\n", "\n".join(lines)).strip()


def has_invisible(text: str) -> bool:
    """Whether cleaning takes characters out, rather than only white space."""
    return INVISIBLE.search(text) is not None
