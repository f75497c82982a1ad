"""Which kind of file comes in, told by its first bytes rather than by its name."""

import re
import zlib
from codecs import BOM_UTF8
from pathlib import Path
from typing import IO, Final, Literal

from corpus.encoding import wide_encoding
from corpus.errors import InvalidInput, NotFound

FileKind = Literal["lines", "text", "workbook"]
"""JSON Lines, also gzipped; a table as text; an Excel or similar workbook."""

GZIP: Final = b"\x1f\x8b"
OLE: Final = b"\xd0\xcf\x11\xe0"
"""Old Excel and Word files, and every encrypted Office file."""
LINES_NAMES: Final = (".jsonl", ".ndjson", ".json")

_SNIFFED: Final = 512
"""Bytes by which a file's kind is told."""
_WORKBOOKS: Final = (b"PK\x03\x04", OLE)
_CONTROLS: Final = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_MOST_CONTROLS: Final = 0.05
"""Share of a text's bytes; one of them alone is only a bad character."""
_REFUSED: Final = {
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
    b"<table": "网页",
}
NAMES: Final[dict[FileKind, str]] = {"lines": "JSON Lines", "text": "表格文本", "workbook": "Excel 或 zip 文件"}
_READABLE: Final = "可以导入 JSON Lines、CSV 和 Excel 工作簿（.xlsx）；别的表格请用 Excel 打开，另存为 .xlsx。"


def open_file(path: Path) -> IO[bytes]:
    """A file to read.

    Raises: NotFound if there is none; InvalidInput if it cannot be read.
    """
    try:
        return path.open("rb")
    except IsADirectoryError as error:
        raise InvalidInput("这是一个文件夹，请给出其中的文件。", place=str(path)) from error
    except FileNotFoundError as error:
        raise NotFound("没有这个文件。", place=str(path)) from error
    except OSError as error:
        raise InvalidInput(f"读不了这个文件：{error.strerror}。", place=str(path)) from error


def file_kind(path: Path) -> FileKind:
    """The kind of a file.

    Raises: NotFound if there is no such file; InvalidInput if it is empty or plainly of a kind that is not read.
    """
    with open_file(path) as file:
        start = file.read(_SNIFFED)
    if not start:
        raise InvalidInput("文件是空的。", place=str(path))
    if not start.startswith(GZIP):
        return _kind(path, start)
    kind = _kind(path, _decompressed(start))
    if kind != "lines":
        raise InvalidInput(f"这是压缩了的{NAMES[kind]}，请先解压。", place=str(path))
    return kind


def _kind(path: Path, start: bytes) -> FileKind:
    if start.startswith(_WORKBOOKS):
        return "workbook"
    first = start.removeprefix(BOM_UTF8).lstrip()
    named_lines = path.name.lower().removesuffix(".gz").endswith(LINES_NAMES)
    refused = next((f"是{kind}" for magic, kind in _REFUSED.items() if first.lower().startswith(magic.lower())), "")
    if first.split(b"\n", 1)[0].strip() in (b"{", b"["):
        refused = "是排成多行的 JSON，应一行一个对象"
    elif wide_encoding(start):
        refused = "是 UTF-16 文本，JSON Lines 应是 UTF-8" if named_lines else ""
    elif not refused and len(_CONTROLS.findall(start)) > _MOST_CONTROLS * len(start):
        refused = "不是文本文件"
    if refused:
        raise InvalidInput(f"这{refused}；{_READABLE}", place=str(path))
    return "lines" if named_lines or first.startswith(b"{") else "text"


def _decompressed(start: bytes) -> bytes:
    """What the first bytes of a gzipped file hold, as far as they can be read."""
    try:
        return zlib.decompressobj(wbits=31).decompress(start, _SNIFFED)
    except zlib.error:
        return b""
