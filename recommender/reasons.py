"""Reasons: a score taken apart into what each interest and each like gave to it."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from corpus.resource import TEXT_FIELDS
from index.arrays import Float32
from index.folding import fold
from index.kernel import contributions
from index.snapshot import Snapshot
from recommender.profile import Vector
from recommender.request import Interest, Item, Reason

_MOST_REASONS = 3
_MOST_TERMS = 3
_MOST_LOOKED_AT = 12
"""Terms, those that gave most, among which the telling ones are sought."""
_LEAST_SHARE = 0.05
"""Below it a reason is not worth a sentence, unless there is no other."""
_TELLING_FIELDS = sum(1 << TEXT_FIELDS.index(name) for name in ("title", "subtitle", "creators", "subjects", "tags"))
"""Bits of the fields whose words say what a resource is about; a publisher's town says nothing."""
_DESCRIPTION = 1 << TEXT_FIELDS.index("description")
_THIS: Final[Mapping[str, str]] = {
    "course": "本课程讲",
    "book": "本书讲",
    "activity": "这项活动有",
    "place": "这里有",
    "story": "文中讲到",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What one interest or like gave to a row's score."""

    owner: int
    score: float
    terms: tuple[str, ...]
    """The words that gave most, largest first."""


def explain(
    snapshot: Snapshot, row: int, interests: Sequence[Interest], liked: Sequence[int], parts: tuple[Vector, Vector]
) -> tuple[Reason, ...]:
    """The three largest of all reasons for a row, with their true shares of its score.

    Args:
        parts: the vectors of interests and likes with the weights that made the score.
    """
    kind = json.loads(snapshot.base.blob(row))["kind"]
    of_interests = list(given_parts(snapshot, row, snapshot.base.bm25f, parts[0]))
    of_likes = list(given_parts(snapshot, row, snapshot.base.similarity, parts[1]))
    total = sum(given.score for given in [*of_interests, *of_likes])
    reasons = [_interest_reason(snapshot, given, interests[given.owner], kind, total) for given in of_interests]
    reasons += [_like_reason(given, snapshot, liked[given.owner], total) for given in of_likes]
    reasons.sort(key=lambda reason: -reason.share)
    worth = [reason for reason in reasons if reason.share >= _LEAST_SHARE and reason.evidence["terms"]]
    return tuple((worth or reasons[:1])[:_MOST_REASONS])


def goes_with(snapshot: Snapshot, row: int, *, explain: bool) -> Iterator[Item]:
    """What a resource's record names as going with it, in its order."""
    record = json.loads(snapshot.base.blob(row))
    related = record.get("related", ())
    evidence = {"id": record["id"], "title": record["title"]}
    reason = Reason(code="editor", text=f"与{titled(record)}配套", share=1.0, evidence=evidence)
    for place, id in enumerate(related):
        found = snapshot.row_of(id)
        if found is not None:
            yield Item(
                row=found,
                id=id,
                rank=place + 1,
                score=1 - place / len(related),
                source="related",
                reasons=(reason,) if explain else (),
                blob=snapshot.base.blob(found),
            )


def given_parts(snapshot: Snapshot, row: int, impacts: Float32, vector: Vector) -> Iterator[Given]:
    """What each owner in a vector gave to a row; over both vectors they sum to the row's score."""
    if not vector:
        return
    base = snapshot.base
    values: Float32 = np.empty(len(vector.terms), np.float32)
    contributions(base.term_offsets, base.posting_rows, impacts, vector.terms, vector.weights, row, values)
    held = np.flatnonzero(values)
    by_owner: dict[int, list[int]] = {}
    for at in held[np.argsort(-values[held], kind="stable")].tolist():
        by_owner.setdefault(int(vector.owners[at]), []).append(at)
    for owner in sorted(by_owner):
        own = by_owner[owner]
        words = [int(vector.terms[at]) for at in own if vector.words[at]]
        if words:
            score = float(values[own].sum())
            yield Given(owner=owner, score=score, terms=_telling(snapshot, row, words))


def _telling(snapshot: Snapshot, row: int, terms: Sequence[int]) -> tuple[str, ...]:
    """The first few words that say what the row is about: not a part of another one, not a single character
    where longer ones are, from the description only where nothing else has one."""
    fields = {term: snapshot.base.fields_of(term, row) for term in terms[:_MOST_LOOKED_AT]}
    named = [term for term in fields if fields[term] & _TELLING_FIELDS]
    described = [term for term in fields if fields[term] & _DESCRIPTION]
    words = [word for term in named or described if not is_sensitive(snapshot, word := snapshot.base.terms[term])]
    whole = [word for word in words if not any(word != other and word in other for other in words)]
    longer = [word for word in whole if len(word) > 1]
    return tuple((longer or whole)[:_MOST_TERMS])


def is_sensitive(snapshot: Snapshot, folded: str) -> bool:
    """Whether a folded text says something that is never named: an illness, a faith, debts."""
    return snapshot.sensitive.search(folded) is not None


def _interest_reason(snapshot: Snapshot, given: Given, interest: Interest, kind: str, total: float) -> Reason:
    folded = fold(interest.text)
    if is_sensitive(snapshot, folded):
        return Reason(
            code="interest_terms", text="与您填写的内容有关", share=given.score / total, evidence={"terms": []}
        )
    told = [term for term in given.terms if term != folded]
    text = f"因为您关注“{interest.text}”"
    if told:
        text += f"：{_THIS[kind]}{_quoted(told)}"
    evidence = {"interest": interest.text, "terms": list(given.terms)}
    return Reason(code="interest_terms", text=text, share=given.score / total, evidence=evidence)


def _like_reason(given: Given, snapshot: Snapshot, row: int, total: float) -> Reason:
    liked = json.loads(snapshot.base.blob(row))
    text = f"与您喜欢的{titled(liked)}相近"
    if given.terms:
        text += f"：都有{_quoted(given.terms)}"
    evidence: dict[str, Any] = {"id": liked["id"], "title": liked["title"], "terms": list(given.terms)}
    return Reason(code="liked_item", text=text, share=given.score / total, evidence=evidence)


def titled(record: Mapping[str, Any]) -> str:
    """A title as a Chinese reader writes it: 《活着》 for a book, “太极拳入门” for anything else."""
    return f"《{record['title']}》" if record["kind"] == "book" else f"“{record['title']}”"


def _quoted(terms: Sequence[str]) -> str:
    return "".join(f"“{term}”" for term in terms)
