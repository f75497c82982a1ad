"""Identifiers of answers and requests: ULIDs, which sort by time."""

import os
import time
from typing import Final

_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_PAIRS: Final = [first + second for first in _ALPHABET for second in _ALPHABET]
_RANDOM: Final = (_ALPHABET * 8).encode()
"""A digit for each byte, every one for as many."""


def new_identifier(prefix: str = "") -> str:
    """48 bits of milliseconds and 80 random bits in Crockford's base 32 (the ULID specification)."""
    now = int(time.time() * 1000)
    moment = "".join([_PAIRS[now >> shift & 1023] for shift in (40, 30, 20, 10, 0)])
    return f"{prefix}{moment}{os.urandom(16).translate(_RANDOM).decode()}"
