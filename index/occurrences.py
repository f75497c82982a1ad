"""Where words stand in a text, as the index counted them: 学会 stands in 学会游泳, but not in 大学会计.

Cutting a text takes much longer than finding a word in it. So a stretch of it is cut only where that can matter:
where a dictionary word reaches across an end of what was found.
"""

import math
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import islice
from operator import itemgetter
from typing import Final, NamedTuple

from index.characters import is_han
from index.segmentation import LONGEST_PART, Frequencies, Segmenter

_MOST_PLACES: Final = 100
"""Of one word in a text that are looked at; no reader looks for more."""
_LONGEST_WORD: Final = 32
"""Characters; no dictionary word is longer."""
_INSIDE: Final = "+#&._%-"
"""What can stand inside a token besides letters, digits and characters."""


class Occurrence(NamedTuple):
    """A word at a position of a folded text."""

    start: int
    end: int
    word: str


def occurrences(segmenter: Segmenter, folded: str, words: Sequence[str]) -> list[Occurrence]:
    """Where words are tokens of a folded text, or parts that a reader sees in one; the longest words first.

    Search mode sees parts where no reader does: 司法 in 公司法, which is 公司 and 法. Where there is nothing else, the
    whole tokens with such parts are what was found. What stands inside a longer word that was found is left out.
    """
    found: list[Occurrence] = []
    hidden: list[Occurrence] = []
    present = sorted((word for word in words if word in folded), key=len, reverse=True)
    text = _Text(segmenter, folded) if present else None
    for word in present:
        longer = list(found)
        for start in islice(_places(folded, word), _MOST_PLACES):
            end = start + len(word)
            is_inside = any(other.start <= start and end <= other.end for other in longer)
            if text and not is_inside and (place := text.place(word, start)):
                (found if place == (start, end) else hidden).append(Occurrence(*place, word))
    return found or hidden


def _places(folded: str, word: str) -> Iterator[int]:
    start = folded.find(word)
    while start >= 0:
        yield start
        start = folded.find(word, start + 1)


class _Text:
    """A folded text, of which only the stretches that are asked for are cut."""

    def __init__(self, segmenter: Segmenter, folded: str) -> None:
        self._segmenter = segmenter
        self._frequencies = segmenter.frequencies
        self._folded = folded
        self._stretch = 0, 0
        """Start and end of the stretch that was cut last."""
        self._placed: list[tuple[int, str]] = []
        """Its tokens, each with its start."""

    def place(self, word: str, start: int) -> tuple[int, int] | None:
        """Start and end of a word that is found at a position; of the token where no reader sees it there."""
        end = start + len(word)
        if self._surely_holds(word, start, end):
            return start, end
        at, token = self._token_at(start, end)
        if end > at + len(token):
            return None
        return (start, end) if token == word else self._place_in(token, at, word, start)

    def _place_in(self, token: str, at: int, word: str, start: int) -> tuple[int, int] | None:
        known = self._segmenter.word(token)
        if known is None or word not in known.parts:
            return None
        end = start + len(word)
        return (start, end) if self._is_seen(token, start - at, end - at) else (at, at + len(token))

    def _surely_holds(self, word: str, start: int, end: int) -> bool:
        """Whether a word stands there however the text around it is cut."""
        text = self._folded
        begins = start == 0 or not _is_inside(text[start - 1])
        ends = end == len(text) or not _is_inside(text[end])
        if not (begins and ends):
            if not (_is_run(word) or (len(word) > 1 and self._frequencies[word])):
                return False
            if not begins and (_runs_on(text, start) or self._is_crossed_before(start, end)):
                return False
            if not ends and (_runs_on(text, end) or self._is_crossed_behind(start, end)):
                return False
        return self._segmenter.is_whole(word)

    def _is_crossed_before(self, start: int, end: int) -> bool:
        """Whether a dictionary word reaches into what was found and is not 红玫瑰, of which 玫瑰 is surely a part."""
        text, frequencies = self._folded, self._frequencies
        may_be_part = end - start <= LONGEST_PART
        for first in range(start - 1, max(start - 1 - _LONGEST_WORD, -1), -1):
            if frequencies[text[first : start + 1]] is not None:
                if any(last != end or not may_be_part for last in self._dictionary_words(first, start)):
                    return True
            elif not _is_inside(text[first]):
                break
        return False

    def _is_crossed_behind(self, start: int, end: int) -> bool:
        """Whether a dictionary word reaches out of what was found and is not 玫瑰花, of which 玫瑰 is surely a part."""
        text, frequencies = self._folded, self._frequencies
        first = start + 1 if end - start <= LONGEST_PART else max(start, end - _LONGEST_WORD)
        return any(
            frequencies[text[at : end + 1]] is not None and any(self._dictionary_words(at, end))
            for at in range(first, end)
        )

    def _dictionary_words(self, start: int, border: int) -> Iterator[int]:
        """Where those dictionary words end that begin at `start` and reach across a border."""
        text, frequencies = self._folded, self._frequencies
        end = border + 1
        while end <= len(text) and (frequency := frequencies[text[start:end]]) is not None:
            if frequency:
                yield end
            end += 1

    def _is_seen(self, token: str, start: int, end: int) -> bool:
        """Whether a reader sees a part of a token: at its beginning, or where it splits none of the token's words."""
        borders = _borders(token, self._frequencies)
        return start == 0 or (start in borders and end in borders) or not any(start < at < end for at in borders)

    def _token_at(self, start: int, end: int) -> tuple[int, str]:
        """The token that holds a position, and its start."""
        if not self._stretch[0] <= start < self._stretch[1]:
            self._cut(start, end)
        return self._placed[bisect_right(self._placed, start, key=itemgetter(0)) - 1]

    def _cut(self, start: int, end: int) -> None:
        """Cuts the stretch between spaces or punctuation around a position."""
        text = self._folded
        while start and _is_inside(text[start - 1]):
            start -= 1
        while end < len(text) and _is_inside(text[end]):
            end += 1
        self._stretch, self._placed, at = (start, end), [], start
        for token in self._segmenter.tokens(text[start:end]):
            self._placed.append((at, token))
            at += len(token)


def _is_inside(character: str) -> bool:
    return character.isalnum() or character in _INSIDE


def _is_run(word: str) -> bool:
    return word.isascii() and (word.isalpha() or word.isdigit())


def _runs_on(text: str, border: int) -> bool:
    """Whether a run of letters or digits may go on across a border: python3, c++, café."""
    left, right = text[border - 1], text[border]
    return _is_inside(left) and _is_inside(right) and not is_han(left) and not is_han(right)


def _borders(token: str, frequencies: Frequencies) -> Sequence[int]:
    """Where a long word is cut into the fewest shorter ones; of several such ways the likeliest."""
    best: list[tuple[int, float, list[int]]] = [(0, 0.0, [])]
    for end in range(1, len(token) + 1):
        ways = []
        for start in range(end):
            part = token[start:end]
            if end - start < len(token) and (frequencies[part] or end - start == 1):
                pieces, rarity, borders = best[start]
                ways.append((pieces + 1, rarity - math.log(frequencies[part] or 1), [*borders, end]))
        best.append(min(ways))
    return best[-1][2]
