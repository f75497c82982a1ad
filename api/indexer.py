"""The indexer: one process beside those that answer, which keeps the index up with the catalogue."""

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import structlog

from api.logs import where
from api.settings import Settings
from api.standing import is_current
from corpus.catalogue import Catalogue
from corpus.errors import XuejingError
from corpus.revision import Revision
from index.indexing import compile_index, compile_spellings, compile_structured, compile_suggestions
from index.snapshot import open_snapshot

SMALL: Final = 5_000
"""Resources whose index is compiled in a few seconds and little memory."""
_LOOK_EVERY: Final = 0.05
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
            _log.error("indexing_failed", error=type(error).__qualname__, stack=where(error))
            time.sleep(_PATIENCE)


def _follow(settings: Settings, revision: Revision) -> int:
    """Follows the catalogue until something was compiled, and says of how many resources."""
    catalogue = Catalogue.open(settings.catalogue_url)
    watch = catalogue.watch()
    try:
        compiled = _compile(catalogue, settings.state, revision)
        while not compiled:
            time.sleep(_LOOK_EVERY)
            if watch.moved() and not is_current(catalogue.seq(), settings.state, revision):
                compiled = _compile(catalogue, settings.state, revision)
        return compiled
    finally:
        watch.close()
        catalogue.close()


def _compile(catalogue: Catalogue, state: Path, revision: Revision) -> int:
    """Compiles what is missing, and says of how many resources; 0 where nothing was."""
    resources = 0
    began = time.monotonic()

    def note(stage: str, done: int, total: int) -> None:
        nonlocal resources
        resources = max(resources, total, 1)

    if is_current(catalogue.seq(), state, revision):
        directory = open_snapshot(state, revision=revision).base.directory
        for compile_part in (compile_spellings, compile_suggestions, compile_structured):
            compile_part(directory, state, revision=revision, progress=note)
    else:
        directory = compile_index(catalogue, state, revision=revision, progress=note)
    if resources:
        _log.info("indexed", base=directory.name, seconds=round(time.monotonic() - began, 1))
    return resources
