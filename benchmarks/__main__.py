"""Measures this service beside the engines that one would pick otherwise, and writes benchmarks/RESULTS.md.

usage: .venv/bin/pip install --require-hashes --no-build-isolation -r locks/bench.txt   (and apt: python3-xapian)
       .venv/bin/python -m benchmarks [PART …] [--million] [--catalogue STATE] [--data DIR] [--work DIR]

kernel     the same words for every engine, 10,000 and 100,000 documents (and 1,000,000: some minutes, 8 GB)
catalogue  the catalogue of a state directory (XUEJING_STATE=DIR ./run import FILE makes one): text to hits, first index
http       requests a second: synthetic documents, and that catalogue; one and two workers
freshness  how soon a change of that catalogue is seen
report     writes the page from what was measured so far; each part does so too

What is made and measured is kept in the work directory: a part can be measured alone, indexes are not built twice.
"""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

os.environ.setdefault("NUMBA_CACHE_DIR", str(Path(__file__).resolve().parent.parent / ".cache" / "numba"))

from benchmarks import http_race, real_catalogue
from benchmarks.corpus import Corpus, synthetic
from benchmarks.costs import cost
from benchmarks.engines import available
from benchmarks.kernel_race import race
from benchmarks.living import freshness
from benchmarks.machine import machine
from benchmarks.report import write_report
from benchmarks.running_service import Service, running
from benchmarks.synthetic_catalogue import write_catalogue
from corpus.revision import shipped_revision
from index.snapshot import open_snapshot

ROOT = Path(__file__).resolve().parent.parent
PARTS = ("kernel", "catalogue", "http", "freshness", "report")
PEERS = ("Whoosh", "tantivy", "bm25s (numba)", "SQLite FTS5", "xapian")
"""Engines that can stand behind the same segmenter on the catalogue."""
MOST_FOR_WHOOSH = 200_000
"""Documents; it writes some hundred of them a second."""


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__, formatter_class=_Plain)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], metavar="PART")
    parser.add_argument("--sizes", nargs="+", type=int, default=[10_000, 100_000])
    parser.add_argument("--million", action="store_true")
    parser.add_argument("--engines", nargs="+", help="names as on the page; all that are installed")
    parser.add_argument("--blocks", type=int, default=20)
    parser.add_argument("--catalogue", type=Path, help="a state directory")
    parser.add_argument(
        "--data", type=Path, default=Path(os.environ.get("XUEJING_DATA") or ROOT.parent / "shared/data")
    )
    parser.add_argument("--workers", nargs="+", type=int, default=[1, 2])
    parser.add_argument("--http-documents", type=int, default=100_000)
    parser.add_argument("--work", type=Path, default=ROOT / ".cache" / "benchmarks")
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks" / "RESULTS.md")
    asked = parser.parse_args(arguments)
    parts = asked.parts or PARTS
    (asked.work / "results").mkdir(parents=True, exist_ok=True)
    if "kernel" in parts:
        for size in [*asked.sizes, *([1_000_000] if asked.million else [])]:
            measure_kernel(asked, size)
    if "catalogue" in parts and _has_catalogue(asked):
        measure_catalogue(asked)
    if "http" in parts:
        measure_http(asked)
    if "freshness" in parts and _has_catalogue(asked):
        measure_freshness(asked)
    write_report(asked.work / "results", asked.out)
    print(f"written: {asked.out}")


class _Plain(argparse.RawDescriptionHelpFormatter):
    pass


def measure_kernel(asked: argparse.Namespace, size: int) -> None:
    """Costs and race of every engine at one size."""
    directory = asked.work / str(size)
    if not (directory / "documents.txt").exists():
        print(f"{size:,} documents: making")
        synthetic(size).save(directory)
    versions, missing = available()
    names = [name for name in asked.engines or versions if name in versions]
    if size > MOST_FOR_WHOOSH and "Whoosh" in names:
        names.remove("Whoosh")
        missing.append(f"Whoosh (not asked to write {size:,} documents)")
    costs = {name: engine_costs(name, directory) for name in names}
    result = {
        "documents": size,
        "machine": machine(),
        "versions": versions,
        "missing": missing,
        "costs": costs,
        "race": race(directory, names, blocks=asked.blocks),
    }
    _keep(asked, f"kernel-{size}", result)


def engine_costs(name: str, directory: Path) -> dict[str, float]:
    """What building took, remembered with the index, and what opening takes once everything is in the caches."""
    built = directory / f"{name}.json"
    if not built.exists():
        print(f"  {name}: building")
        built.write_text(json.dumps(cost("build", name, directory)))
    cost("open", name, directory)  # compiled code and files are in their caches from here on
    costs: dict[str, float] = json.loads(built.read_text()) | cost("open", name, directory)
    return costs


def measure_catalogue(asked: argparse.Namespace) -> None:
    """From the database to the first answer, and from text to hits."""
    work = asked.work / "catalogue"
    texts = real_catalogue.dev_queries(asked.data)
    with http_race.copied(asked.catalogue) as state:
        if not (work / "documents.txt").exists():
            real_catalogue.words_of(open_snapshot(state, revision=shipped_revision()).base).save(work)
        versions, missing = available()
        peers = [name for name in PEERS if name in versions and name in (asked.engines or PEERS)]
        costs = {name: engine_costs(name, work) for name in peers}
        result = {
            "documents": len(Corpus.load(work)),
            "machine": machine(),
            "versions": versions,
            "missing": missing,
            "costs": costs,
            "queries": len(texts),
            "text": real_catalogue.text_race(state, work, texts, peers, blocks=asked.blocks),
            "first index": real_catalogue.first_indexes(state, work),
        }
    _keep(asked, "catalogue", result)


def measure_http(asked: argparse.Namespace) -> None:
    """Requests a second over the synthetic documents, and over the catalogue where one is given."""
    states = {"synthetic": (synthetic_state(asked), *http_race.synthetic_texts(asked.work / str(asked.http_documents)))}
    if _has_catalogue(asked):
        texts = real_catalogue.dev_queries(asked.data)
        states["catalogue"] = asked.catalogue, texts, texts[:200]
    for name, (state, texts, interests) in states.items():
        runs = [http_race.http_race(state, texts, interests, workers=workers) for workers in asked.workers]
        documents = len(open_snapshot(state, revision=shipped_revision()))
        _keep(asked, f"http-{name}", {"documents": documents, "machine": machine(), "runs": runs})


def synthetic_state(asked: argparse.Namespace) -> Path:
    """A state directory with the synthetic documents in it."""
    state, directory = asked.work / f"state-{asked.http_documents}", asked.work / str(asked.http_documents)
    if not (directory / "documents.txt").exists():
        synthetic(asked.http_documents).save(directory)
    if not (state / "imported").exists():
        write_catalogue(Corpus.load(directory), directory / "synthetic.jsonl")
        command = [sys.executable, "-m", "api.commands", "import", str(directory / "synthetic.jsonl")]
        subprocess.run(command, check=True, cwd=ROOT, env={**os.environ, "XUEJING_STATE": str(state)})
        (state / "imported").touch()
    return state


def measure_freshness(asked: argparse.Namespace) -> None:
    """How soon a change is seen, and how soon a service answers that is started with everything in its caches."""
    with http_race.copied(asked.catalogue) as state:
        service = Service(state, workers=2)
        with running(service):
            seen = freshness(service, changes=100, searches=200)
        starts = []
        for _ in range(3):
            took = service.start()
            starts.append(took + service.wait_until_ready())
            service.stop()
    result = {"seen": seen.waited, "searches": seen.searches, "failed": dict(seen.failed), "starts": starts}
    _keep(asked, "freshness", result | {"machine": machine()})


def _has_catalogue(asked: argparse.Namespace) -> bool:
    if asked.catalogue is None or not asked.data.is_dir():
        print("left out: parts that need --catalogue STATE and the judgment files (--data DIR)")
        return False
    return True


def _keep(asked: argparse.Namespace, name: str, result: dict[str, Any]) -> None:
    file = asked.work / "results" / f"{name}.json"
    file.write_text(json.dumps(result, indent=1, ensure_ascii=False))
    print(f"measured: {name}")
    write_report(asked.work / "results", asked.out)


if __name__ == "__main__":
    main(sys.argv[1:])
