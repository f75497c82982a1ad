"""PUT, PATCH and DELETE /v1/items/{id}: one resource, written at once."""

import json
from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool

from api.access import require
from api.catalogue_answers import WriteAnswer
from api.catalogue_doors import catalogue_of, complaint, subjects_of, told_by_field
from api.openapi import answers, conditional, headers, json_body
from api.preconditions import Preconditions, entity_tag
from api.reading import JSON, PATCH, read_record
from api.rendering import render
from api.resource_bodies import ResourceBody, ResourcePatch
from corpus.catalogue import Edited
from corpus.demo import retire_demo
from corpus.edits import patching, putting, read_resource, removing
from corpus.problem import Problem

router = APIRouter(dependencies=[require("catalog")])

_PATH: Final = "/v1/items/{id:path}"
SEQ: Final = "X-Seq"


@router.put(
    _PATH,
    operation_id="put_item",
    summary="Create or replace a resource",
    responses=answers(WriteAnswer, 404, 409, 412, 413, 415, 422, 503, headers=headers("ETag", SEQ))
    | answers(WriteAnswer, status=201, headers=headers("ETag", SEQ, "Location")),
    openapi_extra=json_body(ResourceBody) | conditional(),
)
async def put_item(id: str, request: Request) -> Response:
    """Puts a resource in the place of whatever has its id; the answer is sent when that is durable.

    The id of the address counts; an id in the body must be the same. The whole resource is replaced: what the body
    leaves out is gone, and a hidden one without `status` is shown again. Its source stays: a body that names none keeps
    it, one that names another is refused (409); a new resource without one gets the source `api`. To move a resource
    to another source, delete it and put it anew. `If-Match: "<ETag>"` replaces only the state that was read (else 412,
    also where there is none), `If-None-Match: *` only creates. The answer has the resource as it is stored, and what
    cleaning it gave rise to.
    """
    catalogue, subjects, demanded = catalogue_of(request), subjects_of(request), Preconditions.of(request)
    record = await read_record(request, JSON)
    with told_by_field():
        resource, warnings = read_resource(record, id=id, subjects=subjects)
        edit = demanded.before(putting(resource), creates=True)
        done = await run_in_threadpool(catalogue.change, id, edit)
        if done.outcome == "created":
            await run_in_threadpool(retire_demo, catalogue)
    return _written(id, done, warnings)


@router.patch(
    _PATH,
    operation_id="patch_item",
    summary="Change fields of a resource",
    responses=answers(WriteAnswer, 404, 409, 412, 413, 415, 422, 503, headers=headers("ETag", SEQ)),
    openapi_extra=json_body(ResourcePatch, PATCH, JSON) | conditional(),
)
async def patch_item(id: str, request: Request) -> Response:
    """Changes the fields that the body names and takes away those that it sets to null (JSON Merge Patch, RFC 7396).

    The changed resource is checked as a whole, like a new one. Neither id nor source can be changed. `{"status":
    "hidden"}` hides a resource from the very next request on, `{"status": "active"}` shows it again.
    """
    catalogue, subjects, demanded = catalogue_of(request), subjects_of(request), Preconditions.of(request)
    patch = await read_record(request, PATCH, JSON)
    warnings: list[Problem] = []
    edit = demanded.before(patching(id, patch, subjects=subjects, warnings=warnings), creates=False)
    with told_by_field():
        done = await run_in_threadpool(catalogue.change, id, edit)
    return _written(id, done, warnings)


@router.delete(
    _PATH,
    status_code=204,
    operation_id="delete_item",
    summary="Delete a resource",
    responses=answers(None, 404, 412, 422, 503, status=204, headers=headers(SEQ)),
    openapi_extra=conditional(),
)
async def delete_item(id: str, request: Request) -> Response:
    """Deletes a resource; what is left is its id, so that those who follow the changes hear of it."""
    edit = Preconditions.of(request).before(removing, creates=False)
    done = await run_in_threadpool(catalogue_of(request).change, id, edit)
    return Response(status_code=204, headers={SEQ: str(done.seq)})


def _written(id: str, done: Edited, warnings: Sequence[Problem]) -> Response:
    body: dict[str, Any] = {
        "outcome": done.outcome,
        "seq": done.seq,
        "item": json.loads(done.body),
        "warnings": [{"pointer": c.pointer, "message": c.message} for c in map(complaint, warnings)],
    }
    created = done.outcome == "created"
    headers = {"ETag": entity_tag(done.body.encode()), SEQ: str(done.seq)}
    if created:
        headers["Location"] = "/v1/items/" + quote(id)
    return Response(render(body), 201 if created else 200, media_type=JSON, headers=headers)
