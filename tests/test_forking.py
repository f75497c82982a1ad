import multiprocessing
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

from index.forking import forked_pool


def _report_and_wait(reported: Path) -> None:
    reported.with_suffix(".part").write_text(str(os.getpid()))
    reported.with_suffix(".part").rename(reported)
    time.sleep(60)


def _start_worker(reported: Path) -> None:
    with forked_pool(1) as pool:
        pool.submit(_report_and_wait, reported)


def _wait_for(condition: Callable[[], bool], seconds: float = 20) -> bool:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def _has_ended(process: int) -> bool:
    status = Path(f"/proc/{process}/stat")
    return not status.exists() or status.read_text().rpartition(")")[2].split()[0] == "Z"


def test_workers_end_when_their_parent_is_killed(tmp_path: Path) -> None:
    reported = tmp_path / "worker"
    parent = multiprocessing.get_context("fork").Process(target=_start_worker, args=(reported,))
    parent.start()
    assert _wait_for(reported.exists)
    assert parent.pid is not None
    os.kill(parent.pid, signal.SIGKILL)
    parent.join()
    worker = int(reported.read_text())
    assert _wait_for(lambda: _has_ended(worker))
