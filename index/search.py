"""search(snapshot, query): from a text to hits."""

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from corpus.errors import InvalidInput
from index.analysis import BIGRAM, PIECE
from index.arrays import RowMask
from index.editions import best_works
from index.filters import allowed_rows, check_facets, facet_counts, nearest_subjects
from index.folding import fold
from index.highlighting import highlights
from index.ladder import Guess, broken_runs, guess, hold_side_by_side, stands_in_name
from index.notices import notice
from index.query import (
    GROUPS,
    MOST_OFFSET,
    MOST_RESULTS,
    MOST_TEXT,
    SORTS,
    FacetValue,
    Filter,
    Hit,
    Interpretation,
    Query,
    Result,
    Step,
)
from index.question import Question
from index.ranking import Ranking, matched_words, rank_rows, score_parts
from index.snapshot import Snapshot
from index.structured import is_structured
from index.understanding import Understanding, understand

_SUBJECTS_OF: Final = 10
"""Hits whose subjects are offered where not all was found."""
_LOOKED_AT: Final = 3
"""Hits in which one looks whether they hold a query side by side."""


def search(snapshot: Snapshot, query: Query) -> Result:
    """Finds resources, the best first.

    Ranked queries are OR with a minimum match that relaxes: one missing word never empties a result.

    Raises: InvalidInput if the text is too long, or a number, sort or facet is not acceptable.
    """
    _check(query)
    at = int(time.time()) if query.at is None else query.at
    allowed = allowed_rows(snapshot, query.filter, at=at)
    asked = _read(snapshot, query, at)
    n = query.offset + query.limit
    ranking, editions = _found(snapshot, query, asked, allowed, n=n)
    if not asked.structured and not asked.empty:
        better = _better(snapshot, query, asked, ranking, at)
        if better.understanding is not asked.understanding:
            ranking, editions = _found(snapshot, query, better, allowed, n=n)
        asked = better
    page = zip(ranking.rows.tolist(), ranking.scores.tolist(), ranking.marks.tolist(), editions, strict=True)
    hits = [
        _hit(snapshot, query, asked.understanding, rank=rank, row=row, score=score, marks=marks, editions=count)
        for rank, (row, score, marks, count) in enumerate(page, start=1)
        if rank > query.offset
    ]
    following = query.offset + len(hits)
    return Result(
        release=snapshot.release,
        total=ranking.total,
        interpretation=_interpretation(snapshot, asked, ranking),
        hits=tuple(hits),
        facets=_facets(snapshot, query, asked, ranking, at=at) if query.facets else {},
        next_offset=following if hits and following < ranking.total and following <= MOST_OFFSET else None,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """A query as read: the words to rank by, and the rows a structured query allows."""

    folded: str
    understanding: Understanding
    question: Question | None = None
    guess: Guess | None = None
    well: bool = True
    """False where nothing holds all the words or is all that is named, and no name holds the text."""
    mask: RowMask | None = None
    """(rows,) what a structured query matches, or what has all that a question without a matter names."""
    structured: bool = False
    empty: bool = False
    """No words are to be found: all rows that filter and mask allow."""
    notice: str = ""


def _check(query: Query) -> None:
    if len(query.text) > MOST_TEXT:
        raise InvalidInput(f"查询太长了，最多 {MOST_TEXT} 个字。", place="q")
    if not 0 <= query.limit <= MOST_RESULTS:
        raise InvalidInput(f"每页条数应在 0 到 {MOST_RESULTS} 之间。", place="limit")
    if not 0 <= query.offset <= MOST_OFFSET:
        raise InvalidInput(f"起始位置应在 0 到 {MOST_OFFSET} 之间。", place="offset")
    if query.sort not in SORTS:
        raise InvalidInput(f"没有“{query.sort}”这种排序，可用：{'、'.join(SORTS)}。", place="sort")
    if query.group not in GROUPS:
        raise InvalidInput(f"没有“{query.group}”这种合并方式，可用：edition。", place="group")
    check_facets(query.facets)


def _read(snapshot: Snapshot, query: Query, at: int) -> _Asked:
    text, folded = query.text, fold(query.text)
    if is_structured(text):
        return _read_structured(snapshot, text, folded)
    question = snapshot.frames.read(folded, snapshot.segmenter) if query.correct else None
    if question is None or stands_in_name(snapshot, folded, at=at):
        return _Asked(folded=folded, understanding=understand(snapshot, folded), empty=not folded.strip())
    if not question.matter:
        return _read_wish(snapshot, folded, question, at)
    understanding = _understood(snapshot, question.matter, question, None)
    return _Asked(folded=folded, understanding=understanding, question=question)


def _read_wish(snapshot: Snapshot, folded: str, question: Question, at: int) -> _Asked:
    """有什么适合老人的书: everything that is named, or what comes near where nothing has all of it."""
    conditions: dict[str, Any] = dict(question.named)
    mask = allowed_rows(snapshot, Filter(**conditions), at=at)
    return _Asked(
        folded=folded,
        understanding=understand(snapshot, "", named=question.named),
        question=question,
        well=bool(mask.any()),
        mask=mask if mask.any() else None,
        empty=True,
    )


def _read_structured(snapshot: Snapshot, text: str, folded: str) -> _Asked:
    index = snapshot.structured
    if index is None:
        notice = "按字段查找的索引还在准备，先按普通词语为您查找。"
        return _Asked(folded=folded, understanding=understand(snapshot, text), notice=notice)
    answer = index.answer(text, snapshot.segmenter)
    mask = np.zeros(len(snapshot), np.uint8)
    mask[np.searchsorted(snapshot.base.serials, answer.serials)] = 1
    return _Asked(
        folded=folded, understanding=understand(snapshot, answer.text), mask=mask, structured=True, notice=answer.notice
    )


def _understood(snapshot: Snapshot, text: str, question: Question | None, guess: Guess | None) -> Understanding:
    return understand(
        snapshot,
        text,
        aside=question.removed if question else (),
        others=guess.others if guess else (),
        named=question.named if question else {},
    )


def _better(snapshot: Snapshot, query: Query, asked: _Asked, ranking: Ranking, at: int) -> _Asked:
    """What was typed where that finds well, or must not be corrected; else what was probably meant."""
    matter = asked.question.matter if asked.question else asked.folded
    words_found = _holds_all(asked.understanding, ranking)
    broken = broken_runs(snapshot, matter)
    if not words_found or broken:  # what the filter hides, and another order, are no reason to doubt the query
        everywhere = rank_rows(
            snapshot,
            asked.understanding,
            snapshot.visible(at),
            n=_LOOKED_AT,
            sort="relevance",
            wanted=asked.understanding.wanted,
            whole_mask=False,
        )
        words_found = _holds_all(asked.understanding, everywhere)
        if everywhere.most == 64 or hold_side_by_side(snapshot, everywhere.rows.tolist(), broken):
            broken = []
    if words_found and not broken:
        return asked
    found = None
    if query.correct and asked.question and asked.question.removed:  # 学习指难 is 学习指南, not 指南 with a frame
        found = guess(snapshot, asked.folded, at=at, parts=False)
        asked = replace(asked, question=None) if found else asked
    if query.correct and found is None:
        found = guess(snapshot, matter, at=at)
    if found is None:
        return replace(asked, well=words_found or stands_in_name(snapshot, matter, at=at))
    understanding = _understood(snapshot, found.text, asked.question, found)
    return replace(asked, understanding=understanding, guess=found)


def _holds_all(understanding: Understanding, ranking: Ranking) -> bool:
    """Whether some row holds every word, or is just what was asked."""
    return ranking.most == 64 or (understanding.whole and ranking.most >= understanding.size)


def _found(
    snapshot: Snapshot, query: Query, asked: _Asked, allowed: RowMask, *, n: int
) -> tuple[Ranking, Sequence[int]]:
    """The best n rows, or works, and for each how many of its editions match."""
    if not query.group:
        ranking = _rank(snapshot, query, asked, allowed, n=n)
        return ranking, [1] * len(ranking.rows)
    works = best_works(lambda rows: _rank(snapshot, query, asked, allowed, n=rows), snapshot.base.editions, n=n)
    return works.ranking, works.editions.tolist()


def _rank(snapshot: Snapshot, query: Query, asked: _Asked, allowed: RowMask, *, n: int) -> Ranking:
    if asked.mask is not None:
        allowed = allowed & asked.mask
    return rank_rows(
        snapshot,
        asked.understanding,
        allowed,
        n=n,
        sort=query.sort,
        wanted=asked.understanding.wanted,
        whole_mask=asked.empty or asked.mask is not None,
    )


def _hit(
    snapshot: Snapshot,
    query: Query,
    understanding: Understanding,
    *,
    rank: int,
    row: int,
    score: float,
    marks: int,
    editions: int,
) -> Hit:
    blob = snapshot.base.blob(row)
    matched = matched_words(understanding, marks)
    loose = () if matched else _loose(understanding)
    return Hit(
        row=row,
        id=snapshot.base.ids[row],
        rank=rank,
        score=score,
        matched=matched,
        highlights=highlights(json.loads(blob), matched, snapshot.segmenter, loose=loose) if query.highlight else {},
        parts=score_parts(snapshot, understanding, row, score, marks) if query.explain else (),
        editions=editions,
        blob=blob,
    )


def _loose(understanding: Understanding) -> list[str]:
    """What to mark where no word is known to match: whatever of the query can stand in a text."""
    return [*understanding.words, *(name[2:] for name in understanding.names if name.startswith((BIGRAM, PIECE)))]


def _interpretation(snapshot: Snapshot, asked: _Asked, ranking: Ranking) -> Interpretation:
    understanding, question = asked.understanding, asked.question
    relaxed = not asked.structured and ranking.asked < understanding.wanted
    read = Interpretation(
        normalized=asked.folded,
        corrected="" if asked.structured or understanding.folded == asked.folded else understanding.folded,
        by=(step := _step(asked)),
        others=asked.guess.others if asked.guess else (),
        words=understanding.words,
        synonyms=understanding.synonyms,
        removed=question.removed if question else (),
        preferred=question.named if question else {},
        dropped=understanding.dropped,
        subjects=nearest_subjects(snapshot, ranking.rows[:_SUBJECTS_OF]) if step == "relaxed" else (),
        relaxed=relaxed,
        structured=asked.structured,
    )
    return replace(read, notice=asked.notice or notice(read, total=ranking.total, asked=ranking.asked, well=asked.well))


def _step(asked: _Asked) -> Step:
    if asked.guess:
        return asked.guess.by
    if not asked.well and not asked.structured and not asked.empty:
        return "relaxed"
    return "question" if asked.question and asked.question.removed else ""


def _facets(
    snapshot: Snapshot, query: Query, asked: _Asked, ranking: Ranking, *, at: int
) -> dict[str, tuple[FacetValue, ...]]:
    found = ranking.matched
    if query.filter != Filter():
        everywhere = _rank(snapshot, query, asked, snapshot.visible(at), n=0)
        found = np.union1d(everywhere.matched, found)  # the filter may have asked for fewer words
    return facet_counts(snapshot, query.facets, query.filter, found, at=at, works=bool(query.group))
