"""GET /v1/jobs/{id} and its rows: how far a large body is carried out, and what became of it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse

from api.access import require
from api.catalogue_answers import BulkRow, JobAnswer
from api.catalogue_doors import jobs_of
from api.openapi import answers
from api.reading import JSON, LINES
from api.rendering import job_fields, render
from corpus.errors import Conflict
from corpus.jobs import storing

router = APIRouter(dependencies=[require("catalog")])

_CHUNK: Final = 1 << 16
_ROWS: Final = {LINES[0]: {"schema": BulkRow.model_json_schema(ref_template="#/components/schemas/{model}")}}


@router.get(
    "/v1/jobs/{id}", operation_id="job", summary="How far is a bulk job?", responses=answers(JobAnswer, 404, 422, 503)
)
def job(id: str, request: Request) -> Response:
    """Tells how far a job is. A finished one is kept for seven days.

    A job outlives the process that carries it out. Of at most 500 rows it may then say what carrying them out again
    would come to, mostly `unchanged`.
    """
    with storing():
        return Response(render(job_fields(jobs_of(request).get(id))), media_type=JSON)


@router.get(
    "/v1/jobs/{id}/rows",
    operation_id="job_rows",
    summary="What became of each row of a bulk job",
    responses=answers(None, 404, 409, 422, 503, content=_ROWS),
)
def job_rows(id: str, request: Request) -> Response:
    """All rows of a finished job in their order, a line of JSON each."""
    with storing():
        jobs = jobs_of(request)
        if not jobs.get(id).finished:
            raise Conflict("任务还没做完，做完以后再取。", code="unfinished")
        return StreamingResponse(_chunks(jobs.rows(id)), media_type=LINES[0])


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            yield chunk
