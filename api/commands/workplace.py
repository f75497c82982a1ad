"""What a command works on: the settings, the revision, the catalogue and the index of the state directory."""

import fcntl
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

import typer
from pydantic import ValidationError

from api.commands.terminal import say
from api.complaints import complaints, summary
from api.settings import Settings, prepare_state, read_settings
from corpus.catalogue import Catalogue
from corpus.errors import InvalidInput
from corpus.keys import KeyStore
from corpus.query_log import QueryLog
from corpus.revision import Revision, shipped_revision
from index.snapshot import Snapshot, open_snapshot
from index.snapshot_keeper import SnapshotKeeper

Checked = TypeVar("Checked")
Opened = TypeVar("Opened", Catalogue, QueryLog, KeyStore)

_QUERY: Final = ("q", "interests", "likes", "exclude_ids")
"""What is asked, against how."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Workplace:
    """A state directory with its settings and revision."""

    settings: Settings
    revision: Revision

    @property
    def state(self) -> Path:
        return self.settings.state

    def catalogue(self) -> AbstractContextManager[Catalogue]:
        """The catalogue, closed at the end."""
        return self._opened(Catalogue.open)

    def query_log(self) -> AbstractContextManager[QueryLog]:
        """The query log, closed at the end."""
        return self._opened(QueryLog.open)

    def keys(self) -> AbstractContextManager[KeyStore]:
        """The keys, closed at the end."""
        return self._opened(KeyStore.open)

    @contextmanager
    def _opened(self, open: Callable[[str], Opened]) -> Iterator[Opened]:
        with alone(self.state, "catalogue"):  # two first processes would make the tables at once
            opened = open(self.settings.catalogue_url)
        with closing(opened):
            yield opened

    def snapshot(self) -> Snapshot:
        """The newest snapshot, with all that the catalogue has changed since its base.

        Raises: Unavailable if there is no index, saying what to do.
        """
        with self.catalogue() as catalogue:
            return SnapshotKeeper(self.state, revision=self.revision, catalogue=catalogue).settle()

    def compiled_snapshot(self) -> Snapshot:
        """The newest base alone, which can also be weighed by other numbers.

        Raises: Unavailable if there is no index, saying what to do.
        """
        return open_snapshot(self.state, revision=self.revision)


def open_workplace(**settings: Any) -> Workplace:
    """The workplace that the environment names, with the settings given in its stead."""
    chosen = read_settings(**settings)
    prepare_state(chosen)
    return Workplace(settings=chosen, revision=shipped_revision())


@contextmanager
def alone(state: Path, work: str, message: str = "") -> Iterator[None]:
    """Waits until no other process does the same work on a state directory, telling the message meanwhile."""
    with (state / f"{work}.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if message:
                say(message)
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def checked(make: Callable[[], Checked]) -> Checked:
    """What `make` gives.

    Raises: InvalidInput if the query is at fault; BadParameter if an option is.
    """
    try:
        return make()
    except ValidationError as error:
        found = complaints(error.errors())
        if found[0].pointer.split("/")[1] in _QUERY:
            raise InvalidInput(summary(found)) from error
        raise typer.BadParameter(summary(found)) from error
