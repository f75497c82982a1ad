"""Answers that are remembered while there is room."""

from collections.abc import Callable
from typing import TypeVar

Answer = TypeVar("Answer")


class Remembered(dict[str, Answer]):
    """What a function says of a text: [] asks it only where it is not known; `get` and `in` see what is known."""

    def __init__(self, answer: Callable[[str], Answer], *, most: int) -> None:
        """
        Args:
            answer: must not hold what holds this, which the collector would have to find.
            most: when so many are known, all are forgotten.
        """
        self._answer = answer
        self._most = most

    def __missing__(self, text: str) -> Answer:
        if len(self) >= self._most:
            self.clear()
        answer = self[text] = self._answer(text)
        return answer
