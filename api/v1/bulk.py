"""POST /v1/items/bulk: many changes in one body."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool

from api.access import require
from api.asking import BulkParameters
from api.catalogue_answers import BulkAnswer, JobAnswer
from api.catalogue_doors import catalogue_of, jobs_of, subjects_of
from api.complaints import Complaint
from api.identifiers import new_identifier
from api.openapi import answers, headers, json_body, query_parameters
from api.problems import BodyTooLarge, InvalidRequest
from api.reading import EMPTY, JSON, LINES, check_label, read_parameters
from api.rendering import counts_of, job_fields, render
from api.resource_bodies import BulkLine
from corpus.bulk import carry_out
from corpus.catalogue import Catalogue
from corpus.demo import retire_demo
from corpus.exchange import lines_of
from corpus.jobs import storing
from corpus.validation import SubjectOf

router = APIRouter(dependencies=[require("catalog")])

MOST_BYTES: Final = 64_000_000
MOST_ROWS: Final = 200_000
MOST_AT_ONCE: Final = 1_000
"""Rows that are answered at once; more become a job."""
_MOST_BYTES_AT_ONCE: Final = 8_000_000
_CHUNK: Final = 1_000_000
"""Bytes kept in memory before they are written."""


@router.post(
    "/v1/items/bulk",
    operation_id="bulk",
    summary="Create, replace and delete many resources",
    responses=answers(BulkAnswer, 413, 415, 422, 503) | answers(JobAnswer, status=202, headers=headers("Location")),
    openapi_extra=json_body(BulkLine, *LINES) | query_parameters(BulkParameters),
)
async def change_many(request: Request) -> Response:
    """Carries out a body of JSON Lines (NDJSON), up to 64 MB and 200,000 lines.

    A line is a resource in exchange form, put in the place of whatever has its id, or `{"delete": "<id>"}`; to delete
    what is not there changes nothing. A line with an error is refused and stops no other; of lines with the same id the
    first valid one stands. Sources are kept as with PUT. Lines are carried out in order, 500 in one transaction.

    Up to 1,000 lines (and 8 MB) are answered at once. A larger body is stored, answered with 202 and carried out in the
    background, bodies in the order of their acceptance: `GET /v1/jobs/{id}` tells how far it is. To send the same body
    again does no harm. With `dry_run` nothing is written, and the answer says what would become of each line.
    """
    check_label(request, *LINES)
    asked = read_parameters(BulkParameters, request)
    catalogue, jobs, subjects = catalogue_of(request), jobs_of(request), subjects_of(request)
    id, accepted = new_identifier(), False
    try:
        with storing():
            path = await run_in_threadpool(jobs.spool, id)
            body = await _receive(request, path)
            if not body.holds_anything:
                raise InvalidRequest([Complaint(pointer="", message=EMPTY)])
            if body.is_small:
                rows = await run_in_threadpool(_at_once, catalogue, path, subjects, asked.dry_run)
                return Response(_answer(rows, dry_run=asked.dry_run), media_type=JSON)
            job = await run_in_threadpool(jobs.accept, id, total=body.rows, dry_run=asked.dry_run)
            accepted = True
    finally:
        if not accepted:
            await run_in_threadpool(jobs.drop, id)
    fields = job_fields(job)
    return Response(render(fields), 202, media_type=JSON, headers={"Location": f"/v1/jobs/{id}"})


@dataclass(slots=True, kw_only=True)
class _Body:
    """A body that was received."""

    size: int = 0
    ends: int = 0
    """Of lines."""
    last: bytes = b"\n"
    holds_anything: bool = False

    def add(self, chunk: bytes) -> None:
        self.size += len(chunk)
        self.ends += chunk.count(b"\n")
        self.last = chunk[-1:] or self.last
        self.holds_anything = self.holds_anything or bool(chunk.strip())
        if self.size > MOST_BYTES or self.rows > MOST_ROWS:
            raise BodyTooLarge("请求体太大了，一次最多 64 MB、20 万行；请分几次送。")

    @property
    def rows(self) -> int:
        return self.ends + (self.last != b"\n")

    @property
    def is_small(self) -> bool:
        return self.rows <= MOST_AT_ONCE and self.size <= _MOST_BYTES_AT_ONCE


async def _receive(request: Request, path: Path) -> _Body:
    """Writes the body into a file, a piece of it in memory at a time."""
    body, waiting = _Body(), bytearray()
    with path.open("ab") as file:
        async for chunk in request.stream():
            body.add(chunk)
            waiting += chunk
            if len(waiting) > _CHUNK:
                await run_in_threadpool(file.write, bytes(waiting))
                waiting.clear()
        await run_in_threadpool(file.write, bytes(waiting))
    return body


def _at_once(catalogue: Catalogue, path: Path, subjects: SubjectOf, dry_run: bool) -> list[dict[str, Any]]:
    with path.open("rb") as file:
        batches = carry_out(catalogue, lines_of(file), subjects=subjects, dry_run=dry_run)
        rows = [result.as_dict() for batch in batches for result in batch]
    if not dry_run and any(row["outcome"] == "created" for row in rows):
        retire_demo(catalogue)
    return rows


def _answer(rows: Sequence[dict[str, Any]], *, dry_run: bool) -> bytes:
    counts = counts_of(Counter(row["outcome"] for row in rows))
    return render({"dry_run": dry_run, "counts": counts, "rows": rows})
