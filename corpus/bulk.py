"""Many changes in one body: lines of JSON, each a resource or a deletion, carried out a few at a time."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final

from corpus.catalogue import Catalogue, Edit, Edited, Outcome
from corpus.edits import ForeignId, clearing, putting
from corpus.exchange import Line
from corpus.problem import Problem, problem
from corpus.validation import SubjectOf, parse_resource

BATCH: Final = 500
"""Lines that one transaction carries out; it holds up other writers for some milliseconds."""

_DELETE: Final = "delete"
"""The only field of a line that deletes; it holds the id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RowResult:
    """What became of one line."""

    row: int
    id: str
    """Empty where the line has none that can be read."""
    outcome: Outcome
    problems: tuple[Problem, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        found = [
            {"field": p.field, "code": p.code, "severity": p.severity, "message": p.message} for p in self.problems
        ]
        said: dict[str, Any] = {"row": self.row, "id": self.id, "outcome": self.outcome}
        return said | {"problems": found} if found else said


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a body was carried out before, by rows."""

    told: int = 0
    """Results of these are known."""
    done: int = 0
    """These are carried out; their results are only looked up again."""


_FROM_THE_START: Final = Progress()


def carry_out(
    catalogue: Catalogue,
    lines: Iterable[Line],
    *,
    subjects: SubjectOf,
    dry_run: bool = False,
    mark: str = "",
    progress: Progress = _FROM_THE_START,
) -> Iterator[list[RowResult]]:
    """Carries out lines and tells what became of them, batch by batch, each after its commit.

    A line with an error changes nothing and stops nothing; of lines with the same id the first valid one stands.
    To delete what is not there changes nothing.

    Args:
        mark: the catalogue's mark that holds, from batch to batch, the last row carried out; empty for none.
        progress: what an earlier attempt came to; rows told are not told again.
    """
    reading = _Reading(subjects=subjects)
    all_lines = iter(lines)
    while batch := list(islice(all_lines, BATCH)):
        read = [reading.read(line) for line in batch]
        if batch[-1].row <= progress.told:
            continue
        before = [line for line in read if line.row <= progress.done]
        now = [line for line in read if line.row > progress.done]
        done = catalogue.edit(_edits(before), dry_run=True) if before else {}
        if now:
            done |= catalogue.edit(_edits(now), dry_run=dry_run, mark=(mark, batch[-1].row) if mark else None)
        yield [line.result(done) for line in read if line.row > progress.told]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """A line as it was read."""

    row: int
    id: str = ""
    edit: Edit | None = None
    """None where an error keeps it out."""
    problems: tuple[Problem, ...] = ()

    def result(self, done: dict[str, Edited]) -> RowResult:
        if self.edit is None:
            return RowResult(row=self.row, id=self.id, outcome="refused", problems=self.problems)
        edited = done[self.id]
        problems = self.problems
        if isinstance(edited.refusal, ForeignId):
            problems += (problem(self.row, "id", "foreign-id", self.id, edited.refusal.owner),)
        return RowResult(row=self.row, id=self.id, outcome=edited.outcome, problems=problems)


def _edits(read: Iterable[_Read]) -> dict[str, Edit]:
    return {line.id: line.edit for line in read if line.edit is not None}


@dataclass(slots=True, kw_only=True)
class _Reading:
    """A body being read."""

    subjects: SubjectOf
    first_rows: dict[str, int] = field(default_factory=dict)
    """The first valid row of each id."""

    def read(self, line: Line) -> _Read:
        if line.problem is not None:
            return _Read(row=line.row, problems=(line.problem,))
        record = line.record or {}
        read = self._deletion(line.row, record) if _DELETE in record else self._resource(line.row, record)
        if read.edit is None:
            return read
        first = self.first_rows.setdefault(read.id, line.row)
        if first == line.row:
            return read
        return _Read(row=line.row, id=read.id, problems=(problem(line.row, "id", "duplicate-id", read.id, first),))

    def _resource(self, row: int, record: dict[str, Any]) -> _Read:
        resource, problems = parse_resource(record, row=row, source="", subjects=self.subjects)
        if resource is None:
            given = record.get("id")
            named = isinstance(given, str) and not any(found.field == "id" for found in problems)
            return _Read(row=row, id=str(given).strip() if named else "", problems=tuple(problems))
        return _Read(row=row, id=resource.id, edit=putting(resource), problems=tuple(problems))

    def _deletion(self, row: int, record: dict[str, Any]) -> _Read:
        id = record[_DELETE]
        if len(record) > 1 or not isinstance(id, str) or not id.strip():
            return _Read(row=row, problems=(problem(row, "", "wrong-deletion"),))
        return _Read(row=row, id=id.strip(), edit=clearing)
