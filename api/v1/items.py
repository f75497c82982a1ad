"""GET /v1/items/{id}: one resource, as plain JSON or as JSON-LD."""

import json
from typing import Any, Final

from fastapi import APIRouter, Request, Response

from api.access import require_to_read
from api.answers import LinkedData, PublicResource
from api.linked_data import MEDIA_TYPE, linked_data
from api.newest import snapshot_of
from api.openapi import answers, conditional, headers
from api.preconditions import entity_tag, is_known
from api.rendering import render
from corpus.edits import UNKNOWN
from corpus.errors import NotFound

router = APIRouter()

_VARY: Final = {"Vary": "Accept"}
_LINKED: Final[dict[str, Any]] = {MEDIA_TYPE: {"schema": LinkedData.model_json_schema()}}


@router.get(
    "/v1/items/{id:path}",
    operation_id="item",
    summary="One resource",
    dependencies=[require_to_read("search")],
    responses=answers(PublicResource, 404, 422, 503, content=_LINKED, headers=headers("ETag"))
    | answers(None, status=304, headers=headers("ETag")),
    openapi_extra=conditional("If-None-Match"),
)
async def item(id: str, request: Request) -> Response:
    """The public fields of a resource; as schema.org JSON-LD where `Accept` asks for application/ld+json.

    Plain JSON has an ETag: with `If-None-Match` one hears of changes only, with `If-Match` one replaces only what one
    has seen.
    """
    snapshot = snapshot_of(request)
    row = snapshot.row_of(id)
    if row is None:
        raise NotFound(UNKNOWN)
    body = snapshot.base.blob(row)
    if MEDIA_TYPE in request.headers.get("accept", ""):
        return Response(render(linked_data(json.loads(body))), media_type=MEDIA_TYPE, headers=_VARY)
    told = {**_VARY, "ETag": entity_tag(body)}
    if is_known(request, told["ETag"]):
        return Response(status_code=304, headers=told)
    return Response(body, media_type="application/json", headers=told)
