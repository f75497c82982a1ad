"""Makes the base of the catalogue's present state: out of the last one and what changed, or of all resources."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from corpus.catalogue import Catalogue
from corpus.errors import Unavailable
from corpus.revision import Revision
from index.base import Base, open_base, verify_base
from index.building import build_base
from index.digest import Digester, digest_facts
from index.digesting import digests
from index.merging import merge_base, what_changed
from index.segmentation import Segmenter

Progress = Callable[[int, int], None]

_PARALLEL_FROM = 4000
"""Resources from which forking workers is worth its time."""


@dataclass(frozen=True, slots=True)
class BaseMaking:
    """Makes a base of the catalogue's present state."""

    catalogue: Catalogue
    bases: Path
    revision: Revision
    segmenter: Segmenter
    progress: Progress
    """Called with how many resources are done, and of how many."""

    def built(self) -> Path:
        """Of all resources."""
        digest = Digester(self.segmenter).digest
        with self.catalogue.snapshot() as (seq, count, rows):
            return build_base(
                digests(rows, digest, parallel=count > _PARALLEL_FROM),
                self.bases,
                revision=self.revision,
                seq=seq,
                lexicon=self.segmenter.lexicon,
                progress=lambda done: self.progress(done, count),
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
            progress=lambda done: self.progress(done, changed.count),
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
