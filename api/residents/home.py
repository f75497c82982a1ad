"""GET /: the first page, with a search, themes to browse and a little of everything."""

from fastapi import APIRouter, Request, Response

from api.newest import snapshot_of
from api.residents.pages import page
from api.residents.shelves import shelves
from api.residents.themes import hints_of, themes_of

router = APIRouter(include_in_schema=False)


@router.get("/")
async def home(request: Request) -> Response:
    """What there is to learn, for somebody of whom nothing is known."""
    snapshot = snapshot_of(request)
    if not len(snapshot):
        return page(request, "empty.html", snapshot=snapshot)
    return page(
        request,
        "home.html",
        snapshot=snapshot,
        hints=hints_of(snapshot),
        themes=themes_of(snapshot),
        shelves=shelves(snapshot),
    )
