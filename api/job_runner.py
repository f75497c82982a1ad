"""Carries out the jobs of a state directory, in a process beside those that answer; of several one at a time does."""

import os
import threading
import time
from collections.abc import Callable
from contextlib import closing
from types import TracebackType
from typing import Final, Self

import structlog

from api.logs import where
from api.settings import Settings
from corpus.catalogue import Catalogue
from corpus.demo import retire_demo
from corpus.errors import Unavailable
from corpus.jobs import Job, Jobs, storing
from corpus.revision import Revision
from corpus.validation import SubjectOf

_EVERY: Final = 0.5
"""Seconds between two looks for jobs that another process accepted, or left unfinished when it ended."""
_CLEANED_EVERY: Final = 3600.0
"""Seconds between two looks for jobs whose time is over."""
_PATIENCE: Final = 5.0
"""Seconds until the next attempt where the database or the disk failed."""
_FAREWELL: Final = 5.0
"""Seconds that the batch under way is given when the service ends."""
_NICENESS: Final = 10
_BROKEN: Final = "程序内部出了错，任务没有做完；已做完的行见结果，其余的请重新送一次。"


class JobRunner:
    """A thread that takes up whatever is unfinished; several processes may have one."""

    def __init__(self, jobs: Jobs, catalogue: Catalogue, *, subjects: SubjectOf) -> None:
        self._jobs = jobs
        self._catalogue = catalogue
        self._subjects = subjects
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="jobs", daemon=True)
        self._log = structlog.get_logger("jobs")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join(_FAREWELL)

    def _run(self) -> None:
        wait = 0.0
        while not self._ended.wait(wait):
            wait = self._turn()

    def _turn(self) -> float:
        """Takes its turn if no other process has it, and says after how many seconds to look again."""
        try:
            with storing(), self._jobs.turn() as mine:
                cleaned = float("-inf")
                while mine and not self._ended.is_set():
                    if time.monotonic() - cleaned >= _CLEANED_EVERY:
                        self._jobs.clean()
                        cleaned = time.monotonic()
                    for job in self._jobs.unfinished():
                        self._carry_out(job)
                        if self._ended.is_set():  # perhaps in the middle of this one, and the next must not overtake it
                            return 0
                    self._ended.wait(_EVERY)
        except Unavailable as error:
            self._log.warning("jobs_wait", problem=error.code)
            return _PATIENCE
        except Exception as error:  # noqa: BLE001  # nobody else would hear of it
            self._log.error("jobs_failed", error=type(error).__qualname__, stack=where(error))
            return _PATIENCE
        return _EVERY

    def _carry_out(self, job: Job) -> None:
        """Carries a job out, up to the end of the batch in which the service ends. Raises: Unavailable.

        It rests as long as it works, so that those who write single resources get their turn.
        """
        try:
            with storing():
                began = time.monotonic()
                for now in self._jobs.carry_out(job, self._catalogue, subjects=self._subjects):
                    if now.finished:
                        self._log.info("job_done", job=now.id, rows=now.done, **now.counts)
                        retire_demo(self._catalogue)
                    elif self._ended.wait(time.monotonic() - began):
                        return
                    began = time.monotonic()
        except Unavailable:
            raise
        except Exception as error:  # noqa: BLE001  # else it would fail again and again, and hold up the others
            self._log.error("job_failed", job=job.id, error=type(error).__qualname__, stack=where(error))
            self._jobs.fail(job, _BROKEN)


def carry_out_jobs(settings: Settings, revision: Revision, ready: Callable[[], None]) -> None:
    """Carries out the jobs that are accepted, until it is killed, which may be at any moment.

    It has a process of its own: thousands of rows to be checked would hold up the requests of a process that answers.
    """
    os.nice(_NICENESS)
    with (
        closing(Catalogue.open(settings.catalogue_url)) as catalogue,
        JobRunner(Jobs(settings.state / "jobs"), catalogue, subjects=revision.subject_of),
    ):
        ready()
        threading.Event().wait()
