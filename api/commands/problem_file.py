"""Writes the problems of imports into a table that a spreadsheet program opens."""

import csv
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from corpus.problem import Problem

_SEVERITIES: Final = {"error": "错误", "warning": "提醒"}
_FORMULA: Final = ("=", "+", "-", "@")
"""A cell that begins so would be computed."""


class ProblemFile:
    """`with ProblemFile(path) as file: file.add(problem, source)`; a CSV with a byte order mark, for Excel."""

    def __init__(self, path: Path) -> None:
        self.count = 0
        self._file = path.open("w", encoding="utf-8-sig", newline="")
        self._rows = csv.writer(self._file)
        self._rows.writerow(["行", "列", "程度", "问题", "文件"])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def add(self, problem: Problem, source: Path) -> None:
        """Adds a problem of an imported file."""
        column = _plain(problem.column or problem.field)
        self._rows.writerow([problem.row, column, _SEVERITIES[problem.severity], problem.message, _plain(source.name)])
        self.count += 1

    def add_failure(self, message: str, source: Path) -> None:
        """Adds what is wrong with a file as a whole."""
        self._rows.writerow(["", "", _SEVERITIES["error"], message, _plain(source.name)])
        self.count += 1


def _plain(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text
