"""What a catalogue can suggest: titles, creators, subjects and curated phrases, the likeliest first."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from corpus.revision import Revision
from index.base import Base
from index.digest import NEVER
from index.folding import fold
from index.segmentation import Segmenter
from index.strings import MISSING
from index.suggestion_keys import SuggestionKind, core, key

_ORDER: Final[Mapping[SuggestionKind, int]] = {"phrase": 0, "subject": 1, "creator": 2, "title": 2}
"""Curators know best; a creator and a title are as likely as they are read."""
_MOST_CHARACTERS: Final = 80
"""Of a suggestion; longer ones fit no line."""
_LIKELIEST: Final = 1e-3
"""The share of the most popular resources between which no difference is made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A text that completes what residents type."""

    text: str
    kind: SuggestionKind
    key: str
    ends: int
    """When the last resource behind it is over, in seconds since 1970."""


@dataclass(slots=True, kw_only=True)
class _Use:
    """How a text is used in the catalogue."""

    count: int = 0
    likelihood: float = 0.0
    ends: int = 0

    def add(self, other: "_Use") -> None:
        self.count += other.count
        self.likelihood += other.likelihood
        self.ends = max(self.ends, other.ends)


@dataclass(slots=True, kw_only=True)
class _Group:
    """Texts with the same key: one work's editions, one author's spellings."""

    key: str
    total: _Use = field(default_factory=_Use)
    forms: dict[tuple[SuggestionKind, str], _Use] = field(default_factory=dict)

    def suggestion(self) -> Suggestion:
        """The group as its commonest form; a phrase or subject names it first."""
        kind, text = min(self.forms, key=lambda form: (_ORDER[form[0]], -self.forms[form].count))
        return Suggestion(text=text, kind=kind, key=self.key, ends=self.total.ends)


def gather_suggestions(base: Base, revision: Revision, segmenter: Segmenter) -> list[Suggestion]:
    """All suggestions, the likeliest first, no two with the same key."""
    groups: dict[str, _Group] = {}
    for text in revision.phrases:
        if _can_be_found(text, base, revision, segmenter):
            _add(groups, text, "phrase", _Use(ends=int(NEVER)))
    for (kind, text), use in _texts(base).items():
        _add(groups, core(text, kind), kind, use)
    made = [(group.suggestion(), group.total.likelihood) for group in groups.values()]
    made.sort(key=lambda each: _rank(*each))
    return [suggestion for suggestion, _ in made]


def _rank(suggestion: Suggestion, likelihood: float) -> tuple[int, float, int]:
    """Phrases keep the order that curators gave them; everything else goes by likelihood, short texts first."""
    if suggestion.kind == "phrase":
        return 0, 0.0, 0
    return _ORDER[suggestion.kind], -likelihood, len(suggestion.text)


def _add(groups: dict[str, _Group], text: str, kind: SuggestionKind, use: _Use) -> None:
    same = key(text)
    if not same or len(text) > _MOST_CHARACTERS or (kind == "creator" and len(same) < 2):
        return
    group = groups.setdefault(same, _Group(key=same))
    group.total.add(use)
    group.forms.setdefault((kind, text), _Use()).add(use)


def _texts(base: Base) -> dict[tuple[SuggestionKind, str], _Use]:
    """Every title, creator and subject of what is not hidden, as it is written, and how it is used."""
    uses: dict[tuple[SuggestionKind, str], _Use] = {}
    for row in np.flatnonzero(base.active).tolist():
        use = _Use(count=1, likelihood=_readers(float(base.popularity[row])), ends=int(base.ends[row]))
        for named in _names(json.loads(base.blob(row))):
            uses.setdefault(named, _Use()).add(use)
    return uses


def _names(record: Mapping[str, Any]) -> Iterator[tuple[SuggestionKind, str]]:
    yield "title", record["title"]
    for name in record.get("creators", ()):
        yield "creator", name
    for name in record.get("subjects", ()):
        yield "subject", name


def _readers(popularity: float) -> float:
    """How many readers a resource has as a share of the most popular one's, by Zipf's law from its percentile."""
    return _LIKELIEST / (1 - popularity + _LIKELIEST)


def _can_be_found(phrase: str, base: Base, revision: Revision, segmenter: Segmenter) -> bool:
    """Whether the catalogue knows each word of a phrase, or a part of it: nobody is led to an empty answer."""
    words = [word for word in segmenter.segment(fold(phrase)) if word.text not in revision.stop_words]
    return all(_is_known(base, (word.text, *word.parts)) for word in words)


def _is_known(base: Base, terms: Sequence[str]) -> bool:
    return bool((base.terms.find(terms) != MISSING).any())
