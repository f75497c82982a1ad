"""Marks in the original text what a query matched."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from corpus.resource import TEXT_FIELDS
from index.digest import field_texts
from index.folding import fold_with_offsets
from index.occurrences import occurrences
from index.query import Segment
from index.segmentation import Segmenter
from index.snippets import Mark, cluster_end, snippet

_ITEMS = "、"
"""Stands between the items of a list."""
_FIELDS = "\n"
"""Stands between fields while they are searched as one text, which is faster."""


def highlights(
    record: Mapping[str, Any], words: Sequence[str], segmenter: Segmenter, *, loose: Sequence[str] = ()
) -> dict[str, tuple[Segment, ...]]:
    """For each field in which something matched, its original text in marked and other segments.

    The items of a list are joined; of a description only the stretch is shown in which most matched.

    Args:
        words: folded; marked where they stand as words, or as parts of one.
        loose: folded, too; marked wherever they stand, single characters only beside others.
    """
    if not words and not loose:
        return {}
    texts = {name: _ITEMS.join(field_texts(record, name)) for name in TEXT_FIELDS}
    marks = marks_in(_FIELDS.join(texts.values()), words, segmenter, loose=loose)
    shown, begin = {}, 0
    for name, text in texts.items() if marks else ():
        own = [Mark(m.start - begin, m.end - begin, m.words) for m in marks if begin <= m.start < begin + len(text)]
        if own:
            start, end = snippet(text, own) if name == "description" else (0, len(text))
            shown[name] = tuple(_segments(text, own, start, end))
        begin += len(text) + len(_FIELDS)
    return shown


def as_written(record: Mapping[str, Any], folded: str, segmenter: Segmenter) -> str:
    """A folded word as the resource itself writes it: python is Python there; the word where it does not stand."""
    for name in TEXT_FIELDS:
        for text in field_texts(record, name):
            for mark in marks_in(text, [folded], segmenter):
                return text[mark.start : mark.end]
    return folded


def marks_in(text: str, words: Sequence[str], segmenter: Segmenter, *, loose: Sequence[str] = ()) -> Sequence[Mark]:
    """What matched in a text, as ascending stretches of the original that do not touch."""
    folded, offsets = fold_with_offsets(text)
    found = [Mark(start, end, frozenset([word])) for start, end, word in occurrences(segmenter, folded, words)]
    if loose:
        found += _runs(folded, loose)
    originals = []
    for start, end, matched in found:
        while end < len(folded) and offsets[end] == offsets[end - 1]:  # the rest of ﬁ
            end += 1
        originals.append(Mark(offsets[start], cluster_end(text, offsets[end]), matched))
    return _joined(originals)


def _joined(marks: list[Mark]) -> Sequence[Mark]:
    """Ascending marks, those that touch as one."""
    joined: list[Mark] = []
    for mark in sorted(marks) if len(marks) > 1 else marks:
        if joined and mark.start <= joined[-1].end:
            last = joined.pop()
            joined.append(Mark(last.start, max(last.end, mark.end), last.words | mark.words))
        else:
            joined.append(mark)
    return joined


def _runs(folded: str, loose: Sequence[str]) -> Iterator[Mark]:
    """Stretches that the needles cover; a single character alone only where no needle is longer."""
    shortest = min(2, max(map(len, loose)))
    marks = [Mark(start, end, frozenset([needle])) for needle in loose for start, end in _places(folded, needle)]
    return (run for run in _joined(marks) if run.end - run.start >= shortest)


def _places(folded: str, needle: str) -> Iterator[tuple[int, int]]:
    at = folded.find(needle)
    while at >= 0:
        end = at + len(needle)
        if not (_runs_on(folded, at) or _runs_on(folded, end)):
            yield at, end
        at = folded.find(needle, at + 1)


def _runs_on(text: str, border: int) -> bool:
    """Whether a Latin word or number goes on across a border: r is not meant in python for."""
    if not 0 < border < len(text):
        return False
    both = text[border - 1 : border + 1]
    return both.isascii() and (both.isalpha() or both.isdigit())


def _segments(text: str, marks: Sequence[Mark], start: int, end: int) -> Iterator[Segment]:
    if start > 0:
        yield Segment(text="…", hit=False)
    at = start
    for mark in marks:
        if mark.end <= start or mark.start >= end:
            continue
        if mark.start > at:
            yield Segment(text=text[at : mark.start], hit=False)
        yield Segment(text=text[max(mark.start, at) : min(mark.end, end)], hit=True)
        at = min(mark.end, end)
    if at < end:
        yield Segment(text=text[at:end], hit=False)
    if end < len(text):
        yield Segment(text="…", hit=False)
