"""Jobs: what was accepted is carried out once, whatever happens to the processes."""

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from api.identifiers import new_identifier
from api.job_runner import JobRunner
from corpus.bulk import BATCH
from corpus.catalogue import Catalogue
from corpus.errors import NotFound
from corpus.jobs import Job, Jobs
from corpus.resource import Resource

ROOT = Path(__file__).resolve().parent.parent
WORKER = """
import sys
from pathlib import Path
from api.job_runner import writable
with writable(Path(sys.argv[1]), sys.argv[2], subjects=lambda text: text):
    print("ready", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    catalogue = Catalogue.open(url(tmp_path))
    yield catalogue
    catalogue.close()


@pytest.fixture
def jobs(tmp_path: Path) -> Jobs:
    return Jobs(tmp_path / "jobs")


def url(state: Path) -> str:
    return f"sqlite:///{state}/catalogue.db"


def course(id: int | str, title: str = "课程") -> dict[str, Any]:
    return {"id": str(id), "kind": "course", "title": title}


def accepted(jobs: Jobs, *records: dict[str, Any], dry_run: bool = False) -> Job:
    id = new_identifier()
    jobs.spool(id).write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    return jobs.accept(id, total=len(records), dry_run=dry_run)


def carried_out(jobs: Jobs, catalogue: Catalogue, job: Job, *, batches: int | None = None) -> Job:
    """A job at its end, or as a process leaves it that ends after some batches."""
    *_, last = islice(jobs.carry_out(job, catalogue, subjects=lambda text: text), batches)
    return last


def told(jobs: Jobs, job: Job) -> list[tuple[int, str]]:
    lines = jobs.rows(job.id).read_text(encoding="utf-8").splitlines()
    return [(row["row"], row["outcome"]) for row in map(json.loads, lines)]


def test_a_job_is_carried_out_and_its_body_thrown_away(jobs: Jobs, catalogue: Catalogue) -> None:
    job = accepted(jobs, *map(course, range(BATCH + 1)), course(0))
    assert jobs.unfinished() == [job]
    done = carried_out(jobs, catalogue, job)
    assert done == jobs.get(job.id)
    assert (done.state, done.done, done.counts) == ("done", BATCH + 2, {"created": BATCH + 1, "refused": 1})
    assert [problem["row"] for problem in done.problems] == [BATCH + 2]
    assert told(jobs, job) == [*((row, "created") for row in range(1, BATCH + 2)), (BATCH + 2, "refused")]
    assert (jobs.unfinished(), catalogue.count(), catalogue.marked(f"job:{job.id}")) == ([], BATCH + 1, 0)
    assert sorted(path.name for path in jobs.rows(job.id).parent.iterdir()) == ["job.json", "rows.ndjson"]


def test_a_job_goes_on_where_it_was_left(jobs: Jobs, catalogue: Catalogue) -> None:
    records = [*map(course, range(2 * BATCH)), course(0, "重复"), course("x")]
    job = carried_out(jobs, catalogue, accepted(jobs, *records), batches=1)
    assert (job.state, job.done, catalogue.count()) == ("running", BATCH, BATCH)
    done = carried_out(jobs, catalogue, job)
    assert done.counts == {"created": 2 * BATCH + 1, "refused": 1}
    assert [row for row, _ in told(jobs, job)] == [*range(1, 2 * BATCH + 3)]
    assert catalogue.seq() == 2 * BATCH + 1


def test_what_was_written_after_a_batch_stays_though_the_batch_was_never_told_of(
    jobs: Jobs, catalogue: Catalogue
) -> None:
    """A kill between the commit of a batch and its results: the batch is not carried out again."""
    job = carried_out(jobs, catalogue, accepted(jobs, *map(course, range(BATCH + 1))), batches=1)
    jobs.rows(job.id).write_bytes(b"")
    corrected = Resource(id="0", kind="course", title="后来改过的", source="api")
    catalogue.write([corrected])
    catalogue.delete(["1"])
    done = carried_out(jobs, catalogue, job)
    assert catalogue.get("0") == corrected
    assert catalogue.get("1") is None
    assert catalogue.get(str(BATCH)) is not None
    assert done.done == BATCH + 1


def test_a_result_that_was_half_written_is_told_once(jobs: Jobs, catalogue: Catalogue) -> None:
    job = carried_out(jobs, catalogue, accepted(jobs, *map(course, range(BATCH + 1))), batches=1)
    rows = jobs.rows(job.id)
    rows.write_bytes(rows.read_bytes()[:-5])
    carried_out(jobs, catalogue, job)
    assert [row for row, _ in told(jobs, job)] == [*range(1, BATCH + 2)]


def test_a_dry_run_leaves_no_trace(jobs: Jobs, catalogue: Catalogue) -> None:
    done = carried_out(jobs, catalogue, accepted(jobs, *map(course, range(BATCH + 1)), dry_run=True))
    assert (done.counts, catalogue.seq(), catalogue.count()) == ({"created": BATCH + 1}, 0, 0)


def test_only_one_process_has_its_turn(jobs: Jobs, tmp_path: Path) -> None:
    other = Jobs(tmp_path / "jobs")
    with jobs.turn() as first, other.turn() as second:
        assert (first, second) == (True, False)
    with other.turn() as second:
        assert second


def test_jobs_are_carried_out_in_the_order_of_their_acceptance(jobs: Jobs, catalogue: Catalogue) -> None:
    for title in ("一", "二", "三"):
        accepted(jobs, course("a", title))
        time.sleep(0.002)  # as requests that follow upon each other do
    wait_for_end(jobs, catalogue)
    assert [resource.title for resource in catalogue.find(["a"])] == ["三"]


def test_no_job_overtakes_one_that_the_end_of_the_service_left(jobs: Jobs, catalogue: Catalogue) -> None:
    first = accepted(jobs, *map(course, range(20 * BATCH)))
    time.sleep(0.002)
    second = accepted(jobs, course(0, "后来的"))
    with JobRunner(jobs, catalogue, subjects=lambda text: text):
        while not jobs.get(first.id).done:
            time.sleep(0.001)
    assert [job.id for job in jobs.unfinished()] == [first.id, second.id]
    assert jobs.get(second.id) == second
    wait_for_end(jobs, catalogue)
    assert [resource.title for resource in catalogue.find(["0"])] == ["后来的"]


def test_a_job_that_meets_a_bug_fails_and_holds_up_no_other(jobs: Jobs, catalogue: Catalogue) -> None:
    def subjects(text: str) -> str:
        raise ZeroDivisionError(text)

    failing = accepted(jobs, *map(course, range(BATCH)), {**course("x"), "subjects": ["医学"]})
    time.sleep(0.002)
    good = accepted(jobs, course("y"))
    wait_for_end(jobs, catalogue, subjects=subjects)
    assert (jobs.get(failing.id).state, jobs.get(failing.id).done) == ("failed", BATCH)
    assert "重新送" in jobs.get(failing.id).failure
    assert jobs.get(good.id).state == "done"
    assert (catalogue.get("x"), catalogue.get("y") is None) == (None, False)


def test_old_jobs_and_bodies_that_never_became_jobs_go(
    jobs: Jobs, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = carried_out(jobs, catalogue, accepted(jobs, course("a")))
    waiting = accepted(jobs, course("b"))
    young, old = (jobs.spool(new_identifier()).parent for _ in range(2))
    os.utime(old, (0, 0))
    jobs.clean()
    assert (young.exists(), old.exists(), jobs.get(job.id).state) == (True, False, "done")
    monkeypatch.setattr("corpus.jobs.KEPT", -1)
    jobs.clean()
    with pytest.raises(NotFound):
        jobs.get(job.id)
    assert jobs.unfinished() == [waiting]


@pytest.mark.slow
def test_kills_at_any_moment_lose_nothing_and_do_nothing_twice(
    jobs: Jobs, catalogue: Catalogue, tmp_path: Path
) -> None:
    """Two workers share a state directory and are killed again and again, until the jobs are done."""
    count = 20 * BATCH
    first = accepted(jobs, *map(course, range(count)))
    time.sleep(0.002)
    second = accepted(jobs, *({"delete": str(id)} for id in range(0, count, 2)))
    chance, kills = random.Random(7), 0
    while jobs.unfinished():
        workers = [worker(tmp_path), worker(tmp_path)]
        deadline = time.monotonic() + chance.uniform(0.05, 0.6) + 60 * (kills >= 8)
        while jobs.unfinished() and time.monotonic() < deadline:
            time.sleep(0.01)
        for process in workers:
            process.kill()
            process.communicate()
        kills += 1
    assert kills > 2, "it was too fast to be killed"
    assert (jobs.get(first.id).state, jobs.get(second.id).state) == ("done", "done")
    assert [row for row, _ in told(jobs, first)] == [*range(1, count + 1)]
    assert [row for row, _ in told(jobs, second)] == [*range(1, count // 2 + 1)]
    assert catalogue.seq() == count + count // 2, "each row was written once"
    assert {json.loads(row.body)["id"] for row in catalogue.scan()} == {str(id) for id in range(1, count, 2)}


def worker(state: Path) -> "subprocess.Popen[str]":
    process = subprocess.Popen(
        [sys.executable, "-c", WORKER, str(state), url(state)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    assert process.stdout.readline() == "ready\n"
    return process


def wait_for_end(jobs: Jobs, catalogue: Catalogue, *, subjects: Any = lambda text: text) -> None:
    with JobRunner(jobs, catalogue, subjects=subjects):
        while jobs.unfinished():
            time.sleep(0.01)
