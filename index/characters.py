"""What kind of character one is: what cutting a text depends on."""

import numpy as np

from index import cutting_tables
from index.arrays import CODE_POINTS, UInt8


def is_han(character: str) -> bool:
    """Whether a character is a Chinese one."""
    return "一" <= character <= "鿿" or "㐀" <= character <= "䶿" or character >= "\U00020000" or character == "〇"


def character_kinds() -> UInt8:
    """(code points,) the kind of every character, in bits of `cutting_tables`."""
    kinds = np.zeros(CODE_POINTS, np.uint8)
    for code in range(CODE_POINTS):
        character = chr(code)
        if character.isalnum():
            kinds[code] = cutting_tables.ALNUM | (
                0 if is_han(character) else cutting_tables.OTHER | cutting_tables.RUNNING
            )
    kinds[ord("〇")] |= cutting_tables.RUNNING
    kinds[cutting_tables.FIRST_HAN : cutting_tables.LAST_HAN + 1] |= cutting_tables.BLOCK | cutting_tables.USUAL_HAN
    for character in "+#&._%-":
        kinds[ord(character)] |= cutting_tables.BLOCK
    for first, last in ("az", "AZ", "09"):
        kinds[ord(first) : ord(last) + 1] |= cutting_tables.BLOCK | cutting_tables.LATIN
    return kinds
