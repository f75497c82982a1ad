"""From a query's text to the terms, groups and exact rows that the kernel ranks by."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from index.analysis import bigram_terms, piece_terms
from index.arrays import Float32, UInt32, UInt64
from index.exact import query_keys
from index.folding import fold
from index.query import PartKind
from index.segmentation import Word
from index.snapshot import Snapshot
from index.strings import MISSING, string_hashes

_MOST_COUNTED = 62
"""Terms and groups that have a bit of their own; further words score but do not count."""


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
    wanted: int
    """How many groups a hit should match."""
    exact_rows: UInt32
    """Rows whose title, creator or ISBN is the whole query."""

    @property
    def exact_bonus(self) -> float:
        """More than any row without it can score."""
        return 2 * float(self.weights.sum()) + 1


def understand(snapshot: Snapshot, text: str) -> Understanding:
    """Reads a plain query. Without a known term and an exact row it finds nothing."""
    folded = fold(text)
    words = _meaningful(snapshot, list(dict.fromkeys(snapshot.segmenter.segment(folded))))
    draft = _Draft(snapshot)
    for word in words:
        draft.add_word(word)
    synonyms = draft.add_synonyms(words)
    tuning = snapshot.revision.tuning
    for term in bigram_terms(folded):
        draft.add(term, "bigram", tuning.bigram_weight)
    for term in piece_terms(folded):
        draft.add(term, "piece", tuning.piece_weight)
    return draft.finish(folded, words, synonyms, _exact_rows(snapshot, folded))


def _meaningful(snapshot: Snapshot, words: list[Word]) -> list[Word]:
    """The words without stop words, unless there is nothing else."""
    return [word for word in words if word.text not in snapshot.revision.stop_words] or words


def _exact_rows(snapshot: Snapshot, folded: str) -> UInt32:
    base = snapshot.base
    wanted = string_hashes(query_keys(folded))
    starts = np.searchsorted(base.exact_hashes, wanted, side="left")
    ends = np.searchsorted(base.exact_hashes, wanted, side="right")
    found = [base.exact_rows[start:end] for start, end in zip(starts, ends, strict=True)]
    return np.unique(np.concatenate(found)) if found else np.empty(0, np.uint32)


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
                    self._add_synonym(alternative, earlier)
                    for group in self.groups[start : end + 1]:
                        group.append(alternative)
                if span in known:
                    used[span] = tuple("".join(terms) for terms in known[span])
        return used

    def _add_synonym(self, terms: tuple[str, ...], earlier: list[str]) -> None:
        """Adds a synonym's terms; a single one scores where none of the earlier terms stands, and joins them."""
        weight = self.snapshot.revision.tuning.synonym_weight
        for term in terms:
            self.add(term, "synonym", weight if len(terms) == 1 else 0)
        if len(terms) > 1:
            self.extra[terms] = weight
        elif self.terms[terms[0]][0] == "synonym":
            self.instead.setdefault(terms[0], []).extend(earlier)
            earlier.extend(terms)

    def finish(
        self, folded: str, words: list[Word], synonyms: dict[str, tuple[str, ...]], exact_rows: UInt32
    ) -> Understanding:
        snapshot = self.snapshot
        order = sorted(self.terms, key=lambda term: self.terms[term][0] in ("bigram", "piece"))
        found = snapshot.base.terms.find(order)
        number = {term: int(n) for term, n in zip(order, found, strict=True) if n != MISSING}
        names = tuple(number)
        counted = [term for term in names if self.terms[term][0] in ("word", "synonym")][:_MOST_COUNTED]
        bit = {term: 1 << i for i, term in enumerate(counted)}
        terms = np.array(list(number.values()), np.uint32)
        kind_weights = np.array([self.terms[term][1] for term in names], np.float32)
        alternatives, groups, bonuses, dropped = [], [], [], []
        matchable = 0
        for word, group in zip(words, self.groups, strict=True):
            sets = _possible(group, bit)
            for terms_together in sets:
                alternatives.append(_union(bit, terms_together))
                groups.append(1 << matchable)
                bonuses.append(self._bonus(terms_together, number))
            if sets and matchable < _MOST_COUNTED:
                matchable += 1
            elif not sets:
                dropped.append(word.text)
        return Understanding(
            folded=folded,
            words=tuple(word.text for word in words),
            synonyms=synonyms,
            dropped=tuple(dropped),
            names=names,
            kinds=tuple(self.terms[term][0] for term in names),
            terms=terms,
            weights=kind_weights * snapshot.idf[terms],
            bits=np.array([bit.get(term, 0) for term in names], np.uint64),
            instead=np.array(
                [_union(bit, self.instead.get(term, ())) & ~bit.get(term, 0) for term in names], np.uint64
            ),
            alternatives=np.array(alternatives, np.uint64),
            groups=np.array(groups, np.uint64),
            bonuses=np.array(bonuses, np.float32),
            wanted=math.ceil(snapshot.revision.tuning.minimum_match * matchable),
            exact_rows=exact_rows,
        )

    def _bonus(self, terms: tuple[str, ...], number: dict[str, int]) -> float:
        """Half of what the rarest of the terms could score: a synonym of several words has no impact of its own."""
        if terms not in self.extra:
            return 0.0
        return self.extra[terms] * 0.5 * max(float(self.snapshot.idf[number[term]]) for term in terms)


def _union(bit: dict[str, int], terms: Iterable[str]) -> int:
    union = 0
    for term in terms:
        union |= bit.get(term, 0)
    return union


def _possible(group: Iterable[tuple[str, ...]], known: dict[str, int]) -> list[tuple[str, ...]]:
    """The alternatives that some resource can match; where none is whole, the known parts of the longest."""
    whole = [terms for terms in group if terms and all(term in known for term in terms)]
    if whole:
        return list(dict.fromkeys(whole))
    partly = [tuple(term for term in terms if term in known) for terms in group]
    return [max(partly, key=len)] if any(partly) else []
