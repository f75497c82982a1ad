"""From a query's text to the terms, groups and exact rows that the kernel ranks by."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

import numpy as np

from index.analysis import bigram_terms, piece_terms
from index.arrays import Float32, UInt32, UInt64
from index.exact import query_keys
from index.folding import fold
from index.query import PartKind
from index.segmentation import Word
from index.snapshot import Snapshot
from index.spelling_lookup import letters_of, rows_titled
from index.strings import MISSING, string_hashes

COUNTED: Final[tuple[PartKind, ...]] = ("word", "synonym")
"""What makes a row match; everything else only adds to the score of rows that do."""
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
    size: int
    """How many groups there are."""
    whole: bool
    """False where no resource can hold some word, or holds only parts of it."""
    wanted: int
    """How many groups a hit should match."""
    named: Mapping[str, tuple[str, ...]]
    """What is preferred: values by facet."""
    exact_rows: UInt32
    """Rows whose title, creator or ISBN is the whole query."""

    exact_bonus: float
    """More than any row without it can score."""
    phrase_rows: UInt32
    """(p,) rows whose title holds all of the query, or a part of it between spaces, side by side."""
    phrase_bonuses: Float32
    """(p,) what that is worth."""


def understand(
    snapshot: Snapshot,
    text: str,
    *,
    aside: Sequence[str] = (),
    others: Sequence[str] = (),
    named: Mapping[str, tuple[str, ...]] = MappingProxyType({}),
    by_title: bool = True,
) -> Understanding:
    """Reads a plain query. Without a known term and an exact row it finds nothing.

    Args:
        aside: texts whose words score where they stand and never count: the frame of a question.
        others: texts that may have been meant instead; what holds all words of one matches too, further down.
        named: values by facet that are preferred.
        by_title: False leaves exact rows and phrases out, which only a search uses.
    """
    folded = fold(text)
    words = _meaningful(snapshot, list(dict.fromkeys(snapshot.segmenter.segment(folded))))
    draft = _Draft(snapshot)
    for word in words:
        draft.add_word(word)
    synonyms = draft.add_synonyms(words)
    for other in others:
        draft.add_other(_meaningful(snapshot, snapshot.segmenter.segment(other)), words)
    tuning = snapshot.revision.tuning
    for term in bigram_terms(folded):
        draft.add(term, "bigram", tuning.bigram_weight)
    for term in piece_terms(folded):
        draft.add(term, "piece", tuning.piece_weight)
    for word in snapshot.segmenter.segment(" ".join(aside)):
        if word.text not in snapshot.revision.stop_words:
            draft.add(word.text, "frame", tuning.frame_weight)
    exact_rows = _exact_rows(snapshot, folded) if by_title else np.empty(0, np.uint32)
    return draft.finish(folded, words, synonyms, exact_rows, named, by_title=by_title)


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

    def add_other(self, words: Sequence[Word], instead: Sequence[Word]) -> None:
        """What may have been meant by all the words together."""
        terms = tuple(dict.fromkeys(word.text for word in words))
        self._add_synonym(terms, [word.text for word in instead])
        for group in self.groups:
            group.append(terms)

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
        self,
        folded: str,
        words: list[Word],
        synonyms: dict[str, tuple[str, ...]],
        exact_rows: UInt32,
        named: Mapping[str, tuple[str, ...]],
        *,
        by_title: bool,
    ) -> Understanding:
        snapshot = self.snapshot
        order = sorted(self.terms, key=lambda term: self.terms[term][0] not in COUNTED)
        found = snapshot.base.terms.find(order)
        number = {term: int(n) for term, n in zip(order, found, strict=True) if n != MISSING}
        names = tuple(number)
        counted = [term for term in names if self.terms[term][0] in COUNTED][:_MOST_COUNTED]
        bit = {term: 1 << i for i, term in enumerate(counted)}
        terms = np.array(list(number.values()), np.uint32)
        kind_weights = np.array([self.terms[term][1] for term in names], np.float32)
        alternatives, groups, bonuses, dropped = [], [], [], []
        matchable = 0
        weights = kind_weights * snapshot.idf[terms]
        tuning = snapshot.revision.tuning
        worth = dict(zip(names, weights.tolist(), strict=True))
        phrase_rows, phrase_bonuses = self._phrases(folded if by_title else "", words, worth)
        raised = 1 + tuning.preference if named else 1
        whole = bool(words)
        for word, group in zip(words, self.groups, strict=True):
            sets = _possible(group, bit)
            whole &= any(terms and all(term in bit for term in terms) for terms in group)
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
            weights=weights,
            bits=np.array([bit.get(term, 0) for term in names], np.uint64),
            instead=np.array(
                [_union(bit, self.instead.get(term, ())) & ~bit.get(term, 0) for term in names], np.uint64
            ),
            alternatives=np.array(alternatives, np.uint64),
            groups=np.array(groups, np.uint64),
            bonuses=np.array(bonuses, np.float32),
            size=matchable,
            whole=whole,
            named=named,
            wanted=math.ceil(tuning.minimum_match * matchable),
            exact_rows=exact_rows,
            phrase_rows=phrase_rows,
            phrase_bonuses=phrase_bonuses,
            exact_bonus=raised * (2 + tuning.phrase_weight) * float(weights.sum()) + 1,
        )

    def _phrases(self, folded: str, words: Sequence[Word], worth: Mapping[str, float]) -> tuple[UInt32, Float32]:
        """Rows by what stands in their titles side by side; a phrase is worth a share of its words."""
        store, weight = self.snapshot.spellings, self.snapshot.revision.tuning.phrase_weight
        rows, bonuses = [np.empty(0, np.uint32)], [np.empty(0, np.float32)]
        if store is None or not weight:
            return rows[0], bonuses[0]
        for phrase in dict.fromkeys(folded.split()):
            letters = letters_of(phrase)
            found = rows_titled(store, letters if len(letters) > 1 else "")
            value = weight * sum(worth.get(word.text, 0) for word in words if word.text in phrase)
            rows.append(found)
            bonuses.append(np.full(len(found), value, np.float32))
        return np.concatenate(rows), np.concatenate(bonuses)

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
