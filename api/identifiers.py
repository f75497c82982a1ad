"""Identifiers of answers and requests: ULIDs, which sort by time."""

import os
import time
from typing import Final

_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH: Final = 26


def new_identifier(prefix: str = "") -> str:
    """48 bits of milliseconds and 80 random bits in Crockford's base 32 (the ULID specification)."""
    number = int(time.time() * 1000) << 80 | int.from_bytes(os.urandom(10), "big")
    return prefix + "".join(_ALPHABET[number >> shift & 31] for shift in range(5 * (_LENGTH - 1), -1, -5))
