"""What the routes that read and write the catalogue share."""

from collections.abc import Iterator
from contextlib import contextmanager

from fastapi import Request

from api.complaints import Complaint, pointer
from api.newest import snapshot_of
from api.problems import InvalidRequest
from corpus.catalogue import Catalogue
from corpus.edits import InvalidResource
from corpus.errors import Unavailable
from corpus.jobs import Jobs
from corpus.problem import Problem
from corpus.validation import SubjectOf


def catalogue_of(request: Request) -> Catalogue:
    """The catalogue behind an application. Raises: Unavailable where it has none."""
    catalogue: Catalogue | None = request.app.state.catalogue
    if catalogue is None:
        raise Unavailable("这里没有资源库，只能查询。", code="no-catalogue")
    return catalogue


def jobs_of(request: Request) -> Jobs:
    """The jobs of an application. Raises: Unavailable where it keeps none."""
    jobs: Jobs | None = request.app.state.jobs
    if jobs is None:
        raise Unavailable("这里没有资源库，只能查询。", code="no-catalogue")
    return jobs


def subjects_of(request: Request) -> SubjectOf:
    """The controlled list of the revision in force."""
    return snapshot_of(request).revision.subject_of


@contextmanager
def told_by_field() -> Iterator[None]:
    """Turns what is wrong with a resource into an InvalidRequest that points at its fields."""
    try:
        yield
    except InvalidResource as error:
        raise InvalidRequest([complaint(found) for found in error.errors]) from error


def complaint(found: Problem) -> Complaint:
    """A problem of a resource that comes alone."""
    return Complaint(pointer=pointer([found.field]) if found.field else "", message=found.message)
