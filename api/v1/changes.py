"""GET /v1/changes: for those who keep a copy of the catalogue."""

import re
from typing import Any, Final

from fastapi import APIRouter, Request, Response

from api.access import require
from api.asking import ChangesParameters
from api.catalogue_answers import ChangesAnswer
from api.catalogue_doors import catalogue_of
from api.complaints import Complaint
from api.openapi import answers, query_parameters
from api.problems import CursorExpired, InvalidRequest
from api.reading import JSON, read_parameters
from api.rendering import render
from corpus.catalogue import Change

router = APIRouter(dependencies=[require("catalog")])

_CURSOR: Final = re.compile("([0-9a-f]{1,8})-([0-9a-f]{1,8})")


@router.get(
    "/v1/changes",
    operation_id="changes",
    summary="What changed in the catalogue",
    responses=answers(ChangesAnswer, 410, 422, 503),
    openapi_extra=query_parameters(ChangesParameters),
)
def changes(request: Request) -> Response:
    """Tells what changed after a cursor, without one from the beginning; hidden and withdrawn resources too.

    Each resource stands there once, with its last change, a deleted one without its fields. Go on with `next`: at once
    while there is `more`, then whenever you like. Where the catalogue was made anew or restored from a backup, a cursor
    that no longer fits is refused with 410: forget the copy and begin without a cursor.
    """
    asked = read_parameters(ChangesParameters, request)
    catalogue = catalogue_of(request)
    identity = catalogue.identity()
    after = _after(asked.cursor, identity)
    seq, found = catalogue.changes(after, limit=asked.limit)
    if after > seq:
        raise _expired()
    last = found[-1].seq if found else after
    items = b",".join(map(_item, found))
    rest = render({"next": f"{identity:x}-{last:x}", "more": last < seq})
    return Response(b'{"items":[' + items + b"]," + rest[1:], media_type=JSON)


def _after(cursor: str, identity: int) -> int:
    """The seq that a cursor stands for."""
    if not cursor:
        return 0
    read = _CURSOR.fullmatch(cursor)
    if read is None:
        raise InvalidRequest([Complaint(pointer="/cursor", message="不是本接口给出的 next")])
    if int(read[1], 16) != identity:
        raise _expired()
    return int(read[2], 16)


def _expired() -> CursorExpired:
    return CursorExpired("资源库已重建或从备份恢复，这个位置接不上了；请不带 cursor 从头取起。")


def _item(change: Change) -> bytes:
    told: dict[str, Any] = {"seq": change.seq, "id": change.id, "status": change.status}
    if not change.body:
        return render(told | {"deleted": True})
    return render(told)[:-1] + b',"item":' + change.body.encode() + b"}"
