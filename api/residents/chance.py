"""Choices that look free but are the same every time: drawn from a text, not from a die."""

import hashlib
from collections.abc import Sequence
from typing import TypeVar

_T = TypeVar("_T")


class Chance:
    """A row of choices that depend on a text alone."""

    def __init__(self, text: str) -> None:
        self._left = int.from_bytes(hashlib.sha256(text.encode("utf-8", "replace")).digest(), "big")

    def pick(self, choices: Sequence[_T]) -> _T:
        """One of the choices."""
        self._left, at = divmod(self._left, len(choices))
        return choices[at]
