"""What commands print: results on standard output, everything else on standard error."""

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Final, Self

from rich.console import Console, RenderableType
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

_PIPE_WIDTH: Final = 160
"""Columns of a table that goes to a file or a pipe."""
_PATIENCE: Final = 0.7
"""Seconds after which a progress bar appears."""
_STAGES: Final = {
    "import": "导入",
    "base": "编制索引",
    "spell": "编制纠错",
    "suggest": "编制输入提示",
    "whoosh": "编制短语索引",
    "evaluate": "评测",
}

notes: Final = Console(stderr=True, highlight=False, soft_wrap=True)


def show(renderable: RenderableType) -> None:
    """Prints a result for people."""
    width = None if sys.stdout.isatty() else _PIPE_WIDTH
    Console(highlight=False, width=width).print(renderable)


def write(data: bytes) -> None:
    """Prints a result for programs, one line of UTF-8."""
    sys.stdout.flush()
    sys.stdout.buffer.write(data + b"\n")
    sys.stdout.flush()


def write_json(value: Any) -> None:
    """Prints a value as JSON, readable on a terminal."""
    indent = 2 if sys.stdout.isatty() else None
    write(json.dumps(value, ensure_ascii=False, indent=indent).encode())


def say(message: str) -> None:
    """Tells the operator something, apart from results."""
    notes.print(message, markup=False)


class Bars:
    """Progress bars by stage, on a terminal and only when it takes long: `with Bars() as bars: work(progress=bars)`."""

    def __init__(self) -> None:
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TaskProgressColumn(),
            TimeElapsedColumn(),
            console=notes,
            transient=True,
            disable=not notes.is_terminal,
        )
        self._tasks: dict[str, Any] = {}
        self._began = time.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def __call__(self, stage: str, done: int, total: int, *, detail: str = "") -> None:
        """Tells how far a stage has come."""
        name = f"{_STAGES.get(stage, stage)} {detail}".rstrip()
        if stage not in self._tasks:
            self._tasks[stage] = self._progress.add_task(name)
        self._progress.update(self._tasks[stage], completed=done, total=total, description=name)
        if time.monotonic() - self._began > _PATIENCE:
            self._progress.start()


@contextmanager
def waiting(message: str) -> Iterator[None]:
    """Shows on a terminal that something is being done."""
    with notes.status(message):
        yield
