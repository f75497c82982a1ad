"""Latin words of the catalogue that differ in one letter from what was typed: pythn, pyhton and pytthon are python."""

from collections.abc import Sequence
from typing import Final

import numba
import numpy as np

from index.arrays import Int64, Number, UInt8, UInt32, offsets_of, read_only

SHORTEST: Final = 4
"""Letters of a word that can be told from others in spite of a mistake."""
_MOST: Final = 8

_compiled = numba.njit(cache=True, nogil=True)


class LatinWords:
    """Words of Latin letters, each with how many names hold it. Threads may share it."""

    def __init__(self, lines: UInt8, uses: UInt32) -> None:
        """
        Args:
            lines: n words in ASCII, a new line between them.
            uses: (n,)
        """
        words = lines.tobytes().decode("ascii").split()
        self._numbers = sorted(range(len(words)), key=lambda number: len(words[number]))
        self._letters = read_only(np.frombuffer("".join([words[n] for n in self._numbers]).encode(), np.uint8))
        self._uses = uses[self._numbers]
        counts = np.bincount([len(word) for word in words], minlength=1)
        self._places = offsets_of(counts, np.int64)
        """Where the words of each length begin, the shortest first."""
        self._starts = offsets_of(counts * np.arange(len(counts)), np.int64)
        """Where their letters begin."""

    def near(self, word: str) -> Sequence[tuple[int, str]]:
        """Numbers of the words that a mistake parts from a word, the commonest first, then the shorter.

        A mistake is a letter that is wrong, missing or too many, or two letters beside each other that are swapped.
        """
        if len(word) < SHORTEST:
            return []
        typed = np.frombuffer(word.encode("ascii", "replace"), np.uint8)
        found = _near(self._letters, self._places, self._starts, typed)
        if not len(found):
            return []
        best = found[np.argsort(-self._uses[found[:, 0]].astype(np.int64), kind="stable")[:_MOST]].tolist()
        return [(self._numbers[at], self._letters[start:end].tobytes().decode("ascii")) for at, start, end in best]


@_compiled
def _near(letters: UInt8, places: Int64, starts: Int64, word: UInt8) -> Int64:
    """(n, 3) the words that a mistake parts from a word: their places, and where their letters begin and end."""
    shortest, longest = max(len(word) - 1, 1), min(len(word) + 1, len(starts) - 2)
    most = places[longest + 1] - places[shortest] if shortest <= longest else 0
    found, count = np.empty((most, 3), np.int64), 0
    for length in range(shortest, longest + 1):
        start = starts[length]
        for at in range(places[length], places[length + 1]):
            end = start + length
            likely = (letters[start] == word[0]) | (
                letters[end - 1] == word[len(word) - 1]
            )  # one of them stands for sure
            if likely and _is_near(letters, start, end, word):
                found[count, 0], found[count, 1], found[count, 2] = at, start, end
                count += 1
            start = end
    return found[:count]


@_compiled
def _is_near(letters: UInt8, start: Number, end: Number, word: UInt8) -> bool:
    """Whether a word is another once one mistake is taken from it: what begins and ends alike leaves no more."""
    length = end - start
    shorter = min(length, len(word))
    ahead = 0
    while ahead < shorter and letters[start + ahead] == word[ahead]:
        ahead += 1
    behind = 0
    while behind < shorter - ahead and letters[end - 1 - behind] == word[len(word) - 1 - behind]:
        behind += 1
    left = shorter - ahead - behind
    if length != len(word):
        return bool(left == 0)
    swapped = left == 2 and letters[start + ahead] == word[ahead + 1] and letters[start + ahead + 1] == word[ahead]
    return bool(left == 1 or swapped)
