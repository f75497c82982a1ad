"""Jobs: bodies too large to be answered at once. Each is a folder that outlives the process which accepted it."""

import errno
import fcntl
import json
import re
import shutil
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Final, Literal

from corpus.bulk import Progress, carry_out
from corpus.catalogue import Catalogue
from corpus.durability import sync
from corpus.errors import NotFound, Unavailable
from corpus.exchange import lines_of
from corpus.validation import SubjectOf

State = Literal["queued", "running", "done", "failed"]

KEPT: Final = 7 * 24 * 3600
"""Seconds that a finished job can be looked at."""
MOST_TOLD: Final = 100
"""Rows with problems that a job tells itself; `rows` has them all."""
MOST_WAITING: Final = 20
"""Jobs that may be unfinished at a time."""

_HALF_MADE: Final = 3600
"""Seconds after which a body that never became a job is thrown away."""
_ID: Final = re.compile("[0-9A-Z]{26}")
_UNKNOWN: Final = "没有这个编号的任务；做完的任务保留七天。"
_BODY: Final = "body.ndjson"
_JOB: Final = "job.json"
_ROWS: Final = "rows.ndjson"


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A body and how far it is carried out."""

    id: str
    accepted_at: float
    """Seconds since 1970, as `finished_at`."""
    dry_run: bool
    total: int
    """Lines, empty ones too until it is done."""
    state: State = "queued"
    done: int = 0
    """Rows whose results are known."""
    counts: dict[str, int] = field(default_factory=dict)
    """Rows by outcome."""
    problems: list[dict[str, Any]] = field(default_factory=list)
    """The first MOST_TOLD results with problems."""
    failure: str = ""
    """Why it failed, in Chinese."""
    finished_at: float | None = None

    @property
    def finished(self) -> bool:
        return self.state in ("done", "failed")


@contextmanager
def storing() -> Iterator[None]:
    """Turns what the state directory's disk can suffer into Unavailable."""
    try:
        yield
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        said = "磁盘已满，没有写入；请腾出空间后再试。" if full else "状态目录暂时写不进去，请稍后再试。"
        raise Unavailable(said, code="storage-unavailable") from error


class Jobs:
    """The jobs of a state directory. Every process may add and read them; one at a time carries them out."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def spool(self, id: str) -> Path:
        """The file that a body is to be written into; `accept` makes a job of it, `drop` throws it away.

        Args:
            id: a new ULID: jobs are carried out in the order of their ids.
        """
        (self._folder / id).mkdir(parents=True)
        return self._folder / id / _BODY

    def drop(self, id: str) -> None:
        shutil.rmtree(self._folder / id, ignore_errors=True)

    def accept(self, id: str, *, total: int, dry_run: bool) -> Job:
        """Makes a job of a body; when it returns, the job will be carried out whatever happens to this process.

        Raises: Unavailable if too many are waiting.
        """
        if len(self.unfinished()) >= MOST_WAITING:
            raise Unavailable(f"已有 {MOST_WAITING} 个批量任务在等，请稍后再送。", code="too-many-jobs")
        job = Job(id=id, accepted_at=time.time(), dry_run=dry_run, total=total)
        sync(self._folder / id / _BODY)
        self._save(job, durable=True)
        sync(self._folder)
        sync(self._folder.parent)
        return job

    def get(self, id: str) -> Job:
        """Raises: NotFound."""
        if not _ID.fullmatch(id):
            raise NotFound(_UNKNOWN)
        try:
            fields = json.loads((self._folder / id / _JOB).read_bytes())
        except (FileNotFoundError, NotADirectoryError) as error:
            raise NotFound(_UNKNOWN) from error
        return Job(**fields)

    def rows(self, id: str) -> Path:
        """The file with the results of a job, a line of JSON each.

        Raises: NotFound.
        """
        self.get(id)
        return self._folder / id / _ROWS

    def unfinished(self) -> list[Job]:
        """In the order in which they are to be carried out."""
        with_body = (id for id in self._ids() if (self._folder / id / _BODY).exists())
        return [job for job in self._known(with_body) if not job.finished]

    @contextmanager
    def turn(self) -> Iterator[bool]:
        """Whether it is this process's turn to carry jobs out; the system ends it with the process, even by kill -9."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with (self._folder / "turn.lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
            else:
                yield True

    def carry_out(self, job: Job, catalogue: Catalogue, *, subjects: SubjectOf) -> Iterator[Job]:
        """Goes on where an earlier attempt ended, and tells after each batch how far it is; the last is done.

        To be called in this process's turn. Of rows that an attempt carried out without coming to tell of them it is
        told what they would come to now, mostly unchanged.
        """
        mark = "" if job.dry_run else f"job:{job.id}"
        job, told = self._recovered(job)
        progress = Progress(told=told, done=catalogue.marked(mark) if mark else 0)
        with self._file(job, _BODY).open("rb") as body, self._file(job, _ROWS).open("ab") as rows:
            lines = lines_of(body)
            for batch in carry_out(
                catalogue, lines, subjects=subjects, dry_run=job.dry_run, mark=mark, progress=progress
            ):
                results = [result.as_dict() for result in batch]
                rows.writelines(_json(result) + b"\n" for result in results)
                rows.flush()
                job = _advanced(job, results)
                self._save(job)
                yield job
        sync(self._file(job, _ROWS))
        job = self._finish(replace(job, state="done", total=job.done))
        if mark:
            catalogue.unmark(mark)
        yield job

    def fail(self, job: Job, why: str) -> None:
        """Ends a job that can never be carried out."""
        self._finish(replace(self.get(job.id), state="failed", failure=why))

    def clean(self) -> None:
        """Throws away finished jobs whose time is over, and bodies that never became jobs."""
        now = time.time()
        ids = self._ids()
        known = {job.id: job for job in self._known(ids)}
        for id in ids:
            job = known.get(id)
            if job is None:
                over = now - (self._folder / id).stat().st_mtime > _HALF_MADE
            else:
                over = job.finished_at is not None and now - job.finished_at > KEPT
            if over:
                self.drop(id)

    def _ids(self) -> list[str]:
        return sorted(path.name for path in self._folder.iterdir() if path.is_dir()) if self._folder.is_dir() else []

    def _known(self, ids: Iterable[str]) -> Iterator[Job]:
        for id in ids:
            with suppress(NotFound):  # not accepted yet, or just thrown away
                yield self.get(id)

    def _file(self, job: Job, name: str) -> Path:
        return self._folder / job.id / name

    def _save(self, job: Job, *, durable: bool = False) -> None:
        unfinished = self._file(job, f".{_JOB}")
        unfinished.write_bytes(_json(asdict(job)))
        if durable:
            sync(unfinished)
        unfinished.replace(self._file(job, _JOB))
        if durable:
            sync(unfinished.parent)

    def _finish(self, job: Job) -> Job:
        job = replace(job, finished_at=time.time())
        self._save(job, durable=True)
        self._file(job, _BODY).unlink(missing_ok=True)
        return job

    def _recovered(self, job: Job) -> tuple[Job, int]:
        """A job as the results of earlier attempts show it, and the last row that they tell of."""
        job = replace(job, state="running", done=0, counts={}, problems=[])
        whole = last = 0
        with self._file(job, _ROWS).open("a+b") as rows:
            rows.seek(0)
            for line in rows:
                if not line.endswith(b"\n"):  # the power went while it was written
                    break
                result = json.loads(line)
                whole, last = whole + len(line), result["row"]
                job = _advanced(job, [result])
            rows.truncate(whole)
        return job, last


def _advanced(job: Job, results: list[dict[str, Any]]) -> Job:
    counts = Counter(job.counts) + Counter(result["outcome"] for result in results)
    room = MOST_TOLD - len(job.problems)
    more = [result for result in results if "problems" in result][:room]
    return replace(job, done=job.done + len(results), counts=dict(counts), problems=job.problems + more)


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
