"""Reasons: plain sentences about what each interest and each like gave to a score."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

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
_MOST_REMEMBERED: Final = 20_000
"""Words of reasons."""
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
    wording = _Wording(snapshot, interests, liked, rows)
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
    total = sum([given.score for given in [*of_interests, *of_likes]])
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

    def __init__(self, snapshot: Snapshot, interests: Sequence[Interest], liked: Sequence[int], rows: UInt32) -> None:
        base, numbers = snapshot.base, rows.tolist()
        kinds = base.facets["kind"]
        self._snapshot = snapshot
        self._interests = interests
        self._liked = liked
        self._folded = [fold(interest.text) for interest in interests]
        self._hidden = [is_sensitive(snapshot, folded) for folded in self._folded]
        self._kinds = {
            row: kinds[code] for row, code in zip(numbers, base.facet_codes["kind"][rows].tolist(), strict=True)
        }
        self._blobs = dict(zip(numbers, base.blobs_of(numbers), strict=True))
        self._words: SayableWords = snapshot.remember("sayable words", lambda: SayableWords(snapshot))
        self._records: dict[int, Mapping[str, Any]] = {}

    def of_interest(self, row: int, given: Given, share: float) -> Reason:
        interest, folded = self._interests[given.owner], self._folded[given.owner]
        if self._hidden[given.owner]:
            return Reason(code="interest_terms", text="与您填写的内容有关", share=share, evidence={"terms": []})
        terms = self._telling(given)
        written = self._as_written(row, terms)
        told = [shown for shown, term in zip(written, terms, strict=True) if term.text != folded]
        text = f"因为您关注“{interest.text}”"
        if told:
            text += f"：{_THIS[self._kinds[row]]}{_quoted(told)}"
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

    def _telling(self, given: Given) -> list["Sayable"]:
        """The first few words that say what the row is about: not a part of another one, not a single character
        where longer ones are, from the description only where nothing else has one."""
        first = given.words[:_MOST_LOOKED_AT]
        named = [term for term, fields in first if fields & _TELLING_FIELDS]
        words = [word for term in named or _described(first) if (word := self._words[term]).text]
        if len(words) > 1:
            texts = [word.text for word in words]
            words = [word for word in words if not any(word.text != text and word.text in text for text in texts)]
            words = [word for word in words if len(word.text) > 1] or words
        return words[:_MOST_TERMS]

    def _as_written(self, row: int, words: Sequence["Sayable"]) -> list[str]:
        """The words in the resource's own spelling; a Chinese one that it holds as it is needs no search."""
        blob = self._blobs[row]
        return [
            word.text if word.unchanging and word.unchanging in blob else self._written(row, word.text)
            for word in words
        ]

    def _written(self, row: int, word: str) -> str:
        return as_written(self._record(row), word, self._snapshot.segmenter)

    def _record(self, row: int) -> Mapping[str, Any]:
        if row not in self._records:
            self._records[row] = json.loads(self._blobs.get(row) or self._snapshot.base.blob(row))
        return self._records[row]


class Sayable(NamedTuple):
    """A word as reasons may name it."""

    text: str
    """Empty for one that is never named."""
    unchanging: bytes
    """The same in UTF-8; empty where a resource may write it with other letters."""


class SayableWords(dict[int, Sayable]):
    """The words of terms; [] looks up, and remembers, what is asked."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._terms, self._stop_words = snapshot.base.terms, snapshot.revision.stop_words
        self._sensitive = snapshot.sensitive

    def __missing__(self, term: int) -> Sayable:
        if len(self) >= _MOST_REMEMBERED:
            self.clear()
        word = self._terms[term]
        unsaid = word in self._stop_words or self._sensitive.search(word)
        sayable = self[term] = Sayable("" if unsaid else word, b"" if _LATIN.search(word) else word.encode())
        return sayable


def _described(words: Sequence[tuple[int, int]]) -> list[int]:
    return [term for term, fields in words if fields & _DESCRIPTION]


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
    return "".join([f"“{term}”" for term in terms])
