"""From a query's text to the terms, groups and exact rows that the kernel ranks by."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Understanding:
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
    """More than any row without it can score."""


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
    for term in bigram_terms(folded):
        draft.add(term, "bigram", tuning.bigram_weight)
    for term in piece_terms(folded):
        draft.add(term, "piece", tuning.piece_weight)
    for word in snapshot.segmenter.segment(" ".join(aside)):
        if word.text not in snapshot.revision.stop_words:
            draft.add(word.text, "frame", tuning.frame_weight)
    phrases = {folded: 1.0, **others} if by_title else {}
    return draft.finish(folded, words, synonyms, named, phrases)


def _meaningful(snapshot: Snapshot, words: list[Word]) -> list[Word]:
    """The words without stop words, unless there is nothing else."""
    return [word for word in words if word.text not in snapshot.revision.stop_words] or words


class _Groups(NamedTuple):
    """The groups of a query as the kernel takes them, and what is no group."""

    alternatives: list[int]
    groups: list[int]
    bonuses: list[float]
    dropped: list[str]
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

    def add(self, term: str, kind: PartKind, weight: float) -> None:
        if term not in self.terms:
            self.terms[term] = (kind, weight)

    def add_word(self, word: Word) -> None:
        """A group: the word itself, or all the parts that search mode sees in it."""
        self.add(word.text, "word", 1)
        for part in word.parts:
            self.add(part, "word", 1)
        self.groups.append([(word.text,), word.parts] if word.parts else [(word.text,)])

    def add_synonyms(self, words: list[Word]) -> dict[str, tuple[str, ...]]:
        """Further alternatives for every word, or run of words, that a line of synonyms knows."""
        known = self.snapshot.synonyms
        used: dict[str, tuple[str, ...]] = {}
        for start in range(len(words)):
            span = ""
            for end in range(start, min(start + 5, len(words))):
                span += words[end].text
                earlier = [word.text for word in words[start : end + 1]]
                for alternative in known.get(span, ()):
                    self._add_synonym(alternative, earlier, self.snapshot.revision.tuning.synonym_weight)
                    for group in self.groups[start : end + 1]:
                        group.append(alternative)
                if span in known:
                    used[span] = tuple("".join(terms) for terms in known[span])
        return used

    def add_other(self, words: Sequence[Word], instead: Sequence[Word], likelihood: float) -> None:
        """What may have been meant by all the words together."""
        terms = tuple(dict.fromkeys(word.text for word in words))
        self._add_synonym(terms, [word.text for word in instead], likelihood)
        for group in self.groups:
            group.append(terms)

    def _add_synonym(self, terms: tuple[str, ...], earlier: list[str], weight: float) -> None:
        """Adds a synonym's terms; a single one scores where none of the earlier terms stands, and joins them."""
        for term in terms:
            self.add(term, "synonym", weight if len(terms) == 1 else 0)
        if len(terms) > 1:
            self.extra[terms] = weight
        elif self.terms[terms[0]][0] == "synonym":
            self.instead.setdefault(terms[0], []).extend(earlier)
            earlier.extend(terms)

    def finish(
        self,
        folded: str,
        words: list[Word],
        synonyms: dict[str, tuple[str, ...]],
        named: Mapping[str, tuple[str, ...]],
        phrases: Mapping[str, float],
    ) -> Understanding:
        snapshot, tuning = self.snapshot, self.snapshot.revision.tuning
        order = sorted(self.terms, key=lambda term: self.terms[term][0] not in COUNTED)
        found = snapshot.base.terms.find(order)
        number = {term: int(n) for term, n in zip(order, found, strict=True) if n != MISSING}
        names = tuple(number)
        counted = [term for term in names if self.terms[term][0] in COUNTED][:MOST_COUNTED]
        bit = {term: 1 << i for i, term in enumerate(counted)}
        terms = np.array(list(number.values()), np.uint32)
        weights = np.array([self.terms[term][1] for term in names], np.float32) * snapshot.idf[terms]
        grouped = self._grouped(words, bit, number)
        instead = [_union(bit, self.instead.get(term, ())) & ~bit.get(term, 0) for term in names]
        agreed = agreement(snapshot, folded, phrases) if phrases else NO_AGREEMENT
        raised = 1 + tuning.preference if named else 1
        return Understanding(
            folded=folded,
            words=tuple(word.text for word in words),
            synonyms=synonyms,
            dropped=tuple(grouped.dropped),
            names=names,
            kinds=tuple(self.terms[term][0] for term in names),
            terms=terms,
            weights=weights,
            bits=np.array([bit.get(term, 0) for term in names], np.uint64),
            instead=np.array(instead, np.uint64),
            alternatives=np.array(grouped.alternatives, np.uint64),
            groups=np.array(grouped.groups, np.uint64),
            bonuses=np.array(grouped.bonuses, np.float32),
            size=grouped.size,
            whole=grouped.whole,
            named=named,
            wanted=math.ceil(tuning.minimum_match * grouped.size),
            agreement=agreed,
            exact_bonus=raised * (2 * float(weights.sum()) + agreed.highest) + 1,
        )

    def _grouped(self, words: Sequence[Word], bit: Mapping[str, int], number: Mapping[str, int]) -> _Groups:
        alternatives, groups, bonuses, dropped = [], [], [], []
        size, whole = 0, bool(words)
        for word, group in zip(words, self.groups, strict=True):
            sets = _possible(group, bit)
            whole &= any(terms and all(term in bit for term in terms) for terms in group)
            for together in sets:
                alternatives.append(_union(bit, together))
                groups.append(1 << size)
                bonuses.append(self._bonus(together, number))
            if sets and size < MOST_COUNTED:
                size += 1
            elif not sets:
                dropped.append(word.text)
        return _Groups(alternatives, groups, bonuses, dropped, size, whole)

    def _bonus(self, terms: tuple[str, ...], number: Mapping[str, int]) -> float:
        """Half of what the rarest of the terms could score: a synonym of several words has no impact of its own."""
        if terms not in self.extra:
            return 0.0
        return self.extra[terms] * 0.5 * max(float(self.snapshot.idf[number[term]]) for term in terms)


def _union(bit: Mapping[str, int], terms: Iterable[str]) -> int:
    union = 0
    for term in terms:
        union |= bit.get(term, 0)
    return union


def _possible(group: Iterable[tuple[str, ...]], known: Mapping[str, int]) -> list[tuple[str, ...]]:
    """The alternatives that some resource can match; where none is whole, the known parts of the longest."""
    whole = [terms for terms in group if terms and all(term in known for term in terms)]
    if whole:
        return list(dict.fromkeys(whole))
    partly = [tuple(term for term in terms if term in known) for terms in group]
    return [max(partly, key=len)] if any(partly) else []
