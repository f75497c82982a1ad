"""Tells whether anything was committed to a database since one last asked, by whatever process."""

import sqlite3
import threading
import time
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Engine

_POLL_EVERY: Final = 0.1
"""Seconds after which a database that cannot tell counts as changed."""


class Watch:
    """Watches a database on a connection of its own; threads may share it.

    SQLite tells at once, also of what a killed process committed. Of another database one is told to look again after
    a tenth of a second.
    """

    def __init__(self, engine: Engine) -> None:
        self._lock = threading.Lock()
        self._seen: Any = None
        self._cursor = None
        path = engine.url.database
        if engine.dialect.name == "sqlite" and path:
            # Past SQLAlchemy, which takes six times as long for the one statement of every request.
            address = f"{Path(path).absolute().as_uri()}?mode=ro"
            connection = sqlite3.connect(address, uri=True, check_same_thread=False, timeout=0)
            self._cursor = connection.cursor()

    def close(self) -> None:
        if self._cursor is not None:
            self._cursor.connection.close()

    def moved(self) -> bool:
        """Whether something was committed since the last call; True the first time."""
        with self._lock:
            now = self._state()
            moved = now != self._seen
            self._seen = now
            return bool(moved)

    def _state(self) -> Any:
        if self._cursor is None:
            return time.monotonic() // _POLL_EVERY
        try:
            return self._cursor.execute("PRAGMA data_version").fetchone()[0]
        except sqlite3.Error:  # locked or out of order: who reads goes on with what is known
            return self._seen
