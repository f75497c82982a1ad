"""What a request may hold; whatever else is refused with its place."""

from corpus.errors import InvalidInput, NotFound
from corpus.resource import KINDS
from index.snapshot import Snapshot
from recommender.request import (
    MOST_EXCLUDED,
    MOST_INTEREST_TEXT,
    MOST_INTERESTS,
    MOST_ITEMS,
    MOST_LIKES,
    SCENES,
    Request,
)


def check_request(snapshot: Snapshot, request: Request) -> None:
    """Raises: InvalidInput if a list is too long, a text empty or a number out of its range; NotFound for `item_id`."""
    for name, most in (
        ("interests", MOST_INTERESTS),
        ("likes", MOST_LIKES),
        ("dislikes", MOST_LIKES),
        ("exclude_ids", MOST_EXCLUDED),
    ):
        if len(getattr(request, name)) > most:
            raise InvalidInput(f"“{name}”最多 {most} 项。", place=name)
    if not 0 <= request.limit <= MOST_ITEMS:
        raise InvalidInput(f"条数应在 0 到 {MOST_ITEMS} 之间。", place="limit")
    if request.diversity is not None and not 0 <= request.diversity <= 1:
        raise InvalidInput("多样程度应在 0 到 1 之间。", place="diversity")
    for i, interest in enumerate(request.interests):
        if not interest.text.strip() or len(interest.text) > MOST_INTEREST_TEXT:
            raise InvalidInput(f"兴趣应是 1 到 {MOST_INTEREST_TEXT} 个字的文字。", place=f"interests/{i}/text")
        if not 0 < interest.weight <= 1000:
            raise InvalidInput("兴趣的分量应大于 0，不超过 1000。", place=f"interests/{i}/weight")
    for kind, places in request.quota.items():
        if kind not in KINDS or not 0 <= places <= MOST_ITEMS:
            raise InvalidInput(f"名额应写作类型和 0 到 {MOST_ITEMS} 的整数，例如 course 3。", place=f"quota/{kind}")
    _check_scene(snapshot, request)


def _check_scene(snapshot: Snapshot, request: Request) -> None:
    if request.scene not in SCENES:
        raise InvalidInput(f"没有“{request.scene}”这个场景，可用 {'、'.join(SCENES)}。", place="scene")
    if request.scene == "item":
        if not request.item_id:
            raise InvalidInput("场景是 item 时，要用 item_id 写明是哪个资源。", place="item_id")
        if snapshot.row_of(request.item_id) is None:
            raise NotFound(f"没有编号为“{request.item_id}”的资源。", place="item_id")
