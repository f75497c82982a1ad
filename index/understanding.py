"""From a query's text to the terms, groups and exact rows that the kernel ranks by."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType
from typing import Final, NamedTuple

import numpy as np

from index.analysis import bigram_terms, piece_terms
from index.arrays import Float32, UInt32, UInt64
from index.folding import fold
from index.kernel import MOST_COUNTED
from index.query import PartKind
from index.segmentation import Word
from index.snapshot import Snapshot
from index.strings import MISSING
from index.title_agreement import NO_AGREEMENT, Agreement, agreement

COUNTED: Final[tuple[PartKind, ...]] = ("word", "synonym")
"""What makes a row match; everything else only adds to the score of rows that do."""
BITS: Final = tuple(1 << i for i in range(MOST_COUNTED))
"""Of the terms that count, in the order of their names."""


class Understanding(NamedTuple):
    """A query in terms of one snapshot. m terms, a alternatives."""

    folded: str
    words: tuple[str, ...]
    """The words that count, each the head of a group."""
    synonyms: dict[str, tuple[str, ...]]
    dropped: tuple[str, ...]
    """Words whose group no resource can match."""
    names: tuple[str, ...]
    """(m,) the terms; those that count come first."""
    kinds: tuple[PartKind, ...]
    """(m,)"""
    terms: UInt32
    weights: Float32
    """(m,) the term's idf times the weight of its kind."""
    bits: UInt64
    instead: UInt64
    """(m,) bits of the word a synonym stands for, and of its synonyms before it; 0 for all else."""
    alternatives: UInt64
    groups: UInt64
    bonuses: Float32
    size: int
    """How many groups there are."""
    whole: bool
    """False where no resource can hold some word, or holds only parts of it."""
    wanted: int
    """How many groups a hit should match."""
    named: Mapping[str, tuple[str, ...]]
    """What is preferred: values by facet."""
    agreement: Agreement
    """Rows that are the whole of what was asked, or whose titles hold it side by side."""
    exact_bonus: float
    """More than any row without it can score; 0 where no row is exact."""


def understand(
    snapshot: Snapshot,
    text: str,
    *,
    aside: Sequence[str] = (),
    others: Mapping[str, float] = MappingProxyType({}),
    named: Mapping[str, tuple[str, ...]] = MappingProxyType({}),
    by_title: bool = True,
) -> Understanding:
    """Reads a plain query. Without a known term and an exact row it finds nothing.

    Args:
        aside: texts whose words score where they stand and never count: the frame of a question.
        others: texts that may have been meant instead, with how likely each is against the text, 0 to 1; what holds
            all words of one matches too, and counts by its likelihood.
        named: values by facet that are preferred.
        by_title: False leaves the agreement of whole titles out, which only a search uses.
    """
    folded = fold(text)
    words = _meaningful(snapshot, list(dict.fromkeys(snapshot.segmenter.segment(folded))))
    draft = _Draft(snapshot)
    for word in words:
        draft.add_word(word)
    synonyms = draft.add_synonyms(words)
    for other, likelihood in others.items():
        draft.add_other(_meaningful(snapshot, snapshot.segmenter.segment(other)), words, likelihood)
    tuning = snapshot.revision.tuning
    draft.add_new(bigram_terms(folded), "bigram", tuning.bigram_weight)
    draft.add_new(piece_terms(folded), "piece", tuning.piece_weight)
    if aside:
        frame = snapshot.segmenter.segment(" ".join(aside))
        stop_words = snapshot.revision.stop_words
        draft.add([word.text for word in frame if word.text not in stop_words], "frame", tuning.frame_weight)
    phrases = {folded: 1.0, **others} if by_title else {}
    return draft.finish(folded, words, synonyms, named, phrases)


def _meaningful(snapshot: Snapshot, words: Sequence[Word]) -> Sequence[Word]:
    """The words without stop words, unless there is nothing else."""
    stop_words = snapshot.revision.stop_words
    return [word for word in words if word.text not in stop_words] or words


class _Groups(NamedTuple):
    """The groups of a query as the kernel takes them, and what is no group."""

    alternatives: UInt64
    groups: UInt64
    bonuses: Float32
    dropped: tuple[str, ...]
    size: int
    whole: bool


@dataclass(slots=True)
class _Draft:
    """Terms by name with kind and weight, and groups of alternative term sets."""

    snapshot: Snapshot
    terms: dict[str, tuple[PartKind, float]] = field(default_factory=dict)
    groups: list[list[tuple[str, ...]]] = field(default_factory=list)
    instead: dict[str, list[str]] = field(default_factory=dict)
    """For each synonym the terms in whose place it stands."""
    extra: dict[tuple[str, ...], float] = field(default_factory=dict)
    """What a synonym of several terms is worth where all of them stand together."""

    def add(self, terms: Iterable[str], kind: PartKind, weight: float) -> None:
        """Terms that are not there yet; those that count come before all others."""
        entry = kind, _rounded(weight)
        for term in terms:
            self.terms.setdefault(term, entry)

    def add_new(self, terms: Sequence[str], kind: PartKind, weight: float) -> None:
        """Terms of a namespace that nothing was added from yet."""
        self.terms.update(dict.fromkeys(terms, (kind, _rounded(weight))))

    def add_word(self, word: Word) -> None:
        """A group: the word itself, or all the parts that search mode sees in it."""
        self.add((word.text, *word.parts), "word", 1)
        self.groups.append([(word.text,), word.parts] if word.parts else [(word.text,)])

    def add_synonyms(self, words: Sequence[Word]) -> dict[str, tuple[str, ...]]:
        """Further alternatives for every word, or run of words, that a line of synonyms knows."""
        known, begun = self.snapshot.synonyms, self.snapshot.synonym_beginnings
        used: dict[str, tuple[str, ...]] = {}
        for start in range(len(words)):
            span = ""
            for end in range(start, min(start + 5, len(words))):
                span += words[end].text
                if span not in begun:
                    break
                if span in known:
                    self._add_alternatives(known[span], words, start, end + 1)
                    used[span] = tuple("".join(terms) for terms in known[span])
        return used

    def _add_alternatives(
        self, alternatives: Iterable[tuple[str, ...]], words: Sequence[Word], start: int, stop: int
    ) -> None:
        """What means the same as some words together."""
        earlier = [word.text for word in words[start:stop]]
        for alternative in alternatives:
            self._add_synonym(alternative, earlier, self.snapshot.revision.tuning.synonym_weight)
            for group in self.groups[start:stop]:
                group.append(alternative)

    def add_other(self, words: Sequence[Word], instead: Sequence[Word], likelihood: float) -> None:
        """What may have been meant by all the words together."""
        terms = tuple(dict.fromkeys(word.text for word in words))
        self._add_synonym(terms, [word.text for word in instead], likelihood)
        for group in self.groups:
            group.append(terms)

    def _add_synonym(self, terms: tuple[str, ...], earlier: list[str], weight: float) -> None:
        """Adds a synonym's terms; a single one scores where none of the earlier terms stands, and joins them."""
        self.add(terms, "synonym", weight if len(terms) == 1 else 0)
        if len(terms) > 1:
            self.extra[terms] = weight
        elif self.terms[terms[0]][0] == "synonym":
            self.instead.setdefault(terms[0], []).extend(earlier)
            earlier.extend(terms)

    def finish(
        self,
        folded: str,
        words: Sequence[Word],
        synonyms: dict[str, tuple[str, ...]],
        named: Mapping[str, tuple[str, ...]],
        phrases: Mapping[str, float],
    ) -> Understanding:
        snapshot, tuning = self.snapshot, self.snapshot.revision.tuning
        entries = self.terms
        numbers = snapshot.base.terms.recall(entries)
        if MISSING in numbers:
            entries = {term: own for (term, own), n in zip(entries.items(), numbers, strict=True) if n != MISSING}
            numbers = [n for n in numbers if n != MISSING]
        names = tuple(entries)
        kinds, shares = zip(*entries.values(), strict=True) if entries else ((), ())
        counted = min(sum(map(kinds.count, COUNTED)), MOST_COUNTED)  # they were added before all others
        idf = snapshot.idf.data
        weights = np.array([share * idf[n] for share, n in zip(shares, numbers, strict=True)], np.float32)
        grouped = self._grouped(words, names[:counted], numbers)
        agreed = agreement(snapshot, folded, phrases) if phrases else NO_AGREEMENT
        raised = 1 + tuning.preference if named else 1
        return Understanding(
            folded=folded,
            words=tuple([word.text for word in words]),
            synonyms=synonyms,
            dropped=grouped.dropped,
            names=names,
            kinds=kinds,
            terms=np.array(numbers, np.uint32),
            weights=weights,
            bits=_bits(counted, len(names)),
            instead=self._instead(names, counted),
            alternatives=grouped.alternatives,
            groups=grouped.groups,
            bonuses=grouped.bonuses,
            size=grouped.size,
            whole=grouped.whole,
            named=named,
            wanted=math.ceil(tuning.minimum_match * grouped.size),
            agreement=agreed,
            exact_bonus=raised * (2 * float(weights.sum()) + agreed.highest) + 1 if len(agreed.exact_rows) else 0.0,
        )

    def _instead(self, names: Sequence[str], counted: int) -> UInt64:
        if not self.instead:
            return _bits(0, len(names))
        instead, bit = np.zeros(len(names), np.uint64), dict(zip(names[:counted], BITS, strict=False))
        for at, term in enumerate(names):
            if term in self.instead:
                instead[at] = _union(bit, self.instead[term]) & ~bit.get(term, 0)
        return instead

    def _grouped(self, words: Sequence[Word], counted: Sequence[str], numbers: Sequence[int]) -> _Groups:
        """
        Args:
            numbers: of the counted terms, and of others behind them.
        """
        if 0 < sum(map(len, self.groups)) == len(self.groups) <= MOST_COUNTED:  # words alone
            size = len(counted)
            own, lost = _bits(size, size), size < len(words)
            dropped = tuple([word.text for word in words if word.text not in counted]) if lost else ()
            return _Groups(own, own, _no_bonuses(size), dropped, size, not lost)
        return self._grouped_by_alternatives(words, dict(zip(counted, BITS, strict=False)), numbers)

    def _grouped_by_alternatives(
        self, words: Sequence[Word], bit: Mapping[str, int], numbers: Sequence[int]
    ) -> _Groups:
        number = dict(zip(bit, numbers, strict=False))
        alternatives, groups, bonuses, dropped = [], [], [], []
        size, whole = 0, bool(words)
        for word, group in zip(words, self.groups, strict=True):
            sets, is_whole = _possible(group, bit)
            whole &= is_whole
            for together in sets:
                alternatives.append(_union(bit, together))
                groups.append(1 << size)
                bonuses.append(self._bonus(together, number) if self.extra else 0.0)
            if sets and size < MOST_COUNTED:
                size += 1
            elif not sets:
                dropped.append(word.text)
        both = np.array([*alternatives, *groups], np.uint64)
        return _Groups(
            alternatives=both[: len(groups)],
            groups=both[len(groups) :],
            bonuses=np.array(bonuses, np.float32),
            dropped=tuple(dropped),
            size=size,
            whole=whole,
        )

    def _bonus(self, terms: tuple[str, ...], number: Mapping[str, int]) -> float:
        """Half of what the rarest of the terms could score: a synonym of several words has no impact of its own."""
        if terms not in self.extra:
            return 0.0
        return self.extra[terms] * 0.5 * max(float(self.snapshot.idf[number[term]]) for term in terms)


@lru_cache(maxsize=1024)
def _bits(counted: int, size: int) -> UInt64:
    """(size,) the bits of terms of which the first ones count; not to be written to."""
    bits = np.zeros(size, np.uint64)
    bits[:counted] = BITS[:counted]
    return bits


@lru_cache(maxsize=1024)
def _no_bonuses(size: int) -> Float32:
    """(size,) zeros; not to be written to."""
    return np.zeros(size, np.float32)


@lru_cache(maxsize=1024)
def _rounded(weight: float) -> float:
    """A weight as the arrays hold it: its product with an idf is then rounded once."""
    return float(np.float32(weight))


def _union(bit: Mapping[str, int], terms: Iterable[str]) -> int:
    union = 0
    for term in terms:
        union |= bit.get(term, 0)
    return union


def _possible(group: Sequence[tuple[str, ...]], known: Mapping[str, int]) -> tuple[list[tuple[str, ...]], bool]:
    """The alternatives that some row can match, and whether they are whole; else the known parts of the longest."""
    if len(group) == 1:  # a word without parts, synonyms and others
        is_known = group[0][0] in known
        return ([group[0]] if is_known else []), is_known
    whole = [terms for terms in group if terms and all(map(known.__contains__, terms))]
    if whole:
        return list(dict.fromkeys(whole)), True
    partly = [tuple(term for term in terms if term in known) for terms in group]
    return ([max(partly, key=len)] if any(partly) else []), False
