"""Brings the index up to date with the catalogue."""

import fcntl
import json
import os
import shutil
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

from corpus.catalogue import Catalogue, StoredResource
from corpus.errors import Unavailable
from corpus.revision import Revision
from index.base import Base, base_name, open_base
from index.building import build_base
from index.digest import Digest, Digester, Stored
from index.forking import forked_pool
from index.segmentation import Segmenter, open_segmenter
from index.spelling_building import build_spellings
from index.spelling_building import source_hash as spelling_source
from index.spelling_store import SpellingStore
from index.structured import StructuredIndex, build_structured_index
from index.suggestion_building import build_suggestions, source_hash
from index.suggestion_store import SuggestionStore
from index.weighing import compiled_numbers

Progress = Callable[[str, int, int], None]
"""Called with the stage (base, spell, suggest, whoosh), how many resources are done, and of how many."""

_BATCH = 1000
_PARALLEL_FROM = 4000
"""Resources from which forking workers is worth its time."""
_KEPT = 2
"""Bases kept: the newest, and the one that running requests may still read."""


def compile_index(
    catalogue: Catalogue, state: Path, *, revision: Revision, progress: Progress, full: bool = False
) -> Path:
    """Makes base, spellings, suggestions and Whoosh index of the catalogue's present state where they do not stand yet.

    Only one process compiles at a time; another waits and then finds the work done. What a kill left
    unfinished is thrown away and made again.

    Args:
        full: compile also what already stands.
    Returns: the base's directory.
    """
    directory = compile_base(catalogue, state, revision=revision, progress=progress, full=full)
    compile_spellings(directory, state, revision=revision, progress=progress, full=full)
    compile_suggestions(directory, state, revision=revision, progress=progress, full=full)
    compile_structured(directory, state, revision=revision, progress=progress, full=full)
    return directory


def compile_base(
    catalogue: Catalogue, state: Path, *, revision: Revision, progress: Progress, full: bool = False
) -> Path:
    """Makes the base alone: ranked search answers as soon as it stands."""
    segmenter = open_segmenter(revision.words, revision.removed_words, state / "cache")
    with _alone(state), catalogue.snapshot() as (seq, count, rows):
        directory = state / "bases" / base_name(revision.number, seq)
        if full or not _stands(directory, revision, segmenter):
            build_base(
                _digests(rows, segmenter, parallel=count > _PARALLEL_FROM),
                directory.parent,
                revision=revision,
                seq=seq,
                lexicon=segmenter.lexicon,
                progress=lambda done: progress("base", done, count),
            )
        os.utime(directory)  # the newest is the one in force, also where an older catalogue was put back
        _remove_others(directory)
    return directory


def compile_spellings(
    directory: Path, state: Path, *, revision: Revision, progress: Progress, full: bool = False
) -> None:
    """Makes what corrects queries out of a base that stands."""
    segmenter = open_segmenter(revision.words, revision.removed_words, state / "cache")
    target = state / "spellings" / directory.name
    with _alone(state):
        if full or not _spells(target, revision, segmenter):
            base = open_base(directory)
            build_spellings(
                base,
                target,
                revision=revision,
                segmenter=segmenter,
                progress=lambda done: progress("spell", done, len(base)),
            )
        _remove_others(target)


def compile_suggestions(
    directory: Path, state: Path, *, revision: Revision, progress: Progress, full: bool = False
) -> None:
    """Makes what completes queries out of a base that stands."""
    target = state / "suggestions" / directory.name
    with _alone(state):
        if full or not _completes(target, revision):
            base = open_base(directory)
            build_suggestions(
                base,
                target,
                revision=revision,
                segmenter=open_segmenter(revision.words, revision.removed_words, state / "cache"),
                progress=lambda done: progress("suggest", done, len(base)),
            )
        _remove_others(target)


def compile_structured(
    directory: Path, state: Path, *, revision: Revision, progress: Progress, full: bool = False
) -> None:
    """Makes the Whoosh index of a base that stands."""
    segmenter = open_segmenter(revision.words, revision.removed_words, state / "cache")
    target = state / "whoosh" / directory.name
    with _alone(state):
        if full or not _opens(target, segmenter):
            base = open_base(directory)
            target.parent.mkdir(parents=True, exist_ok=True)
            build_structured_index(
                _records(base),
                target,
                segmenter=segmenter,
                progress=lambda done: progress("whoosh", done, len(base)),
            )
        _remove_others(target)


def is_current(catalogue: Catalogue, state: Path, *, revision: Revision) -> bool:
    """Whether the base of the catalogue's present state stands."""
    return (state / "bases" / base_name(revision.number, catalogue.seq())).is_dir()


def _stands(directory: Path, revision: Revision, segmenter: Segmenter) -> bool:
    try:
        manifest = open_base(directory).manifest
    except Unavailable:
        return False
    return manifest.lexicon == segmenter.lexicon and manifest.numbers == compiled_numbers(revision.tuning)


def _spells(directory: Path, revision: Revision, segmenter: Segmenter) -> bool:
    try:
        return SpellingStore.open(directory).source == spelling_source(revision, segmenter)
    except Unavailable:
        return False


def _completes(directory: Path, revision: Revision) -> bool:
    try:
        return SuggestionStore.open(directory).source == source_hash(revision)
    except Unavailable:
        return False


def _opens(directory: Path, segmenter: Segmenter) -> bool:
    try:
        return StructuredIndex.open(directory).lexicon == segmenter.lexicon
    except Unavailable:
        return False


def _remove_others(directory: Path) -> None:
    """Removes what was compiled before, but for the last; mapped files live on for those who read them."""
    others = [path for path in directory.parent.iterdir() if path != directory]
    others.sort(key=lambda path: path.stat().st_mtime, reverse=True)
    whole = [path for path in others if path.name[0].isdigit()]
    for path in {*others} - {*whole[: _KEPT - 1]}:
        shutil.rmtree(path, ignore_errors=True)


@contextmanager
def _alone(state: Path) -> Iterator[None]:
    state.mkdir(parents=True, exist_ok=True)
    with (state / "index.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _records(base: Base) -> Iterator[tuple[int, dict[str, object]]]:
    for row, serial in enumerate(base.serials.tolist()):
        yield serial, json.loads(base.blob(row))


def _digests(rows: Iterator[StoredResource], segmenter: Segmenter, *, parallel: bool) -> Iterator[Digest]:
    """The digests of all but withdrawn resources, in the order of their serials."""
    batches = _batches(Stored(row.serial, row.text_hash, row.body) for row in rows)
    digester = Digester(segmenter)
    if not parallel:
        yield from map(digester.digest, batches)
        return
    _Worker.digester = digester  # forked workers find it here, with its dictionary loaded
    workers = os.cpu_count() or 1
    with forked_pool(workers) as pool:
        pending: deque[Future[Digest]] = deque()
        for batch in batches:
            pending.append(pool.submit(_digest, batch))
            if len(pending) > 2 * workers:
                yield pending.popleft().result()
        while pending:
            yield pending.popleft().result()


class _Worker:
    digester: Digester


def _digest(batch: list[Stored]) -> Digest:
    return _Worker.digester.digest(batch)


def _batches(rows: Iterable[Stored]) -> Iterator[list[Stored]]:
    iterator = iter(rows)
    yield list(islice(iterator, _BATCH))  # of an empty catalogue too: an empty base has its arrays as well
    while batch := list(islice(iterator, _BATCH)):
        yield batch
