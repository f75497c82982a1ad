"""Building the suggestions of a base: gathered, read aloud by worker processes, sorted, written."""

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from corpus.revision import Revision
from index.arrays import Arrays, UInt32
from index.base import Base
from index.forking import forked_pool
from index.pinyin import has_reading, other_readings, reading
from index.segmentation import Segmenter
from index.strings import MISSING
from index.suggestion_gathering import Suggestion, gather_suggestions
from index.suggestion_keys import LONGEST_KEY, beginnings, key
from index.suggestion_store import FORMAT, KINDS, initials, joined
from index.whole_directory import finish_directory, unfinished_directory

_BATCH = 1000
_UNUSUAL_AMONG = 4
"""Characters at the front of a key of which other readings are known too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spelling:
    """One way to begin a suggestion: its key and how that is read, the likeliest way first."""

    start: int
    key: bytes
    readings: tuple[bytes, ...]


def build_suggestions(
    base: Base, directory: Path, *, revision: Revision, segmenter: Segmenter, progress: Callable[[int], None]
) -> None:
    """Builds the suggestions of a base.

    Args:
        progress: called with the number of resources that are done.
    """
    suggestions = gather_suggestions(base, revision, segmenter)
    spelled: list[list[Spelling]] = []
    for batch in _spell_all(suggestions):
        spelled += batch
        progress(len(base) * len(spelled) // len(suggestions))
    unfinished = unfinished_directory(directory)
    arrays = {**_texts(suggestions), **_sorted_keys(spelled)}
    for name, array in arrays.items():
        np.save(unfinished / f"{name}.npy", array, allow_pickle=False)
    manifest = {"format": FORMAT, "source": source_hash(revision), "arrays": list(arrays)}
    finish_directory(unfinished, directory, manifest)


def source_hash(revision: Revision) -> str:
    """Hash of what decides the suggestions of a catalogue besides the catalogue itself."""
    content = repr((revision.phrases, sorted(revision.stop_words)))
    return hashlib.sha256(content.encode()).hexdigest()[:16]


def spellings(suggestion: Suggestion) -> list[Spelling]:
    """Every way to begin a suggestion."""
    return [_spelling(suggestion, start) for start in beginnings(suggestion.text, suggestion.kind)]


def _spelling(suggestion: Suggestion, start: int) -> Spelling:
    written = key(suggestion.text[start:])[:LONGEST_KEY]
    if not has_reading(written):
        return Spelling(start=start, key=written.encode(), readings=())
    usual = reading(written, is_name=suggestion.kind == "creator")
    readings = [usual, *other_readings(written, usual, among=_UNUSUAL_AMONG)]
    return Spelling(start=start, key=written.encode(), readings=tuple(" ".join(each).encode() for each in readings))


def _spell_all(suggestions: Sequence[Suggestion]) -> Iterator[list[list[Spelling]]]:
    """The spellings of batch after batch; always in workers, so that only they load the dictionaries of readings."""
    batches = [suggestions[start : start + _BATCH] for start in range(0, len(suggestions), _BATCH)]
    if batches:
        with forked_pool(min(os.cpu_count() or 1, len(batches))) as pool:
            yield from pool.map(_spell, batches)


def _spell(batch: Sequence[Suggestion]) -> list[list[Spelling]]:
    return [spellings(suggestion) for suggestion in batch]


def _texts(suggestions: Sequence[Suggestion]) -> Arrays:
    texts = [suggestion.text.encode() for suggestion in suggestions]
    return {
        **_strings("text", texts),
        "kinds": np.array([KINDS.index(suggestion.kind) for suggestion in suggestions], np.uint8),
        "ends": np.array([suggestion.ends for suggestion in suggestions], np.int64),
    }


def _sorted_keys(spelled: Sequence[Sequence[Spelling]]) -> Arrays:
    """The keys and the readings of all suggestions, and the order of the initials."""
    keys = [(each.key, number, each) for number, several in enumerate(spelled) for each in several]
    keys.sort(key=lambda entry: entry[:2])
    unusual = len(spelled)
    readings = [
        (joined(text), number + unusual * (at > 0), each.start, text, position)
        for position, (_, number, each) in enumerate(keys)
        for at, text in enumerate(each.readings)
    ]
    readings.sort()
    ranks = _numbers([rank for _, rank, *_ in readings])
    key_readings = np.full(len(keys), MISSING, np.uint32)
    for at, (*_, rank, _, _, position) in enumerate(readings):
        if rank < unusual:
            key_readings[position] = at
    short = [initials(text) for *_, text, _ in readings]
    return {
        **_strings("key", [text for text, *_ in keys]),
        "key_ranks": _numbers([number for _, number, _ in keys]),
        "key_starts": np.array([each.start for *_, each in keys], np.uint8),
        "key_readings": key_readings,
        **_strings("reading", [text for *_, text, _ in readings]),
        "reading_ranks": ranks,
        "reading_starts": np.array([start for _, _, start, *_ in readings], np.uint8),
        "initials": _numbers(sorted(range(len(readings)), key=lambda at: (short[at], ranks[at]))),
    }


def _strings(name: str, texts: Sequence[bytes]) -> Arrays:
    offsets = np.zeros(len(texts) + 1, np.uint32)
    np.cumsum([len(text) for text in texts], out=offsets[1:])
    return {f"{name}s": np.frombuffer(b"".join(texts), np.uint8), f"{name}_offsets": offsets}


def _numbers(values: Sequence[int]) -> UInt32:
    return np.array(values, np.uint32)
