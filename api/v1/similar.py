"""GET /v1/items/{id}/similar: resources near to one."""

from fastapi import APIRouter, Request, Response

from api.access import require_to_read
from api.answers import RecommendationAnswer
from api.asking import SimilarParameters
from api.newest import snapshot_of
from api.openapi import answers, query_parameters
from api.reading import read_parameters
from api.rendering import render_recommendation
from recommender.similar import similar

router = APIRouter()


@router.get(
    "/v1/items/{id:path}/similar",
    operation_id="similar",
    summary="Resources near to one",
    dependencies=[require_to_read("search")],
    responses=answers(RecommendationAnswer, 404, 422, 503),
    openapi_extra=query_parameters(SimilarParameters),
)
async def similar_resources(id: str, request: Request) -> Response:
    """Resources with the words of a given one, the nearest first."""
    asked = read_parameters(SimilarParameters, request)
    near = similar(snapshot_of(request), id, filter=asked.conditions(), limit=asked.limit, at=asked.at)
    return Response(render_recommendation(near, explain=True), media_type="application/json")
