"""GET /v1/lists/{name}: what is new, popular, chosen by editors or put forward by a campaign."""

from fastapi import APIRouter, Request, Response

from api.access import require_to_read
from api.answers import RecommendationAnswer
from api.asking import SimilarParameters
from api.newest import snapshot_of
from api.openapi import answers, query_parameters
from api.reading import read_parameters
from api.rendering import render_recommendation
from recommender.lists import list_for_everybody

router = APIRouter()


@router.get(
    "/v1/lists/{name}",
    operation_id="list",
    summary="A list for everybody: new, popular, editor or campaign",
    dependencies=[require_to_read("search")],
    responses=answers(RecommendationAnswer, 404, 422, 503),
    openapi_extra=query_parameters(SimilarParameters),
)
async def list_resources(name: str, request: Request) -> Response:
    """The resources of a list, each with the reason it stands there."""
    asked = read_parameters(SimilarParameters, request)
    found = list_for_everybody(snapshot_of(request), name, filter=asked.conditions(), limit=asked.limit, at=asked.at)
    return Response(render_recommendation(found, explain=True), media_type="application/json")
