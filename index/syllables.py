"""Letters as they may be read in pinyin: taijiquan, tai ji quan, tjq, xi'an, tàijíquán."""

import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

_APART: Final = re.compile(r"[\s'’`·-]+")
_LETTERS: Final = re.compile("[a-z]+")
_LONGEST_SYLLABLE: Final = 6
_INITIALS: Final = (
    *("zh", "ch", "sh"),
    *"bpmfdtnlgkhjqxzcsryw",
)
_MOST_PARSES: Final = 6
_MOST_SYLLABLES: Final = 16


class Parse(NamedTuple):
    """A way to read letters."""

    parts: tuple[str, ...]
    """Syllables, or only their initials."""
    full: tuple[bool, ...]
    """Whether each part is a whole syllable."""

    @property
    def cost(self) -> tuple[int, int]:
        """Fewer initials, then fewer parts are likelier."""
        return self.full.count(False), len(self.parts)


def plain_letters(folded: str) -> str:
    """Without the signs of tones; ü is v."""
    decomposed = unicodedata.normalize("NFD", folded).replace("u\u0308", "v")
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def parses(folded: str, syllables: Collection[str]) -> list[Parse]:
    """The likeliest ways to read a text of letters, the best first; none where it holds anything else.

    A space or an apostrophe parts syllables. All parts are syllables, or all are initials, or initials end the text.

    Args:
        syllables: those that the language has.
    """
    runs = [run for run in _APART.split(plain_letters(folded)) if run]
    if not runs or not all(_LETTERS.fullmatch(run) for run in runs):
        return []
    ways: list[Parse] = [Parse((), ())]
    for run in runs:
        ways = [_joined(left, right) for left in ways for right in _parses_of(run, frozenset(syllables))]
        ways = sorted(ways, key=lambda way: way.cost)[:_MOST_PARSES]
    return [way for way in ways if len(way.parts) <= _MOST_SYLLABLES]


def _joined(left: Parse, right: Parse) -> Parse:
    return Parse(left.parts + right.parts, left.full + right.full)


@lru_cache(4096)
def _parses_of(run: str, syllables: frozenset[str]) -> Sequence[Parse]:
    found = sorted(_whole(run, syllables), key=lambda way: way.cost)[:_MOST_PARSES]
    return [*found, *_with_initials(run, syllables)][:_MOST_PARSES]


def _whole(run: str, syllables: frozenset[str]) -> Iterator[Parse]:
    """Every way to cut a run into syllables; the number of ways is bounded by its length in characters."""
    ways: list[list[tuple[str, ...]]] = [[()], *([] for _ in run)]
    for end in range(1, len(run) + 1):
        for start in range(max(0, end - _LONGEST_SYLLABLE), end):
            if run[start:end] in syllables:
                ways[end] += [(*way, run[start:end]) for way in ways[start]]
        ways[end] = sorted(ways[end], key=len)[:_MOST_PARSES]
    for way in ways[-1]:
        yield Parse(way, (True,) * len(way))


def _with_initials(run: str, syllables: frozenset[str]) -> Iterator[Parse]:
    """Syllables as long as they go, then initials: taijq, tjq."""
    for cut in range(len(run) - 1, -1, -1):
        tail = _initials(run[cut:])
        if not tail:
            continue
        for head in sorted(_whole(run[:cut], syllables), key=lambda way: way.cost)[:1]:
            yield _joined(head, Parse(tail, (False,) * len(tail)))


def _initials(letters: str) -> tuple[str, ...]:
    """The initials that letters spell, or none; a vowel may begin a syllable too."""
    parts: list[str] = []
    while letters:
        part = next((initial for initial in (*_INITIALS, "a", "e", "o") if letters.startswith(initial)), "")
        if not part:
            return ()
        parts.append(part)
        letters = letters[len(part) :]
    return tuple(parts)
