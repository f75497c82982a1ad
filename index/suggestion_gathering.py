"""What a catalogue can suggest: titles, creators, subjects and curated phrases, the likeliest first."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from corpus.revision import Revision
from index.base import Base
from index.folding import fold
from index.lifetimes import ALWAYS, Rows
from index.segmentation import Segmenter
from index.strings import MISSING
from index.suggestion_keys import SuggestionKind, core, key, keys

ORDER: Final[Mapping[SuggestionKind, int]] = {"phrase": 0, "subject": 1, "creator": 2, "title": 2}
"""Curators know best; a creator and a title are as likely as they are read."""
_MOST_CHARACTERS: Final = 80
"""Of a suggestion; longer ones fit no line."""
_LIKELIEST: Final = 1e-3
"""The share of the most popular resources between which no difference is made. How many readers a resource has, as a
share of the most popular one's, follows from its percentile by Zipf's law."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A way to write a suggestion."""

    kind: SuggestionKind
    text: str
    rows: Sequence[int]
    """That have it; see ALWAYS of `index.lifetimes`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """What completes what residents type: one work's editions, one author's spellings."""

    key: str
    forms: Sequence[Form]
    """The commonest first; a phrase or subject names it first of all."""
    likelihood: float

    @property
    def kind(self) -> SuggestionKind:
        return self.forms[0].kind

    @property
    def text(self) -> str:
        return self.forms[0].text


Groups = dict[str, dict[tuple[SuggestionKind, str], list[int]]]
"""By their key, texts as they are suggested and the rows behind them."""


def gather_suggestions(base: Base, revision: Revision, segmenter: Segmenter) -> list[Suggestion]:
    """All suggestions, the likeliest first, no two with the same key."""
    groups: Groups = {}
    for text in revision.phrases:
        if _can_be_found(text, base, revision, segmenter):
            _add(groups, text, "phrase", key(text), [ALWAYS])
    named: dict[tuple[SuggestionKind, str], list[int]] = {}
    for row, record in enumerate(base.records()):
        for name in suggestible(record):
            named.setdefault(name, []).append(row)
    cores = [core(text, kind) for kind, text in named]
    for text, same, ((kind, _), rows) in zip(cores, keys(cores), named.items(), strict=True):
        _add(groups, text, kind, same, rows)
    return ordered(groups, Rows.of(base))


def ordered(groups: Groups, rows: Rows) -> list[Suggestion]:
    """Groups of what rows name as suggestions, the likeliest first."""
    weighing = _Weighing(rows)
    suggestions = [weighing.suggestion(key, forms) for key, forms in groups.items()]
    suggestions.sort(key=_rank)
    return suggestions


def suggestible(record: Mapping[str, Any]) -> Iterator[tuple[SuggestionKind, str]]:
    """What a resource in exchange form names, as it is written there."""
    yield "title", record["title"]
    for name in record.get("creators", ()):
        yield "creator", name
    for name in record.get("subjects", ()):
        yield "subject", name


def group_key(text: str, kind: SuggestionKind) -> str:
    """The key of a text as it is suggested; empty for one that cannot be."""
    return _usable(text, kind, key(text))


def _usable(text: str, kind: SuggestionKind, same: str) -> str:
    """The key of a text if that can be suggested, else nothing."""
    return "" if len(text) > _MOST_CHARACTERS or (kind == "creator" and len(same) < 2) else same


class _Weighing:
    """How many read what stands in some rows. What is hidden counts only where nothing else is there."""

    def __init__(self, rows: Rows) -> None:
        self._shown = rows.active.tolist()
        self._readers = (_LIKELIEST / (1 - rows.popularity + _LIKELIEST)).tolist()

    def suggestion(self, key: str, forms: Mapping[tuple[SuggestionKind, str], Sequence[int]]) -> Suggestion:
        made = [Form(kind=kind, text=text, rows=rows) for (kind, text), rows in forms.items()]
        if len(made) > 1:
            made.sort(key=lambda form: (ORDER[form.kind], -len(self._counted(form.rows))))
        rows = [row for form in made for row in form.rows if row != ALWAYS]
        likelihood = sum([self._readers[row] for row in self._counted(rows)])
        return Suggestion(key=key, forms=made, likelihood=likelihood)

    def _counted(self, rows: Sequence[int]) -> Sequence[int]:
        return [row for row in rows if row == ALWAYS or self._shown[row]] or rows


def _rank(suggestion: Suggestion) -> tuple[int, float, int]:
    """Phrases keep the order that curators gave them; everything else goes by likelihood, short texts first."""
    if suggestion.kind == "phrase":
        return 0, 0.0, 0
    return ORDER[suggestion.kind], -suggestion.likelihood, len(suggestion.text)


def _add(groups: Groups, text: str, kind: SuggestionKind, same: str, rows: Sequence[int]) -> None:
    """Adds a text to those with the same key."""
    if same := _usable(text, kind, same):
        groups.setdefault(same, {}).setdefault((kind, text), []).extend(rows)


def _can_be_found(phrase: str, base: Base, revision: Revision, segmenter: Segmenter) -> bool:
    """Whether the catalogue knows each word of a phrase, or a part of it: nobody is led to an empty answer."""
    words = [word for word in segmenter.segment(fold(phrase)) if word.text not in revision.stop_words]
    return all(_is_known(base, (word.text, *word.parts)) for word in words)


def _is_known(base: Base, terms: Sequence[str]) -> bool:
    return bool((base.terms.find(terms) != MISSING).any())
