"""search(snapshot, query): from a text to hits."""

import time
from collections.abc import Mapping, Sequence
from typing import Final

from corpus.errors import InvalidInput
from index.analysis import BIGRAM, PIECE
from index.arrays import UInt32, UInt64
from index.editions import best_works
from index.filters import allowed_bits, check_facets, facet_counts, nearest_subjects
from index.frequent_terms import packed
from index.highlighting import highlights
from index.named_tuples import named
from index.notices import notice
from index.query import (
    GROUPS,
    MOST_OFFSET,
    MOST_RESULTS,
    MOST_TEXT,
    SORTS,
    FacetValue,
    Hit,
    Interpretation,
    Part,
    Query,
    Result,
    Segment,
)
from index.query_reading import Asked, read_query, reconsidered
from index.ranking import Ranking, matched_words, rank_rows, score_parts
from index.snapshot import Snapshot
from index.understanding import Understanding

_SUBJECTS_OF: Final = 10
"""Hits whose subjects are offered where not all was found."""


def search(snapshot: Snapshot, query: Query) -> Result:
    """Finds resources, the best first.

    Ranked queries are OR with a minimum match that relaxes: one missing word never empties a result.

    Raises: InvalidInput if the text is too long, or a number, sort or facet is not acceptable.
    """
    _check(query)
    at = int(time.time()) if query.at is None else query.at
    allowed = allowed_bits(snapshot, query.filter, at=at)
    asked = read_query(snapshot, query, at=at)
    n = query.offset + query.limit
    ranking, editions = _found(snapshot, query, asked, allowed, n=n)
    if not asked.structured and not asked.empty and not asked.notice and not asked.guess:
        better = reconsidered(snapshot, query, asked, ranking, at=at)
        if better.understanding is not asked.understanding:
            ranking, editions = _found(snapshot, query, better, allowed, n=n)
        asked = better
    hits = _hits(snapshot, query, asked.understanding, ranking, editions)
    following = query.offset + len(hits)
    return Result(
        release=snapshot.release,
        total=ranking.total,
        interpretation=_interpretation(snapshot, asked, ranking),
        hits=hits,
        facets=_facets(snapshot, query, asked, ranking, at=at) if query.facets else {},
        next_offset=following if hits and following < ranking.total and following <= MOST_OFFSET else None,
    )


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


def _found(snapshot: Snapshot, query: Query, asked: Asked, allowed: UInt64, *, n: int) -> tuple[Ranking, Sequence[int]]:
    """The best n rows, or works, and for each how many of its editions match."""
    if not query.group:
        ranking = _rank(snapshot, query, asked, allowed, n=n)
        return ranking, [1] * len(ranking.rows)
    works = best_works(lambda rows: _rank(snapshot, query, asked, allowed, n=rows), snapshot.base.editions, n=n)
    return works.ranking, works.editions.tolist()


def _rank(snapshot: Snapshot, query: Query, asked: Asked, allowed: UInt64, *, n: int) -> Ranking:
    if asked.mask is not None:
        allowed = allowed & packed(asked.mask)
    return rank_rows(
        snapshot,
        asked.understanding,
        allowed,
        n=n,
        sort=query.sort,
        wanted=asked.understanding.wanted,
        whole_mask=asked.empty or asked.mask is not None,
        matched=bool(query.facets or query.group),
    )


def _hits(
    snapshot: Snapshot, query: Query, understanding: Understanding, ranking: Ranking, editions: Sequence[int]
) -> tuple[Hit, ...]:
    """The page that was asked for."""
    columns = ranking.rows.tolist(), ranking.scores.tolist(), ranking.marks.tolist(), editions
    rows, scores, marks, editions = columns if not query.offset else [own[query.offset :] for own in columns]
    blobs = snapshot.base.blobs_of(rows)
    words = {bits: matched_words(understanding, bits) for bits in set(marks)}
    matched = [words[bits] for bits in marks]
    shown: Sequence[Mapping[str, Sequence[Segment]]] = [{}] * len(blobs)
    parts: Sequence[tuple[Part, ...]] = [()] * len(blobs)
    if query.highlight:
        loose = () if all(matched) else _loose(understanding)
        shown = highlights(blobs, matched, snapshot.segmenter, loose=loose)
    if query.explain:
        parts = [
            score_parts(snapshot, understanding, row, score, bits)
            for row, score, bits in zip(rows, scores, marks, strict=True)
        ]
    ids, ranks = snapshot.base.ids.texts(rows), range(query.offset + 1, query.offset + len(blobs) + 1)
    hits = zip(rows, ids, ranks, scores, matched, shown, parts, editions, blobs, strict=True)
    return tuple(named(Hit, hits))


def _loose(understanding: Understanding) -> list[str]:
    """What to mark where no word is known to match: whatever of the query can stand in a text."""
    return [*understanding.words, *(name[2:] for name in understanding.names if name.startswith((BIGRAM, PIECE)))]


def _interpretation(snapshot: Snapshot, asked: Asked, ranking: Ranking) -> Interpretation:
    understanding, question = asked.understanding, asked.question
    relaxed = not asked.structured and ranking.asked < understanding.wanted
    read = Interpretation(
        normalized=asked.folded,
        corrected="" if asked.structured or understanding.folded == asked.folded else understanding.folded,
        by=asked.step,
        others=tuple(asked.guess.others) if asked.guess else (),
        words=understanding.words,
        synonyms=understanding.synonyms,
        removed=question.removed if question else (),
        preferred=question.named if question else {},
        dropped=understanding.dropped,
        subjects=nearest_subjects(snapshot, ranking.rows[:_SUBJECTS_OF]) if asked.step == "relaxed" else (),
        relaxed=relaxed,
        structured=asked.structured,
    )
    said = asked.notice or notice(read, total=ranking.total, asked=ranking.asked, well=asked.well)
    return read._replace(notice=said) if said else read


def _facets(
    snapshot: Snapshot, query: Query, asked: Asked, ranking: Ranking, *, at: int
) -> dict[str, tuple[FacetValue, ...]]:
    def everywhere() -> UInt32:
        return _rank(snapshot, query, asked, snapshot.visible_bits(at), n=0).matched

    works = bool(query.group)
    return facet_counts(snapshot, query.facets, query.filter, ranking.matched, everywhere, at=at, works=works)
