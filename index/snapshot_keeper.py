"""The newest snapshot of a state directory: its newest base, with what changed in the catalogue since."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cached_property
from pathlib import Path
from typing import Final

from corpus.catalogue import Catalogue, Change
from corpus.errors import Unavailable
from corpus.revision import Revision
from index.digest import Digester
from index.history import is_of_history
from index.snapshot import Snapshot, newest_base, open_snapshot, snapshot_at
from index.tail_building import TailBuilder
from index.tail_names import TailNames

MOST_PENDING: Final = 2_000
"""Changes after a base from which a new one is compiled."""

_MOST_IN_TAIL: Final = 3 * MOST_PENDING
"""Rows of a tail; what changes then waits for the next base, unless it is hidden."""
_RESERVE: Final = 1_000
"""Rows that are left free for what comes later."""
_AT_ONCE: Final = 20
"""Changes that a request takes in before it is answered, and a step beside the requests."""
_STEP: Final = 500
"""Changes that are taken in together while nobody waits for an answer."""
_PATIENCE: Final = 0.2
"""Seconds after which one tries again to read a catalogue that could not be read."""
_AGAIN: Final = 10.0
"""The same for a base that could not be taken: it is damaged, or what changed since could not be read."""
PARTS: Final = ("spellings", "suggestions", "whoosh")
NEEDED: Final = PARTS[:2]
"""Parts without which no base is taken, even where changes wait for it; structured queries wait for theirs."""


class SnapshotKeeper:
    """Gives the newest snapshot. Threads may share it.

    Who asks sees every change that was committed before, up to a few; of more he sees at once what was hidden or
    deleted, and new texts follow in steps beside the requests. What no tail can hold waits for the next base, while
    what changes after it is seen at once again. A newer base is opened beside the requests too, and taken when all its
    parts stand, or most of them where changes wait for it. A catalogue that cannot be read stops nothing.
    """

    def __init__(
        self,
        state: Path,
        *,
        revision: Revision,
        catalogue: Catalogue | None = None,
        look_every: float = 0.5,
        opened: Snapshot | None = None,
    ) -> None:
        """
        Args:
            catalogue: followed from the base on; without one the base is all there is.
            look_every: seconds after which one looks for a newer base.
            opened: a base as it was compiled; used unless there is a newer one.
        Raises: Unavailable if there is no index.
        """
        self._state = state
        self._revision = revision
        self._catalogue = catalogue
        self._watch = catalogue.watch() if catalogue else None
        self._look_every = look_every
        self._looked = time.monotonic()
        self._lock = threading.Lock()
        """Held by who takes something in."""
        self._asking = threading.Lock()
        """Held by who asks whether something was committed, until it is taken in."""
        self._starting = threading.Lock()
        self._beside: threading.Thread | None = None
        self._behind = False
        """Whether there are changes that no snapshot shows yet."""
        self._again: dict[str, float] = {}
        """When a base that could not be taken is tried again."""
        if opened is None or opened.base.directory != newest_base(state, revision):
            opened = open_snapshot(state, revision=revision)
        self._follower = _Follower(opened, catalogue)
        if catalogue is not None:
            self._follower.rehearse()
        while not self._follower.catch_up(_STEP):  # what was seen before a restart is seen after it
            pass

    @property
    def current(self) -> Snapshot:
        if self._watch is not None:
            with self._asking:  # who asks while another takes something in waits for it
                if self._watch.moved():
                    with self._lock:
                        self._catch_up(self._follower.catch_up_or_hide)
        if self._behind or self._follower.snapshot.names.are_scattered:
            self._start(self._drain)
        if time.monotonic() - self._looked > self._look_every:
            self._looked = time.monotonic()
            if self._newer() is not None:
                self._start(self._renew)
        return self._follower.snapshot

    def settle(self) -> Snapshot:
        """The newest snapshot when nothing more is under way: for those who are in no hurry."""
        self._looked = -self._look_every
        while self.current and self._beside is not None and self._beside.is_alive():
            self._beside.join()
        return self._follower.snapshot

    def _start(self, work: Callable[[], None]) -> None:
        """Starts work beside the requests, unless there is some already."""
        with self._starting:
            if self._beside is None or not self._beside.is_alive():
                self._beside = threading.Thread(target=work, name=work.__name__, daemon=True)
                self._beside.start()

    def _drain(self) -> None:
        """Takes in what is left, step by step, and puts the names of the tail together."""
        while self._behind or self._follower.snapshot.names.are_scattered:
            with _resting(), self._lock:
                read = not self._behind or self._catch_up(self._follower.catch_up)
            snapshot = self._follower.snapshot
            if snapshot.names.are_scattered:
                names = snapshot.names.gathered(snapshot.base)
                with self._lock:
                    self._follower.gather(names)
            elif not read:
                time.sleep(_PATIENCE)

    def _catch_up(self, take_in: Callable[[], bool]) -> bool:
        """Takes something in, notes whether anything is left, and says whether the catalogue could be read."""
        self._behind = True  # also where it fails
        try:
            self._behind = not take_in()
        except Unavailable:
            return False
        return True

    def _newer(self) -> Path | None:
        """A base that should take the present one's place."""
        newest = newest_base(self._state, self._revision)
        if newest is None or newest.name == self._follower.snapshot.base.directory.name:
            return None
        if time.monotonic() < self._again.get(newest.name, 0):
            return None
        parts = NEEDED if self._follower.is_waiting else PARTS
        return newest if all((self._state / part / newest.name).is_dir() for part in parts) else None

    def _renew(self) -> None:
        """Opens the newest base and takes it; one that cannot be taken now is tried again after a while."""
        directory = self._newer()
        if directory is None:
            return
        self._again[directory.name] = time.monotonic() + _AGAIN
        with suppress(Unavailable):
            follower = _Follower(snapshot_at(directory, revision=self._revision), self._catalogue)
            follower.rehearse()
            done = False
            while not done:
                with _resting():
                    done = follower.catch_up()
            with self._lock:
                self._behind = not follower.catch_up_or_hide()
                self._follower = follower
                self._again.clear()


class _Follower:
    """A base and what a catalogue has changed since."""

    def __init__(self, snapshot: Snapshot, catalogue: Catalogue | None) -> None:
        self.snapshot = snapshot
        self._catalogue = catalogue
        self._position = snapshot.seq
        """The last change that is taken in, or left to the next base."""
        self._hidden_until = snapshot.seq
        """The last change of those of which nothing hidden is shown."""
        self._left = False
        """Whether changes were left to the next base."""
        if catalogue is not None and not is_of_history(snapshot.base, catalogue):
            raise Unavailable("索引与资源库对不上，请重新建立索引：./run index。", code="foreign-index")

    @cached_property
    def _builder(self) -> TailBuilder:
        return TailBuilder(self.snapshot.base, self.snapshot.revision.tuning, Digester(self.snapshot.segmenter))

    @property
    def is_waiting(self) -> bool:
        """Whether something changed that only the next base will show."""
        return self._left or self.is_full

    @property
    def is_full(self) -> bool:
        """Whether the tail is too long to follow further changes."""
        return self._rows >= _MOST_IN_TAIL

    @property
    def _rows(self) -> int:
        return len(self.snapshot) - self.snapshot.base.compiled_rows

    def catch_up_or_hide(self) -> bool:
        """Takes in what is hidden or deleted, and the rest if it is little; says whether nothing is left."""
        last, changes = self._pending(_AT_ONCE + 1)
        if len(changes) <= _AT_ONCE and not self.is_full:
            self._take(changes, last)
            return True
        assert self._catalogue is not None
        last, hidden = self._catalogue.changes(self._hidden_until, shown=False)
        if hidden:
            self._builder.hide(hidden)
            self.snapshot = self.snapshot.with_tail(self._builder.base, seq=self.snapshot.seq)
        self._hidden_until = last
        if not self.is_full:
            _, shown = self._catalogue.changes(self._position, limit=_AT_ONCE + 1, shown=True)
            if len(shown) <= _AT_ONCE:
                self._take([change for change in shown if change.seq <= last], last)
                return True
        if self._rows + last - self._position > _MOST_IN_TAIL:
            self._leave_all_but_the_newest(last)
        return self._position == last

    def catch_up(self, most: int = _AT_ONCE) -> bool:
        """Takes in a step of what is pending and says whether nothing is left that could be."""
        last, changes = self._pending(most)
        if self._rows + last - self._position > _MOST_IN_TAIL:
            return self.catch_up_or_hide()
        whole = len(changes) < most
        self._take(changes, last if whole else changes[-1].seq)
        return whole

    def _leave_all_but_the_newest(self, last: int) -> None:
        """Leaves what no tail can hold to the next base, but for what was changed last: single writers see theirs."""
        room = _MOST_IN_TAIL - _RESERVE - self._rows
        self._position = max(self._position, last - max(room, 0))
        self._left = True

    def _pending(self, limit: int) -> tuple[int, list[Change]]:
        if self._catalogue is None:
            return self._position, []
        return self._catalogue.changes(self._position, limit=limit)

    def rehearse(self) -> None:
        """Has everything loaded that the first change will need, by changing a resource and forgetting it again."""
        base, revision, segmenter = self.snapshot.base, self.snapshot.revision, self.snapshot.segmenter
        if base.compiled_rows:
            builder = TailBuilder(base, revision.tuning, Digester(segmenter))
            body = base.blob(0).decode()
            change = Change(seq=0, serial=0, id=base.ids[0], status="active", text_hash="0", body=body)
            builder.step([change])
            changed = self.snapshot.with_tail(builder.base, seq=0)
            changed.names.gathered(changed.base)

    def gather(self, names: TailNames) -> None:
        """Takes over the names of an earlier state, put together meanwhile."""
        self.snapshot = self.snapshot.with_names(self.snapshot.names.behind(names))

    def _take(self, changes: list[Change], seq: int) -> None:
        self._position = max(self._position, seq)
        if changes:
            self._builder.step(changes)
        if seq > self.snapshot.seq:
            self.snapshot = self.snapshot.with_tail(self._builder.base, seq=seq)


@contextmanager
def _resting() -> Iterator[None]:
    """Rests as long as it worked: half of the time belongs to those who ask."""
    began = time.monotonic()
    yield
    time.sleep(time.monotonic() - began)
