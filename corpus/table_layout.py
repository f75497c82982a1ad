"""Which table of a file is read, where its header stands, and what its columns mean."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path

from corpus.columns import HEAD_ROWS, Column, derived_kind, find_header, propose_columns
from corpus.errors import InvalidInput
from corpus.spreadsheet import Sheet, Spreadsheet
from corpus.table_row import TableRow


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


def open_table(
    path: Path, spreadsheet: Spreadsheet, reading: TableReading
) -> tuple[TableLayout, TableRow, Iterator[TableRow]]:
    """The first sheet with a header: its layout, its header and the rows below.

    Raises: InvalidInput if there is none, or its columns leave open what the rows are.
    """
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
