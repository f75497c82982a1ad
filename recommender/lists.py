"""Lists that fit everybody: new, popular, chosen by editors, put forward by a campaign."""

import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice, zip_longest
from typing import Final, Literal, cast, get_args

import numpy as np

from corpus.errors import NotFound
from index.arrays import Float32, RowMask, UInt32
from index.filters import allowed_rows
from index.query import Filter
from index.snapshot import Snapshot
from recommender.request import Item, Reason, Recommendation, Source

ListName = Literal["new", "popular", "editor", "campaign"]
LIST_NAMES: Final = get_args(ListName)

_RATING_SHARE = 0.3
"""Of the score; the rest is the rank among the same source and kind."""
_UNRATED = 6.0
"""What a resource without a rating counts as, out of 10."""
_PUT_FORWARD = {"campaign": 2, "editor": 3}
"""How many of each a stranger sees before the popular ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A row of a list, and why it stands there."""

    row: int
    score: float
    source: Source
    reason: Reason


def list_for_everybody(
    snapshot: Snapshot, name: str, *, filter: Filter, limit: int = 10, at: int | None = None
) -> Recommendation:
    """A list as an answer.

    Raises: NotFound if there is no list of that name.
    """
    if name not in LIST_NAMES:
        raise NotFound(f"没有“{name}”这个列表，可用 {'、'.join(LIST_NAMES)}。")
    at = int(time.time()) if at is None else at
    allowed = allowed_rows(snapshot, filter, at=at)
    found = listed(snapshot, cast(ListName, name), allowed, n=limit, at=at)
    return Recommendation(
        release=snapshot.release,
        personalized=False,
        degraded=None,
        unknown_ids=(),
        next="",
        items=as_items(snapshot, found, explain=True),
    )


def listed(snapshot: Snapshot, name: ListName, allowed: RowMask, *, n: int, at: int) -> list[Listed]:
    """The first n allowed rows of a list."""
    if name == "popular":
        return [_popular(snapshot, *best) for best in _taking_turns(snapshot, allowed, _popularity, n)]
    if name == "new":
        return [_new(snapshot, *best) for best in _taking_turns(snapshot, allowed, _novelty, n)]
    put_forward = _of_editors(snapshot) if name == "editor" else _of_campaigns(snapshot, at)
    once: dict[int, Listed] = {}
    for found in put_forward:
        if allowed[found.row]:
            once.setdefault(found.row, found)
    return list(once.values())[:n]


def for_strangers(snapshot: Snapshot, allowed: RowMask, *, n: int, at: int) -> list[Listed]:
    """What somebody gets of whom nothing is known: a little of campaigns and editors, then popular resources."""
    first = [
        *listed(snapshot, "campaign", allowed, n=_PUT_FORWARD["campaign"], at=at),
        *listed(snapshot, "editor", allowed, n=_PUT_FORWARD["editor"], at=at),
    ]
    popular = listed(snapshot, "popular", allowed, n=n + len(first), at=at)
    once: dict[int, Listed] = {}
    for found in [*first, *popular]:
        once.setdefault(found.row, found)
    return list(once.values())[:n]


def as_items(snapshot: Snapshot, found: Sequence[Listed], *, explain: bool) -> tuple[Item, ...]:
    """The rows of a list as an answer shows them."""
    return tuple(
        Item(
            row=entry.row,
            id=snapshot.base.ids[entry.row],
            rank=rank,
            score=entry.score,
            source=entry.source,
            reasons=(entry.reason,) if explain else (),
            blob=snapshot.base.blob(entry.row),
        )
        for rank, entry in enumerate(found, start=1)
    )


def _popularity(snapshot: Snapshot) -> Float32:
    """(rows,) 0 to 1."""
    base = snapshot.base
    rating = np.nan_to_num(base.rating, nan=_UNRATED) / 10
    scores: Float32 = ((1 - _RATING_SHARE) * base.popularity + _RATING_SHARE * rating).astype(np.float32)
    return scores


def _novelty(snapshot: Snapshot) -> Float32:
    """(rows,) the later published or arrived, the higher; 0 to 1."""
    order = np.lexsort((snapshot.base.serials, snapshot.base.published))
    scores = np.empty(len(order), np.float32)
    scores[order] = np.arange(1, len(order) + 1, dtype=np.float32) / len(order)
    return scores


def _taking_turns(
    snapshot: Snapshot, allowed: RowMask, score: Callable[[Snapshot], Float32], n: int
) -> Iterator[tuple[int, float]]:
    """The best allowed rows of each kind, the kinds taking turns, the one with the best row first."""
    scores, order = snapshot.remember(score, lambda: _ordered(snapshot, score(snapshot)))
    rows = order[allowed[order] == 1]
    kinds = snapshot.base.facet_codes["kind"][rows]
    serials = snapshot.base.serials
    best = sorted(
        (_first(rows[kinds == kind], scores, n) for kind in np.unique(kinds)),
        key=lambda own: (-own[0][1], serials[own[0][0]]),
    )
    yield from islice((entry for entry in chain.from_iterable(zip_longest(*best)) if entry is not None), n)


def _ordered(snapshot: Snapshot, scores: Float32) -> tuple[Float32, UInt32]:
    """(rows,) scores, and the rows from the best to the worst."""
    return scores, np.lexsort((snapshot.base.serials, -scores)).astype(np.uint32)


def _first(rows: UInt32, scores: Float32, n: int) -> list[tuple[int, float]]:
    return [(row, float(scores[row])) for row in rows[: max(n, 1)].tolist()]


def _popular(snapshot: Snapshot, row: int, score: float) -> Listed:
    record = json.loads(snapshot.base.blob(row))
    evidence = {name: record[name] for name in ("rating", "popularity") if name in record}
    text = f"受欢迎，评分 {record['rating']:g}" if "rating" in record else "受欢迎"
    reason = Reason(code="popular", text=text, share=1.0, evidence=evidence)
    return Listed(row=row, score=score, source="popular", reason=reason)


def _new(snapshot: Snapshot, row: int, score: float) -> Listed:
    published = json.loads(snapshot.base.blob(row)).get("published", "")
    text = f"新上架，{published[:4]} 年发布" if published else "新上架"
    reason = Reason(code="new", text=text, share=1.0, evidence={"published": published} if published else {})
    return Listed(row=row, score=score, source="new", reason=reason)


def _of_editors(snapshot: Snapshot) -> Iterator[Listed]:
    """The editors' lists one after the other."""
    for name, ids in snapshot.revision.lists.items():
        reason = Reason(code="editor", text=f"编辑推荐：{name}", share=1.0, evidence={"list": name})
        yield from _in_order(snapshot, ids, "editor", reason)


def _of_campaigns(snapshot: Snapshot, at: int) -> Iterator[Listed]:
    """What the campaigns of this moment put forward."""
    for campaign in snapshot.revision.campaigns:
        if campaign.runs(at):
            text = f"“{campaign.theme}”活动推荐" + (f"（{campaign.organiser}）" if campaign.organiser else "")
            evidence = {"campaign": campaign.id, "theme": campaign.theme}
            reason = Reason(code="campaign", text=text, share=1.0, evidence=evidence)
            yield from _in_order(snapshot, campaign.resources, "campaign", reason)


def _in_order(snapshot: Snapshot, ids: Sequence[str], source: Source, reason: Reason) -> Iterator[Listed]:
    for place, id in enumerate(ids):
        row = snapshot.row_of(id)
        if row is not None:
            yield Listed(row=row, score=1 - place / len(ids), source=source, reason=reason)
