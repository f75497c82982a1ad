"""How a query is read: as a structured one, as a question, as it was typed, or as it was probably meant."""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np

from corpus.errors import Unavailable
from index.arrays import RowMask
from index.filters import allowed_rows
from index.folding import fold
from index.ladder import Guess, broken_runs, guess, hold_side_by_side, stands_in_name, unknown_words
from index.matching import ALL_GROUPS
from index.query import Filter, Query, Step
from index.question import Question
from index.ranking import Ranking, rank_rows
from index.snapshot import Snapshot
from index.structured import StructuredAnswer, is_structured
from index.tail_texts import TailTexts
from index.title_agreement import exact_rows
from index.understanding import Understanding, understand

_LOOKED_AT: Final = 3
"""Hits in which one looks whether they hold a query side by side."""


class Asked(NamedTuple):
    """A query as read: the words to rank by, and the rows a structured query allows."""

    folded: str
    understanding: Understanding
    question: Question | None = None
    guess: Guess | None = None
    in_vain: bool = False
    """Whether it was guessed at already, and nothing was found."""
    well: bool = True
    """False where nothing holds all the words or is all that is named, and no name holds the text."""
    mask: RowMask | None = None
    """(rows,) what a structured query matches, or what has all that a question without a matter names."""
    structured: bool = False
    empty: bool = False
    """No words are to be found: all rows that filter and mask allow."""
    notice: str = ""

    @property
    def step(self) -> Step:
        """What led to what is searched for."""
        if self.guess:
            return self.guess.by
        if not self.well and not self.structured and not self.empty:
            return "relaxed"
        return "question" if self.question and self.question.removed else ""


def read_query(snapshot: Snapshot, query: Query, *, at: int) -> Asked:
    """A query as it was typed, without the frame of a question around it; as it was meant where no row can hold it."""
    text, folded = query.text, fold(query.text)
    if is_structured(text):
        return _read_structured(snapshot, text, folded)
    question = snapshot.frames.read(folded, snapshot.segmenter) if query.correct else None
    if question and stands_in_name(snapshot, folded, at=at):
        question = None
    if question and not question.matter:
        return _read_wish(snapshot, folded, question, at)
    matter, found, in_vain = question.matter if question else folded, None, False
    if query.correct and is_hopeless(snapshot, matter):
        found, question = _guessed(snapshot, folded, question, at)
        in_vain = found is None
    return Asked(
        folded=folded,
        understanding=_understood(snapshot, found.text if found else matter, question, found),
        question=question,
        guess=found,
        in_vain=in_vain,
        empty=not folded.strip(),
    )


def is_hopeless(snapshot: Snapshot, matter: str) -> bool:
    """Whether one sees at once that no row can hold all the words, or be just what was typed."""
    every, frequencies = snapshot.segmenter.segment(matter), snapshot.segmenter.frequencies
    if all(map(frequencies.__getitem__, [word.text for word in every])):  # mostly
        return False
    words = [word for word in every if word.text not in snapshot.revision.stop_words] or every
    texts = [*dict.fromkeys([word.text for word in words])]
    unknown = unknown_words(snapshot, texts)
    if not unknown or any(word.parts for word in words if word.text in unknown):
        return False
    spans = ("".join(texts[start:end]) for start in range(len(texts)) for end in range(start + 1, start + 6))
    return not any(span in snapshot.synonyms for span in spans) and not len(exact_rows(snapshot, matter))


def _guessed(
    snapshot: Snapshot, folded: str, question: Question | None, at: int
) -> tuple[Guess | None, Question | None]:
    """What was probably meant, and the question around it: 学习指难 is 学习指南, not 指南 with a frame."""
    found = guess(snapshot, folded, at=at, parts=False) if question and question.removed else None
    if found:
        return found, None
    return guess(snapshot, question.matter if question else folded, at=at), question


def _read_wish(snapshot: Snapshot, folded: str, question: Question, at: int) -> Asked:
    """有什么适合老人的书: everything that is named, or what comes near where nothing has all of it."""
    conditions: dict[str, Any] = dict(question.named)
    mask = allowed_rows(snapshot, Filter(**conditions), at=at)
    return Asked(
        folded=folded,
        understanding=understand(snapshot, "", named=question.named),
        question=question,
        well=bool(mask.any()),
        mask=mask if mask.any() else None,
        empty=True,
    )


def _read_structured(snapshot: Snapshot, text: str, folded: str) -> Asked:
    tail = [block.texts for block in snapshot.names.blocks]
    answer = _answer_structured(snapshot, text, tail)
    if answer is None:
        notice = "按字段查找的索引还在准备，先按普通词语为您查找。"
        return Asked(folded=folded, understanding=understand(snapshot, text), notice=notice)
    mask = np.zeros(len(snapshot), np.uint8)
    mask[snapshot.base.compiled_rows_of(answer.serials)] = 1
    for texts, rows in zip(tail, answer.beside, strict=False):  # none where there is nothing to look for
        mask[texts.first : texts.first + len(rows)] = rows
    return Asked(
        folded=folded, understanding=understand(snapshot, answer.text), mask=mask, structured=True, notice=answer.notice
    )


def _answer_structured(snapshot: Snapshot, text: str, tail: Sequence[TailTexts]) -> StructuredAnswer | None:
    """What matches; None while the index for it is being built, or where a newer one has just taken its place."""
    index = snapshot.structured
    if index is None:
        return None
    beside = [texts.matcher(snapshot.base, snapshot.segmenter) for texts in tail]
    try:
        return index.answer(text, snapshot.segmenter, beside=beside)
    except Unavailable:
        return None


def _understood(snapshot: Snapshot, text: str, question: Question | None, guess: Guess | None) -> Understanding:
    return understand(
        snapshot,
        text,
        aside=question.removed if question else (),
        others=guess.others if guess else {},
        named=question.named if question else {},
    )


def reconsidered(snapshot: Snapshot, query: Query, asked: Asked, ranking: Ranking, *, at: int) -> Asked:
    """What was typed where that finds well, or must not be corrected; else what was probably meant."""
    matter = asked.question.matter if asked.question else asked.folded
    words_found = _holds_all(asked.understanding, ranking)
    broken = broken_runs(snapshot, matter)
    if not words_found or broken:
        everywhere = ranking if _is_everywhere(query) else _rank_everywhere(snapshot, asked, at)
        words_found = _holds_all(asked.understanding, everywhere)
        if words_found and broken:
            best = everywhere.rows[:_LOOKED_AT]
            is_whole = everywhere.most == ALL_GROUPS or hold_side_by_side(snapshot, best, broken)
            broken = [] if is_whole else broken
    if words_found and not broken:
        return asked
    found, question = None, asked.question
    if query.correct and not asked.in_vain:
        found, question = _guessed(snapshot, asked.folded, question, at)
    if found is None:
        return asked._replace(well=words_found or stands_in_name(snapshot, matter, at=at))
    understanding = _understood(snapshot, found.text, question, found)
    return asked._replace(understanding=understanding, question=question, guess=found)


def _is_everywhere(query: Query) -> bool:
    """Whether the ranking of a query tells its best rows of all."""
    in_order = query.sort == "relevance" and not query.group
    return in_order and query.filter.allows_all and query.offset + query.limit >= _LOOKED_AT


def _rank_everywhere(snapshot: Snapshot, asked: Asked, at: int) -> Ranking:
    """The best rows of all: what the filter hides, and another order, are no reason to doubt a query."""
    return rank_rows(
        snapshot,
        asked.understanding,
        snapshot.visible_bits(at),
        n=_LOOKED_AT,
        sort="relevance",
        wanted=asked.understanding.wanted,
        whole_mask=False,
    )


def _holds_all(understanding: Understanding, ranking: Ranking) -> bool:
    """Whether some row holds every word, or is just what was asked."""
    return ranking.most == ALL_GROUPS or (understanding.whole and ranking.most >= understanding.size)
