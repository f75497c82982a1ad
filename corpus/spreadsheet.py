"""Reads a table, be it a text file or a sheet of an Excel workbook, row by row."""

import json
import subprocess
import sys
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, Final

from corpus.delimited import open_delimited
from corpus.errors import InvalidInput
from corpus.file_kinds import file_kind
from corpus.table_row import TableRow

_WORKBOOK_READER: Final = Path(__file__).with_name("workbook.py")
_FAILURES: Final = {
    "encrypted-workbook": "这个工作簿设了密码，请取消密码后再导入。",
    "workbook-too-large": "这个工作簿太大，读不了：请删去表格外的空行空列，或分成几个文件，也可以另存为 CSV。",
    "damaged-workbook": "打不开这个 Excel 工作簿：它已损坏，或是别的文件改了名字。请用 Excel 打开它，另存为 .xlsx。",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A sheet of a workbook, or the one table of a text file."""

    name: str
    """Empty for a text file."""
    rows: Iterator[TableRow]
    """Those that are not blank; to be read before the next sheet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spreadsheet:
    """A file of tables, open for reading."""

    format: str
    """`xlsx` for every workbook, or the encoding of a text file."""
    names: tuple[str, ...]
    """Of the sheets that are not hidden."""
    sheets: Iterator[Sheet]


@contextmanager
def open_spreadsheet(path: Path, *, sheet: str = "") -> Iterator[Spreadsheet]:
    """A file of tables; with `sheet` only the one of that name.

    Raises: InvalidInput if it cannot be read at all.
    """
    if file_kind(path) == "workbook":
        with closing(_events(path, sheet)) as events:
            names = tuple(next(events)["sheets"])
            yield Spreadsheet(format="xlsx", names=names, sheets=_sheets(events))
    else:
        with open_delimited(path) as table:
            only = Sheet(name="", rows=table.rows)
            yield Spreadsheet(format=table.encoding, names=(), sheets=iter([only]))


def _sheets(events: Iterator[Any]) -> Iterator[Sheet]:
    def named() -> Iterator[tuple[str, TableRow]]:
        name = ""
        for event in events:
            if isinstance(event, dict):
                name = event["sheet"]
            else:
                yield name, _row(*event)

    for name, rows in groupby(named(), key=itemgetter(0)):
        yield Sheet(name=name, rows=(row for _, row in rows))


def _row(number: int, cells: list[str] | None, share: float) -> TableRow:
    complaint = "row-too-long" if cells is None else ""
    return TableRow(number=number, cells=tuple(cells or ()), complaint=complaint, share=share)


def _events(path: Path, sheet: str) -> Generator[Any, None, None]:
    """What the reader's process prints, without the end.

    Raises: InvalidInput if it breaks off.
    """
    command = [sys.executable, "-P", str(_WORKBOOK_READER), str(path), sheet]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout is not None
        try:
            for line in process.stdout:
                event = json.loads(line) if line.endswith(b"\n") else {"error": "workbook-too-large"}
                if isinstance(event, dict) and "end" in event:
                    return
                if isinstance(event, dict) and "error" in event:
                    raise _failure(path, event["error"])
                yield event
            if process.wait() > 0:
                raise RuntimeError(f"{_WORKBOOK_READER} ended with {process.returncode}")
            raise _failure(path, "workbook-too-large")  # ended by a signal: its memory or time was up
        finally:
            process.kill()


def _failure(path: Path, code: str) -> InvalidInput:
    return InvalidInput(_FAILURES[code], code=code, place=str(path))
