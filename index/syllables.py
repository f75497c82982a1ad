"""Letters as they may be read in pinyin: taijiquan, tai ji quan, tjq, xi'an, tàijíquán."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import chain, islice
from typing import Final, NamedTuple

_APART: Final = re.compile(r"[\s'’`·-]+")
_LETTERS: Final = re.compile("[a-z]+")
_LONGEST_SYLLABLE: Final = 6
_LETTER: Final = re.compile("[bpmfdtnlgkhjqxzcsrywaeo]")
_INITIAL: Final = re.compile("[zcs]h|[bpmfdtnlgkhjqxzcsrywaeo]")
"""What may stand for a syllable; a vowel may begin one too."""
_MOST_PARSES: Final = 6
_MOST_SYLLABLES: Final = 16
_LONGEST: Final = _MOST_SYLLABLES * _LONGEST_SYLLABLE

_ROUND: Final = re.compile("(?<=[ln])ue")
_FLAT_V: Final = re.compile("(?<=[jqxy])v")
_F_FOR_H: Final = {
    "hu": "fu",
    "hua": "fa",
    "huan": "fan",
    "huang": "fang",
    "hui": "fei",
    "hun": "fen",
    "hong": "feng",
}
_FLAT: Final = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("n", "l"))


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
    """Without the signs of tones; ü is v where u is another sound: lüe and lue are lve, xü and xv are xu."""
    decomposed = unicodedata.normalize("NFD", folded).replace("u\u0308", "v")
    plain = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return _ROUND.sub("ve", _FLAT_V.sub("u", plain))


def southern_sound(syllable: str) -> str:
    """What a syllable is to ears that do not tell z, c, s, n, f, an, en, in from zh, ch, sh, l, h, ang, eng, ing."""
    heard = _F_FOR_H.get(syllable, syllable)
    for curled, flat in _FLAT:
        if heard.startswith(curled):
            heard = flat + heard.removeprefix(curled)
            break
    return heard.removesuffix("g") if heard.endswith(("ang", "eng", "ing")) else heard


def parses(folded: str, syllables: frozenset[str]) -> list[Parse]:
    """The likeliest ways to read a text of letters, the best first; none where it holds anything else.

    A space or an apostrophe parts syllables. All parts are syllables, or all are initials, or initials end the text.

    Args:
        syllables: those that the language has.
    """
    runs = [run for run in _APART.split(plain_letters(folded)) if run]
    if not all(_LETTERS.fullmatch(run) for run in runs) or not 0 < sum(map(len, runs)) <= _LONGEST:
        return []
    ways: list[Parse] = [Parse((), ())]
    for run in runs:
        ways = [_joined(left, right) for left in ways for right in _parses_of(run, syllables)]
        ways = sorted(ways, key=lambda way: way.cost)[:_MOST_PARSES]
    return [way for way in ways if len(way.parts) <= _MOST_SYLLABLES]


def _joined(left: Parse, right: Parse) -> Parse:
    return Parse(left.parts + right.parts, left.full + right.full)


@lru_cache(4096)
def _parses_of(run: str, syllables: frozenset[str]) -> Sequence[Parse]:
    ways = _ways(run, syllables)
    whole = (Parse(way, (True,) * len(way)) for way in ways[-1])
    return [*islice(chain(whole, _with_initials(run, ways)), _MOST_PARSES)]


def _ways(run: str, syllables: frozenset[str]) -> Sequence[Sequence[tuple[str, ...]]]:
    """For each beginning of a run, the empty one first, the ways to cut it into syllables, the fewest first."""
    ways: list[list[tuple[str, ...]]] = [[()], *([] for _ in run)]
    for end in range(1, len(run) + 1):
        for start in range(max(0, end - _LONGEST_SYLLABLE), end):
            if ways[start] and run[start:end] in syllables:
                ways[end] += [(*way, run[start:end]) for way in ways[start]]
        ways[end] = sorted(ways[end], key=len)[:_MOST_PARSES]
    return ways


def _with_initials(run: str, ways: Sequence[Sequence[tuple[str, ...]]]) -> Iterator[Parse]:
    """Syllables as long as they go, then initials: taijq, tjq; shz is s-h-z and sh-z."""
    for cut in range(len(run) - 1, -1, -1):
        if not _LETTER.match(run, cut):
            return
        if ways[cut]:
            head = Parse(ways[cut][0], (True,) * len(ways[cut][0]))
            for tail in dict.fromkeys(tuple(initial.findall(run, cut)) for initial in (_LETTER, _INITIAL)):
                yield _joined(head, Parse(tail, (False,) * len(tail)))
