"""What the answers of the routes that read and write the catalogue look like, for the OpenAPI document."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from api.answers import PublicResource
from api.problems import ProblemError
from corpus.catalogue import Outcome
from corpus.jobs import State
from corpus.problem import Severity
from corpus.resource import Status

_DOCUMENTED = ConfigDict(use_attribute_docstrings=True)


class StoredResource(PublicResource):
    """A resource as it is stored; `status` only where it is not active."""

    status: Status = "active"


class WriteAnswer(BaseModel):
    """What became of a resource that was written."""

    model_config = _DOCUMENTED

    outcome: Literal["created", "updated", "unchanged"]
    seq: int
    """The number of its last change."""
    item: StoredResource
    """As it is stored, after cleaning."""
    warnings: list[ProblemError]
    """What was put right or may be wrong."""


class RowProblem(BaseModel):
    """One thing wrong with one row."""

    model_config = _DOCUMENTED

    field: str
    """Empty for the whole row."""
    code: str
    severity: Severity
    """error: the row was refused; warning: it was carried out, without the value or with it mended."""
    message: str
    """In Chinese, with its place."""


class BulkRow(BaseModel):
    """What became of one line."""

    model_config = _DOCUMENTED

    row: int
    """From 1, as lines are counted."""
    id: str
    """Empty where the line has none that can be read."""
    outcome: Outcome
    problems: list[RowProblem] = []


class BulkCounts(BaseModel):
    """Rows by outcome."""

    created: int
    updated: int
    unchanged: int
    deleted: int
    refused: int


class BulkAnswer(BaseModel):
    """What became of a body of many changes."""

    dry_run: bool
    counts: BulkCounts
    rows: list[BulkRow]


class JobAnswer(BaseModel):
    """A body of many changes, and how far it is carried out."""

    model_config = _DOCUMENTED

    id: str
    state: State
    dry_run: bool
    accepted_at: str
    """RFC 3339, as `finished_at`."""
    finished_at: str | None
    total: int
    """Lines; until the end those without anything count too."""
    done: int
    counts: BulkCounts
    """Of those that are done."""
    problems: list[BulkRow]
    """The first 100 rows with problems."""
    failure: str = ""
    """Why it failed, in Chinese."""
    rows_url: str
    """Where all rows are told, once it is finished."""


class ChangedResource(BaseModel):
    """The last change of a resource."""

    model_config = _DOCUMENTED

    seq: int
    id: str
    status: Literal["active", "hidden", "withdrawn", "deleted"]
    """Only what is active may be shown to residents."""
    deleted: Literal[True] | None = None
    """Where it is, and then there is no item."""
    item: StoredResource | None = None


class ChangesAnswer(BaseModel):
    """What changed after a cursor, the first change first."""

    model_config = _DOCUMENTED

    items: list[ChangedResource]
    next: str
    """The cursor to go on with, at once if there is more, else later."""
    more: bool
