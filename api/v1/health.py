"""GET /livez, /readyz, /metrics, /version: for those who run the service."""

from typing import Any, Final

from fastapi import APIRouter, Request, Response

from api.answers import Liveness, Readiness, Version
from api.metrics import MEDIA_TYPE, exposition
from api.newest import snapshot_of
from api.openapi import answers
from api.rendering import render
from corpus.errors import Unavailable

router = APIRouter()

_EXPOSITION: Final[dict[int | str, dict[str, Any]]] = {
    200: {"description": "The counts", "content": {"text/plain": {"schema": {"type": "string"}}}}
}


@router.get("/livez", operation_id="livez", summary="Is the process alive?", responses=answers(Liveness))
async def livez() -> Response:
    """Alive as long as it answers."""
    return _json({"status": "alive"})


@router.get("/readyz", operation_id="readyz", summary="Can it answer?", responses=answers(Readiness, 503))
async def readyz(request: Request) -> Response:
    """Ready once an index stands."""
    snapshot = snapshot_of(request)
    return _json({"status": "ready", "release": snapshot.release, "resources": snapshot.resources})


@router.get(
    "/metrics", operation_id="metrics", summary="How much was answered?", responses=_EXPOSITION, response_class=Response
)
async def metrics(request: Request) -> Response:
    """Counts and durations of all workers, for Prometheus; open, for they tell nothing of a person."""
    try:
        snapshot = snapshot_of(request)
    except Unavailable:
        snapshot = None
    return Response(exposition(snapshot), media_type=MEDIA_TYPE)


@router.get("/version", operation_id="version", summary="What runs here?", responses=answers(Version))
async def running_version(request: Request) -> Response:
    """The version of the software."""
    return _json({"name": "xuejing", "version": request.app.version})


def _json(value: dict[str, object]) -> Response:
    return Response(render(value), media_type="application/json")
