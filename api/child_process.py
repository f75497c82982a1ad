"""A forked process with one duty, which ends with its parent."""

import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Final

import structlog

from corpus.errors import XuejingError
from index.forking import die_with_parent

_SIGNALS: Final = frozenset({signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD})
"""What a supervisor heeds; a child that is just being forked must not take it for the supervisor."""
_FORK: Final = multiprocessing.get_context("fork")


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """What a child does for as long as it lives."""

    name: str
    work: Callable[[Callable[[], None]], None]
    """Called in the child with a function that tells the parent that it is ready."""
    answers: bool
    """It answers requests."""


class ChildProcess:
    """A child as its parent sees it."""

    def __init__(self, process: BaseProcess, ready: Connection) -> None:
        self.began = time.monotonic()
        self.pid = process.pid
        self.exit_code: int | None = None
        """Once it has ended; minus a signal's number where that ended it."""
        self._process = process
        self._ready = ready
        self._leaves_until: float | None = None

    def is_ready(self) -> bool:
        """Whether it has said, since last asked, that it is ready."""
        try:
            return self._ready.poll() and bool(self._ready.recv_bytes())
        except (EOFError, OSError):  # it died
            return False

    def is_alive(self) -> bool:
        """Whether it runs; one that has ended is released."""
        if self.exit_code is None and not self._process.is_alive():
            self.exit_code = self._process.exitcode
            self._process.close()
            self._ready.close()
        return self.exit_code is None

    def ask_to_leave(self, seconds: float) -> None:
        """Asks it to end within some seconds."""
        self._leaves_until = time.monotonic() + seconds
        if self.is_alive():
            self._process.terminate()

    def has_left(self) -> bool:
        """Whether it has ended; ends one whose time is over."""
        if not self.is_alive():
            return True
        if self._leaves_until is not None and time.monotonic() > self._leaves_until:
            self._process.kill()
        return False


def start_child(duty: Duty) -> ChildProcess:
    """Forks a child, to be called on the main thread."""
    receiver, sender = _FORK.Pipe(duplex=False)
    process = _FORK.Process(target=_live, args=(duty, os.getpid(), sender), name=duty.name)
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
    try:
        process.start()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    sender.close()
    return ChildProcess(process, receiver)


def _live(duty: Duty, parent: int, sender: Connection) -> None:
    """The life of a child."""
    signal.set_wakeup_fd(-1)
    for number in _SIGNALS:
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    die_with_parent(parent)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)
    try:
        duty.work(lambda: sender.send_bytes(b"1"))
    except XuejingError as error:
        structlog.get_logger("process").error("failed", process=duty.name, problem=error.code, message=error.message)
        sys.exit(1)
