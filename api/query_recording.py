"""Counts searches for the query log, beside the requests and never in their way."""

import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from types import TracebackType
from typing import Final, NamedTuple, Self

import structlog
from fastapi import Request

from api.logs import where
from api.moments import BEIJING, today
from api.settings import Settings
from corpus.errors import Unavailable
from corpus.query_log import Asking, QueryLog
from index.folding import fold
from index.query import Interpretation, Query, Result

_EVERY: Final = 3.0
"""Seconds between two batches."""
_PATIENCE: Final = 30.0
"""Seconds until the next attempt where one failed."""
_FAREWELL: Final = 2.0
"""Seconds that the last batch is given when the service ends."""
_MOST_WAITING: Final = 10_000
"""Searches that are remembered while the database cannot be written to; further ones are not counted."""


class _Noted(NamedTuple):
    """A search as it waits to be counted."""

    at: float
    text: str
    narrowed: bool
    release: str
    total: int
    said: Interpretation


class QueryRecorder:
    """Counts searches in batches, by a thread of its own, which also deletes in time what may be kept no longer.

    What cannot be counted is said in the log as a number; a text never stands there.
    """

    def __init__(self, log: QueryLog, *, days: int) -> None:
        self.days = days
        """How long a query that was asked fewer than 5 times is kept."""
        self._queries = log
        self._waiting: deque[_Noted] = deque()
        self._batch: list[_Noted] = []
        self._lost = 0
        self._purged: date | None = None
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="query-log", daemon=True)
        self._log = structlog.get_logger("queries")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join(_FAREWELL)
        self._lost += len(self._batch) + len(self._waiting)
        self._say_lost()

    def note(self, query: Query, result: Result) -> None:
        """Remembers a search to be counted; takes no time worth measuring, and never fails."""
        if len(self._waiting) + len(self._batch) >= _MOST_WAITING:
            self._lost += 1
            return
        narrowed = not query.filter.allows_all
        noted = _Noted(time.time(), query.text, narrowed, result.release, result.total, result.interpretation)
        self._waiting.append(noted)

    def _run(self) -> None:
        wait = 0.0
        while not self._ended.wait(wait):
            wait = self._turn()
        self._turn()

    def _turn(self) -> float:
        """Writes what waits, purges once a day, and says after how many seconds to do so again."""
        try:
            self._write()
            self._purge()
        except Unavailable as error:
            self._log.warning("query_log_waits", problem=error.code, waiting=len(self._waiting) + len(self._batch))
            return _PATIENCE
        except Exception as error:  # noqa: BLE001  # nobody else would hear of it
            self._log.error("query_log_failed", error=type(error).__qualname__, stack=where(error))
            self._lost += len(self._batch)
            self._batch.clear()
            return _PATIENCE
        finally:
            self._say_lost()
        return _EVERY

    def _write(self) -> None:
        """Counts a batch; it stays whole until it is committed."""
        while self._waiting and len(self._batch) < _MOST_WAITING:
            self._batch.append(self._waiting.popleft())
        if self._batch:
            self._queries.add(map(_asking, self._batch))
            self._batch.clear()

    def _purge(self) -> None:
        day = today()
        if self._purged != day:
            rows = self._queries.purge(day, days=self.days)
            self._log.info("queries_purged", rows=rows)
            self._purged = day

    def _say_lost(self) -> None:
        if self._lost:
            self._log.warning("queries_not_counted", count=self._lost)
            self._lost = 0


@contextmanager
def recording(settings: Settings) -> Iterator[QueryRecorder | None]:
    """A recorder at work; None where the setting is off, and then what was kept before still goes in time."""
    log = QueryLog.open(settings.catalogue_url)
    try:
        with QueryRecorder(log, days=settings.query_log_days) as recorder:
            yield recorder if settings.query_log else None
    finally:
        log.close()


def recorder_of(request: Request) -> QueryRecorder | None:
    """The recorder, where searches are counted."""
    recorder: QueryRecorder | None = request.app.state.recorder
    return recorder


def note_search(request: Request, query: Query, result: Result) -> None:
    """Has a search counted, unless nothing was typed, or one looks again, or as of another moment."""
    recorder = recorder_of(request)
    first = query.limit and not query.offset and query.correct
    if recorder and query.text.strip() and first and query.at is None:
        recorder.note(query, result)


def _asking(noted: _Noted) -> Asking:
    revision, base, _ = noted.release.split(".")
    said = noted.said
    return Asking(
        day=datetime.fromtimestamp(noted.at, BEIJING).date(),
        query=_clean(fold(noted.text)),
        revision=int(revision),
        base=int(base),
        narrowed=noted.narrowed,
        total=noted.total,
        corrected=said.corrected,
        by=said.by,
        dropped=tuple(map(_clean, said.dropped)),
    )


def _clean(text: str) -> str:
    """A text without what cannot be seen, its white space single."""
    return " ".join("".join(c for c in text if c.isprintable() or c.isspace()).split())
