"""The exchange format: JSON Lines, a resource a line, also gzipped."""

import gzip
import json
import os
import zlib
from codecs import BOM_UTF8
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

from corpus.errors import InvalidInput
from corpus.file_kinds import GZIP, NAMES, file_kind, open_file
from corpus.problem import Problem, problem

MOST_LINE: Final = 4_000_000
"""Bytes of a line; a longer one is passed over without being read into memory."""

_CHUNK: Final = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of a file, read or not."""

    row: int
    """From 1."""
    record: dict[str, Any] | None
    """None where the line could not be read; `problem` says why."""
    problem: Problem | None
    warnings: tuple[Problem, ...] = ()
    """About a line that was read."""
    bytes_read: int
    """Of the file so far, for a progress bar."""


class _ReadBytes:
    """A file that knows how far it has been read."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.count = 0

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size)
        self.count += len(data)
        return data


def read_lines(path: Path) -> Iterator[Line]:
    """The lines of a file, empty ones left out.

    A line that cannot be read, and a compressed file that ends too soon, are problems in their place.

    Raises: NotFound if there is no such file; InvalidInput if it is empty or plainly another kind of file.
    """
    kind = file_kind(path)
    if kind != "lines":
        raise InvalidInput(f"这是{NAMES[kind]}，不是 JSON Lines。", place=str(path))
    with open_file(path) as file:
        compressed = file.read(len(GZIP)) == GZIP
        file.seek(0)
        yield from _lines(_ReadBytes(file), compressed=compressed)


def lines_of(file: IO[bytes]) -> Iterator[Line]:
    """The lines of an open file that is not compressed, empty ones left out."""
    return _lines(_ReadBytes(file), compressed=False)


def parse_line(row: int, line: bytes, *, bytes_read: int = 0) -> Line:
    """A line that holds anything, or a whole body with the row 0; of equal keys the last counts."""

    def refused(code: str, detail: str = "") -> Line:
        return Line(row=row, record=None, problem=problem(row, "", code, detail), bytes_read=bytes_read)

    try:
        record = json.loads(line.decode("utf-8"), strict=False)  # bare control characters are for cleaning to take out
    except UnicodeDecodeError:
        return refused("not-utf8")
    except json.JSONDecodeError as error:
        return refused("broken-json", str(error.pos + 1))
    except (RecursionError, ValueError):  # a number of thousands of digits
        return refused("broken-json", "1")
    if not isinstance(record, dict):
        return refused("not-an-object")
    return Line(row=row, record=record, problem=None, bytes_read=bytes_read)


def write_lines(path: Path, bodies: Iterable[str]) -> int:
    """Writes exchange JSON objects, a line each, gzipped if the name ends in .gz; whole or not at all.

    Returns: how many.
    """
    unfinished = path.with_name(f".{path.name}.unfinished")
    count = 0
    with ExitStack() as opened:
        file: Any = opened.enter_context(unfinished.open("wb"))
        if path.suffix == ".gz":
            file = opened.enter_context(gzip.GzipFile(fileobj=file, mode="wb"))
        for body in bodies:
            file.write(body.encode() + b"\n")
            count += 1
    with unfinished.open("rb") as written:
        os.fsync(written.fileno())
    unfinished.replace(path)
    return count


def _lines(file: _ReadBytes, *, compressed: bool) -> Iterator[Line]:
    read = gzip.GzipFile(fileobj=file, mode="rb").read1 if compressed else file.read  # type: ignore[call-overload]
    row = 0
    for row, (line, complaint) in enumerate(_split(read), start=1):
        if row == 1:
            line = line.removeprefix(BOM_UTF8)
        if complaint:
            yield Line(row=row, record=None, problem=problem(row, "", complaint), bytes_read=file.count)
        elif line.strip():
            yield parse_line(row, line, bytes_read=file.count)
    if row == 0:
        yield Line(row=1, record=None, problem=problem(1, "", "empty-file"), bytes_read=file.count)


def _split(read: Callable[[int], bytes]) -> Iterator[tuple[bytes, str]]:
    """Each line with its bytes, or with the code of what is wrong with it."""
    rest, too_long = b"", False
    while True:
        try:
            data = read(_CHUNK)
        except (EOFError, OSError, zlib.error):
            yield b"", "damaged-gzip"
            return
        *lines, rest = (rest + data).split(b"\n")
        for line in lines:
            yield (b"", "line-too-long") if too_long or len(line) > MOST_LINE else (line, "")
            too_long = False
        if len(rest) > MOST_LINE:
            rest, too_long = b"", True
        if not data:
            if rest or too_long:
                yield (b"", "line-too-long") if too_long else (rest, "")
            return
