"""A supervisor and its children: who dies is started anew, and all end with it, also after kill -9.

Children are forked, so that they share what the supervisor has loaded. It runs no thread, keeps no connection and no
event loop: those are made after the fork.
"""

import os
import select
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import structlog

from api.child_process import ChildProcess, Duty, start_child
from api.collector import settle
from corpus.errors import Unavailable

_STOP: Final = frozenset({signal.SIGTERM, signal.SIGINT})
_LOOK: Final = 1.0
"""Seconds after which the supervisor looks around, whether or not it was told something."""
_LOOK_SOON: Final = 0.02
"""The same while a child is coming or leaving."""
_PATIENCE: Final = 30.0
"""Seconds that a child is given to become ready."""
_FAREWELL: Final = 9.3
"""Seconds that a child is given to end."""
_SHORT_LIFE: Final = 5.0
"""Seconds; who lives shorter is started anew after a pause, which doubles each time."""
_FIRST_PAUSE: Final = 0.25
_LONGEST_PAUSE: Final = 5.0

_log = structlog.get_logger("supervisor")


@dataclass(slots=True, kw_only=True)
class _Post:
    """A duty, and who has it."""

    duty: Duty
    child: ChildProcess | None = None
    coming: ChildProcess | None = None
    """Takes the child's place as soon as it is ready."""
    short_lives: int = 0
    due: float = 0.0
    """When the next may be started."""


class Supervisor:
    """Keeps one child at each duty.

    SIGTERM and SIGINT end it and all children, running requests finished. SIGHUP puts fresh children in the place of
    those that answer requests, the old ones leaving only when the new ones are there.
    """

    def __init__(self, duties: Sequence[Duty]) -> None:
        self._posts = [_Post(duty=duty) for duty in duties]
        self._answering = [post for post in self._posts if post.duty.answers]
        self._leaving: list[ChildProcess] = []
        self._begun = False

    def run(self, *, ready: Callable[[], None]) -> None:
        """Returns when it was told to stop and all children have ended.

        Args:
            ready: called when those who answer requests do so; the others start then.
        Raises: Unavailable if one of them cannot begin.
        """
        terminal = _has_terminal() and signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN
        settle()
        with _signals() as heard:
            told: set[int] = set()
            try:
                while not told & _STOP:
                    if signal.SIGHUP in told:
                        if terminal and not _has_terminal():
                            break
                        self._reload()
                    self._tend()
                    if not self._begun and all(post.child for post in self._answering):
                        self._begun = True
                        ready()
                    told = heard(self._pause())
            finally:
                self._stop()

    def _reload(self) -> None:
        """Starts fresh children for those who answer requests; who cannot start leaves the old one there.

        Who is still coming from before is not fresh any more.
        """
        _log.info("reloads")
        for post in self._answering:
            if post.coming:
                self._dismiss(post.coming)
            post.coming = start_child(post.duty)

    def _tend(self) -> None:
        """Looks after each post, and ends who does not leave."""
        for post in self._posts:
            if post.child and not post.child.is_alive():
                self._bury(post, post.child)
                post.child = None
            if post.coming:
                self._receive(post, post.coming)
            vacant = post.child is None and post.coming is None
            if vacant and post.due <= time.monotonic() and (self._begun or post.duty.answers):
                post.coming = start_child(post.duty)
        self._leaving = [child for child in self._leaving if not child.has_left()]

    def _receive(self, post: _Post, coming: ChildProcess) -> None:
        """Lets a child that has become ready take its post."""
        if coming.is_ready():
            if post.child:
                self._dismiss(post.child)
            post.child, post.coming = coming, None
        elif not coming.is_alive():
            self._bury(post, coming)
            post.coming = None
        elif time.monotonic() - coming.began > _PATIENCE:
            _log.error("not_ready", process=post.duty.name, pid=coming.pid)
            self._dismiss(coming)
            post.coming = None

    def _bury(self, post: _Post, child: ChildProcess) -> None:
        """Says when the next may start, later each time if they die young."""
        if not self._begun:
            raise Unavailable("应答的进程启动不了，原因见上面的日志。", code="no-worker")
        now = time.monotonic()
        post.short_lives = post.short_lives + 1 if now - child.began < _SHORT_LIFE else 0
        pause = min(_FIRST_PAUSE * 2.0 ** (post.short_lives - 1), _LONGEST_PAUSE) if post.short_lives else 0.0
        post.due = now + pause
        if child.exit_code:
            _log.error("died", process=post.duty.name, pid=child.pid, code=child.exit_code, again_in=pause)

    def _dismiss(self, child: ChildProcess) -> None:
        child.ask_to_leave(_FAREWELL)
        self._leaving.append(child)

    def _stop(self) -> None:
        for post in self._posts:
            for child in filter(None, (post.child, post.coming)):
                self._dismiss(child)
        while self._leaving:
            self._leaving = [child for child in self._leaving if not child.has_left()]
            time.sleep(_LOOK_SOON)

    def _pause(self) -> float:
        """Seconds until there is something to look after."""
        if self._leaving or any(post.coming for post in self._posts):
            return _LOOK_SOON
        due = [post.due - time.monotonic() for post in self._posts if post.child is None]
        return max(0.0, min([_LOOK, *due]))


@contextmanager
def _signals() -> Iterator[Callable[[float], set[int]]]:
    """Takes the signals, and tells which have come within some seconds.

    Python's own handler writes them into a pipe, on whatever thread of a library they arrive.
    """
    reader, writer = os.pipe()
    os.set_blocking(reader, False)
    os.set_blocking(writer, False)

    def heard(seconds: float) -> set[int]:
        select.select([reader], [], [], seconds)
        try:
            return set(os.read(reader, 1024))
        except BlockingIOError:
            return set()

    for number in (*_STOP, signal.SIGHUP, signal.SIGCHLD):
        signal.signal(number, lambda number, frame: None)
    before = signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    try:
        yield heard
    finally:
        signal.set_wakeup_fd(before)
        os.close(reader)
        os.close(writer)


def _has_terminal() -> bool:
    """Whether a terminal is there whose closing ends what was started in it."""
    try:
        os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY))
    except OSError:
        return False
    return True
