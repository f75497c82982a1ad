"""Highlights the plain way, text by text and word by word: what the compiled way is compared with."""

import json
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import islice
from operator import itemgetter

from corpus.resource import TEXT_FIELDS
from index.characters import is_han
from index.digest import field_texts
from index.folding import fold_with_offsets
from index.query import Segment
from index.segmentation import Segmenter
from index.snippets import Mark, cluster_end, snippet

MOST_PLACES = 100
LONGEST_PART = 3
LONGEST_WORD = 32


def plain_highlights(
    blob: bytes, words: Sequence[str], segmenter: Segmenter, loose: Sequence[str]
) -> dict[str, list[Segment]]:
    record = json.loads(blob)
    texts = {name: "、".join(field_texts(record, name)) for name in TEXT_FIELDS}
    marks = marks_in("\n".join(texts.values()), words, segmenter, loose)
    shown, begin = {}, 0
    for name, text in texts.items():
        own = [Mark(m.start - begin, m.end - begin, m.words) for m in marks if begin <= m.start < begin + len(text)]
        if own:
            start, end = snippet(text, own) if name == "description" else (0, len(text))
            shown[name] = list(segments(text, own, start, end))
        begin += len(text) + 1
    return shown


def plain_as_written(record: dict[str, object], folded: str, segmenter: Segmenter) -> str:
    for name in TEXT_FIELDS:
        for text in field_texts(record, name):
            for mark in marks_in(text, [folded], segmenter, ()):
                return text[mark.start : mark.end]
    return folded


def marks_in(text: str, words: Sequence[str], segmenter: Segmenter, loose: Sequence[str]) -> list[Mark]:
    folded, offsets = fold_with_offsets(text)
    found = [Mark(start, end, frozenset([word])) for start, end, word in plain_occurrences(segmenter, folded, words)]
    if loose and not words:
        found += runs(folded, loose)
    originals = []
    for start, end, matched in found:
        while end < len(folded) and offsets[end] == offsets[end - 1]:
            end += 1
        originals.append(Mark(offsets[start], cluster_end(text, offsets[end]), matched))
    return joined(originals)


def joined(marks: list[Mark]) -> list[Mark]:
    whole: list[Mark] = []
    for mark in sorted(marks, key=lambda mark: mark[:2]):
        if whole and mark.start <= whole[-1].end:
            last = whole.pop()
            whole.append(Mark(last.start, max(last.end, mark.end), last.words | mark.words))
        else:
            whole.append(mark)
    return whole


def runs(folded: str, loose: Sequence[str]) -> Iterator[Mark]:
    shortest = min(2, max(map(len, loose)))
    marks = []
    for needle in loose:
        for start in places(folded, needle):
            borders = (folded[at - 1 : at + 1] for at in (start, start + len(needle)) if 0 < at < len(folded))
            if not any(both.isascii() and (both.isalpha() or both.isdigit()) for both in borders):
                marks.append(Mark(start, start + len(needle), frozenset([needle])))
    return (run for run in joined(marks) if run.end - run.start >= shortest)


def places(folded: str, word: str) -> Iterator[int]:
    start = folded.find(word)
    while start >= 0:
        yield start
        start = folded.find(word, start + 1)


def segments(text: str, marks: Sequence[Mark], start: int, end: int) -> Iterator[Segment]:
    if start > 0:
        yield Segment("…", hit=False)
    at = start
    for mark in marks:
        if mark.end <= start or mark.start >= end:
            continue
        if mark.start > at:
            yield Segment(text[at : mark.start], hit=False)
        yield Segment(text[max(mark.start, at) : min(mark.end, end)], hit=True)
        at = min(mark.end, end)
    if at < end:
        yield Segment(text[at:end], hit=False)
    if end < len(text):
        yield Segment("…", hit=False)


def plain_occurrences(segmenter: Segmenter, folded: str, words: Sequence[str]) -> list[tuple[int, int, str]]:
    found: list[tuple[int, int, str]] = []
    hidden: list[tuple[int, int, str]] = []
    text = CutText(segmenter, folded)
    for word in sorted(words, key=len, reverse=True):
        longer = list(found)
        for start in islice(places(folded, word), MOST_PLACES):
            end = start + len(word)
            is_inside = any(first <= start and end <= last for first, last, _ in longer)
            if not is_inside and (place := text.place(word, start)):
                (found if place == (start, end) else hidden).append((*place, word))
    return found or hidden


class CutText:
    """A folded text, of which the stretches between spaces and punctuation are cut where words are in doubt."""

    def __init__(self, segmenter: Segmenter, folded: str) -> None:
        self.segmenter = segmenter
        self.frequencies = segmenter.frequencies
        self.folded = folded

    def place(self, word: str, start: int) -> tuple[int, int] | None:
        end = start + len(word)
        if self.surely_holds(word, start, end):
            return start, end
        at, token = self.token_at(start, end)
        if end > at + len(token):
            return None
        if token == word:
            return start, end
        known = self.segmenter.word(token)
        if known is None or word not in known.parts:
            return None
        borders = self.segmenter.borders[token]
        first, last = start - at, end - at
        if first == 0 or (first in borders and last in borders) or not any(first < b < last for b in borders):
            return start, end
        return at, at + len(token)

    def surely_holds(self, word: str, start: int, end: int) -> bool:
        text = self.folded
        begins = start == 0 or not is_inside(text[start - 1])
        ends = end == len(text) or not is_inside(text[end])
        if not (begins and ends):
            is_run = word.isascii() and (word.isalpha() or word.isdigit())
            if not (is_run or (len(word) > 1 and self.frequencies[word])):
                return False
            if not begins and (runs_on(text, start) or self.is_crossed_before(start, end)):
                return False
            if not ends and (runs_on(text, end) or self.is_crossed_behind(start, end)):
                return False
        return self.segmenter.tokens(word) == [word]

    def is_crossed_before(self, start: int, end: int) -> bool:
        text, frequencies = self.folded, self.frequencies
        for first in range(start - 1, max(start - 1 - LONGEST_WORD, -1), -1):
            if frequencies[text[first : start + 1]] is not None:
                if any(last != end or end - start > LONGEST_PART for last in self.dictionary_words(first, start)):
                    return True
            elif not is_inside(text[first]):
                break
        return False

    def is_crossed_behind(self, start: int, end: int) -> bool:
        first = start + 1 if end - start <= LONGEST_PART else max(start, end - LONGEST_WORD)
        return any(any(self.dictionary_words(at, end)) for at in range(first, end))

    def dictionary_words(self, start: int, border: int) -> Iterator[int]:
        end = border + 1
        while end <= len(self.folded) and (frequency := self.frequencies[self.folded[start:end]]) is not None:
            if frequency:
                yield end
            end += 1

    def token_at(self, start: int, end: int) -> tuple[int, str]:
        first, last, text = start, end, self.folded
        while first and is_inside(text[first - 1]):
            first -= 1
        while last < len(text) and is_inside(text[last]):
            last += 1
        placed = []
        for token in self.segmenter.tokens(text[first:last]):
            placed.append((first, token))
            first += len(token)
        return placed[bisect_right(placed, start, key=itemgetter(0)) - 1]


def is_inside(character: str) -> bool:
    return character.isalnum() or character in "+#&._%-"


def runs_on(text: str, border: int) -> bool:
    left, right = text[border - 1], text[border]
    return is_inside(left) and is_inside(right) and not is_han(left) and not is_han(right)
