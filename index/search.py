"""search(snapshot, query): from a text to hits."""

import json
import time
from dataclasses import dataclass

import numpy as np

from corpus.errors import InvalidInput
from index.analysis import BIGRAM, PIECE
from index.arrays import RowMask
from index.filters import allowed_rows, check_facets, facet_counts
from index.highlighting import highlights
from index.query import MOST_OFFSET, MOST_RESULTS, MOST_TEXT, SORTS, FacetValue, Hit, Interpretation, Query, Result
from index.ranking import Ranking, matched_words, rank_rows, score_parts
from index.snapshot import Snapshot
from index.structured import is_structured
from index.understanding import Understanding, understand


def search(snapshot: Snapshot, query: Query) -> Result:
    """Finds resources, the best first.

    Ranked queries are OR with a minimum match that relaxes: one missing word never empties a result.

    Raises: InvalidInput if the text is too long, or a number, sort or facet is not acceptable.
    """
    _check(query)
    at = int(time.time()) if query.at is None else query.at
    asked = _read(snapshot, query.text)
    allowed = allowed_rows(snapshot, query.filter, at=at)
    wanted = asked.understanding.wanted
    ranking = _rank(snapshot, query, asked, allowed, n=query.offset + query.limit, wanted=wanted)
    page = zip(ranking.rows.tolist(), ranking.scores.tolist(), ranking.marks.tolist(), strict=True)
    hits = [
        _hit(snapshot, query, asked.understanding, rank=rank, row=row, score=score, marks=marks)
        for rank, (row, score, marks) in enumerate(page, start=1)
        if rank > query.offset
    ]
    following = query.offset + len(hits)
    return Result(
        release=snapshot.release,
        total=ranking.total,
        interpretation=_interpretation(asked, ranking),
        hits=tuple(hits),
        facets=_facets(snapshot, query, asked, ranking, at=at) if query.facets else {},
        next_offset=following if hits and following < ranking.total and following <= MOST_OFFSET else None,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """A query as read: the words to rank by, and the rows a structured query allows."""

    understanding: Understanding
    mask: RowMask | None = None
    empty: bool = False
    """Nothing was typed: everything the filter allows."""
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
    check_facets(query.facets)


def _read(snapshot: Snapshot, text: str) -> _Asked:
    if not is_structured(text):
        return _Asked(understanding=understand(snapshot, text), empty=not text.strip())
    index = snapshot.structured
    if index is None:
        notice = "按字段查找的索引还在准备，先按普通词语为您查找。"
        return _Asked(understanding=understand(snapshot, text), notice=notice)
    answer = index.answer(text, snapshot.segmenter)
    mask = np.zeros(len(snapshot), np.uint8)
    mask[np.searchsorted(snapshot.base.serials, answer.serials)] = 1
    return _Asked(understanding=understand(snapshot, answer.text), mask=mask, notice=answer.notice)


def _rank(snapshot: Snapshot, query: Query, asked: _Asked, allowed: RowMask, *, n: int, wanted: int) -> Ranking:
    if asked.mask is not None:
        allowed = allowed & asked.mask
    whole_mask = asked.empty or asked.mask is not None
    return rank_rows(snapshot, asked.understanding, allowed, n=n, sort=query.sort, wanted=wanted, whole_mask=whole_mask)


def _hit(
    snapshot: Snapshot, query: Query, understanding: Understanding, *, rank: int, row: int, score: float, marks: int
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
        blob=blob,
    )


def _loose(understanding: Understanding) -> list[str]:
    """What to mark where no word is known to match: whatever of the query can stand in a text."""
    return [*understanding.words, *(name[2:] for name in understanding.names if name.startswith((BIGRAM, PIECE)))]


def _interpretation(asked: _Asked, ranking: Ranking) -> Interpretation:
    understanding = asked.understanding
    relaxed = asked.mask is None and ranking.asked < understanding.wanted
    return Interpretation(
        normalized=understanding.folded,
        words=understanding.words,
        synonyms=understanding.synonyms,
        dropped=understanding.dropped,
        relaxed=relaxed,
        structured=asked.mask is not None,
        notice=asked.notice or _notice(asked, ranking),
    )


def _notice(asked: _Asked, ranking: Ranking) -> str:
    dropped = asked.understanding.dropped
    if asked.empty:
        return ""
    if asked.mask is None and not asked.understanding.words:
        return "请输入想找的内容，例如：太极拳、智能手机、余华。"
    if not ranking.total:
        return "没有找到相关内容，请换个说法，或少选一些筛选条件。"
    if asked.mask is not None:
        return ""
    if not ranking.asked:
        return "没有资源含有这些词，以下内容只是部分相近。"
    return f"没有资源含有“{'”“'.join(dropped[:3])}”，已按其余的词为您查找。" if dropped else ""


def _facets(
    snapshot: Snapshot, query: Query, asked: _Asked, ranking: Ranking, *, at: int
) -> dict[str, tuple[FacetValue, ...]]:
    found = ranking.matched
    if any(getattr(query.filter, name) for name in query.filter.__slots__):
        everywhere = _rank(snapshot, query, asked, snapshot.visible(at), n=0, wanted=ranking.asked)
        found = everywhere.matched
    return facet_counts(snapshot, query.facets, query.filter, found, at=at)
