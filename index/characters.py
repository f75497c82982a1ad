"""What kind of character one is: what cutting a text depends on."""

import re
from typing import Final

import numpy as np

from index.arrays import CODE_POINTS, UInt8, code_points, text_of
from index.cutting_tables import ALNUM, BLOCK, FIRST_HAN, LAST_HAN, LATIN, OTHER, RUNNING, USUAL_HAN

_ALNUM: Final = re.compile(r"[^\W_]+")
"""Characters that `str.isalnum` takes for letters and digits."""


def is_han(character: str) -> bool:
    """Whether a character is a Chinese one."""
    return "一" <= character <= "鿿" or "㐀" <= character <= "䶿" or character >= "\U00020000" or character == "〇"


def character_kinds() -> UInt8:
    """(code points,) the kind of every character, in bits of `cutting_tables`."""
    kinds = np.zeros(CODE_POINTS, np.uint8)
    every = text_of(np.arange(CODE_POINTS, dtype=np.uint32))
    alnum = "".join(_ALNUM.findall(every))
    kinds[code_points(alnum)] = [ALNUM if is_han(character) else ALNUM | OTHER | RUNNING for character in alnum]
    kinds[ord("〇")] |= RUNNING
    kinds[FIRST_HAN : LAST_HAN + 1] |= BLOCK | USUAL_HAN
    for character in "+#&._%-":
        kinds[ord(character)] |= BLOCK
    for first, last in ("az", "AZ", "09"):
        kinds[ord(first) : ord(last) + 1] |= BLOCK | LATIN
    return kinds
