"""The rows of a spreadsheet as records of the exchange format."""

import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from corpus.cells import Unreadable, read_cell
from corpus.cleaning import clean_line
from corpus.columns import JOINED, Column
from corpus.exchange import Line
from corpus.identity import Identifier, own_id
from corpus.problem import Problem, Severity, problem
from corpus.resource import LIST_FIELDS
from corpus.spreadsheet import open_spreadsheet
from corpus.table_layout import TableLayout, TableReading, open_table
from corpus.table_row import TableRow
from corpus.timetable import TIME_FIELDS, add_time, join_day_and_hours

_NOTE: Final = re.compile(
    r"(?:注|备注|说明|附注|填表说明|制表人?|填表人?|填报人?|审核人?|联系人|制表日期|填表日期)\s*(?:[:：].*|\d.*|)"
    r"|[（(]?[一二三四五六七八九十]{1,3}[)）、.．].*",
    re.DOTALL,
)
"""What stands alone under or between the rows of a table: 注：…, 制表人：…, 二、书法类."""
_SUM: Final = re.compile(r"(?:合计|总计|小计|共计|平均)\s*[:：]?")
_DITTO: Final = ("同上", "同前", "如上", "〃", "″")
_BROKEN: Final = "\ufffd"


def read_table(path: Path, reading: TableReading, *, found: Callable[[TableLayout], None]) -> Iterator[Line]:
    """The rows below a table's header as records, blank ones left out; `found` is told first how they are read.

    Raises: InvalidInput if the file cannot be read, has no header, or its columns leave open what the rows are.
    """
    size = path.stat().st_size
    with open_spreadsheet(path, sheet=reading.sheet) as spreadsheet:
        layout, header, rows = open_table(path, spreadsheet, reading)
        found(layout)
        records = _Records(layout=layout, header=header, identifier=Identifier(source=reading.source))
        empty = True
        for row in rows:
            if line := records.line(row, round(row.share * size)):
                empty = False
                yield line
        if empty:
            after = problem(layout.header_row + 1, "", "no-rows")
            yield Line(row=after.row, record=None, problem=after, bytes_read=size)


class _Records:
    """Turns the rows of one table into records."""

    def __init__(self, *, layout: TableLayout, header: TableRow, identifier: Identifier) -> None:
        used = [column for column in layout.columns if column.field]
        self._columns = sorted(used, key=lambda column: _order(column.field))
        self._kind = layout.kind
        self._header = header
        self._width = len(header.cells) if layout.format != "xlsx" else None
        self._identifier = identifier
        self._above: dict[int, str] = {}

    def line(self, row: TableRow, bytes_read: int) -> Line | None:
        """A row as a line; None for one that says nothing about a resource."""

        def refused(found: Problem) -> Line:
            return Line(row=row.number, record=None, problem=found, bytes_read=bytes_read)

        if row.complaint:
            return refused(problem(row.number, "", row.complaint))
        given = [(column, row.cells[column.index]) for column in self._columns if column.index < len(row.cells)]
        given = [(column, self._as_above(column, text)) for column, text in given if text.strip()]
        if not given or row.cells == self._header.cells:
            return None
        if note := _note(row):
            warnings = (problem(row.number, "", "no-resource", note),)
            return Line(row=row.number, record=None, problem=None, warnings=warnings, bytes_read=bytes_read)
        record, problems = self._record(row, given)
        wrong = next((found for found in problems if found.severity == "error"), None)
        if wrong is not None:
            return refused(wrong)
        if "id" not in record and record.get("title") and record.get("kind"):
            record["id"], first = self._identifier.identify(record, row.number)
            if first is not None:
                return refused(problem(row.number, "", "duplicate-row", first))
        record.setdefault("id", f"row-{row.number}")  # a row without a title is refused for that alone
        return Line(row=row.number, record=record, problem=None, warnings=tuple(problems), bytes_read=bytes_read)

    def _as_above(self, column: Column, text: str) -> str:
        """A cell, or the one above where it says 同上."""
        if text.strip() not in _DITTO:
            self._above[column.index] = text
        return self._above.get(column.index, "")

    def _record(self, row: TableRow, given: Sequence[tuple[Column, str]]) -> tuple[dict[str, Any], list[Problem]]:
        record: dict[str, Any] = {}
        problems = []
        for column, text in given:
            try:
                _fill(record, column.field, text)
            except Unreadable as unreadable:
                problems.append(_unreadable(row.number, column, text, unreadable))
            if _BROKEN in text:
                problems.append(problem(row.number, column.field, "broken-character", column=column.name))
        beyond = sum(1 for cell in row.cells[self._width :] if cell.strip()) if self._width else 0
        if beyond:
            problems.append(problem(row.number, "", "extra-cells", beyond))
        if self._kind:
            record.setdefault("kind", self._kind)
        if record.get("price") == 0:
            record.setdefault("free", True)
        if record.get("kind") == "activity":
            join_day_and_hours(record)
        source = str(record.get("source") or self._identifier.source)
        if "id" in record:
            record["id"] = own_id(record["id"], source=source)
        if "related" in record:
            record["related"] = [own_id(id, source=source) for id in record["related"]]
        return record, problems


def _unreadable(row: int, column: Column, text: str, why: Unreadable) -> Problem:
    """A cell that is left out; without its own id a whole row is."""
    severity: Severity | None = "error" if column.field == "id" else None
    return problem(row, column.field, why.code, clean_line(text), severity=severity, column=column.name)


def _order(field: str) -> int:
    """Dates before a schedule in words, both after all else."""
    return TIME_FIELDS.index(field) + 1 if field in TIME_FIELDS else 0


def _fill(record: dict[str, Any], field: str, text: str) -> None:
    """Puts a cell into a record.

    Raises: Unreadable.
    """
    value = read_cell(field, text)
    if value is None:
        return
    if field in TIME_FIELDS:
        add_time(record, field, value)
    elif field in LIST_FIELDS:
        record[field] = [*record.get(field, ()), *value]
    elif field in JOINED and field in record:
        record[field] += JOINED[field] + value
    else:
        record[field] = value


def _note(row: TableRow) -> str:
    """What a row says that is no resource; empty if it may be one."""
    texts = [cell for cell in row.cells if cell and not cell.isspace()]
    first = clean_line(texts[0])
    alone = len(texts) == 1 and len(row.cells) > 1
    return first if _SUM.fullmatch(first) or (alone and _NOTE.fullmatch(first)) else ""
