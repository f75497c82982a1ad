"""A snapshot: a base and the query-time rules of its revision, as one request sees them from start to end."""

import re
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from corpus.errors import Unavailable
from corpus.revision import Revision
from corpus.tuning import Tuning
from index.arrays import Float32, Int64, RowMask, UInt8, UInt32, UInt64
from index.base import FACETS, Base, base_name, open_base
from index.folding import fold
from index.question import FrameTable
from index.segmentation import Segmenter, open_segmenter
from index.spelling_store import SpellingStore
from index.strings import MISSING
from index.structured import StructuredIndex
from index.suggestion_store import SuggestionStore
from index.weighing import reweighed

Part = TypeVar("Part")

_LOOK_AGAIN = 0.5
"""Seconds after which one looks again for a part that was not there."""
_MOST_REMEMBERED = 512
"""Masks of filters, and apart from them interests as read, kept for the next request; a mask is one byte a row."""


class Snapshot:
    """One state of the index. It never changes; a newer state is another snapshot."""

    def __init__(
        self,
        base: Base,
        revision: Revision,
        segmenter: Segmenter,
        *,
        structured: Path,
        suggestions: Path,
        spellings: Path,
    ) -> None:
        self.base = base
        self.revision = revision
        self.segmenter = segmenter
        self.release = f"{revision.number}.{base.manifest.seq}.{base.manifest.seq}"
        self.idf = _idf(base)
        """(terms,) of BM25."""
        self.prior = _prior(base, revision)
        """(rows,) factor of a row's score, 1 and a little more."""
        self.synonyms = _synonyms(revision, segmenter)
        """For each folded word, without spaces, the terms of each that means the same."""
        self._structured = structured
        self._suggestions = suggestions
        self._spellings = spellings
        self._remembered: dict[str, dict[Any, Any]] = {}
        self._missing_until: dict[str, float] = {}
        self._scratch = threading.local()

    def __len__(self) -> int:
        return len(self.base)

    def with_tuning(self, tuning: Tuning) -> "Snapshot":
        """The same state as it would rank by other numbers; everything they do not change is shared."""
        other = copy(self)
        other.revision = replace(self.revision, tuning=tuning)
        other.base = reweighed(self.base, tuning)
        other.prior = _prior(other.base, other.revision)
        other._remembered = {"parts": self._remembered.setdefault("parts", {})}  # the rest may come of the old numbers
        return other

    def row_of(self, id: str) -> int | None:
        """The row of an id; None if the base does not have it."""
        return self.rows_of([id])[0]

    def rows_of(self, ids: Sequence[str]) -> list[int | None]:
        """The row of each of several ids; None for one that the base does not have."""
        return [None if row == MISSING else row for row in self.base.ids.find(ids).tolist()]

    def visible(self, at: int) -> RowMask:
        """(rows,) 1 for what is neither hidden nor over at a moment, in seconds since 1970."""
        changes = self._ends
        upto = int(np.searchsorted(changes, at, side="right"))
        mask: RowMask = self.remember(("visible", upto), lambda: self.base.active & (self.base.ends > at))
        return mask

    @cached_property
    def _ends(self) -> Int64:
        """Moments at which something becomes invisible, ascending."""
        return np.unique(self.base.ends)

    @cached_property
    def facet_values(self) -> Mapping[str, Mapping[str, list[int]]]:
        """For each facet its codes by folded value."""
        folded: dict[str, dict[str, list[int]]] = {name: {} for name in FACETS}
        for name, values in self.base.manifest.facets.items():
            for code, value in enumerate(values):
                folded[name].setdefault(fold(value), []).append(code)
        return folded

    @cached_property
    def frames(self) -> FrameTable:
        """What may surround the matter of a question."""
        return FrameTable(self.revision.frames, self.base.manifest.facets["district"])

    @cached_property
    def sensitive(self) -> re.Pattern[str]:
        """Finds in a folded text what is never named; an empty list finds nothing."""
        words = sorted(map(fold, self.revision.sensitive_words))
        return re.compile("|".join(map(re.escape, words)) or "(?!)")

    @property
    def structured(self) -> StructuredIndex | None:
        """Answers field queries and phrases; None while it is still being built."""
        return self._opened("structured", lambda: StructuredIndex.open(self._structured))

    @property
    def suggestions(self) -> SuggestionStore | None:
        """Completes what is typed; None while it is still being built."""
        return self._opened("suggestions", lambda: SuggestionStore.open(self._suggestions))

    @property
    def spellings(self) -> SpellingStore | None:
        """Knows how names are spelt and read; None while it is still being built."""
        return self._opened("spellings", lambda: SpellingStore.open(self._spellings))

    def _opened(self, part: str, open_part: Callable[[], Part]) -> Part | None:
        if time.monotonic() < self._missing_until.get(part, 0):
            return None
        try:
            opened: Part = self.remember(part, open_part, among="parts")
        except Unavailable:
            self._missing_until[part] = time.monotonic() + _LOOK_AGAIN
            return None
        return opened

    def remember(self, key: Any, make: Callable[[], Any], *, among: str = "") -> Any:
        """What `make` gave for this key, kept while there is room for it among its like."""
        remembered = self._remembered.setdefault(among, {})
        known = remembered.get(key)
        if known is None:
            if len(remembered) >= _MOST_REMEMBERED:
                remembered.clear()
            known = remembered[key] = make()
        return known

    @property
    def scratch(self) -> "Scratch":
        """This thread's working arrays for the kernel."""
        if not hasattr(self._scratch, "arrays"):
            self._scratch.arrays = Scratch(rows=len(self))
        return self._scratch.arrays  # type: ignore[no-any-return]


@dataclass(slots=True, kw_only=True)
class Scratch:
    """Working arrays of one thread; accumulator and marks are zero between two calls of the kernel."""

    rows: int
    accumulator: Float32 = field(init=False)
    second: Float32 = field(init=False)
    marks: UInt64 = field(init=False)
    matched: UInt32 = field(init=False)
    candidates: UInt32 = field(init=False)
    counts: UInt8 = field(init=False)

    def __post_init__(self) -> None:
        self.accumulator = np.zeros(self.rows, np.float32)
        self.second = np.zeros(self.rows, np.float32)
        self.marks = np.zeros(self.rows, np.uint64)
        self.matched = np.zeros(self.rows, np.uint32)
        self.candidates = np.zeros(self.rows, np.uint32)
        self.counts = np.zeros(self.rows, np.uint8)


class SnapshotKeeper:
    """Gives the newest snapshot, looking for a newer base at most once in a while."""

    def __init__(self, state: Path, *, revision: Revision, look_every: float = 0.5) -> None:
        self._state = state
        self._revision = revision
        self._look_every = look_every
        self._looked = time.monotonic()
        self._snapshot = open_snapshot(state, revision=revision)

    @property
    def current(self) -> Snapshot:
        now = time.monotonic()
        if now - self._looked > self._look_every:
            self._looked = now
            newest = _newest(self._state, self._revision)
            if newest is not None and newest.name != self._snapshot.base.directory.name:
                self._snapshot = open_snapshot(self._state, revision=self._revision)
        return self._snapshot


def open_snapshot(state: Path, *, revision: Revision) -> Snapshot:
    """The newest whole base of a revision.

    Raises: Unavailable (code no-index) if there is none, (damaged-index) if a part of it is missing.
    """
    newest = _newest(state, revision)
    if newest is None:
        raise Unavailable("还没有索引，请先导入资源（./run import 文件），或运行 ./run index。", code="no-index")
    base = open_base(newest)
    segmenter = open_segmenter(revision.words, revision.removed_words, state / "cache")
    return Snapshot(
        base,
        revision,
        segmenter,
        structured=state / "whoosh" / newest.name,
        suggestions=state / "suggestions" / newest.name,
        spellings=state / "spellings" / newest.name,
    )


def _newest(state: Path, revision: Revision) -> Path | None:
    bases = (state / "bases").glob(base_name(revision.number, 0)[:-1] + "*")
    return max(bases, key=lambda path: path.stat().st_mtime_ns, default=None)


def _idf(base: Base) -> Float32:
    df = np.diff(base.term_offsets).astype(np.float64)
    idf: Float32 = np.log1p((len(base) - df + 0.5) / (df + 0.5)).astype(np.float32)
    return idf


def _prior(base: Base, revision: Revision) -> Float32:
    """1 + the gains for completeness, rating and freshness; unknown ratings and years gain nothing."""
    tuning = revision.tuning
    newest = base.year.max(initial=1)
    age = np.where(base.year > 0, newest - base.year.astype(np.float32), np.inf)
    gains = tuning.prior_completeness * base.completeness
    gains += tuning.prior_rating * np.nan_to_num(base.rating) / 10
    gains += tuning.prior_freshness * np.exp2(-age / 5)
    prior: Float32 = (1 + gains).astype(np.float32)
    return prior


def _synonyms(revision: Revision, segmenter: Segmenter) -> dict[str, tuple[tuple[str, ...], ...]]:
    known: dict[str, dict[tuple[str, ...], None]] = {}
    for line in revision.synonyms:
        folded = [fold(word) for word in line]
        terms = [tuple(word.text for word in segmenter.segment(word)) for word in folded]
        for i, word in enumerate(folded):
            others = [own for j, own in enumerate(terms) if j != i and own]
            known.setdefault(word.replace(" ", ""), {}).update(dict.fromkeys(others))
    return {word: tuple(others) for word, others in known.items()}
