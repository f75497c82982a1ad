"""GET /help: how to search, how recommendations come about, and what is kept."""

from fastapi import APIRouter, Request, Response

from api.residents.failures import snapshot_or_none
from api.residents.pages import page

router = APIRouter(include_in_schema=False)

PATH = "/help"


@router.get(PATH)
async def guide(request: Request) -> Response:
    """Always there, also before there is an index."""
    return page(request, "help.html", snapshot=snapshot_or_none(request))
