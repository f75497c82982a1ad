"""The plain files of a revision, CSV and TOML, read so that every complaint can name its file and line."""

import csv
import io
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from corpus.errors import InvalidInput

_LINE_IN_MESSAGE: Final = re.compile(r"line (\d+)")


def place(file: str, line: int | None = None) -> str:
    """Where in a revision something stands, for people: `words.csv 第 3 行`."""
    return file if line is None else f"{file} 第 {line} 行"


def read_text(path: Path) -> str:
    """The text of a UTF-8 file, with or without a byte order mark.

    Raises: InvalidInput when it is missing, unreadable or not UTF-8.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise InvalidInput("缺少这个文件", place=place(path.name)) from None
    except UnicodeDecodeError:
        raise InvalidInput("文件不是 UTF-8 编码，请另存为 UTF-8 再试", place=place(path.name)) from None
    except OSError as error:
        raise InvalidInput(f"读不了这个文件（{error.strerror}）", place=place(path.name)) from error


def read_rows(path: Path) -> Iterator[tuple[str, list[str]]]:
    """The place and the trimmed cells of each line of a CSV file; blank lines and empty cells at the end are left out.

    Raises: InvalidInput for broken quoting or a character that cannot be seen.
    """
    reader = csv.reader(io.StringIO(read_text(path), newline=""), strict=True)
    try:
        for cells in reader:
            here = place(path.name, reader.line_num)
            cells = [cell.strip() for cell in cells]
            while cells and not cells[-1]:
                cells.pop()
            for cell in cells:
                if not cell.isprintable():
                    raise InvalidInput(f"“{cell}”里有看不见的字符，请重新输入", place=here)
            if cells:
                yield here, cells
    except csv.Error:
        message = "这一行不是正确的 CSV：引号没有成对，或者一格太长"
        raise InvalidInput(message, place=place(path.name, reader.line_num)) from None


def read_table(path: Path, *, columns: tuple[str, ...]) -> Iterator[tuple[str, dict[str, str]]]:
    """The place and the named cells of each line below the header; the first column may never be empty, others may.

    Raises: InvalidInput for a missing header, an unknown or repeated column, a cell too many or an empty first column.
    """
    rows = read_rows(path)
    here, header = next(rows, (place(path.name, 1), []))
    if columns[0] not in header:
        raise InvalidInput(f"第一行应是表头，至少要有“{columns[0]}”一列", place=here)
    for column in header:
        if column not in columns:
            raise InvalidInput(f"没有“{column}”这一列；可用的列：{'、'.join(columns)}", place=here)
        if header.count(column) > 1:
            raise InvalidInput(f"“{column}”这一列写了两次", place=here)
    for here, cells in rows:
        if len(cells) > len(header):
            raise InvalidInput("这一行的格子比表头多，是不是多了一个逗号？", place=here)
        row = dict.fromkeys(columns, "") | dict(zip(header, cells, strict=False))
        if not row[columns[0]]:
            raise InvalidInput(f"“{columns[0]}”这一格不能空着", place=here)
        yield here, row


def parse_toml(text: str, *, file: str) -> dict[str, Any]:
    """A TOML text as nested tables.

    Raises: InvalidInput with the line where it stops being TOML.
    """
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # ValueError also for a number of thousands of digits
        line = _LINE_IN_MESSAGE.search(str(error))
        number = int(line[1]) if line else None
        raise InvalidInput("这里不是正确的 TOML，请检查引号、等号和数字", place=place(file, number)) from None


def flatten(tables: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested tables as one, `{"search": {"k1": 1}}` as `{"search.k1": 1}`."""
    flat: dict[str, Any] = {}
    for key, value in tables.items():
        if isinstance(value, dict):
            flat |= flatten(value, f"{prefix}{key}.")
        else:
            flat[prefix + key] = value
    return flat


def toml_line(text: str, key: str) -> int | None:
    """The line on which a flat key such as `search.fields.title` is set, None where it is written in an unusual way."""
    section = ""
    for number, line in enumerate(text.splitlines(), start=1):
        content = line.split("#")[0].strip()
        if content.startswith("[") and content.endswith("]"):
            section = content.strip("[] ") + "."
        elif "=" in content and section + content.split("=")[0].strip() == key:
            return number
    return None
