"""GET /livez, /readyz, /version: for those who run the service."""

from fastapi import APIRouter, Request, Response

from api.answers import Liveness, Readiness, Version
from api.newest import snapshot_of
from api.openapi import answers
from api.rendering import render

router = APIRouter()


@router.get("/livez", operation_id="livez", summary="Is the process alive?", responses=answers(Liveness))
async def livez() -> Response:
    """Alive as long as it answers."""
    return _json({"status": "alive"})


@router.get("/readyz", operation_id="readyz", summary="Can it answer?", responses=answers(Readiness, 503))
async def readyz(request: Request) -> Response:
    """Ready once an index stands."""
    snapshot = snapshot_of(request)
    return _json({"status": "ready", "release": snapshot.release, "resources": snapshot.resources})


@router.get("/version", operation_id="version", summary="What runs here?", responses=answers(Version))
async def running_version(request: Request) -> Response:
    """The version of the software."""
    return _json({"name": "xuejing", "version": request.app.version})


def _json(value: dict[str, object]) -> Response:
    return Response(render(value), media_type="application/json")
