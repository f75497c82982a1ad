"""GET /help: how to search, how recommendations come about, and what is kept."""

from fastapi import APIRouter, Request, Response

from api.query_recording import recorder_of
from api.residents.failures import snapshot_or_none
from api.residents.pages import page
from corpus.query_log import FREQUENT, LONGEST

router = APIRouter(include_in_schema=False)

PATH = "/help"


@router.get(PATH)
async def guide(request: Request) -> Response:
    """Always there, also before there is an index."""
    recorder = recorder_of(request)
    return page(
        request,
        "help.html",
        snapshot=snapshot_or_none(request),
        days_kept=recorder.days if recorder else 0,
        frequent=FREQUENT,
        longest=LONGEST,
    )
