"""POST /v1/recommend: resources that fit what the request says of a resident."""

from fastapi import APIRouter, Request, Response

from api.access import require_to_read
from api.answers import RecommendationAnswer
from api.asking import RecommendBody
from api.newest import snapshot_of
from api.openapi import answers, json_body
from api.reading import read_body
from api.rendering import render_recommendation
from recommender.recommend import recommend

router = APIRouter()


@router.post(
    "/v1/recommend",
    operation_id="recommend",
    summary="Recommend resources",
    dependencies=[require_to_read("recommend")],
    responses=answers(RecommendationAnswer, 404, 413, 415, 422, 503),
    openapi_extra=json_body(RecommendBody),
)
async def recommend_resources(request: Request) -> Response:
    """Recommends resources near to interests and likes, each with its reasons; nothing of the request is stored."""
    asked = await read_body(RecommendBody, request)
    recommendation = recommend(snapshot_of(request), asked.request())
    return Response(render_recommendation(recommendation, explain=asked.explain), media_type="application/json")
