"""Brings the index up to date with the catalogue."""

import fcntl
import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from corpus.catalogue import Catalogue
from corpus.errors import Unavailable
from corpus.revision import Revision
from index.base import Base, base_name, open_base, verify_base
from index.building import build_base
from index.digest import Digester, Stored, digest_facts
from index.digesting import digests
from index.merging import merge_base, what_changed
from index.segmentation import Segmenter, open_segmenter
from index.snapshot_keeper import PARTS
from index.spelling_building import build_spellings
from index.spelling_building import source_hash as spelling_source
from index.spelling_store import SpellingStore
from index.structured import StructuredIndex, build_structured_index
from index.suggestion_building import build_suggestions, source_hash
from index.suggestion_store import SuggestionStore
from index.weighing import compiled_numbers

Progress = Callable[[str, int, int], None]
"""Called with the stage (base, spell, suggest, whoosh), how many resources are done, and of how many."""

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
    """Makes the base alone: ranked search answers as soon as it stands.

    Out of the last base and what changed since, where its dictionary is the same and at most half of the texts changed.

    Args:
        full: analyse all texts anew.
    """
    segmenter = open_segmenter(revision.words, revision.removed_words, state / "cache")
    with _alone(state):
        seq = catalogue.seq()
        _remove_later(state, seq)
        directory = state / "bases" / base_name(revision.number, seq)
        if full or not _stands(directory, revision, segmenter):
            making = _Making(catalogue, directory.parent, revision, segmenter, progress)
            directory = (None if full else making.merged()) or making.built()
        os.utime(directory)  # the newest is the one in force
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


@dataclass(frozen=True, slots=True)
class _Making:
    """Makes a base of the catalogue's present state."""

    catalogue: Catalogue
    bases: Path
    revision: Revision
    segmenter: Segmenter
    progress: Progress

    def built(self) -> Path:
        """Of all resources."""
        digest = Digester(self.segmenter).digest
        with self.catalogue.snapshot() as (seq, count, rows):
            stored = (Stored(row.serial, row.text_hash, row.body) for row in rows)
            return build_base(
                digests(stored, digest, parallel=count > _PARALLEL_FROM),
                self.bases,
                revision=self.revision,
                seq=seq,
                lexicon=self.segmenter.lexicon,
                progress=lambda done: self.progress("base", done, count),
            )

    def merged(self) -> Path | None:
        """Of the last base and what changed since; None where all has to be analysed."""
        base = self._last()
        if base is None or self.catalogue.count_changes(base.manifest.seq) > 2 * len(base):
            return None
        seq, changes = self.catalogue.changes(base.manifest.seq)
        changed = what_changed(base, changes)
        del changes
        if 2 * len(changed.texts) > changed.count:
            return None
        texts, facts = changed.texts, changed.facts
        return merge_base(
            base,
            changed,
            chain(
                digests(texts, Digester(self.segmenter).digest, parallel=len(texts) > _PARALLEL_FROM),
                digests(facts, digest_facts, parallel=len(facts) > _PARALLEL_FROM) if facts else (),
            ),
            self.bases,
            revision=self.revision,
            seq=seq,
            progress=lambda done: self.progress("base", done, changed.count),
        )

    def _last(self) -> Base | None:
        """The base of the last change that is whole and of the same dictionary, of whatever revision."""
        bases: list[Base] = []
        for directory in self.bases.glob("[0-9]*"):
            with suppress(Unavailable):
                bases.append(open_base(directory))
        alike = [base for base in bases if base.manifest.lexicon == self.segmenter.lexicon]
        alike.sort(key=lambda base: base.manifest.seq, reverse=True)
        return next((base for base in alike if not verify_base(base.directory)), None)


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


def _remove_later(state: Path, seq: int) -> None:
    """Removes what was compiled of a later state: an older catalogue, put back, will give those numbers anew."""
    for part in ("bases", *PARTS):
        for path in (state / part).glob("[0-9]*-[0-9]*"):
            if int(path.name.rpartition("-")[2]) > seq:
                shutil.rmtree(path)


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
