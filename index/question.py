"""What a question is about: 有没有讲园林的书 is about 园林, and rather about books."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from corpus.frames import Frame
from index.folding import fold
from index.segmentation import Segmenter, Word

Named = Mapping[str, tuple[str, ...]]
"""Values by the facet they belong to."""

_AROUND: Final = " \t\u3000,.;:!?，。；：！？、~～…\"'“”‘’()（）《》"
_DIVISIONS: Final = ("街道", "社区", "新区", "镇", "乡", "区", "县", "市")
"""What residents leave out of the name of a district."""
_ZONES: Final = ("工业园区", "园区", "高新区", "开发区")
"""What they call the only one of its kind: 园区 is 苏州工业园区."""
_NUMBER: Final = re.compile("[0-9一二三四五六七八九十百千]")
_LONG: Final = 3
"""Characters from which a frame is one wherever words are cut."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A query with its frame taken off."""

    matter: str
    """Folded; empty where only kind, audience, level or place are named."""
    removed: tuple[str, ...]
    """What was taken away, in the order in which it was."""
    named: Named
    """What the frame says of the resources that are looked for."""


class FrameTable:
    """The frames of a revision and the districts of a catalogue, ready to be looked up."""

    def __init__(self, frames: Sequence[Frame], districts: Sequence[str]) -> None:
        self._leading: dict[str, Named] = {}
        self._ending: dict[str, Named] = {}
        self._mentioned: dict[str, Named] = {}
        for frame in frames:
            text = fold(frame.text)
            if frame.leads:
                self._leading[text] = frame.named
            if frame.ends:
                self._ending[text] = frame.named
            if not frame.leads and not frame.ends:
                self._mentioned[text] = frame.named
        for name, meant in _called(districts).items():
            for table in (self._leading, self._ending):
                table.setdefault(name, {"district": meant})
        self._by_first = _longest_first(self._leading, lambda text: text[:1])
        self._by_last = _longest_first(self._ending, lambda text: text[-1:])

    def read(self, folded: str, segmenter: Segmenter) -> Question | None:
        """The question in a folded text; None where no frame surrounds it and no kind or audience is named."""
        words = segmenter.segment(folded)
        text, removed, named = self._stripped(folded, words)
        for word in words:
            if word.text in self._mentioned:
                _add(named, self._mentioned[word.text])
        if not any(map(str.isalnum, text)):
            return Question(matter="", removed=removed, named=named) if named else None
        return Question(matter=text, removed=removed, named=named) if removed or named else None

    def _stripped(self, folded: str, words: Sequence[Word]) -> tuple[str, tuple[str, ...], dict[str, tuple[str, ...]]]:
        start, end = _trimmed(folded, 0, len(folded))
        removed: list[str] = []
        named: dict[str, tuple[str, ...]] = {}
        kind_said = False
        while start < end:
            if found := self._at_front(folded, start, end, words):
                _add(named, self._leading[found])
                start += len(found)
            elif found := self._at_end(folded, start, end, words, kind_said=kind_said):
                _add(named, self._ending[found])
                kind_said |= "kind" in self._ending[found]
                end -= len(found)
            else:
                break
            removed.append(found)
            start, end = _trimmed(folded, start, end)
        return folded[start:end], tuple(removed), named

    def _at_front(self, folded: str, start: int, end: int, words: Sequence[Word]) -> str:
        for text in self._by_first.get(folded[start], ()):
            behind = start + len(text)
            if folded.startswith(text, start, end) and (len(text) >= _LONG or behind in _edges(folded, words)):
                return text
        return ""

    def _at_end(self, folded: str, start: int, end: int, words: Sequence[Word], *, kind_said: bool) -> str:
        """The longest frame; a kind is said once only: 关于书的书 is about 书."""
        for text in self._by_last.get(folded[end - 1], ()):
            if not folded.endswith(text, start, end) or (kind_said and "kind" in self._ending[text]):
                continue
            if len(text) == 1 and _NUMBER.match(folded, end - 2):  # 第2课
                continue
            if len(text) >= _LONG or end - len(text) in _edges(folded, words):
                return text
        return ""


def _longest_first(frames: Iterable[str], letter: Callable[[str], str]) -> Mapping[str, Sequence[str]]:
    """Frames by one of their letters."""
    found: dict[str, list[str]] = {}
    for text in sorted(frames, key=len, reverse=True):
        found.setdefault(letter(text), []).append(text)
    return found


def _called(districts: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """The districts that each name means; a name that several could have means none."""
    called: dict[str, tuple[str, ...]] = {}
    for district in districts:
        for name in _short_names(fold(district)):
            called[name] = (*called.get(name, ()), district)
    short = {name: meant for name, meant in called.items() if len(meant) == 1}
    return {**short, **{fold(district): (district,) for district in districts}}


def _short_names(district: str) -> Sequence[str]:
    """斜塘街道 is 斜塘, and 苏州工业园区 is 园区."""
    if district.endswith(_ZONES):
        return [zone for zone in _ZONES if district.endswith(zone) and zone != district]
    division = next(filter(district.endswith, _DIVISIONS), "")
    name = district.removesuffix(division)
    return [name] if division and len(name) >= 2 else []


def _edges(folded: str, words: Sequence[Word]) -> frozenset[int]:
    """The positions where a word begins or ends."""
    edges = {0, len(folded)}
    at = 0
    for word in words:
        start = folded.find(word.text, at)
        if start >= 0:
            at = start + len(word.text)
            edges |= {start, at}
    return frozenset(edges)


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start] in _AROUND:
        start += 1
    while start < end and text[end - 1] in _AROUND:
        end -= 1
    return start, end


def _add(named: dict[str, tuple[str, ...]], more: Named) -> None:
    for name, values in more.items():
        named[name] = tuple(dict.fromkeys((*named.get(name, ()), *values)))
