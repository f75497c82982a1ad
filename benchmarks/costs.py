"""What an engine takes to build and to open: measured in a process of its own, which prints it.

usage: python -m benchmarks.costs build|open ENGINE CORPUS
"""

import json
import os
import resource
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.corpus import Corpus
from benchmarks.engines import ALL

ROOT = Path(__file__).resolve().parent.parent
_ASKED = 200
"""Queries before memory is looked at."""


def cost(action: str, engine: str, corpus: Path) -> dict[str, Any]:
    """Does it in another process, and returns what it measured."""
    command = [sys.executable, "-m", "benchmarks.costs", action, engine, str(corpus)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(ROOT)})
    measured: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return measured


def build(engine: str, corpus: Path) -> dict[str, float]:
    """Builds the index anew."""
    directory = corpus / engine
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir()
    documents = Corpus.load(corpus)
    before = megabytes("VmRSS")
    began, used = time.perf_counter(), _processor_seconds()
    ALL[engine].build(documents, directory)
    seconds, used = time.perf_counter() - began, _processor_seconds() - used
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1000
    peak = children if children > before else megabytes("VmHWM")
    return {"build_s": seconds, "build_cpu_s": used, "build_mb": peak, "disk_mb": size_of(directory)}


def _processor_seconds() -> float:
    """Of this process and those it waited for: what a busy machine does not change much."""
    return sum(os.times()[:4])


def open_and_ask(engine: str, corpus: Path) -> dict[str, float]:
    """Opens the index, files in the system's cache, and asks."""
    documents = Corpus.load(corpus)
    asked = [documents.document(number)[::40] for number in range(_ASKED)]
    before = megabytes("VmRSS")
    began = time.perf_counter()
    opened = ALL[engine](documents, corpus / engine)
    _ask(opened, asked[:1])
    seconds = time.perf_counter() - began
    _ask(opened, asked)
    resident = megabytes("VmRSS", opened.pid) if hasattr(opened, "pid") else megabytes("VmRSS") - before
    return {"open_ms": seconds * 1000, "resident_mb": resident}


def _ask(opened: Any, asked: list[Any]) -> None:
    if hasattr(opened, "answers"):
        opened.answers(asked)
        return
    for terms in asked:
        call = opened.plain(terms) or opened.profile(terms, (terms * 0 + 1).astype("float32"))
        call()


def size_of(directory: Path) -> float:
    """Megabytes of all files in a directory."""
    return sum(file.stat().st_size for file in directory.rglob("*") if file.is_file()) / 1e6


def megabytes(name: str, pid: int | str = "self") -> float:
    """VmRSS (now) or VmHWM (at most) of a process."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:")) / 1000


if __name__ == "__main__":
    action, engine, corpus = sys.argv[1:]
    print(json.dumps({"build": build, "open": open_and_ask}[action](engine, Path(corpus))))
