"""Imports a file into the catalogue: batch by batch, each acknowledged when it is committed."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from corpus.catalogue import Catalogue
from corpus.cleaning import clean_line
from corpus.errors import Conflict, InvalidInput
from corpus.exchange import Line, read_lines
from corpus.file_kinds import file_kind
from corpus.problem import Problem, problem
from corpus.resource import KINDS, Resource
from corpus.table_layout import TableLayout, TableReading
from corpus.tabular import read_table
from corpus.validation import MOST_ID, MOST_SOURCE, SubjectOf, parse_resource

BATCH: Final = 5_000
MOST_KEPT: Final = 1_000
"""Problems kept with their messages; further ones are only counted."""
MOST_WITHDRAWN: Final = 0.2
"""Share of a source that `replace` withdraws without `force`."""

_READ_ALL_THE_SAME: Final = ("duplicate-row",)
"""Problems of lines that were read, and are known to be had."""
_ENDINGS: Final = (
    ".gz",
    ".jsonl",
    ".ndjson",
    ".json",
    ".csv",
    ".tsv",
    ".txt",
    ".xlsx",
    ".xlsm",
    ".xls",
    ".xlsb",
    ".ods",
    ".et",
)

Progress = Callable[[int, int, int], None]
"""Called after each batch with rows read, bytes read, and the file's bytes."""


@dataclass(slots=True, kw_only=True)
class ImportReport:
    """What an import did, or with `dry_run` would do."""

    source: str
    dry_run: bool
    rows: int = 0
    """Lines that held anything."""
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    withdrawn: int = 0
    errors: int = 0
    warnings: int = 0
    by_code: dict[str, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    """The first MOST_KEPT."""
    seq: int = 0
    """The catalogue's at the end."""
    table: TableLayout | None = None
    """How a spreadsheet was read; None for JSON Lines."""
    whole: bool = True
    """False where a line could not be read, or there is none: what the file should hold is not known."""


class NotWithdrawn(Conflict):
    """`replace_source` refused; what the file brought is in the catalogue, as `report` says."""

    def __init__(self, message: str, *, code: str, report: ImportReport) -> None:
        super().__init__(message, code=code)
        self.report = report


def import_file(
    catalogue: Catalogue,
    path: Path,
    *,
    subjects: SubjectOf,
    source: str | None = None,
    kind: str | None = None,
    replace_source: bool = False,
    force: bool = False,
    dry_run: bool = False,
    corrections: Mapping[str, str] = MappingProxyType({}),
    sheet: str = "",
    progress: Progress = lambda rows, bytes_read, bytes_total: None,
    on_problem: Callable[[Problem], None] = lambda problem: None,
) -> ImportReport:
    """Imports the valid rows of a JSON Lines file or a spreadsheet; the others are reported and stop nothing.

    Importing a file again changes nothing. Of equal ids in a file the first valid row stands. An id that another
    source brought stays that source's.

    Args:
        source: of all rows that name none; the file's stem if not given.
        kind: of all rows that name none; a spreadsheet's columns can tell it, too.
        replace_source: withdraw what the file no longer has of the source.
        force: even more than a fifth of what it had before.
        dry_run: read, check and compare only.
        corrections: of a spreadsheet, by a column's name the field it fills; empty to leave it out.
        sheet: of a workbook; the first with a header if not given.
        on_problem: is told each problem, also those that the report no longer keeps.
    Raises: InvalidInput or NotFound if the file cannot be used at all; NotWithdrawn if `replace_source` would withdraw
        too much, or a line of the file could not be read.
    """
    if kind is not None and kind not in KINDS:
        raise InvalidInput(f"不认识的类型“{kind}”，可用 {'、'.join(KINDS)}。", place="kind")
    source = clean_line(source or _stem(path))
    if not source or len(source) > MOST_SOURCE:
        raise InvalidInput(f"来源应是 1 到 {MOST_SOURCE} 个字。", place="source")
    before = catalogue.active_ids(source) if replace_source else set()
    report = ImportReport(source=source, dry_run=dry_run)
    how = TableReading(source=source, kind=kind, corrections=corrections, sheet=sheet)
    reading = _Reading(path=path, subjects=subjects, how=how, report=report, progress=progress, on_problem=on_problem)
    for batch in reading.batches():
        own = reading.own(catalogue, batch)
        written = catalogue.compare(own) if dry_run else catalogue.write(own)
        report.created += written.created
        report.updated += written.updated
        report.unchanged += written.unchanged
        reading.tell_progress()
    if not report.rows and not report.errors:
        reading.add(problem(1, "", "empty-file"))
        report.whole = False
    report.seq = catalogue.seq()
    if replace_source:
        _withdraw(catalogue, report, before, before - reading.ids, force=force)
    report.seq = catalogue.seq()
    return report


@dataclass(slots=True, kw_only=True)
class _Reading:
    """A file being read: its valid resources in batches, its problems in the report."""

    path: Path
    subjects: SubjectOf
    how: TableReading
    report: ImportReport
    progress: Progress
    on_problem: Callable[[Problem], None]
    first_rows: dict[str, int] = field(default_factory=dict)
    """The first valid row of each id."""
    wrong_ids: set[str] = field(default_factory=set)
    """Of rows with an error."""
    columns: dict[str, str] = field(default_factory=dict)
    """By field the spreadsheet's name of it."""
    bytes_read: int = 0

    @property
    def ids(self) -> set[str]:
        """What the file has; a row with an error counts as had."""
        return self.wrong_ids | self.first_rows.keys()

    def batches(self) -> Iterator[list[tuple[int, Resource]]]:
        batch: list[tuple[int, Resource]] = []
        for line in self._lines():
            self.bytes_read = line.bytes_read
            self.report.rows += 1
            for found in line.warnings:
                self.add(found)
            if line.problem is not None:
                self.add(line.problem)
                self.report.whole &= line.problem.code in _READ_ALL_THE_SAME
            elif line.record is not None and (resource := self._resource(line.row, line.record)):
                batch.append((line.row, resource))
            if len(batch) == BATCH:
                yield batch
                batch = []
        if batch:
            yield batch

    def _lines(self) -> Iterator[Line]:
        if file_kind(self.path) == "lines":
            return read_lines(self.path)
        return read_table(self.path, self.how, found=self._found_table)

    def _found_table(self, layout: TableLayout) -> None:
        self.report.table = layout
        self.columns = {column.field: column.name for column in reversed(layout.columns) if column.field}

    def own(self, catalogue: Catalogue, batch: list[tuple[int, Resource]]) -> list[Resource]:
        """A batch without the ids that belong to another source."""
        owners = catalogue.owners([resource.id for _, resource in batch])
        own = []
        for row, resource in batch:
            owner = owners.get(resource.id, resource.source)
            if owner == resource.source:
                own.append(resource)
            else:
                self.add(problem(row, "id", "foreign-id", resource.id, owner))
        return own

    def add(self, found: Problem) -> None:
        self.on_problem(found)
        report = self.report
        report.by_code[found.code] = report.by_code.get(found.code, 0) + 1
        if found.severity == "error":
            report.errors += 1
        else:
            report.warnings += 1
        if len(report.problems) < MOST_KEPT:
            report.problems.append(found)

    def tell_progress(self) -> None:
        self.progress(self.report.rows, self.bytes_read, self.path.stat().st_size)

    def _resource(self, row: int, record: dict[str, Any]) -> Resource | None:
        if self.how.kind is not None and not record.get("kind"):
            record = {**record, "kind": self.how.kind}
        resource, problems = parse_resource(
            record, row=row, source=self.report.source, subjects=self.subjects, columns=self.columns
        )
        for found in problems:
            self.add(found)
        if resource is None:
            given = record.get("id")
            if isinstance(given, str | int):
                self.wrong_ids.add(str(given).strip()[: MOST_ID + 1])
            return None
        first = self.first_rows.setdefault(resource.id, row)
        if first != row:
            self.add(problem(row, "id", "duplicate-id", resource.id, first))
            return None
        return resource


def _stem(path: Path) -> str:
    name = path.name
    for ending in _ENDINGS:
        if name.lower().endswith(ending):
            name = name[: -len(ending)]
    return name


def _withdraw(catalogue: Catalogue, report: ImportReport, before: set[str], missing: set[str], *, force: bool) -> None:
    """Withdraws what the file no longer has of what its source had before."""
    done = "" if report.dry_run else "读到的内容已导入。"
    if not report.whole:
        message = f"文件里有读不出来的行，不知道是哪些资源，所以没有撤下任何资源。{done}"
        raise NotWithdrawn(message, code="incomplete-file", report=report)
    if len(missing) > MOST_WITHDRAWN * len(before) and not force:
        message = (
            f"来源“{report.source}”原有 {len(before)} 条，这次会撤下 {len(missing)} 条，超过两成，没有撤下；"
            f"确实要撤下请加 --force。{done}"
        )
        raise NotWithdrawn(message, code="too-many-withdrawn", report=report)
    report.withdrawn = len(missing)
    gone = iter(sorted(missing))
    while not report.dry_run and (ids := list(islice(gone, BATCH))):
        catalogue.write([replace(resource, status="withdrawn") for resource in catalogue.find(ids)])
