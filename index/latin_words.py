"""Latin words of the catalogue that differ in one letter from what was typed: pythn, pyhton and pytthon are python."""

from collections.abc import Mapping, Sequence
from typing import Final

from rapidfuzz import process
from rapidfuzz.distance import OSA

SHORTEST: Final = 4
"""Letters of a word that can be told from others in spite of a mistake."""
_MOST: Final = 8


class LatinWords:
    """Latin words by length, each with how many names hold it."""

    def __init__(self, uses: Mapping[str, int]) -> None:
        self._uses = uses
        self._by_length: dict[int, list[str]] = {}
        for word in uses:
            self._by_length.setdefault(len(word), []).append(word)

    def near(self, word: str) -> Sequence[tuple[str, int]]:
        """Words at edit distance 1 (a letter is wrong, missing, too many, or two are swapped), the commonest first."""
        if len(word) < SHORTEST:
            return []
        found: list[tuple[str, int]] = []
        for length in (len(word) - 1, len(word), len(word) + 1):
            known = self._by_length.get(length, [])
            close = process.extract(word, known, scorer=OSA.distance, score_cutoff=1, limit=None)
            found += [(other, self._uses[other]) for other, distance, _ in close if distance]
        return sorted(found, key=lambda each: -each[1])[:_MOST]
