"""The index build: what stands is whole, what was killed is made again, and answers do not depend on how it ran."""

import gc
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from corpus.catalogue import Catalogue
from corpus.errors import Unavailable
from corpus.resource import Resource
from corpus.revision import Revision
from index.base import open_base, verify_base
from index.indexing import compile_base, compile_index, is_current
from index.query import Query
from index.search import search
from index.snapshot import open_snapshot
from index.snapshot_keeper import SnapshotKeeper

ROOT = Path(__file__).resolve().parent.parent
TITLES = [
    "太极拳入门",
    "二十四式太极拳",
    "四季养生",
    "Python 编程",
    "余华与活着",
    "书法临帖",
    "智能手机使用",
    "苏绣针法",
]


def resources(count: int) -> list[Resource]:
    return [
        Resource(id=f"c:{i}", kind="course", title=f"{TITLES[i % len(TITLES)]}第{i}讲", tags=("示例",))
        for i in range(count)
    ]


@pytest.fixture
def catalogue(state: Path) -> Iterator[Catalogue]:
    catalogue = Catalogue.open(f"sqlite:///{state}/catalogue.db")
    yield catalogue
    catalogue.close()


@pytest.fixture
def build(catalogue: Catalogue, state: Path, revision: Revision) -> Callable[..., list[tuple[str, int, int]]]:
    """Compiles, and says which progress it made."""

    def build(**options: bool) -> list[tuple[str, int, int]]:
        steps: list[tuple[str, int, int]] = []
        compile_index(catalogue, state, revision=revision, progress=lambda *step: steps.append(step), **options)
        return steps

    return build


def found(state: Path, revision: Revision, text: str = "太极拳") -> list[str]:
    return [hit.id for hit in search(open_snapshot(state, revision=revision), Query(text=text, limit=50)).hits]


@pytest.mark.slow
def test_what_is_in_the_catalogue_is_found(
    catalogue: Catalogue, build: Callable[..., list], state: Path, revision: Revision
) -> None:
    with pytest.raises(Unavailable) as missing:
        open_snapshot(state, revision=revision)
    assert missing.value.code == "no-index"
    catalogue.write(resources(8))
    assert not is_current(catalogue, state, revision=revision)
    assert ("base", 8, 8) in build()
    assert is_current(catalogue, state, revision=revision)
    assert set(found(state, revision)) == {"c:0", "c:1"}
    assert set(found(state, revision, "书名:养生")) == {"c:2"}
    assert build() == []


def test_cycles_are_looked_for_again_after_a_build(catalogue: Catalogue, state: Path, revision: Revision) -> None:
    during: list[bool] = []
    compile_base(catalogue, state, revision=revision, progress=lambda *_: during.append(gc.isenabled()))
    assert (during, gc.isenabled()) == ([False], True)


@pytest.mark.slow
def test_only_the_newest_and_the_last_base_are_kept(
    catalogue: Catalogue, build: Callable[..., list], state: Path, revision: Revision
) -> None:
    for count in (1, 2, 3):
        catalogue.write(resources(count))
        build()
    for kind in ("bases", "suggestions", "whoosh"):
        assert sorted(path.name for path in (state / kind).iterdir()) == ["0-2", "0-3"]


@pytest.mark.slow
def test_withdrawn_and_hidden_resources_are_not_found(
    catalogue: Catalogue, build: Callable[..., list], state: Path, revision: Revision
) -> None:
    first, second, *_ = resources(2)
    catalogue.write([first, second])
    build()
    catalogue.write([replace(first, status="hidden"), replace(second, status="withdrawn")])
    build()
    assert found(state, revision) == []


@pytest.mark.slow
def test_a_keeper_swaps_to_a_newer_base(
    catalogue: Catalogue, build: Callable[..., list], state: Path, revision: Revision
) -> None:
    catalogue.write(resources(1))
    build()
    keeper = SnapshotKeeper(state, revision=revision, look_every=0)
    before = keeper.current
    assert keeper.current is before
    catalogue.write(resources(2))
    build()
    assert keeper.settle().release == "0.2.2"
    assert len(before) == 1


@pytest.mark.slow
def test_the_base_with_the_last_change_answers_whatever_the_clock_says(
    catalogue: Catalogue, build: Callable[..., list], state: Path, revision: Revision
) -> None:
    catalogue.write(resources(1))
    build()
    kept = list((state / "bases").iterdir())
    catalogue.write(resources(2))
    build()
    os.utime(kept[0])
    assert open_snapshot(state, revision=revision).release == "0.2.2"


@pytest.mark.slow
def test_an_empty_catalogue_has_an_index_too(build: Callable[..., list], state: Path, revision: Revision) -> None:
    build()
    assert found(state, revision, "") == []


@pytest.mark.slow
@pytest.mark.parametrize("harm", ["truncated", "missing", "manifest", "format"])
def test_a_damaged_base_is_refused_and_built_again(
    catalogue: Catalogue, build: Callable[..., list], state: Path, revision: Revision, harm: str
) -> None:
    catalogue.write(resources(8))
    build()
    base = state / "bases" / "0-8"
    part, manifest = base / "bm25f.npy", base / "manifest.json"
    if harm == "truncated":
        part.write_bytes(part.read_bytes()[:-4])
    elif harm == "missing":
        part.unlink()
    elif harm == "manifest":
        manifest.write_text("{")
    else:
        manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {"format": 99}))
    with pytest.raises(Unavailable):
        open_base(base)
    assert ("base", 8, 8) in build()
    assert set(found(state, revision)) == {"c:0", "c:1"}


@pytest.mark.slow
def test_a_changed_byte_is_seen_by_verification(catalogue: Catalogue, build: Callable[..., list], state: Path) -> None:
    catalogue.write(resources(8))
    build()
    part = state / "bases" / "0-8" / "bm25f.npy"
    assert verify_base(part.parent) == []
    content = bytearray(part.read_bytes())
    content[-1] ^= 1
    part.write_bytes(content)
    assert verify_base(part.parent) == ["bm25f"]


@pytest.mark.slow
def test_other_ranking_numbers_make_another_base(catalogue: Catalogue, state: Path, revision: Revision) -> None:
    catalogue.write(resources(8))
    heavier = replace(revision, tuning=replace(revision.tuning, k1=2.0))
    steps: list[object] = []
    for asked in (revision, heavier, heavier):
        compile_base(catalogue, state, revision=asked, progress=lambda *step: steps.append(step))
    assert len(steps) == 2


@pytest.mark.slow
def test_worker_processes_build_the_same_base(
    catalogue: Catalogue, state: Path, revision: Revision, monkeypatch: pytest.MonkeyPatch
) -> None:
    catalogue.write(resources(4500))
    manifests = []
    for parallel_from in (0, 10_000):
        monkeypatch.setattr("index.base_making._PARALLEL_FROM", parallel_from)
        directory = compile_base(catalogue, state, revision=revision, progress=lambda *_: None, full=True)
        manifests.append(open_base(directory).manifest)
    assert manifests[0] == manifests[1]
    assert manifests[0].hashes


BUILD = """
import sys
from pathlib import Path
from corpus.catalogue import Catalogue
from corpus.revision import shipped_revision
from index.indexing import compile_index
state = Path(sys.argv[1])
catalogue = Catalogue.open(f"sqlite:///{state}/catalogue.db")
print("ready", flush=True)
compile_index(catalogue, state, revision=shipped_revision(), progress=lambda *step: print(*step, flush=True))
"""


@pytest.mark.slow
@pytest.mark.parametrize("lines", [1, 3, 8, 10])
def test_after_kill_9_the_next_build_recovers(
    catalogue: Catalogue, build: Callable[..., list], state: Path, revision: Revision, lines: int
) -> None:
    catalogue.write(resources(6000))
    building = subprocess.Popen([sys.executable, "-c", BUILD, str(state)], stdout=subprocess.PIPE, cwd=ROOT, text=True)
    assert building.stdout is not None
    for _ in range(lines):
        building.stdout.readline()
    time.sleep(0.2)
    building.send_signal(signal.SIGKILL)
    building.wait()
    building.stdout.close()
    build()
    assert len(found(state, revision)) == 50
    for kind in ("bases", "suggestions", "whoosh"):
        assert [path.name for path in (state / kind).iterdir()] == ["0-6000"]
