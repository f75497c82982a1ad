"""Prints the rows of an Excel workbook as JSON, an event a line; a program of its own that `spreadsheet` runs.

Of a table the library makes every cell between its corners: a file of 2 kB can claim 17 billion, and where memory ends
the library ends the process. So it reads in a process of its own, with bounded memory and time. Only the standard
library and python-calamine are imported here. Events: {"sheets": [names]}, then for each sheet {"sheet": name} and its
rows [number, [cells], share], then {"end": true} or {"error": code}.
"""

import json
import math
import resource
import signal
import sys
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any, Final

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

MOST_MEMORY: Final = 2 << 30
"""Bytes of address space; 180,000 rows of 20 columns take a quarter."""
MOST_SECONDS: Final = 120
"""Of processor time; 180,000 rows of 20 columns take 5."""
MOST_COLUMNS: Final = 256
MOST_ROW: Final = 1_000_000
"""Characters."""

ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")
"""The name inside a workbook with a password, which is a file of another kind around it."""

_ERRORS: Final = {"#N/A", "#REF!", "#DIV/0!", "#VALUE!", "#NAME?", "#NULL!", "#NUM!"}


def main(path: str, wanted: str) -> None:
    """Prints the events of one sheet, or of all that are not hidden."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    try:
        with opened(path) as workbook:
            for event in events(workbook, wanted):
                sys.stdout.write(json.dumps(event) + "\n")
        end: Any = {"end": True}
    except PasswordError:
        end = {"error": "encrypted-workbook"}
    except MemoryError:
        end = {"error": "workbook-too-large"}
    except BaseException as error:  # noqa: BLE001  # the library's panics are no Exceptions
        end = {"error": "damaged-workbook", "said": str(error)[:200]}
    sys.stdout.write(json.dumps(end) + "\n")
    sys.stdout.flush()


def opened(path: str) -> CalamineWorkbook:
    """A workbook, also under a name that is not its kind's.

    Raises: PasswordError or CalamineError.
    """
    try:
        return CalamineWorkbook.from_path(path)  # goes by the name's ending
    except PasswordError:
        raise
    except CalamineError:
        data = Path(path).read_bytes()
    if ENCRYPTED in data:
        raise PasswordError
    return CalamineWorkbook.from_filelike(BytesIO(data))


def events(workbook: CalamineWorkbook, wanted: str) -> Iterator[Any]:
    sheets = [sheet for sheet in workbook.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
    names = [sheet.name for sheet in sheets if sheet.visible == SheetVisibleEnum.Visible]
    yield {"sheets": names}
    for name in [sheet.name for sheet in sheets if sheet.name == wanted] if wanted else names:
        yield {"sheet": name}
        yield from rows(workbook.get_sheet_by_name(name))


def rows(sheet: CalamineSheet) -> Iterator[Any]:
    """The rows that hold anything; a cell merged downwards stands in each of its rows."""
    if sheet.start is None or sheet.end is None:
        return
    left, height = [""] * min(sheet.start[1], MOST_COLUMNS), sheet.end[0] + 1
    merged = merged_downwards(sheet)
    filled: dict[int, tuple[int, str]] = {}
    for number, cells in enumerate(sheet.iter_rows()):  # from the sheet's first row, but the table's first column
        texts = [*left, *map(text, cells)][:MOST_COLUMNS]
        if any(texts):
            for column, (last, value) in filled.items():
                if number <= last and column < len(texts) and not texts[column]:
                    texts[column] = value
        for column, last in merged.get(number, ()):
            if column < len(texts):
                filled[column] = last, texts[column]
        if any(texts):
            too_long = sum(map(len, texts)) > MOST_ROW
            yield [number + 1, None if too_long else texts, (number + 1) / height]


def merged_downwards(sheet: CalamineSheet) -> dict[int, list[tuple[int, int]]]:
    """By the first row of each merged range of several rows: its first column and last row."""
    found = defaultdict(list)
    for (top, column), (bottom, _) in sheet.merged_cell_ranges or ():
        if bottom > top:
            found[top].append((column, bottom))
    return found


def text(cell: Any) -> str:
    """A cell as a spreadsheet shows it, without number formats: 2020.0 is 2020, a date ISO."""
    match cell:
        case str():
            return "" if cell in _ERRORS else cell
        case bool():
            return "是" if cell else "否"
        case int() | float():
            whole = math.isfinite(cell) and cell == int(cell) and abs(cell) < 1e15
            return str(int(cell)) if whole else format(cell, ".15g")
        case datetime():
            return cell.isoformat(" ", "minutes").removesuffix(" 00:00")
        case date():
            return cell.isoformat()
        case time():
            return cell.isoformat("minutes")
        case timedelta():
            minutes = round(cell.total_seconds() / 60)
            return f"{minutes // 60}:{minutes % 60:02}"
        case _:
            return ""


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
