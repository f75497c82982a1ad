"""Imports a file into the catalogue: batch by batch, each acknowledged when it is committed."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from corpus.catalogue import Catalogue
from corpus.cleaning import clean_line
from corpus.errors import Conflict, InvalidInput
from corpus.exchange import read_lines
from corpus.problem import Problem, problem
from corpus.resource import KINDS, Resource
from corpus.validation import SubjectOf, parse_resource

BATCH: Final = 5_000
MOST_KEPT: Final = 1_000
"""Problems kept with their messages; further ones are only counted."""
MOST_WITHDRAWN: Final = 0.2
"""Share of a source that `replace` withdraws without `force`."""

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
    by_code: Counter[str] = field(default_factory=Counter)
    problems: list[Problem] = field(default_factory=list)
    """The first MOST_KEPT."""
    seq: int = 0
    """The catalogue's at the end."""
    whole: bool = True
    """False where the file could not be read to its end."""


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
    progress: Progress = lambda rows, bytes_read, bytes_total: None,
) -> ImportReport:
    """Imports the valid rows of a JSON Lines file; the others are reported and stop nothing.

    Importing a file again changes nothing. Of equal ids in a file the first stands. An id that another source
    brought stays that source's.

    Args:
        source: of all rows that name none; the file's stem if not given.
        kind: of all rows that name none.
        replace_source: withdraw what the file no longer has of the source.
        force: even more than a fifth of it.
        dry_run: read, check and compare only.
    Raises: InvalidInput or NotFound if the file cannot be used at all; Conflict if `replace_source` would withdraw
        too much, or the file could not be read whole; what it brought is in the catalogue then.
    """
    if kind is not None and kind not in KINDS:
        raise InvalidInput(f"不认识的类型“{kind}”，可用 {'、'.join(KINDS)}。", place="kind")
    source = clean_line(source or path.name.removesuffix(".gz").removesuffix(".jsonl").removesuffix(".json"))
    if not source or len(source) > 200:
        raise InvalidInput("来源应是 1 到 200 个字。", place="source")
    report = ImportReport(source=source, dry_run=dry_run)
    reading = _Reading(path=path, subjects=subjects, kind=kind, report=report, progress=progress)
    for batch in reading.batches():
        own = reading.own(catalogue, batch)
        written = catalogue.compare(own) if dry_run else catalogue.write(own)
        report.created += written.created
        report.updated += written.updated
        report.unchanged += written.unchanged
        report.seq = written.seq
        reading.tell_progress()
    if not report.rows and not report.errors:
        reading.add(problem(1, "", "empty-file"))
    if replace_source:
        _withdraw(catalogue, report, kept=set(reading.first_rows), force=force)
    report.seq = catalogue.seq()
    return report


@dataclass(slots=True, kw_only=True)
class _Reading:
    """A file being read: its valid resources in batches, its problems in the report."""

    path: Path
    subjects: SubjectOf
    kind: str | None
    report: ImportReport
    progress: Progress
    first_rows: dict[str, int] = field(default_factory=dict)
    """The row of each id so far, wrong rows included."""
    bytes_read: int = 0

    def batches(self) -> Iterator[list[tuple[int, Resource]]]:
        batch: list[tuple[int, Resource]] = []
        for line in read_lines(self.path):
            self.bytes_read = line.bytes_read
            self.report.rows += 1
            if line.problem is not None:
                self.add(line.problem)
                self.report.whole &= line.problem.code != "damaged-gzip"
            elif resource := self._resource(line.row, line.record or {}):
                batch.append((line.row, resource))
            if len(batch) == BATCH:
                yield batch
                batch = []
        if batch:
            yield batch

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
        report = self.report
        report.by_code[found.code] += 1
        if found.severity == "error":
            report.errors += 1
        else:
            report.warnings += 1
        if len(report.problems) < MOST_KEPT:
            report.problems.append(found)

    def tell_progress(self) -> None:
        self.progress(self.report.rows, self.bytes_read, self.path.stat().st_size)

    def _resource(self, row: int, record: dict[str, Any]) -> Resource | None:
        if self.kind is not None and not record.get("kind"):
            record = {**record, "kind": self.kind}
        resource, problems = parse_resource(record, row=row, source=self.report.source, subjects=self.subjects)
        for found in problems:
            self.add(found)
        id = resource.id if resource else record.get("id")
        if not isinstance(id, str):
            return resource
        first = self.first_rows.setdefault(id, row)
        if first != row:
            self.add(problem(row, "id", "duplicate-id", id, first))
            return None
        return resource


def _withdraw(catalogue: Catalogue, report: ImportReport, *, kept: set[str], force: bool) -> None:
    """Withdraws what the file no longer has; a row with an error still counts as had."""
    if not report.whole:
        raise Conflict("文件没有读完整，因此没有撤下任何资源；读到的内容已导入。", code="incomplete-file")
    present = catalogue.active_ids(report.source)
    missing = sorted(present - kept)
    if present and len(missing) > MOST_WITHDRAWN * len(present) and not force:
        raise Conflict(
            f"来源“{report.source}”现有 {len(present)} 条，这次会撤下 {len(missing)} 条，超过两成，没有执行；"
            "确实要撤下请加 --force。其余内容已导入。",
            code="too-many-withdrawn",
        )
    report.withdrawn = len(missing)
    if report.dry_run:
        return
    for start in range(0, len(missing), BATCH):
        found = [catalogue.get(id) for id in missing[start : start + BATCH]]
        catalogue.write([replace(resource, status="withdrawn") for resource in found if resource])
