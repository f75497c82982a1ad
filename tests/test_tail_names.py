"""Names follow the catalogue: what is hidden or deleted is named nowhere any more, and what is new is found."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from corpus.catalogue import Catalogue
from corpus.resource import Resource
from corpus.revision import Revision, shipped_revision
from index.indexing import compile_index
from index.query import Query
from index.search import search
from index.snapshot import Snapshot
from index.snapshot_keeper import SnapshotKeeper
from index.suggestions import suggest

NOW = 1_780_000_000
TAIJI = Resource(id="c:1", kind="course", title="太极拳入门", creators=("王建国",))
SAME = Resource(id="c:2", kind="course", title="太极拳入门", creators=("赵小兰",))
PYTHON = Resource(id="b:1", kind="book", title="Kubernetes实战")
HIDDEN = Resource(id="b:2", kind="book", title="敦煌壁画", status="hidden")
NOVEL = Resource(id="b:3", kind="book", title="红楼梦")
VOLUME = Resource(id="b:4", kind="book", title="紅樓夢（上）")
CAMP = Resource(id="a:1", kind="activity", title="夜游拙政园", starts_at="2026-05-01T01:00:00Z")
LATER = Resource(id="a:2", kind="activity", title="夜游拙政园", starts_at="2026-12-01T01:00:00Z")
RESOURCES = (TAIJI, PYTHON, HIDDEN, NOVEL, VOLUME, CAMP, LATER)


class Living:
    """A catalogue and the snapshots that follow it."""

    def __init__(self, state: Path, revision: Revision) -> None:
        self.catalogue = Catalogue.open(f"sqlite:///{state}/catalogue.db")
        self._keeper = SnapshotKeeper(state, revision=revision, catalogue=self.catalogue)

    def write(self, *resources: Resource) -> Snapshot:
        self.catalogue.write(resources)
        return self._keeper.settle()

    def delete(self, *ids: str) -> Snapshot:
        self.catalogue.delete(ids)
        return self._keeper.settle()


@pytest.fixture(scope="module")
def curated() -> Revision:
    return replace(shipped_revision(), phrases=("太极拳",))


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory, dictionaries: Path, curated: Revision) -> Path:
    """A state directory with its index."""
    state = tmp_path_factory.mktemp("compiled")
    (state / "cache").symlink_to(dictionaries)
    catalogue = Catalogue.open(f"sqlite:///{state}/catalogue.db")
    catalogue.write(RESOURCES)
    compile_index(catalogue, state, revision=curated, progress=lambda *step: None)
    catalogue.close()
    return state


@pytest.fixture
def living(compiled: Path, tmp_path: Path, curated: Revision) -> Iterator[Living]:
    state = tmp_path / "state"
    shutil.copytree(compiled, state, symlinks=True)
    living = Living(state, curated)
    yield living
    living.catalogue.close()


def suggested(snapshot: Snapshot, typed: str) -> list[str]:
    return [completion.text for completion in suggest(snapshot, typed, limit=20, at=NOW).completions]


def guessed(snapshot: Snapshot, text: str) -> str:
    return search(snapshot, Query(text=text, at=NOW)).interpretation.corrected


def found(snapshot: Snapshot, text: str) -> list[str]:
    return sorted(hit.id for hit in search(snapshot, Query(text=text, at=NOW)).hits)


def test_what_is_hidden_is_named_nowhere_until_it_is_shown_again(living: Living) -> None:
    hidden = living.write(replace(PYTHON, status="hidden"))
    assert (suggested(hidden, "Kuber"), guessed(hidden, "kubernets"), found(hidden, "标题:kubernetes")) == ([], "", [])
    shown = living.write(PYTHON)
    assert suggested(shown, "Kuber") == [PYTHON.title]
    assert guessed(shown, "kubernets") == "kubernetes"
    assert found(shown, "标题:kubernetes") == ["b:1"]


def test_what_was_hidden_when_the_base_was_compiled_can_be_shown(living: Living) -> None:
    hidden = living.write(replace(TAIJI, popularity=7))
    assert (suggested(hidden, "敦煌"), guessed(hidden, "dunhuangbihua"), guessed(hidden, "敦黄壁画")) == ([], "", "")
    shown = living.write(replace(HIDDEN, status="active"))
    assert suggested(shown, "敦煌") == suggested(shown, "dunh") == ["敦煌壁画"]
    assert guessed(shown, "dunhuangbihua") == guessed(shown, "敦黄壁画") == "敦煌壁画"
    assert found(shown, "标题:敦煌") == ["b:2"]


def test_a_name_lives_as_long_as_one_of_its_holders(living: Living) -> None:
    living.write(SAME)
    one_left = living.delete("c:1")
    assert "太极拳入门" in suggested(one_left, "太极")
    assert guessed(one_left, "太级拳入门") == "太极拳入门"
    assert (suggested(one_left, "王建"), suggested(one_left, "赵小")) == ([], ["赵小兰"])
    none_left = living.delete("c:2")
    assert "太极拳入门" not in suggested(none_left, "太极")
    assert guessed(none_left, "太级拳入门") == ""


def test_a_name_that_stands_only_in_what_is_over_is_over(living: Living) -> None:
    assert suggested(living.write(replace(TAIJI, popularity=1)), "夜游") == ["夜游拙政园"]
    after = living.delete("a:2")
    assert (suggested(after, "夜游"), guessed(after, "yeyouzhuozhengyuan")) == ([], "")


def test_what_curators_wrote_stays(living: Living) -> None:
    after = living.delete("c:1")
    assert suggested(after, "太极") == ["太极拳"]
    assert guessed(after, "太级拳") == "太极拳"


def test_a_suggestion_is_written_as_a_living_resource_writes_it(living: Living) -> None:
    assert suggested(living.write(replace(TAIJI, popularity=1)), "红楼") == ["红楼梦"]
    assert suggested(living.delete("b:3"), "红楼") == ["紅樓夢"]
    assert suggested(living.delete("b:4"), "红楼") == []


NEW = Resource(id="c:9", kind="course", title="碑帖鉴赏课堂", creators=("欧阳若水",), subjects=("金石篆刻",))


def test_a_new_title_is_found_in_every_way(living: Living) -> None:
    after = living.write(NEW)
    for typed in ("碑帖", "beitie", "btjs", "bei帖", "碑铁"):
        assert suggested(after, typed) == [NEW.title], typed
    assert suggested(after, "欧阳") == suggested(after, "ouyangruo") == ["欧阳若水"]
    assert suggested(after, "金石") == ["金石篆刻"]
    for text in ("beitiejianshang", "碑贴鉴赏", "碑帖监赏课堂", "碑帖赏鉴课堂"):
        assert len(guessed(after, text)) > 3, text
        assert guessed(after, text) in NEW.title
        assert found(after, text) == ["c:9"], text
    for text in ("标题:鉴赏", '"碑帖鉴赏"', "作者:欧阳若水", "学科:金石篆刻 NOT 标题:太极", "标题:碑*"):
        assert found(after, text) == ["c:9"], text
    assert "c:9" not in found(after, "标题:太极 OR NOT 学科:金石篆刻")


def test_a_new_name_is_not_corrected(living: Living) -> None:
    assert guessed(living.write(replace(TAIJI, popularity=1)), "红楼孟") == "红楼梦"
    assert guessed(living.write(replace(NEW, title="红楼孟")), "红楼孟") == ""


def test_a_replaced_title_gives_way_to_the_new_one_each_time(living: Living) -> None:
    first = living.write(replace(TAIJI, title="八段锦养生功"))
    second = living.write(replace(TAIJI, title="五禽戏养生功"))
    assert suggested(first, "八段") == ["八段锦养生功"]  # who still reads the state before sees no change
    assert (suggested(second, "八段"), suggested(second, "太极拳入")) == ([], [])
    assert suggested(second, "五禽") == suggested(second, "wuqin") == ["五禽戏养生功"]
    assert (guessed(second, "八断锦"), guessed(second, "五勤戏")) == ("", "五禽戏")
    assert (found(second, "标题:八段锦"), found(second, "标题:太极拳"), found(second, "标题:五禽戏")) == (
        [],
        [],
        ["c:1"],
    )


def test_one_suggestion_for_a_name_of_base_and_tail(living: Living) -> None:
    assert suggested(living.write(replace(NEW, title="红楼梦（下）")), "红楼") == ["红楼梦"]


def test_a_word_that_stands_as_one_anywhere_is_looked_for_as_one_everywhere(living: Living) -> None:
    assert found(living.write(replace(NEW, title="Kubernetesx入门")), "标题:kubernetes") == ["b:1"]
    assert found(living.write(replace(NEW, title="评弹入门")), "标题:kube") == ["b:1"]
    assert found(living.write(replace(NEW, title="Kube入门")), "标题:kube") == ["c:9"]


@pytest.mark.parametrize("size", [31, 32, 300])
def test_however_long_the_tail_is(living: Living, size: int) -> None:
    digits = "零一二三四五六七八九"
    titles = ["".join(digits[int(d)] for d in f"{number:03}") + "号工坊" for number in range(size)]
    living.write(*(Resource(id=f"w:{n}", kind="course", title=title) for n, title in enumerate(titles)))
    after = living.delete("w:5")
    for number in {0, 30, size - 1} - {5}:
        assert suggested(after, titles[number]) == [titles[number]]
        assert f"w:{number}" in found(after, f"标题:{titles[number]}")
    assert (suggested(after, titles[5]), found(after, f"标题:{titles[5]}")) == ([], [])
    assert search(after, Query(text="标题:工坊", at=NOW)).total == size - 1


ANSWERS = """
import sys
from pathlib import Path
from test_tail_names import NEW, Living, replace, shipped_revision, suggested

living = Living(Path(sys.argv[1]), replace(shipped_revision(), phrases=("太极拳",)))
print(suggested(living.write(NEW), "beitie"), "pypinyin" in sys.modules)
"""


def test_the_dictionaries_of_readings_stay_out_of_a_process_that_answers(compiled: Path, tmp_path: Path) -> None:
    state = shutil.copytree(compiled, tmp_path / "state", symlinks=True)
    tests = Path(__file__).parent
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, (tests, tests.parent)))}
    command = [sys.executable, "-c", ANSWERS, str(state)]
    told = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    assert told.stdout.strip() == "['碑帖鉴赏课堂'] False"
