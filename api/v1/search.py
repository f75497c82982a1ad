"""GET /v1/search: from a text to resources."""

from urllib.parse import parse_qsl, urlencode

from fastapi import APIRouter, Request, Response

from api.access import require_to_read
from api.answers import SearchAnswer
from api.asking import SearchParameters
from api.newest import snapshot_of
from api.openapi import answers, query_parameters
from api.query_recording import note_search
from api.reading import read_parameters
from api.rendering import render_result
from index.search import search

router = APIRouter()


@router.get(
    "/v1/search",
    operation_id="search",
    summary="Find resources",
    dependencies=[require_to_read("search")],
    responses=answers(SearchAnswer, 422, 503),
    openapi_extra=query_parameters(SearchParameters),
)
async def search_resources(request: Request) -> Response:
    """Finds resources, the best first; an empty `q` lists everything that the filters allow."""
    asked = read_parameters(SearchParameters, request)
    query = asked.query()
    result = search(snapshot_of(request), query)
    note_search(request, query, result)
    body = render_result(
        result,
        explain=asked.explain,
        exact_url=lambda: _exact_url(request),
        help_line=request.app.state.help_line,
    )
    return Response(body, media_type="application/json")


def _exact_url(request: Request) -> str:
    """The same search for just what was typed, from its first page."""
    text = request.scope["query_string"].decode("utf-8", "replace")
    kept = [pair for pair in parse_qsl(text, keep_blank_values=True) if pair[0] not in ("correct", "offset")]
    return f"{request.scope['path']}?{urlencode([*kept, ('correct', 'false')])}"
