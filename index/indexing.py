"""Brings the index up to date with the catalogue."""

import fcntl
import gc
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Final

from corpus.catalogue import Catalogue
from corpus.errors import Unavailable
from corpus.revision import Revision
from index.base import Base, base_name, open_base
from index.base_making import BaseMaking
from index.history import is_of_history
from index.segmentation import Segmenter, open_segmenter
from index.snapshot import newest_base
from index.snapshot_keeper import MOST_PENDING, PARTS
from index.spelling_building import build_spellings
from index.spelling_building import source_hash as spelling_source
from index.spelling_store import SpellingStore
from index.structured import StructuredIndex, build_structured_index
from index.suggestion_building import build_suggestions, source_hash
from index.suggestion_store import SuggestionStore
from index.weighing import compiled_numbers

Progress = Callable[[str, int, int], None]
"""Called with the stage (base, spell, suggest, whoosh), how many resources are done, and of how many."""

_KEPT: Final = 2
"""Bases kept: the newest, and the one that running requests may still read."""
_QUIET: Final = 5
"""Seconds without a change from which a few changes are compiled too."""
_TIMES: Final = 10
"""How many times as long as a compilation takes it has to be quiet for it."""
_TOOK: Final = "compiled-in"
"""The file with the seconds that the last compilation took."""


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
    started, all_of_it = time.monotonic(), full or not is_current(catalogue, state, revision=revision)
    directory = compile_base(catalogue, state, revision=revision, progress=progress, full=full)
    _compile_parts(directory, state, revision=revision, progress=progress, full=full)
    if all_of_it:
        (state / _TOOK).write_text(f"{time.monotonic() - started:.1f}")
    return directory


def keep_up(catalogue: Catalogue, state: Path, *, revision: Revision, progress: Progress, quiet: float) -> bool:
    """Compiles what has become due, and says whether anything had.

    Everything, where no base is of this revision or more than `MOST_PENDING` resources changed since the last one, or
    where fewer did and it has been quiet long enough for what that costs; else the parts that a base still lacks.

    Args:
        quiet: seconds since the catalogue's last change.
    """
    directory = newest_base(state, revision)
    segmenter = open_segmenter(revision.words, revision.removed_words, state / "cache")
    stands = directory is not None and _stands(directory, revision, segmenter)
    if directory is None or not stands or _is_due(catalogue, open_base(directory), state, quiet):
        compile_index(catalogue, state, revision=revision, progress=progress)
        return True
    return _complete(directory, state, revision, segmenter, progress)


def compile_base(
    catalogue: Catalogue, state: Path, *, revision: Revision, progress: Progress, full: bool = False
) -> Path:
    """Makes the base alone: ranked search answers as soon as it stands.

    Out of the last base and what changed since, where its dictionary is the same and at most half of the texts changed.

    Args:
        full: analyse all texts anew.
    """
    segmenter = open_segmenter(revision.words, revision.removed_words, state / "cache")
    with _alone(state):
        _remove_strange(catalogue, state)
        directory = state / "bases" / base_name(revision.number, catalogue.seq())
        if full or not _stands(directory, revision, segmenter):
            making = BaseMaking(catalogue, directory.parent, revision, segmenter, partial(progress, "base"))
            directory = (None if full else making.merged()) or making.built()
        os.utime(directory)  # the last one used is kept longest
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
                zip(base.serials.tolist(), base.records(), strict=True),
                target,
                segmenter=segmenter,
                progress=lambda done: progress("whoosh", done, len(base)),
            )
        _remove_others(target)


def _compile_parts(directory: Path, state: Path, *, revision: Revision, progress: Progress, full: bool = False) -> None:
    compile_spellings(directory, state, revision=revision, progress=progress, full=full)
    compile_suggestions(directory, state, revision=revision, progress=progress, full=full)
    compile_structured(directory, state, revision=revision, progress=progress, full=full)


def is_current(catalogue: Catalogue, state: Path, *, revision: Revision) -> bool:
    """Whether the base of the catalogue's present state stands."""
    return (state / "bases" / base_name(revision.number, catalogue.seq())).is_dir()


def _is_due(catalogue: Catalogue, base: Base, state: Path, quiet: float) -> bool:
    """Whether enough changed since a base, or something did and nothing more comes."""
    if not is_of_history(base, catalogue):
        return True
    last, seq = base.manifest.seq, catalogue.seq()
    if seq == last:
        return False
    if seq - last > MOST_PENDING:  # also of a few that changed often: each change is a row of every tail
        return True
    return quiet >= max(_QUIET, _TIMES * _took(state))


def _took(state: Path) -> float:
    """Seconds that the last compilation took; 0 if nobody knows."""
    with suppress(OSError, ValueError):
        return float((state / _TOOK).read_text())
    return 0


def _complete(directory: Path, state: Path, revision: Revision, segmenter: Segmenter, progress: Progress) -> bool:
    """Makes the parts that a base lacks and says whether there were any."""
    spells = _spells(state / "spellings" / directory.name, revision, segmenter)
    completes = _completes(state / "suggestions" / directory.name, revision)
    if spells and completes and _opens(state / "whoosh" / directory.name, segmenter):
        return False
    _compile_parts(directory, state, revision=revision, progress=progress)
    return True


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


def _remove_strange(catalogue: Catalogue, state: Path) -> None:
    """Removes what was compiled of another history than the catalogue's: its numbers are given anew."""
    parts, seq = [state / name for name in ("bases", *PARTS)], catalogue.seq()
    names = {path.name for part in parts for path in part.glob("[0-9]*-[0-9]*")}
    strange = {name for name in names if int(name.rpartition("-")[2]) > seq}
    for name in names - strange:
        with suppress(Unavailable):
            if not is_of_history(open_base(state / "bases" / name), catalogue):
                strange.add(name)
    for part in parts:
        for name in strange:
            shutil.rmtree(part / name, ignore_errors=True)


def _remove_others(directory: Path) -> None:
    """Removes what was compiled before, but for the last; mapped files live on for those who read them."""
    others = [path for path in directory.parent.iterdir() if path != directory]
    others.sort(key=lambda path: path.stat().st_mtime, reverse=True)
    whole = [path for path in others if path.name[0].isdigit()]
    for path in {*others} - {*whole[: _KEPT - 1]}:
        shutil.rmtree(path, ignore_errors=True)


@contextmanager
def _alone(state: Path) -> Iterator[None]:
    """One at a time; and without looking for cycles, of which a build leaves few."""
    state.mkdir(parents=True, exist_ok=True)
    with (state / "index.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        collects = gc.isenabled()
        gc.disable()  # also in the workers that are forked now
        try:
            yield
        finally:
            if collects:
                gc.enable()
