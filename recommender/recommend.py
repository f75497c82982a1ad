"""recommend(snapshot, request): resources that fit what is known of a resident, each with its reasons."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from index.arrays import RowMask, UInt32
from index.filters import allowed_rows
from index.query import Filter
from index.snapshot import Snapshot
from recommender.beside import beside, named_kinds
from recommender.checking import check_request
from recommender.continuation import decode_shown, encode_shown
from recommender.lists import as_items, for_strangers, listed
from recommender.matching import matching_items
from recommender.nearest import Profile
from recommender.profile import interest_vector, like_vector
from recommender.request import Degraded, Item, Recommendation, Request

RECOMMENDED_KINDS: Final = ("course", "book", "activity")
"""Places and stories are recommended only to those who ask for them by kind, and beside what names one."""
_RECOMMENDED: Final = Filter(kind=RECOMMENDED_KINDS)


def recommend(snapshot: Snapshot, request: Request) -> Recommendation:
    """Resources near to interests and likes, the best first; lists for everybody where nothing usable is known.

    Beside a resource only what goes with it: that may be nothing.

    Raises: InvalidInput if something asked is not acceptable; NotFound if `item_id` is not there.
    """
    check_request(snapshot, request)
    at = int(time.time()) if request.at is None else request.at
    known = _Known.of(snapshot, request)
    shown = decode_shown(snapshot, request.after)
    allowed = _candidates(snapshot, request, at)
    allowed[[*known.liked, *known.disliked, *known.excluded, *shown.tolist()]] = 0
    items = _put_forward(snapshot, request, known, allowed, shown, at)
    personalized = bool(items)
    if (not items and request.scene != "item") or (request.scene == "zero_result" and len(items) < request.limit):
        allowed[[item.row for item in items]] = 0
        lists = for_strangers(snapshot, allowed, n=request.limit - len(items), at=at)
        items = _numbered([*items, *as_items(snapshot, lists, explain=request.explain)])
    allowed[[item.row for item in items]] = 0
    more = len(items) == request.limit > 0 and allowed.any()
    return Recommendation(
        release=snapshot.release,
        personalized=personalized and request.personalized,
        degraded=_why(request, known, personalized=personalized),
        unknown_ids=known.unknown,
        next=encode_shown(snapshot, [*shown.tolist(), *(item.row for item in items)]) if more else "",
        items=tuple(items),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """Rows of the ids in a request."""

    liked: Sequence[int]
    disliked: Sequence[int]
    excluded: Sequence[int]
    unknown: tuple[str, ...]
    """Likes and dislikes that are not there."""

    @classmethod
    def of(cls, snapshot: Snapshot, request: Request) -> "_Known":
        judged = dict.fromkeys([*request.likes, *request.dislikes])
        unwanted = [*request.exclude_ids, request.item_id] if request.item_id else request.exclude_ids
        ids = [*dict.fromkeys([*judged, *unwanted])]
        rows = dict(zip(ids, snapshot.rows_of(ids), strict=True))

        def there(ids: Sequence[str]) -> list[int]:
            return [row for id in dict.fromkeys(ids) if (row := rows[id]) is not None]

        return cls(
            liked=there(request.likes),
            disliked=there(request.dislikes),
            excluded=there(unwanted),
            unknown=tuple(id for id in judged if rows[id] is None),
        )


def _candidates(snapshot: Snapshot, request: Request, at: int) -> RowMask:
    """(rows,) 1 for what may be recommended, a copy."""
    filter = request.filter
    if filter.allows_all and request.scene != "item" and not request.quota:
        filter = _RECOMMENDED
    elif not filter.kind:
        named = named_kinds(snapshot, request.item_id) if request.scene == "item" else ()
        kinds = tuple(request.quota) or tuple(dict.fromkeys([*RECOMMENDED_KINDS, *named]))
        filter = replace(filter, kind=kinds)
    allowed: RowMask = allowed_rows(snapshot, filter, at=at).copy()
    return allowed


def _put_forward(
    snapshot: Snapshot, request: Request, known: _Known, allowed: RowMask, shown: UInt32, at: int
) -> list[Item]:
    """What the scene and the profile bring; nothing where neither knows anything."""
    if request.scene == "item":
        return _numbered(beside(snapshot, request, allowed, shown))
    profile = _profile(snapshot, request, known)
    if request.scene == "campaign":
        campaign = listed(snapshot, "campaign", allowed, n=len(allowed), at=at)
        within = np.zeros_like(allowed)
        within[[entry.row for entry in campaign]] = 1
        near = matching_items(snapshot, request, profile, allowed & within, shown, n=request.limit) if profile else []
        rest = [entry for entry in campaign if entry.row not in {item.row for item in near}]
        more = as_items(snapshot, rest[: request.limit - len(near)], explain=request.explain)
        return _numbered([*near, *more])
    return matching_items(snapshot, request, profile, allowed, shown, n=request.limit) if profile else []


def _profile(snapshot: Snapshot, request: Request, known: _Known) -> Profile:
    used = request if request.personalized else Request()
    return Profile(
        asked=used.interests,
        liked=known.liked if request.personalized else (),
        interests=interest_vector(snapshot, used.interests),
        likes=like_vector(snapshot, known.liked if request.personalized else ()),
        dislikes=like_vector(snapshot, known.disliked if request.personalized else ()),
    )


def _numbered(items: Sequence[Item]) -> list[Item]:
    return [item if item.rank == rank else item._replace(rank=rank) for rank, item in enumerate(items, start=1)]


def _why(request: Request, known: _Known, *, personalized: bool) -> Degraded | None:
    if not request.personalized:
        return "not_personalized"
    if personalized:
        return None
    if request.scene == "item":
        return "no_match"
    if request.likes and not known.liked and not request.interests:
        return "unknown_likes"
    if request.interests or known.liked:
        return "no_match"
    return "unknown_user" if request.user_id else "nothing_known"
