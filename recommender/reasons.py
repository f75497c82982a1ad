"""Reasons: plain sentences about what each interest and each like gave to a score."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from corpus.resource import TEXT_FIELDS
from index.arrays import UInt32
from index.folding import fold
from index.highlighting import as_written
from index.snapshot import Snapshot
from recommender.profile import Vector
from recommender.request import Interest, Reason
from recommender.shares import Given, given_parts

_MOST_REASONS = 3
_MOST_TERMS = 3
_MOST_LOOKED_AT = 12
"""Terms, those that gave most, among which the telling ones are sought."""
_LEAST_SHARE = 0.05
"""Below it a reason is not worth a sentence, unless there is no other."""
_TELLING_FIELDS = sum(1 << TEXT_FIELDS.index(name) for name in ("title", "subtitle", "creators", "subjects", "tags"))
"""Bits of the fields whose words say what a resource is about; a publisher's town says nothing."""
_DESCRIPTION = 1 << TEXT_FIELDS.index("description")
_LATIN: Final = re.compile("[a-z]")
_THIS: Final[Mapping[str, str]] = {
    "course": "本课程讲",
    "book": "本书讲",
    "activity": "这项活动有",
    "place": "这里有",
    "story": "文中讲到",
}


def explain(
    snapshot: Snapshot, rows: UInt32, interests: Sequence[Interest], liked: Sequence[int], parts: tuple[Vector, Vector]
) -> list[tuple[Reason, ...]]:
    """For each row the three largest of all reasons, with their true shares of its score.

    Args:
        parts: the vectors of interests and likes with the weights that made the scores.
    """
    wording = _Wording(snapshot, interests, liked)
    of_interests = given_parts(snapshot, snapshot.base.scored, parts[0], rows)
    of_likes = given_parts(snapshot, snapshot.base.alike, parts[1], rows)
    return [
        _largest(wording, row, asked, near)
        for row, asked, near in zip(rows.tolist(), of_interests, of_likes, strict=True)
    ]


def _largest(
    wording: "_Wording", row: int, of_interests: Sequence[Given], of_likes: Sequence[Given]
) -> tuple[Reason, ...]:
    """The reasons of one row that are worth a sentence; the largest of all where none is."""
    total = sum(given.score for given in [*of_interests, *of_likes])
    said = [(given, wording.of_interest) for given in of_interests] + [(given, wording.of_like) for given in of_likes]
    said.sort(key=lambda entry: -entry[0].score)
    reasons: list[Reason] = []
    for given, write in said:
        share = given.score / total
        if len(reasons) == _MOST_REASONS or share < _LEAST_SHARE:
            break
        reason = write(row, given, share)
        if reason.evidence["terms"]:
            reasons.append(reason)
    if not reasons and said:
        given, write = said[0]
        reasons.append(write(row, given, given.score / total))
    return tuple(reasons)


class _Wording:
    """Writes the reasons of one answer; what several of them need is looked up once."""

    def __init__(self, snapshot: Snapshot, interests: Sequence[Interest], liked: Sequence[int]) -> None:
        self._snapshot = snapshot
        self._interests = interests
        self._liked = liked
        self._folded = [fold(interest.text) for interest in interests]
        self._words: dict[int, str] = {}
        """The words of terms; empty for one that is not named."""
        self._records: dict[int, Mapping[str, Any]] = {}

    def of_interest(self, row: int, given: Given, share: float) -> Reason:
        interest, folded = self._interests[given.owner], self._folded[given.owner]
        if is_sensitive(self._snapshot, folded):
            return Reason(code="interest_terms", text="与您填写的内容有关", share=share, evidence={"terms": []})
        terms = self._telling(given)
        written = self._as_written(row, terms)
        told = [shown for shown, term in zip(written, terms, strict=True) if term != folded]
        text = f"因为您关注“{interest.text}”"
        if told:
            text += f"：{_THIS[kind_of(self._snapshot, row)]}{_quoted(told)}"
        evidence = {"interest": interest.text, "terms": written}
        return Reason(code="interest_terms", text=text, share=share, evidence=evidence)

    def of_like(self, row: int, given: Given, share: float) -> Reason:
        liked = self._record(self._liked[given.owner])
        terms = self._as_written(row, self._telling(given))
        text = f"与您喜欢的{titled(liked)}相近"
        if terms:
            text += f"：都有{_quoted(terms)}"
        evidence: dict[str, Any] = {"id": liked["id"], "title": liked["title"], "terms": terms}
        return Reason(code="liked_item", text=text, share=share, evidence=evidence)

    def _telling(self, given: Given) -> list[str]:
        """The first few words that say what the row is about: not a part of another one, not a single character
        where longer ones are, from the description only where nothing else has one."""
        first = given.words[:_MOST_LOOKED_AT]
        named = [term for term, fields in first if fields & _TELLING_FIELDS]
        described = [term for term, fields in first if fields & _DESCRIPTION]
        words = [word for term in named or described if (word := self._word(term))]
        whole = [word for word in words if not any(word != other and word in other for other in words)]
        longer = [word for word in whole if len(word) > 1]
        return (longer or whole)[:_MOST_TERMS]

    def _word(self, term: int) -> str:
        word = self._words.get(term)
        if word is None:
            word = self._snapshot.base.terms[term]
            unsaid = word in self._snapshot.revision.stop_words or is_sensitive(self._snapshot, word)
            self._words[term] = word = "" if unsaid else word
        return word

    def _as_written(self, row: int, words: Sequence[str]) -> list[str]:
        """The words in the resource's own spelling; a Chinese one that it holds as it is needs no search."""
        blob = self._snapshot.base.blob(row)
        same = [not _LATIN.search(word) and word.encode() in blob for word in words]
        return [word if kept else self._written(row, word) for word, kept in zip(words, same, strict=True)]

    def _written(self, row: int, word: str) -> str:
        return as_written(self._record(row), word, self._snapshot.segmenter)

    def _record(self, row: int) -> Mapping[str, Any]:
        if row not in self._records:
            self._records[row] = json.loads(self._snapshot.base.blob(row))
        return self._records[row]


def kind_of(snapshot: Snapshot, row: int) -> str:
    """The kind of a resource; every one has just one."""
    base = snapshot.base
    kind: str = base.facets["kind"][base.facet_codes["kind"][row]]
    return kind


def is_sensitive(snapshot: Snapshot, folded: str) -> bool:
    """Whether a folded text says something that is never named: an illness, a faith, debts."""
    return snapshot.sensitive.search(folded) is not None


def titled(record: Mapping[str, Any]) -> str:
    """A title as a Chinese reader writes it: 《活着》 for a book, “太极拳入门” for anything else."""
    return f"《{record['title']}》" if record["kind"] == "book" else f"“{record['title']}”"


def _quoted(terms: Sequence[str]) -> str:
    return "".join(f"“{term}”" for term in terms)
