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
_PATIENCE: Final = 15.0
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
    """A duty, the child that has it, and when the next may be started."""

    duty: Duty
    child: ChildProcess | None = None
    short_lives: int = 0
    due: float = 0.0


class Supervisor:
    """Keeps one child at each duty.

    SIGTERM and SIGINT end it and all children, running requests finished. SIGHUP puts fresh children in the place of
    those that answer requests, the old ones leaving only when the new ones are there.
    """

    def __init__(self, duties: Sequence[Duty]) -> None:
        self._posts = [_Post(duty=duty) for duty in duties]
        self._leaving: list[ChildProcess] = []

    def run(self, *, ready: Callable[[], None]) -> None:
        """Returns when it was told to stop and all children have ended.

        Args:
            ready: called when those who answer requests do so.
        Raises: Unavailable if none of them can begin.
        """
        terminal = _has_terminal() and signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN
        settle()
        with _signals() as heard:
            try:
                if not self._start(self._posts):
                    raise Unavailable("应答的进程都启动不了，原因见上面的日志。", code="no-worker")
                ready()
                while not (told := heard(self._pause())) & _STOP:
                    if signal.SIGHUP in told:
                        if terminal and not _has_terminal():
                            break
                        self._reload()
                    self._tend()
            finally:
                self._stop()

    def _start(self, posts: Sequence[_Post]) -> int:
        """Starts children, those who answer requests first, and the others when these are ready; says how many are."""
        answering = [post for post in posts if post.duty.answers]
        for post in answering:
            post.child = start_child(post.duty)
        ready = 0
        for post in answering:
            if post.child and post.child.is_ready(_PATIENCE):
                ready += 1
            else:
                _log.error("not_ready", process=post.duty.name)
        for post in posts:
            if not post.duty.answers:
                post.child = start_child(post.duty)
        return ready

    def _tend(self) -> None:
        """Starts anew who has died and is due, and ends who does not leave."""
        now = time.monotonic()
        for post in self._posts:
            if post.child and not post.child.is_alive():
                self._bury(post, post.child, now)
        due = [post for post in self._posts if post.child is None and post.due <= now]
        if due:
            self._start(due)
        self._leaving = [child for child in self._leaving if not child.has_left()]

    def _bury(self, post: _Post, child: ChildProcess, now: float) -> None:
        lived = now - child.began
        post.short_lives = post.short_lives + 1 if lived < _SHORT_LIFE else 0
        pause = min(_FIRST_PAUSE * 2.0 ** (post.short_lives - 1), _LONGEST_PAUSE) if post.short_lives else 0.0
        post.due = now + pause
        post.child = None
        if child.exit_code:
            _log.error("died", process=post.duty.name, pid=child.pid, code=child.exit_code, again_in=pause)

    def _reload(self) -> None:
        """Fresh children in the place of those that answer requests; who cannot start leaves the old one there."""
        posts = [post for post in self._posts if post.duty.answers]
        for post, fresh in [(post, start_child(post.duty)) for post in posts]:
            if fresh.is_ready(_PATIENCE):
                old, post.child = post.child, fresh
                post.short_lives = 0
            else:
                old = fresh
            if old:
                old.ask_to_leave(_FAREWELL)
                self._leaving.append(old)
        _log.info("reloaded", processes=[post.child.pid for post in posts if post.child])

    def _stop(self) -> None:
        self._leaving += [post.child for post in self._posts if post.child]
        for child in self._leaving:
            child.ask_to_leave(_FAREWELL)
        while self._leaving:
            self._leaving = [child for child in self._leaving if not child.has_left()]
            time.sleep(0.02)

    def _pause(self) -> float:
        """Seconds until there is something to look after."""
        due = [post.due for post in self._posts if post.child is None]
        pause = max(0.0, min(due) - time.monotonic()) if due else _LOOK
        return min(pause, _LOOK)


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
