"""Reads a table that is written as text: CSV, TSV and their kin."""

import csv
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import TextIOWrapper
from itertools import islice
from pathlib import Path
from typing import IO, Final

from corpus.encoding import CODECS, Encoding, detect_encoding
from corpus.file_kinds import open_file
from corpus.table_row import TableRow

MOST_LINE: Final = 1_000_000
"""Characters of a line."""
MOST_ROW_LINES: Final = 500
"""A row of more lines has a quote that nobody closed."""

_SAMPLE_LINES: Final = 50
_DELIMITERS: Final = (",", "\t", ";", "，", "|")
"""The commonest first; it stands also where no delimiter is found."""
_BROKEN: Final = "\ufffd"


@dataclass(frozen=True, slots=True, kw_only=True)
class TextTable:
    """A table in a text file, and how it is written."""

    encoding: Encoding
    delimiter: str
    rows: Iterator[TableRow]
    """Blank rows are counted but left out."""


@contextmanager
def open_delimited(path: Path) -> Iterator[TextTable]:
    """A text file as a table; its rows can be read until it is closed."""
    size = max(path.stat().st_size, 1)
    with open_file(path) as file:
        encoding = detect_encoding(file)
        text = TextIOWrapper(file, encoding=CODECS.get(encoding, encoding), errors="replace", newline="")
        lines = _Lines(text, file)
        head = list(islice(iter(lines.take, None), _SAMPLE_LINES))
        lines.put_back(head)
        delimiter = _named_delimiter(head) or _delimiter(head)
        if _named_delimiter(head):
            lines.take()
        yield TextTable(encoding=encoding, delimiter=delimiter, rows=_rows(lines, delimiter, size))


class _Lines:
    """The lines of a text with their ends, of which some can be put back."""

    def __init__(self, text: TextIOWrapper, file: IO[bytes]) -> None:
        self._text = text
        self._file = file
        self._waiting: deque[str] = deque()
        self._first = True

    @property
    def bytes_read(self) -> int:
        return self._file.tell()

    def put_back(self, lines: list[str]) -> None:
        self._waiting.extendleft(reversed(lines))

    def take(self) -> str | None:
        """The next line, None at the end; one that is too long is cut, and longer than MOST_LINE then."""
        if self._waiting:
            return self._waiting.popleft()
        line = self._text.readline(MOST_LINE + 1)
        if self._first:
            line, self._first = line.removeprefix("\ufeff"), False
        if len(line) > MOST_LINE:
            self._skip_rest(line)
        return line or None

    def _skip_rest(self, line: str) -> None:
        while line and not line.endswith(("\n", "\r")):
            line = self._text.readline(MOST_LINE)


def _named_delimiter(head: list[str]) -> str:
    """The delimiter of a first line such as `sep=;`, which Excel writes and hides."""
    first = head[0].rstrip("\r\n") if head else ""
    return first[4:] if first.lower().startswith("sep=") and len(first) == 5 else ""


def _delimiter(head: list[str]) -> str:
    """The delimiter by which most lines have the same number of cells, more than one, and no quotes left over."""

    def agreement(delimiter: str) -> tuple[int, int]:
        rows = [cells for cells in csv.reader(head, delimiter=delimiter) if len(cells) > 1]
        widths = Counter(len(cells) for cells in rows if not any('"' in cell for cell in cells))
        width, count = max(widths.items(), key=lambda found: (found[1], found[0]), default=(1, 0))
        return count, width

    try:
        return max(_DELIMITERS, key=agreement)
    except csv.Error:  # a cell too long to be read
        return _DELIMITERS[0]


def _rows(lines: _Lines, delimiter: str, size: int) -> Iterator[TableRow]:
    number = 0
    while read := _cells(lines, delimiter):
        number += 1
        cells, complaint = read
        row = TableRow(number=number, cells=tuple(cells), complaint=complaint, share=min(lines.bytes_read / size, 1.0))
        if not row.blank:
            yield row


def _cells(lines: _Lines, delimiter: str) -> tuple[list[str], str] | None:
    """The cells of the next row or the code of what is wrong with it; None at the end.

    After a quote that is never closed reading goes on with the next line: one slip must not swallow the rest.
    """
    taken: list[str] = []
    starved = False

    def feed() -> Iterator[str]:
        nonlocal starved
        while len(taken) < MOST_ROW_LINES and (line := lines.take()) is not None:
            taken.append(line)
            yield line
        starved = True

    try:
        cells = next(csv.reader(feed(), delimiter=delimiter), None)
    except csv.Error:  # a cell of more than 131,072 characters
        return [], "row-too-long"
    if cells is None:
        return None
    if starved:
        lines.put_back(taken[1:])
        return [], "unclosed-quote"
    return cells, "row-too-long" if any(len(line) > MOST_LINE for line in taken) else ""
