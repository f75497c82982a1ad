"""Building the spellings of a base: every name in it, its letters and the edges of its words."""

import hashlib
import math
import os
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain, pairwise
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np

from corpus.revision import Revision
from index.arrays import Arrays, Int64, UInt8, UInt16, UInt32, code_points, offsets_of, text_of
from index.base import Base
from index.digest import field_texts
from index.folding import fold_all
from index.forking import forked_pool
from index.latin_words import SHORTEST
from index.lifetimes import ALWAYS, Holders, Rows, holder_arrays
from index.segmentation import Segmenter
from index.spelling_lookup import is_letter
from index.spelling_matching import BEGINS, ENDS
from index.spelling_store import FORMAT
from index.whole_directory import finish_directory, unfinished_directory

NAMES: Final = {"title": 1.0, "subtitle": 0.5, "creators": 0.3, "provider": 0.1, "subjects": 0.3, "tags": 0.3}
"""The fields whose texts say how a word is spelt, and how much each counts; a description is prose."""
_LATIN: Final = re.compile(f"(?<![a-z])[a-z]{{{SHORTEST - 1},}}(?![a-z])")
_LONGEST: Final = 200
"""Letters of one text that are looked at."""
_MOST_LETTERS: Final = 65_000
"""Different ones that have a number."""
_BATCH: Final = 5000
_PARALLEL_FROM: Final = 10_000
"""Texts from which forking workers is worth its time."""


class Spelled(NamedTuple):
    """A text letter by letter."""

    letters: str
    edges: bytes
    """For each letter whether a word, or a part that search mode sees in it, begins or ends with it."""
    latin: tuple[str, ...]
    """Its different Latin words."""


Names = dict[str, dict[str, list[int]]]
"""For each text, by field, the rows that have it there; for ALWAYS see `index.lifetimes`."""


def build_spellings(
    base: Base, directory: Path, *, revision: Revision, segmenter: Segmenter, progress: Callable[[int], None]
) -> None:
    """Builds the spellings of a base.

    Args:
        progress: called with the number of resources that are done.
    """
    names = _names(base, revision)
    spelled: list[Spelled] = []
    for batch in _spelled(list(names), segmenter):
        spelled += batch
        progress(len(base) * len(spelled) // max(1, len(names)))
    unfinished = unfinished_directory(directory)
    for name, array in spelling_arrays(names, spelled, Rows.of(base)).items():
        np.save(unfinished / f"{name}.npy", array, allow_pickle=False)
    finish_directory(unfinished, directory, {"format": FORMAT, "source": source_hash(revision, segmenter)})


def source_hash(revision: Revision, segmenter: Segmenter) -> str:
    """Hash of what decides the spellings of a catalogue besides the catalogue itself."""
    return hashlib.sha256(repr((revision.phrases, segmenter.lexicon)).encode()).hexdigest()[:16]


def spelling_arrays(names: Names, spelled: Sequence[Spelled], rows: Rows) -> Arrays:
    """The spellings of names of rows, by the names of `SpellingArrays`."""
    edges = [each.edges for each in spelled]
    return {
        **letter_arrays([each.letters for each in spelled], edges),
        **_uses(names.values(), rows),
        **_latin([each.latin for each in spelled]),
    }


def spell(texts: Sequence[str], segmenter: Segmenter) -> list[Spelled]:
    """Texts letter by letter."""
    folded = fold_all(texts)
    joined, offsets = "".join(folded), offsets_of([len(text) for text in folded], np.int64)
    codes = code_points(joined)
    bounds, _ = segmenter.segment_all(codes, offsets)
    edges = _edges(joined, bounds.astype(np.int64))
    distinct, places = np.unique(codes, return_inverse=True)
    are_letters = np.array([is_letter(chr(code)) for code in distinct.tolist()], np.bool_)[places]
    before = offsets_of(are_letters, np.int64)
    starts = before[offsets]
    kept = are_letters & (before[:-1] - np.repeat(starts[:-1], np.diff(offsets)) < _LONGEST)
    letters, flags = text_of(codes[kept]), edges[kept].tobytes()
    cuts = offsets_of(np.minimum(np.diff(starts), _LONGEST), np.int64).tolist()
    return [
        Spelled(letters[start:end], flags[start:end], tuple(dict.fromkeys(_LATIN.findall(text))))
        for text, (start, end) in zip(folded, pairwise(cuts), strict=True)
    ]


def _edges(joined: str, bounds: Int64) -> UInt8:
    """(code points,) where words and parts of texts begin and end; a part that a word holds twice only its first time.

    Args:
        bounds: (2, n) of each word, and of the parts behind it.
    """
    starts, ends = bounds
    reach = np.maximum.accumulate(ends)
    are_words = np.ones(len(ends), np.bool_)
    are_words[1:] = starts[1:] >= reach[:-1]
    word_starts = starts[np.maximum.accumulate(np.where(are_words, np.arange(len(ends)), 0))]
    firsts = starts.copy()
    for part in np.flatnonzero(~are_words).tolist():
        firsts[part] = joined.index(joined[starts[part] : ends[part]], word_starts[part])
    edges = np.zeros(len(joined), np.uint8)
    np.bitwise_or.at(edges, firsts, BEGINS)
    np.bitwise_or.at(edges, firsts + (ends - starts) - 1, ENDS)
    return edges


def names_of(record: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The names of a resource in exchange form, each with its field."""
    for field_name in NAMES:
        for text in field_texts(record, field_name):
            yield field_name, text


def gather(rows: Iterable[Iterable[tuple[str, str]]]) -> Names:
    """The names of rows side by side."""
    names: Names = {}
    for row, own in enumerate(rows):
        for field_name, text in own:
            names.setdefault(text, {}).setdefault(field_name, []).append(row)
    return names


def _names(base: Base, revision: Revision) -> Names:
    """Every name, also of what is hidden: it may be shown again."""
    names = gather(map(names_of, base.records()))
    for text in revision.phrases:
        names.setdefault(text, {}).setdefault("subjects", []).append(ALWAYS)
    return names


def _spelled(texts: Sequence[str], segmenter: Segmenter) -> Iterator[list[Spelled]]:
    if len(texts) < _PARALLEL_FROM:
        yield spell(texts, segmenter)
        return
    _Worker.texts, _Worker.segmenter = texts, segmenter
    try:
        with forked_pool(os.cpu_count() or 1) as pool:
            yield from pool.map(_spell_batch, range(0, len(texts), _BATCH))
    finally:
        _Worker.texts = ()


class _Worker:
    """What forked workers find."""

    texts: Sequence[str] = ()
    segmenter: Segmenter


def _spell_batch(start: int) -> list[Spelled]:
    return spell(_Worker.texts[start : start + _BATCH], _Worker.segmenter)


def letter_arrays(texts: Sequence[str], edges: Sequence[bytes]) -> Arrays:
    """What texts consist of; `edges` has a byte for each of their letters."""
    lengths = np.array([len(text) + 1 for text in texts], np.uint32)
    alphabet, letters = numbered(code_points("\0".join([*texts, ""])))
    following = np.append(letters[1:], np.uint16(0))
    by_pair = letters.astype(np.uint32) << 16 | following
    places = np.argsort(by_pair, kind="stable").astype(np.uint32)
    places = places[letters[places] > 0]
    pairs, pair_starts = np.unique(by_pair[places], return_index=True)
    return {
        "letters": letters,
        "edges": np.frombuffer(b"\0".join([*edges, b""]), np.uint8),
        "places": places,
        "place_offsets": np.searchsorted(letters[places], np.arange(len(alphabet) + 1)).astype(np.uint32),
        "pairs": pairs,
        "pair_offsets": np.append(pair_starts, len(places)).astype(np.uint32),
        "alphabet": alphabet,
        "starts": offsets_of(lengths, np.uint32),
    }


def numbered(codes: UInt32) -> tuple[UInt32, UInt16]:
    """The letters by number, ascending, and the number of each of some code points.

    0 stays 0, and so does what is too rare to have a number: it parts what stands around it.
    """
    found, counts = np.unique(codes[codes > 0], return_counts=True)
    commonest = np.sort(np.argsort(-counts, kind="stable")[:_MOST_LETTERS])
    alphabet = np.append(np.uint32(0), found[commonest])
    numbers = np.minimum(np.searchsorted(alphabet, codes), len(alphabet) - 1)
    return alphabet, np.where(alphabet[numbers] == codes, numbers, 0).astype(np.uint16)


def _latin(words: Sequence[Sequence[str]]) -> Arrays:
    """The Latin words of texts, and the texts of each."""
    texts: dict[str, list[int]] = {}
    for number, own in enumerate(words):
        for word in own:
            texts.setdefault(word, []).append(number)
    return {
        "latin": np.frombuffer("\n".join(texts).encode(), np.uint8),
        "latin_offsets": offsets_of([len(own) for own in texts.values()], np.uint32),
        "latin_texts": np.array([number for own in texts.values() for number in own], np.uint32),
    }


def _uses(uses: Collection[Mapping[str, Sequence[int]]], rows: Rows) -> Arrays:
    """How texts are used; one that is only hidden weighs as if it were shown."""
    shown = [*rows.active.tolist(), 1]  # the last is for ALWAYS
    held = holder_arrays([[*dict.fromkeys(chain.from_iterable(use.values()))] for use in uses], len(rows.active))
    titled = [use.get("title", ()) for use in uses]
    return {
        "weights": np.array([_weight(use, shown) or _weight(use, None) for use in uses], np.float32),
        "title_offsets": offsets_of([len(own) for own in titled], np.uint32),
        "title_rows": np.array([*chain.from_iterable(titled)], np.uint32),
        **held,
        "ends": Holders(*held.values()).ends(rows.shown_until),
    }


def _weight(use: Mapping[str, Sequence[int]], shown: Sequence[int] | None) -> float:
    """By how many rows have a text in each field, of those that are shown where that is told."""
    counts = {
        name: len(rows) if shown is None else sum([shown[min(row, len(shown) - 1)] for row in rows])
        for name, rows in use.items()
    }
    return sum(NAMES[name] * math.log2(1 + count) for name, count in counts.items())
