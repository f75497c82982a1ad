"""GET /v1/items/{id}: one resource, as plain JSON or as JSON-LD."""

import json
from typing import Any, Final

from fastapi import APIRouter, Request, Response

from api.access import require_to_read
from api.answers import LinkedData, PublicResource
from api.linked_data import MEDIA_TYPE, linked_data
from api.newest import snapshot_of
from api.openapi import answers
from api.rendering import render
from corpus.errors import NotFound

router = APIRouter()

_VARY: Final = {"Vary": "Accept"}
_LINKED: Final[dict[str, Any]] = {MEDIA_TYPE: {"schema": LinkedData.model_json_schema()}}


@router.get(
    "/v1/items/{id:path}",
    operation_id="item",
    summary="One resource",
    dependencies=[require_to_read("search")],
    responses=answers(PublicResource, 404, 422, 503, content=_LINKED),
)
async def item(id: str, request: Request) -> Response:
    """The public fields of a resource; as schema.org JSON-LD where `Accept` asks for application/ld+json."""
    base = (snapshot := snapshot_of(request)).base
    row = snapshot.row_of(id)
    if row is None or not base.active[row]:
        raise NotFound("没有这个编号的资源。")
    if MEDIA_TYPE in request.headers.get("accept", ""):
        return Response(render(linked_data(json.loads(base.blob(row)))), media_type=MEDIA_TYPE, headers=_VARY)
    return Response(base.blob(row), media_type="application/json", headers=_VARY)
