"""What a librarian or a platform does to one resource, as edits of the catalogue."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from corpus.catalogue import Edit, StoredResource
from corpus.errors import Conflict, InvalidInput, NotFound
from corpus.problem import Problem, problem
from corpus.resource import Resource
from corpus.resource_rows import parse_body
from corpus.validation import SubjectOf, parse_resource

API_SOURCE: Final = "api"
"""Of new resources that name no source."""
UNKNOWN: Final = "没有这个编号的资源。"


class InvalidResource(InvalidInput):
    """A resource with errors."""

    def __init__(self, problems: list[Problem]) -> None:
        self.errors = [found for found in problems if found.severity == "error"]
        super().__init__(self.errors[0].message)


class ForeignId(Conflict):
    """A resource stays with the source that brought it; another one may not take its id."""

    code = "foreign-id"

    def __init__(self, id: str, owner: str) -> None:
        super().__init__(problem(0, "id", "foreign-id", id, owner).message + "；要换来源，请先删除它。")
        self.owner = owner


def read_resource(record: Mapping[str, Any], *, id: str, subjects: SubjectOf) -> tuple[Resource, list[Problem]]:
    """The resource of a record that comes alone, and its warnings; its source stays empty where it names none.

    Args:
        id: the record may say it again.
    Raises: InvalidResource.
    """
    named = record.get("id")
    resource, problems = parse_resource({**record, "id": id}, row=0, source="", subjects=subjects)
    if named is not None and str(named).strip() != id:
        problems.insert(0, problem(0, "id", "other-id", named, id))
    elif resource is not None and resource.id != id:
        problems.insert(0, problem(0, "id", "invalid-id"))
    elif resource is not None:
        return resource, problems
    raise InvalidResource(problems)


def putting(resource: Resource) -> Edit:
    """Puts a resource in the place of whatever stands there, which may only be of the same source.

    A resource that names no source takes that of what stands there.
    """
    return lambda stored: _with_source(resource, stored)


def patching(id: str, patch: Mapping[str, Any], *, subjects: SubjectOf, warnings: list[Problem]) -> Edit:
    """Changes fields of what stands there, as a JSON Merge Patch (RFC 7396) says: null takes a field away.

    Args:
        warnings: is given those of the changed resource.
    Raises: NotFound and InvalidResource, when it is carried out.
    """

    def edit(stored: StoredResource | None) -> Resource:
        if stored is None:
            raise NotFound(UNKNOWN)
        # No field of a resource holds an object, so that the patch of one need not be followed any deeper.
        record = {**parse_body(stored.body).as_dict(), **patch}
        if record["id"] is None:
            raise InvalidResource([problem(0, "id", "missing")])
        resource, found = read_resource(record, id=id, subjects=subjects)
        warnings[:] = found
        return _with_source(resource, stored)

    return edit


def removing(stored: StoredResource | None) -> None:
    """Deletes what stands there. Raises: NotFound where nothing does."""
    if stored is None:
        raise NotFound(UNKNOWN)


def clearing(stored: StoredResource | None) -> None:
    """Deletes what stands there, if anything does."""


def _with_source(resource: Resource, stored: StoredResource | None) -> Resource:
    owner = parse_body(stored.body).source if stored else resource.source or API_SOURCE
    if resource.source not in ("", owner):
        raise ForeignId(resource.id, owner)
    return replace(resource, source=owner)
