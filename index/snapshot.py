"""A snapshot: a base with its tail and the query-time rules of its revision, as one request sees them to its end."""

import re
import threading
import time
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from copy import copy
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from corpus.errors import Unavailable
from corpus.revision import Revision
from corpus.tuning import Tuning
from index.arrays import Float32, Int64, RowMask, UInt32, UInt64
from index.base import FACETS, Base, base_name, open_base
from index.digest import NEVER
from index.folding import fold
from index.frequent_terms import packed
from index.lifetimes import Held, Lifetimes
from index.question import FrameTable
from index.scratch import Scratch
from index.segmentation import Segmenter, open_segmenter
from index.spelling_store import SpellingStore
from index.strings import MISSING
from index.structured import StructuredIndex
from index.suggestion_store import SuggestionStore
from index.tail_names import NO_NAMES, TailNames
from index.weighing import reweighed

Part = TypeVar("Part")
Names = TypeVar("Names", bound=Held)

_LOOK_AGAIN = 0.5
"""Seconds after which one looks again for a part that was not there."""
_YEARS = 10_000
_MOST_REMEMBERED = 512
"""Interests as read and the like that are kept for the next request."""
_MOST_BYTES = 32_000_000
"""Of masks of filters and other arrays by row that are kept; but for a few in any case."""
_LEAST_REMEMBERED = 16


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
        self.seq = base.manifest.seq
        """The last change of the catalogue that it shows."""
        self.idf = _idf(np.diff(base.term_offsets), base.manifest.rows)
        """(terms,) of BM25."""
        self.prior = _prior(base, revision)
        """(rows,) factor of a row's score, 1 and a little more."""
        self.highest_prior = _highest_prior(revision)
        """No row's is above it."""
        self.synonyms = _synonyms(revision, segmenter)
        """For each folded word, without spaces, the terms of each that means the same."""
        self.synonym_beginnings = frozenset(word[:end] for word in self.synonyms for end in range(1, len(word) + 1))
        self.names = NO_NAMES
        """What the rows of the tail are called."""
        self._lifetimes = Lifetimes(base)
        self._structured = structured
        self._suggestions = suggestions
        self._spellings = spellings
        self._remembered: dict[str, dict[Any, Any]] = {}
        self._missing_until: dict[str, float] = {}
        self._scratch = threading.local()

    def __len__(self) -> int:
        """How many rows there are, those of the tail and what they replace included."""
        return len(self.base)

    @property
    def release(self) -> str:
        """Names this state: the revision, the base's last change and the last change of all."""
        return f"{self.revision.number}.{self.base.manifest.seq}.{self.seq}"

    @property
    def resources(self) -> int:
        """How many resources there are, hidden ones included."""
        return len(self) - self.base.tail.gone

    def with_tail(self, base: Base, *, seq: int) -> "Snapshot":
        """The state after further changes: the same base with another tail."""
        other = copy(self)
        other.base, other.seq = base, seq
        other.prior = _prior(base, self.revision)
        other.names = self.names.with_rows(base, self.segmenter)
        other._lifetimes = Lifetimes(base, self._lifetimes)
        if len(base.tail.new_df):
            compiled = self.idf[: len(base.term_offsets) - 1]
            other.idf = np.append(compiled, _idf(base.tail.new_df, base.compiled_rows))
        for name in ("_ends", "facet_values", "frames"):
            other.__dict__.pop(name, None)
        if "facet_values" in self.__dict__:
            other.__dict__["facet_values"] = _more_values(self.facet_values, self.base, base)
        if "frames" in self.__dict__ and base.facets["district"] is self.base.facets["district"]:
            other.__dict__["frames"] = self.frames
        other._remembered = {"parts": self._remembered.setdefault("parts", {})}
        return other

    def with_names(self, names: TailNames) -> "Snapshot":
        """The same state with the names of its tail put together otherwise."""
        other = copy(self)
        other.names = names
        other._remembered = {"parts": self._remembered.setdefault("parts", {})}
        return other

    def with_tuning(self, tuning: Tuning) -> "Snapshot":
        """The same state as it would rank by other numbers; everything they do not change is shared."""
        other = copy(self)
        other.revision = replace(self.revision, tuning=tuning)
        other.base = reweighed(self.base, tuning)
        other.prior = _prior(other.base, other.revision)
        other._remembered = {"parts": self._remembered.setdefault("parts", {})}  # the rest may come of the old numbers
        return other

    def row_of(self, id: str) -> int | None:
        """The row of an id; None if there is none, or it is hidden."""
        return self.rows_of([id])[0]

    def rows_of(self, ids: Sequence[str]) -> list[int | None]:
        """The row of each of several ids; None for one that is not there, or hidden: nobody must be told of it."""
        active = self.base.active
        return [row if row != MISSING and active[row] else None for row in self.base.ids.find(ids).tolist()]

    def visible(self, at: int) -> RowMask:
        """(rows,) 1 for what is neither hidden nor over at a moment, in seconds since 1970."""
        mask: RowMask = self.remember(("visible", self.over(at)), lambda: self.base.active & (self.base.ends > at))
        return mask

    def visible_bits(self, at: int) -> UInt64:
        """The same, a bit a row."""
        bits: UInt64 = self.remember(self.over(at), lambda: packed(self.visible(at)), among="bits")
        return bits

    def over(self, at: int) -> int:
        """At how many different moments something was over until now: what is shown changes only with this number."""
        return bisect_right(self._ends.data, at)

    @cached_property
    def _ends(self) -> Int64:
        """Moments at which something becomes invisible, ascending."""
        return np.unique(self.base.ends[self.base.ends < NEVER])

    @cached_property
    def facet_values(self) -> Mapping[str, Mapping[str, list[int]]]:
        """For each facet its codes by folded value."""
        folded: dict[str, dict[str, list[int]]] = {name: {} for name in FACETS}
        for name, values in self.base.facets.items():
            for code, value in enumerate(values):
                folded[name].setdefault(fold(value), []).append(code)
        return folded

    @cached_property
    def frames(self) -> FrameTable:
        """What may surround the matter of a question."""
        return FrameTable(self.revision.frames, self.base.facets["district"])

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
        """Completes what is typed, as it was compiled; None while it is still being built."""
        return self._opened("suggestions", lambda: SuggestionStore.open(self._suggestions))

    @property
    def suggestion_stores(self) -> Sequence[tuple[SuggestionStore, Int64]]:
        """The suggestions of base and tail, with when each form is over; none while the base's are being built."""
        compiled = self.suggestions
        if compiled is None:
            return ()

        def make() -> Sequence[tuple[SuggestionStore, Int64]]:
            return self._living("suggestions", compiled, [b.suggestions(self.base) for b in self.names.blocks])

        stores: Sequence[tuple[SuggestionStore, Int64]] = self.remember("suggestions", make)
        return stores

    @property
    def spellings(self) -> SpellingStore | None:
        """Knows how names are spelt and read, as it was compiled; None while it is still being built."""
        return self._opened("spellings", lambda: SpellingStore.open(self._spellings))

    @property
    def spelling_stores(self) -> Sequence[SpellingStore]:
        """The spellings of base and tail as this state shows them; none while the base's are being built."""
        return self.remember("spellings", self._living_spellings) or ()

    def _living_spellings(self) -> Sequence[SpellingStore] | None:
        compiled = self.spellings
        if compiled is None:
            return None
        living = self._living("spellings", compiled, [b.spellings(self.base) for b in self.names.blocks])
        return [store.ending(ends) for store, ends in living]

    def _living(self, part: str, compiled: Names, blocks: Sequence[Names]) -> Sequence[tuple[Names, Int64]]:
        """The stores of base and tail, with when each name is over."""
        own = self._lifetimes.of_compiled(part, compiled)
        return [(compiled, own), *((block, self._lifetimes.of(block)) for block in blocks)]

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
            known = make()
            size = getattr(known, "nbytes", 0)
            most = min(_MOST_REMEMBERED, _MOST_BYTES // size) if size else _MOST_REMEMBERED
            if len(remembered) >= max(most, _LEAST_REMEMBERED):
                remembered.clear()
            remembered[key] = known
        return known

    @property
    def scratch(self) -> Scratch:
        """This thread's working arrays for the kernel."""
        own: Scratch | None = getattr(self._scratch, "arrays", None)
        if own is None or own.rows != len(self):
            own = self._scratch.arrays = Scratch.of(len(self), own)
        return own


def open_snapshot(state: Path, *, revision: Revision) -> Snapshot:
    """The newest whole base of a revision, as it was compiled.

    Raises: Unavailable (code no-index) if there is none, (damaged-index) if a part of it is missing.
    """
    newest = newest_base(state, revision)
    if newest is None:
        raise Unavailable("还没有索引，请先导入资源（./run import 文件），或运行 ./run index。", code="no-index")
    return snapshot_at(newest, revision=revision)


def snapshot_at(directory: Path, *, revision: Revision) -> Snapshot:
    """The base in a directory, as it was compiled.

    Raises: Unavailable (code damaged-index) if a part of it is missing.
    """
    base, state = open_base(directory), directory.parent.parent
    segmenter = open_segmenter(revision.words, revision.removed_words, state / "cache")
    return Snapshot(
        base,
        revision,
        segmenter,
        structured=state / "whoosh" / directory.name,
        suggestions=state / "suggestions" / directory.name,
        spellings=state / "spellings" / directory.name,
    )


def newest_base(state: Path, revision: Revision) -> Path | None:
    """The directory of the base with the last change; None if there is none."""
    bases = (state / "bases").glob(base_name(revision.number, 0)[:-1] + "*")
    return max(bases, key=lambda path: int(path.name.rpartition("-")[2]), default=None)


def _idf(df: UInt32 | UInt64, rows: int) -> Float32:
    """(terms,) ln(1 + (rows - df + .5) / (df + .5)); a tail may hold a term more often than the base has rows."""
    own = df.astype(np.float64)
    idf: Float32 = np.log1p((np.maximum(rows - own, 0) + 0.5) / (own + 0.5)).astype(np.float32)
    return idf


def _more_values(
    known: Mapping[str, Mapping[str, list[int]]], before: Base, after: Base
) -> Mapping[str, Mapping[str, list[int]]]:
    """Codes by folded value with those that were added behind the values known before."""
    longer: dict[str, dict[str, list[int]]] = {}
    for name, values in after.facets.items():
        codes = longer[name] = dict(known[name])
        for code in range(len(before.facets[name]), len(values)):
            value = fold(values[code])
            codes[value] = [*codes.get(value, ()), code]
    return longer


def _prior(base: Base, revision: Revision) -> Float32:
    """1 + the gains for completeness, rating and freshness; unknown ratings and years gain nothing.

    Freshness halves in five years from the newest of the rows that were compiled.
    """
    tuning = revision.tuning
    years = np.arange(_YEARS, dtype=np.float32)
    age = np.maximum(base.year[: base.compiled_rows].max(initial=1) - years, 0)
    freshness = np.where(years > 0, tuning.prior_freshness * np.exp2(-age / 5), 0).astype(np.float32)
    rating = np.float32(tuning.prior_rating / 10) * np.nan_to_num(base.rating)
    prior: Float32 = 1 + np.float32(tuning.prior_completeness) * base.completeness + rating
    prior += freshness[np.minimum(base.year, _YEARS - 1)]
    return prior


def _highest_prior(revision: Revision) -> float:
    tuning = revision.tuning
    return 1.001 + tuning.prior_completeness + tuning.prior_rating + tuning.prior_freshness


def _synonyms(revision: Revision, segmenter: Segmenter) -> dict[str, tuple[tuple[str, ...], ...]]:
    known: dict[str, dict[tuple[str, ...], None]] = {}
    for line in revision.synonyms:
        folded = [fold(word) for word in line]
        terms = [tuple(word.text for word in segmenter.segment(word)) for word in folded]
        for i, word in enumerate(folded):
            others = [own for j, own in enumerate(terms) if j != i and own]
            known.setdefault(word.replace(" ", ""), {}).update(dict.fromkeys(others))
    return {word: tuple(others) for word, others in known.items()}
