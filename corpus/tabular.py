"""The rows of a spreadsheet as records of the exchange format."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Any, Final

from corpus.cells import Unreadable, read_cell
from corpus.cleaning import clean_line
from corpus.columns import HEAD_ROWS, JOINED, Column, derived_kind, find_header, propose_columns
from corpus.errors import InvalidInput
from corpus.exchange import Line
from corpus.identity import Identifier, own_id
from corpus.problem import Problem, Severity, problem
from corpus.resource import LIST_FIELDS
from corpus.spreadsheet import Sheet, Spreadsheet, open_spreadsheet
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


@dataclass(frozen=True, slots=True, kw_only=True)
class TableLayout:
    """How a table was read."""

    format: str
    """`xlsx` for every workbook, or the encoding of a text file."""
    sheet: str
    """Its name; empty for a text file."""
    other_sheets: tuple[str, ...]
    header_row: int
    columns: tuple[Column, ...]
    kind: str
    """Of rows that name none; empty if each must."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableReading:
    """How a table is to be read."""

    source: str
    """Of rows that name none."""
    kind: str | None = None
    """Of rows that name none; told by the columns if not given."""
    corrections: Mapping[str, str]
    """By a column's name its field, empty to leave the column out."""
    sheet: str = ""
    """The first with a header if empty."""


def read_table(path: Path, reading: TableReading, *, found: Callable[[TableLayout], None]) -> Iterator[Line]:
    """The rows below a table's header as records, blank ones left out; `found` is told first how they are read.

    Raises: InvalidInput if the file cannot be read, has no header, or its columns leave open what the rows are.
    """
    size = path.stat().st_size
    with open_spreadsheet(path, sheet=reading.sheet) as spreadsheet:
        layout, header, rows = _open_table(path, spreadsheet, reading)
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


def _open_table(
    path: Path, spreadsheet: Spreadsheet, reading: TableReading
) -> tuple[TableLayout, TableRow, Iterator[TableRow]]:
    """The first sheet with a header: its layout, its header and the rows below."""
    least = 2 if len(spreadsheet.names) > 1 and not reading.sheet else 1  # one name alone may be of a sheet of notes
    empty = True
    for sheet in spreadsheet.sheets:
        head = list(islice(sheet.rows, HEAD_ROWS))
        empty = empty and not head
        place = find_header(head, reading.corrections, least=least)
        if place is not None:
            header, below = head[place], head[place + 1 :]
            layout = _layout(path, spreadsheet, sheet, header, below, reading)
            return layout, header, chain(below, sheet.rows)
    raise _no_table(path, spreadsheet, reading.sheet, empty)


def _layout(
    path: Path,
    spreadsheet: Spreadsheet,
    sheet: Sheet,
    header: TableRow,
    below: Sequence[TableRow],
    reading: TableReading,
) -> TableLayout:
    try:
        columns = propose_columns(header, below, reading.corrections)
    except InvalidInput as error:
        raise InvalidInput(error.message, code=error.code, place=str(path)) from error
    kind = reading.kind or derived_kind(columns)
    if not kind and "kind" not in {column.field for column in columns}:
        raise InvalidInput(
            "看不出这些是课程、图书还是活动；请加上 --kind，例如 --kind 课程。", code="no-kind", place=str(path)
        )
    return TableLayout(
        format=spreadsheet.format,
        sheet=sheet.name,
        other_sheets=tuple(name for name in spreadsheet.names if name != sheet.name),
        header_row=header.number,
        columns=columns,
        kind=kind,
    )


def _no_table(path: Path, spreadsheet: Spreadsheet, wanted: str, empty: bool) -> InvalidInput:
    if wanted and spreadsheet.names and wanted not in spreadsheet.names:
        names = "、".join(f"“{name}”" for name in spreadsheet.names)
        return InvalidInput(f"没有“{wanted}”这个工作表；有{names}。", code="no-sheet", place=str(path))
    if empty:
        return InvalidInput(
            f"工作表“{wanted}”是空的。" if wanted else "表格是空的。", code="empty-table", place=str(path)
        )
    return InvalidInput(
        "没有找到表头：要有一行列名，例如 课程名称、主讲教师、上课时间，或 书名、作者、出版社；"
        "列名比较特别时，请用 --map 列名=title 指出名称所在的列。",
        code="no-header",
        place=str(path),
    )


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
        for wrong_id in (found for found in problems if found.severity == "error"):
            return refused(wrong_id)
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
        for name in {"id"} & record.keys():
            record[name] = own_id(record[name], source=source)
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
