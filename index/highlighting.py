"""Marks in the original text what a query matched."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from corpus.resource import TEXT_FIELDS
from index.arrays import code_points, offsets_of
from index.blob_texts import read_texts
from index.digest import field_texts
from index.folding import FoldedTexts, fold_texts
from index.marking import marked
from index.named_tuples import named
from index.occurrences import Occurrences, occurrences
from index.query import Segment
from index.segmentation import Segmenter
from index.snippets import LENGTH, Mark, cluster_end, snippet

_DESCRIPTION = TEXT_FIELDS.index("description")
_LEFT_OUT = Segment("…", hit=False)


def highlights(
    blobs: Sequence[bytes], words: Sequence[Sequence[str]], segmenter: Segmenter, *, loose: Sequence[str] = ()
) -> Sequence[Mapping[str, Sequence[Segment]]]:
    """For each of n resources the fields in which something matched, their original texts in marked and other segments.

    The items of a list are joined; of a description only the stretch is shown in which most matched.

    Args:
        blobs: (n,) the resources as JSON objects.
        words: (n,) of each, folded; marked where they stand as words, or as parts of one.
        loose: folded, too; marked wherever they stand in resources that have no words, single characters only beside
            others.
    """
    shown: list[dict[str, list[Segment]]] = [{} for _ in blobs]
    if not loose and not any(words):
        return shown
    read = read_texts(blobs)
    texts = fold_texts(read.text, read.codes, read.bounds)
    found = occurrences(segmenter, texts, words)
    if loose and not all(words):
        found = _with_runs(found, texts, words, loose)
    found = _in_original(found, texts)
    stretches, passages = (array.tolist() for array in marked(found.places, read.fields))
    text = read.text
    segments = [*named(Segment, [(text[start:end], last > 0) for start, end, _, last in stretches])]
    for number, field, first, last in passages:
        start, end = stretches[first][0], stretches[last - 1][1]
        if field == _DESCRIPTION and end - start > LENGTH:
            own = _excerpt(text[start:end], start, stretches[first:last], found)
        else:
            own = segments[first:last]
        shown[number][TEXT_FIELDS[field]] = own
    return shown


def as_written(record: Mapping[str, Any], folded: str, segmenter: Segmenter) -> str:
    """A folded word as the resource itself writes it: python is Python there; the word where it does not stand."""
    items = [text for name in TEXT_FIELDS for text in field_texts(record, name)]
    text, bounds = "".join(f"{item}\n" for item in items), offsets_of([len(item) + 1 for item in items], np.int64)
    texts = fold_texts(text, code_points(text), bounds)
    found = _in_original(occurrences(segmenter, texts, [[folded]] * len(items)), texts)
    whole = np.stack((bounds[:-1], bounds[1:] - 1), axis=1)[:, np.newaxis]
    stretches, _ = marked(found.places, whole)
    return next((text[start:end] for start, end, _, last in stretches.tolist() if last), folded)


def _in_original(found: Occurrences, texts: FoldedTexts) -> Occurrences:
    """The same with starts and ends in the original texts, which split none of its characters."""
    if not texts.offsets:
        return found
    places = found.places.copy()
    places[2:] += (texts.bounds - texts.starts)[places[0]]
    for number, offsets in texts.offsets.items():
        begin, original = int(texts.starts[number]), int(texts.bounds[number])
        for at in np.flatnonzero(places[0] == number).tolist():
            start, end = (found.places[2:, at] - begin).tolist()
            while end < len(offsets) - 1 and offsets[end] == offsets[end - 1]:  # the rest of ﬁ
                end += 1
            places[2, at] = original + offsets[start]
            places[3, at] = cluster_end(texts.original, original + offsets[end])
    return Occurrences(places, found.words)


def _with_runs(
    found: Occurrences, texts: FoldedTexts, words: Sequence[Sequence[str]], loose: Sequence[str]
) -> Occurrences:
    """The same, and in texts without words the needles; a single character alone only where no needle is longer."""
    shortest = min(2, max(map(len, loose)))
    needles = list(enumerate(loose, start=len(found.words)))
    places = sorted(
        (number, start, start + len(needle), word)
        for number, own in enumerate(words)
        if not own
        for word, needle in needles
        for start in _starts(texts.text, needle, *texts.starts[number : number + 2].tolist())
    )
    by_column = np.ascontiguousarray(np.array(places, np.int64).reshape(-1, 4).T[[0, 3, 1, 2]])
    whole = np.stack((texts.starts[:-1], texts.starts[1:]), axis=1)[:, np.newaxis]
    runs = marked(by_column, whole)[0].tolist()
    kept = [place for start, end, first, last in runs if end - start >= shortest for place in range(first, last)]
    together = np.concatenate((found.places, by_column[:, kept]), axis=1)
    order = np.argsort(together[0], kind="stable")
    return Occurrences(np.ascontiguousarray(together[:, order]), [*found.words, *loose])


def _starts(text: str, needle: str, begin: int, end: int) -> Iterator[int]:
    at = text.find(needle, begin, end)
    while at >= 0:
        if not (_runs_on(text, at) or _runs_on(text, at + len(needle))):
            yield at
        at = text.find(needle, at + 1, end)


def _runs_on(text: str, border: int) -> bool:
    """Whether a Latin word or number goes on across a border: r is not meant in python for."""
    both = text[border - 1 : border + 1]
    return both.isascii() and (both.isalpha() or both.isdigit())


def _excerpt(text: str, begin: int, stretches: Sequence[Sequence[int]], found: Occurrences) -> list[Segment]:
    """Of a long text the part in which most matched, with … where something is left out; it begins at `begin`."""
    marks = [
        Mark(start - begin, end - begin, frozenset(found.words[word] for word in found.places[1, first:last].tolist()))
        for start, end, first, last in stretches
        if last
    ]
    shown, until = snippet(text, marks)
    segments = [
        Segment(text[max(start - begin, shown) : min(end - begin, until)], last > 0)
        for start, end, _, last in stretches
        if shown < end - begin and start - begin < until
    ]
    return [*[_LEFT_OUT][: shown > 0], *segments, *[_LEFT_OUT][: until < len(text)]]
