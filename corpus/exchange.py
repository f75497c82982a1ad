"""The exchange format: JSON Lines, a resource a line, also gzipped."""

import gzip
import json
import os
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

from corpus.errors import InvalidInput, NotFound
from corpus.problem import Problem, problem

MOST_LINE: Final = 4_000_000
"""Bytes of a line; a longer one is passed over without being read into memory."""

_CHUNK: Final = 1 << 20
_SNIFFED: Final = 512
"""Bytes by which a file's kind is told."""
_GZIP: Final = b"\x1f\x8b"
_BOM: Final = b"\xef\xbb\xbf"
_KINDS: Final = {
    b"PK\x03\x04": "Excel 或 zip 文件",
    b"\xd0\xcf\x11\xe0": "旧版 Excel 或 Word 文件",
    b"%PDF": "PDF 文件",
    b"\x89PNG": "图片",
    b"\xff\xd8\xff": "图片",
    b"GIF8": "图片",
    b"SQLite format 3": "SQLite 数据库",
    b"BZh": "bzip2 压缩文件",
    b"\xfd7zXZ": "xz 压缩文件",
    b"7z\xbc\xaf": "7z 压缩文件",
    b"Rar!": "RAR 压缩文件",
    b"<?xml": "XML 文件",
    b"<!DOC": "网页",
    b"<html": "网页",
    b"\xff\xfe": "UTF-16 文本",
    b"\xfe\xff": "UTF-16 文本",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of a file, read or not."""

    row: int
    """From 1."""
    record: dict[str, Any] | None
    """None where the line could not be read; `problem` says why."""
    problem: Problem | None
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
    try:
        file = path.open("rb")
    except IsADirectoryError as error:
        raise InvalidInput("这是一个文件夹，请给出其中的文件。", place=str(path)) from error
    except FileNotFoundError as error:
        raise NotFound("没有这个文件。", place=str(path)) from error
    except OSError as error:
        raise InvalidInput(f"读不了这个文件：{error.strerror}。", place=str(path)) from error
    with file:
        start = _start(file)
        if not start:
            raise InvalidInput("文件是空的。", place=str(path))
        compressed = start.startswith(_GZIP)
        _check_kind(path, _decompressed(start) if compressed else start)
        yield from _lines(_ReadBytes(file), compressed=compressed)


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


def _start(file: IO[bytes]) -> bytes:
    start = file.read(_SNIFFED)
    file.seek(0)
    return start


def _decompressed(start: bytes) -> bytes:
    """What the first bytes of a gzipped file hold, as far as they can be read."""
    try:
        return zlib.decompressobj(wbits=31).decompress(start, _SNIFFED)
    except zlib.error:
        return b""


def _check_kind(path: Path, start: bytes) -> None:
    """Raises: InvalidInput if a text's first bytes are plainly another kind of file's."""
    first = start.removeprefix(_BOM).lstrip()
    names = path.name.lower().removesuffix(".gz")
    kind = next((f"是{kind}" for magic, kind in _KINDS.items() if start.startswith(magic)), "")
    if first.split(b"\n", 1)[0].strip() in (b"{", b"["):
        kind = "是排成多行的 JSON，应一行一个对象"
    elif b"\0" in start and not kind and not first.startswith(b"{"):  # in an object it is only a bad character
        kind = "不是文本文件"
    elif names.endswith((".csv", ".tsv", ".txt")) and not first.startswith(b"{"):
        kind = "是表格文本"
    if kind:
        raise InvalidInput(f"这{kind}；本版只能导入 JSON Lines（.jsonl 或 .jsonl.gz）。", place=str(path))


def _lines(file: _ReadBytes, *, compressed: bool) -> Iterator[Line]:
    read = gzip.GzipFile(fileobj=file, mode="rb").read1 if compressed else file.read  # type: ignore[call-overload]
    row = 0
    for row, (line, complaint) in enumerate(_split(read), start=1):
        if row == 1:
            line = line.removeprefix(_BOM)
        if complaint:
            yield Line(row=row, record=None, problem=problem(row, "", complaint), bytes_read=file.count)
        elif line.strip():
            yield _parse(row, line, file.count)
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


def _parse(row: int, line: bytes, bytes_read: int) -> Line:
    def refused(code: str, detail: str = "") -> Line:
        return Line(row=row, record=None, problem=problem(row, "", code, detail), bytes_read=bytes_read)

    try:
        record = json.loads(line.decode("utf-8"), strict=False)  # bare control characters are for cleaning to take out
    except UnicodeDecodeError:
        return refused("not-utf8")
    except json.JSONDecodeError as error:
        return refused("broken-json", str(error.colno))
    except (RecursionError, ValueError):  # a number of thousands of digits
        return refused("broken-json", "1")
    if not isinstance(record, dict):
        return refused("not-an-object")
    return Line(row=row, record=record, problem=None, bytes_read=bytes_read)
