"""GET /v1/suggest: what completes a text while it is typed."""

from typing import Any

from fastapi import APIRouter, Request, Response

from api.access import require_to_read
from api.answers import SuggestAnswer
from api.asking import SuggestParameters
from api.newest import snapshot_of
from api.openapi import answers, query_parameters
from api.reading import read_parameters
from api.rendering import render
from index.suggestions import Suggested, suggest

router = APIRouter()


@router.get(
    "/v1/suggest",
    operation_id="suggest",
    summary="Complete what is typed",
    dependencies=[require_to_read("search")],
    responses=answers(SuggestAnswer, 422, 503),
    openapi_extra=query_parameters(SuggestParameters),
)
async def suggest_texts(request: Request) -> Response:
    """Titles, creators, subjects and curated phrases by characters, pinyin or sound, the likelier first."""
    asked = read_parameters(SuggestParameters, request)
    suggested = suggest(snapshot_of(request), asked.q, limit=asked.limit, at=asked.at)
    return Response(render(_answer(suggested)), media_type="application/json")


def _answer(suggested: Suggested) -> dict[str, Any]:
    items = [{"text": c.text, "kind": c.kind, "matched": [c.matched]} for c in suggested.completions]
    answer = {"release": suggested.release, "items": items}
    return answer | {"notice": suggested.notice} if suggested.notice else answer
