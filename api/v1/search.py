"""GET /v1/search: from a text to resources."""

from fastapi import APIRouter, Request, Response

from api.answers import SearchAnswer
from api.asking import SearchParameters
from api.newest import snapshot_of
from api.openapi import answers, query_parameters
from api.reading import read_parameters
from api.rendering import render_result
from index.search import search

router = APIRouter()


@router.get(
    "/v1/search",
    operation_id="search",
    summary="Find resources",
    responses=answers(SearchAnswer, 422, 503),
    openapi_extra=query_parameters(SearchParameters),
)
async def search_resources(request: Request) -> Response:
    """Finds resources, the best first; an empty `q` lists everything that the filters allow."""
    asked = read_parameters(SearchParameters, request)
    result = search(snapshot_of(request), asked.query())
    return Response(render_result(result, explain=asked.explain), media_type="application/json")
