"""Marks in the original text what a query matched."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from corpus.resource import TEXT_FIELDS
from index.digest import field_texts
from index.folding import fold_with_offsets
from index.query import Segment

_SNIPPET = 90
"""Characters of a description shown around its first match."""
_BEFORE = 20
_SEPARATOR = "、"


def highlights(record: Mapping[str, Any], needles: Sequence[str]) -> dict[str, tuple[Segment, ...]]:
    """For each field that holds one of the folded needles, its original text in matched and other segments.

    The items of a list are joined; of a description only the stretch around its first match is shown.
    """
    marked = {}
    for name in TEXT_FIELDS:
        text = _SEPARATOR.join(field_texts(record, name))
        if not text:
            continue
        spans = matched_spans(text, needles)
        if not spans:
            continue
        start, end = _window(text, spans[0][0]) if name == "description" else (0, len(text))
        marked[name] = tuple(_segments(text, spans, start, end))
    return marked


def as_written(record: Mapping[str, Any], folded: str) -> str:
    """A folded word as the resource itself writes it: python is Python there; the word where it does not stand."""
    for name in TEXT_FIELDS:
        for text in field_texts(record, name):
            for start, end in matched_spans(text, [folded]):
                return text[start:end]
    return folded


def matched_spans(text: str, needles: Sequence[str]) -> list[tuple[int, int]]:
    """Where the needles stand in a text, as ascending spans of the original that do not touch."""
    folded, offsets = fold_with_offsets(text)
    found = sorted(span for needle in needles for span in _occurrences(folded, needle))
    spans: list[tuple[int, int]] = []
    for start, end in found:
        first, last = offsets[start], offsets[end]
        if spans and first <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(spans[-1][1], last))
        elif last > first:
            spans.append((first, last))
    return spans


def _occurrences(folded: str, needle: str) -> Iterator[tuple[int, int]]:
    at = folded.find(needle)
    while at >= 0:
        end = at + len(needle)
        if not (_runs_on(folded, at - 1, at) or _runs_on(folded, end - 1, end)):
            yield at, end
        at = folded.find(needle, end)


def _runs_on(text: str, left: int, right: int) -> bool:
    """Whether a Latin word or number goes on across a border: r is not meant in python for."""
    if left < 0 or right >= len(text):
        return False
    before, after = text[left], text[right]
    return (
        before.isascii()
        and after.isascii()
        and ((before.isalpha() and after.isalpha()) or (before.isdigit() and after.isdigit()))
    )


def _window(text: str, first: int) -> tuple[int, int]:
    start = 0 if len(text) <= _SNIPPET else max(0, min(first - _BEFORE, len(text) - _SNIPPET))
    return start, min(start + _SNIPPET, len(text))


def _segments(text: str, spans: Sequence[tuple[int, int]], start: int, end: int) -> Iterator[Segment]:
    if start > 0:
        yield Segment(text="…", hit=False)
    at = start
    for first, last in spans:
        if last <= start or first >= end:
            continue
        if first > at:
            yield Segment(text=text[at:first], hit=False)
        yield Segment(text=text[max(first, at) : min(last, end)], hit=True)
        at = min(last, end)
    if at < end:
        yield Segment(text=text[at:end], hit=False)
    if end < len(text):
        yield Segment(text="…", hit=False)
