"""Building the suggestions of a base: gathered, read aloud by worker processes, sorted, written."""

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np

from corpus.revision import Revision
from index.arrays import Arrays, UInt32, offsets_of
from index.base import Base
from index.forking import forked_pool
from index.lifetimes import Holders, Rows, holder_arrays
from index.pinyin import Reading, has_reading, other_readings
from index.pinyin import reading as usual_reading
from index.segmentation import Segmenter
from index.suggestion_gathering import Suggestion, gather_suggestions
from index.suggestion_keys import LONGEST_KEY, Beginning, SuggestionKind, beginnings, key
from index.suggestion_store import FORMAT, KINDS, blurred, initials, joined
from index.whole_directory import finish_directory, unfinished_directory

_BATCH = 1000
_UNUSUAL_AMONG = 4
"""Characters at the front of a key of which other readings are known too."""


class Read(Protocol):
    """Reads a folded text aloud."""

    def __call__(self, text: str, *, is_name: bool) -> Reading: ...


class Spelling(NamedTuple):
    """One way to begin a suggestion."""

    beginning: Beginning
    key: bytes
    readings: tuple[bytes, ...]
    """The likeliest first; none where no Chinese character stands."""


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
    arrays = suggestion_arrays(suggestions, spelled, Rows.of(base))
    for name, array in arrays.items():
        np.save(unfinished / f"{name}.npy", array, allow_pickle=False)
    manifest = {"format": FORMAT, "source": source_hash(revision), "arrays": list(arrays)}
    finish_directory(unfinished, directory, manifest)


def source_hash(revision: Revision) -> str:
    """Hash of what decides the suggestions of a catalogue besides the catalogue itself."""
    content = repr((revision.phrases, sorted(revision.stop_words)))
    return hashlib.sha256(content.encode()).hexdigest()[:16]


def _spell_all(suggestions: Sequence[Suggestion]) -> Iterator[list[list[Spelling]]]:
    """The spellings of batch after batch; always in workers, so that only they load the dictionaries of readings."""
    batches = [range(start, min(start + _BATCH, len(suggestions))) for start in range(0, len(suggestions), _BATCH)]
    if not batches:
        return
    _Worker.suggestions = suggestions
    try:
        with forked_pool(min(os.cpu_count() or 1, len(batches))) as pool:
            yield from pool.map(_spell, batches)
    finally:
        _Worker.suggestions = ()


class _Worker:
    """What forked workers find."""

    suggestions: Sequence[Suggestion] = ()


def _spell(batch: range) -> list[list[Spelling]]:
    return [_spellings(_Worker.suggestions[number]) for number in batch]


def _spellings(suggestion: Suggestion) -> list[Spelling]:
    return spellings(suggestion.text, suggestion.kind, suggestion.key, read=usual_reading)


def spellings(text: str, kind: SuggestionKind, own_key: str, *, read: Read) -> list[Spelling]:
    """Every way to begin a suggestion."""
    return [_spelling(text, kind, own_key, beginning, read) for beginning in beginnings(text, kind)]


def _spelling(text: str, kind: SuggestionKind, own_key: str, beginning: Beginning, read: Read) -> Spelling:
    start = beginning.start
    written = (key(text[start:]) if start else own_key)[:LONGEST_KEY]
    return Spelling(beginning, written.encode(), _readings(written, kind == "creator", read))


def _readings(written: str, is_name: bool, read: Read) -> tuple[bytes, ...]:
    if not has_reading(written):
        return ()
    usual = read(written, is_name=is_name)
    others = other_readings(written, usual, among=_UNUSUAL_AMONG)
    return tuple(" ".join(each).encode() for each in (usual, *others))


def suggestion_arrays(suggestions: Sequence[Suggestion], spelled: Sequence[Sequence[Spelling]], rows: Rows) -> Arrays:
    """Suggestions of what rows name, by the names of `SuggestionArrays`."""
    return {**_texts(suggestions, rows), **_sorted_keys(spelled)}


def _texts(suggestions: Sequence[Suggestion], rows: Rows) -> Arrays:
    forms = [form for suggestion in suggestions for form in suggestion.forms]
    held = holder_arrays([form.rows for form in forms], len(rows.active))
    return {
        "likelihoods": np.array([suggestion.likelihood for suggestion in suggestions], np.float32),
        "form_offsets": offsets_of([len(suggestion.forms) for suggestion in suggestions], np.uint32),
        **_strings("text", [form.text.encode() for form in forms]),
        "kinds": np.array([KINDS.index(form.kind) for form in forms], np.uint8),
        **held,
        "ends": Holders(*held.values()).ends(rows.shown_until),
    }


class _Key(NamedTuple):
    text: bytes
    rank: int
    start: int
    readings: tuple[bytes, ...]


class _Reading(NamedTuple):
    joined: bytes
    rank: int
    text: bytes
    key: int
    """The position of its key."""


def _sorted_keys(spelled: Sequence[Sequence[Spelling]]) -> Arrays:
    """The keys and the readings of all suggestions, and further orders of the readings."""
    keys = sorted(_every_key(spelled))
    readings = sorted(_every_reading(keys, unusual=len(spelled)))
    return {
        **_strings("key", [key.text for key in keys]),
        "key_ranks": _numbers([key.rank for key in keys]),
        "key_starts": np.array([key.start for key in keys], np.uint8),
        **_strings("reading", [reading.text for reading in readings]),
        "reading_ranks": _numbers([reading.rank for reading in readings]),
        "reading_keys": _numbers([reading.key for reading in readings]),
        "initials": _order([(initials(reading.text), reading.rank) for reading in readings]),
        "blurred": _order([(blurred(reading.text), reading.rank) for reading in readings]),
    }


def _every_key(spelled: Sequence[Sequence[Spelling]]) -> Iterator[_Key]:
    for number, spellings in enumerate(spelled):
        for beginning, text, readings in spellings:
            rank = number if beginning.is_usual else number + len(spelled)
            yield _Key(text, rank, beginning.start, readings)


def _every_reading(keys: Sequence[_Key], *, unusual: int) -> Iterator[_Reading]:
    """The readings of all keys; all but the likeliest of each are unusual, and so are those of unusual keys."""
    for position, (_, rank, _, texts) in enumerate(keys):
        for at, text in enumerate(texts if rank < unusual else texts[:1]):
            yield _Reading(joined(text), rank + unusual * (at > 0), text, position)


def _strings(name: str, texts: Sequence[bytes]) -> Arrays:
    offsets = offsets_of([len(text) for text in texts], np.uint32)
    return {f"{name}s": np.frombuffer(b"".join(texts), np.uint8), f"{name}_offsets": offsets}


def _order(values: Sequence[tuple[bytes, int]]) -> UInt32:
    """(n,) the positions of values, ascending."""
    return _numbers(sorted(range(len(values)), key=values.__getitem__))


def _numbers(values: Sequence[int]) -> UInt32:
    return np.array(values, np.uint32)
