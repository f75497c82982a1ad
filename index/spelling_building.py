"""Building the spellings of a base: every name in it, its letters and the edges of its words."""

import hashlib
import json
import math
import os
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np

from corpus.revision import Revision
from index.arrays import Arrays, UInt16, UInt32
from index.base import Base
from index.digest import NEVER, field_texts
from index.folding import fold
from index.forking import forked_pool
from index.latin_words import SHORTEST
from index.segmentation import Segmenter
from index.spelling_lookup import is_letter
from index.spelling_store import BEGINS, ENDS, FORMAT
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


@dataclass(slots=True)
class _Use:
    """How a text is used."""

    fields: Counter[str] = field(default_factory=Counter)
    """How many resources have it in each field."""
    title_of: list[int] = field(default_factory=list)
    """Rows."""
    ends: int = 0

    @property
    def weight(self) -> float:
        return sum(NAMES[name] * math.log2(1 + count) for name, count in self.fields.items())


def build_spellings(
    base: Base, directory: Path, *, revision: Revision, segmenter: Segmenter, progress: Callable[[int], None]
) -> None:
    """Builds the spellings of a base.

    Args:
        progress: called with the number of resources that are done.
    """
    names = _names(base, revision)
    letters: list[str] = []
    edges: list[bytes] = []
    for batch in _spelled(list(names), segmenter):
        letters += [text for text, _ in batch]
        edges += [flags for _, flags in batch]
        progress(len(base) * len(letters) // max(1, len(names)))
    unfinished = unfinished_directory(directory)
    for name, array in {**letter_arrays(letters, edges), **_uses(names.values()), **_latin(names)}.items():
        np.save(unfinished / f"{name}.npy", array, allow_pickle=False)
    finish_directory(unfinished, directory, {"format": FORMAT, "source": source_hash(revision, segmenter)})


def source_hash(revision: Revision, segmenter: Segmenter) -> str:
    """Hash of what decides the spellings of a catalogue besides the catalogue itself."""
    return hashlib.sha256(repr((revision.phrases, segmenter.lexicon)).encode()).hexdigest()[:16]


def spell(text: str, segmenter: Segmenter) -> tuple[str, bytes]:
    """The letters of a text, and for each whether a word, or a part that search mode sees in it, begins or ends."""
    folded = fold(text)
    flags = bytearray(len(folded))
    at = 0
    for word in segmenter.segment(folded):
        start = folded.find(word.text, at)
        if start < 0:
            continue
        at = start + len(word.text)
        for part in (word.text, *word.parts):
            inner = start + word.text.index(part)
            flags[inner] |= BEGINS
            flags[inner + len(part) - 1] |= ENDS
    kept = [i for i, letter in enumerate(folded) if is_letter(letter)][:_LONGEST]
    return "".join([folded[i] for i in kept]), bytes([flags[i] for i in kept])


def _names(base: Base, revision: Revision) -> dict[str, _Use]:
    """Every name of what is not hidden, and how it is used."""
    names: dict[str, _Use] = {}
    for row in np.flatnonzero(base.active).tolist():
        record = json.loads(base.blob(row))
        ends = int(base.ends[row])
        for field_name in NAMES:
            for text in field_texts(record, field_name):
                use = names.setdefault(text, _Use())
                use.fields[field_name] += 1
                use.ends = max(use.ends, ends)
        names[record["title"]].title_of.append(row)
    for text in revision.phrases:
        names.setdefault(text, _Use(ends=int(NEVER))).fields["subjects"] += 1
    return names


def _spelled(texts: Sequence[str], segmenter: Segmenter) -> Iterator[list[tuple[str, bytes]]]:
    if len(texts) < _PARALLEL_FROM:
        yield [spell(text, segmenter) for text in texts]
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


def _spell_batch(start: int) -> list[tuple[str, bytes]]:
    return [spell(text, _Worker.segmenter) for text in _Worker.texts[start : start + _BATCH]]


def letter_arrays(texts: Sequence[str], edges: Sequence[bytes]) -> Arrays:
    """What texts consist of; `edges` has a byte for each of their letters."""
    lengths = np.array([len(text) + 1 for text in texts], np.uint32)
    alphabet, letters = numbered(np.frombuffer("\0".join([*texts, ""]).encode("utf-32-le"), np.uint32))
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
        "starts": _starts(lengths),
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


def _latin(names: Iterable[str]) -> Arrays:
    uses = Counter(word for name in names for word in set(_LATIN.findall(fold(name))))
    return {
        "latin": np.frombuffer("\n".join(uses).encode(), np.uint8),
        "latin_uses": np.array(list(uses.values()), np.uint32),
    }


def _starts(lengths: UInt32) -> UInt32:
    starts = np.zeros(len(lengths) + 1, np.uint32)
    np.cumsum(lengths, out=starts[1:])
    return starts


def _uses(uses: Collection[_Use]) -> Arrays:
    return {
        "weights": np.array([use.weight for use in uses], np.float32),
        "ends": np.array([use.ends for use in uses], np.int64),
        "title_offsets": _starts(np.array([len(use.title_of) for use in uses], np.uint32)),
        "title_rows": np.array([row for use in uses for row in use.title_of], np.uint32),
    }
