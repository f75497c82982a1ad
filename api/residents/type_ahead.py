"""GET /suggest: the interface's suggestions for the pages' search boxes, which stay open where reading needs a key."""

from fastapi import APIRouter, Request, Response

from api.v1.suggest import suggest_texts

router = APIRouter(include_in_schema=False)


@router.get("/suggest")
async def suggestions(request: Request) -> Response:
    """Answers as /v1/suggest."""
    return await suggest_texts(request)
