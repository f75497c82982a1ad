"""The indexer: one process beside those that answer, which keeps the index up with the catalogue."""

import os
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Final

import structlog

from api.causes import cause
from api.logs import where
from api.settings import Settings
from api.standing import base_seq
from corpus.catalogue import Catalogue
from corpus.errors import XuejingError
from corpus.revision import Revision
from index.indexing import keep_up

SMALL: Final = 5_000
"""Resources whose index is compiled in a few seconds and little memory."""
_LOOK_EVERY: Final = 0.5
"""Seconds between two looks at the catalogue."""
_PATIENCE: Final = 5.0
"""Seconds until the next attempt where one failed."""
_NICENESS: Final = 10

_log = structlog.get_logger("indexer")


def keep_indexed(settings: Settings, revision: Revision, ready: Callable[[], None]) -> None:
    """Compiles what the catalogue's changes call for, until it is killed, which may be at any moment.

    It returns after a large build, so that a fresh process can take its place: only the end of a process gives back
    the memory of a build.
    """
    os.nice(_NICENESS)
    ready()
    while True:
        try:
            if _follow(settings, revision) > SMALL:
                return
        except XuejingError as error:
            _log.warning("indexing_waits", problem=error.code, message=error.message)
            time.sleep(_PATIENCE)
        except Exception as error:  # noqa: BLE001  # a full disk, a lost file: readers go on, and it may get better
            message = cause(error) if isinstance(error, OSError) else ""
            _log.error("indexing_failed", error=type(error).__qualname__, message=message, stack=where(error))
            time.sleep(_PATIENCE)


def _follow(settings: Settings, revision: Revision) -> int:
    """Follows the catalogue until something was compiled, and says of how many resources."""
    state = settings.state
    with closing(Catalogue.open(settings.catalogue_url)) as catalogue, closing(catalogue.watch()) as watch:
        seq, changed = catalogue.seq(), time.monotonic()
        compiled = _keep_up(catalogue, state, revision, quiet=0)
        while not compiled:
            time.sleep(_LOOK_EVERY)
            if watch.moved() and (last := catalogue.seq()) != seq:
                seq, changed = last, time.monotonic()
            if seq != base_seq(state, revision):
                compiled = _keep_up(catalogue, state, revision, quiet=time.monotonic() - changed)
        return compiled


def _keep_up(catalogue: Catalogue, state: Path, revision: Revision, *, quiet: float) -> int:
    """Compiles what has become due, and says of how many resources; 0 where nothing had."""
    resources = 0
    began = time.monotonic()

    def note(stage: str, done: int, total: int) -> None:
        nonlocal resources
        resources = max(resources, total, 1)

    if not keep_up(catalogue, state, revision=revision, progress=note, quiet=quiet):
        return 0
    _log.info("indexed", seq=base_seq(state, revision), seconds=round(time.monotonic() - began, 1))
    return max(resources, 1)
