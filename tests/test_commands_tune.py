"""`xuejing tune`, as a curator runs it."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from corpus.resource import Resource
from corpus.revision import SHIPPED_REVISION
from corpus.tuning import numbers_of, parse_tuning
from index.snapshot import Snapshot

Call = Callable[..., tuple[int, str, str]]

TEXT = (SHIPPED_REVISION / "tuning.toml").read_text(encoding="utf-8")
WORDS = ("书法", "国画", "摄影", "编程", "养生", "园艺", "合唱", "陶艺", "剪纸", "茶道")


@pytest.fixture(scope="module")
def state(snapshot_of: Callable[..., Snapshot]) -> Path:
    """Tags and descriptions that name the same things."""
    resources = [
        resource
        for word in WORDS
        for resource in (
            Resource(id=f"b:{word}", kind="book", title="入门", tags=(word,)),
            Resource(id=f"c:{word}", kind="course", title="春季班", description=f"{word}老师讲{word}，{word}又{word}"),
        )
    ]
    return snapshot_of(*resources).base.directory.parent.parent


@pytest.fixture
def descriptions(tmp_path: Path) -> Path:
    """Questions answered by what has the word in its description: tags count for too much."""
    return written(tmp_path / "search-descriptions.jsonl", "c")


@pytest.fixture
def tags(tmp_path: Path) -> Path:
    """Questions answered by tags, as they are."""
    return written(tmp_path / "search-tags.jsonl", "b")


def written(path: Path, prefix: str) -> Path:
    rows = [{"id": word, "query": word, "relevant": [f"{prefix}:{word}"]} for word in WORDS]
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
    return path


def test_a_better_number_is_proposed_and_written(xuejing: Call, descriptions: Path, tmp_path: Path) -> None:
    out = tmp_path / "tuning.toml"
    code, said, notes = xuejing("tune", str(descriptions), "--only", "search.fields.description", "--out", str(out))
    assert code == 0
    for text in ("search-descriptions", "95% 区间", "search.fields.description", "5 次", "建议采用"):
        assert text in said
    assert str(out) in notes
    new = out.read_text(encoding="utf-8")
    assert [line for line in new.splitlines() if line.startswith("#")] == [
        line for line in TEXT.splitlines() if line.startswith("#")
    ]
    assert parse_tuning(new) != parse_tuning(TEXT)
    code, said, _ = xuejing("tune", str(descriptions), "--check", str(out))
    assert code == 0
    assert "比现在的数字好" in said


def test_as_json(xuejing: Call, descriptions: Path) -> None:
    _, out, _ = xuejing("tune", str(descriptions), "--only", "search.fields.description", "--folds", "3", "--json")
    answer = json.loads(out)
    assert answer["tried"] == ["search.fields.description"]
    [change] = answer["changes"]
    assert change["old"] == numbers_of(parse_tuning(TEXT))["search.fields.description"]
    assert change["folds"] == 3
    assert answer["worthwhile"] is True
    assert answer["sets"][0]["difference"]["low"] > 0
    assert answer["release"] == "0.20.20"


def test_numbers_that_are_right_stay(xuejing: Call, tags: Path, tmp_path: Path) -> None:
    out = tmp_path / "tuning.toml"
    code, said, _ = xuejing("tune", str(tags), "--only", "prior", "--out", str(out))
    assert code == 0
    assert "现在的数字不必改" in said
    assert out.read_text(encoding="utf-8") == TEXT


def test_numbers_from_elsewhere_are_checked(xuejing: Call, tags: Path, descriptions: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.toml"
    other.write_text(TEXT.replace("description = 0.3", "description = 100.0"), encoding="utf-8")
    _, said, _ = xuejing("tune", str(tags), str(descriptions), "--check", str(other))
    assert "search-tags 反而变差" in said
    _, out, _ = xuejing("tune", str(tags), "--check", str(other), "--json")
    assert json.loads(out)["worthwhile"] is False


def test_too_few_questions_have_no_interval(xuejing: Call, tmp_path: Path) -> None:
    (tmp_path / "one.jsonl").write_text('{"id": "1", "query": "书法", "relevant": ["b:书法"]}', encoding="utf-8")
    code, out, _ = xuejing("tune", str(tmp_path / "one.jsonl"), "--only", "prior", "--json")
    assert code == 0
    assert json.loads(out)["difference"]["low"] is None
    _, said, _ = xuejing("tune", str(tmp_path / "one.jsonl"), "--only", "prior")
    assert "题目太少" in said


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("--only", "search.k2"), 2, "没有“search.k2”这个数字"),
        (("--folds", "1"), 2, "--folds"),
        (("--check", "a.toml", "--only", "prior"), 2, "不与 --only"),
        (("--only", "similarity"), 1, "不影响评判集"),
        (("--check", "nowhere.toml"), 1, "缺少这个文件"),
    ],
    ids=["unknown", "folds", "both", "idle", "missing"],
)
def test_what_is_at_fault_is_said(
    xuejing: Call, tags: Path, arguments: tuple[str, ...], code: int, message: str
) -> None:
    got, out, err = xuejing("tune", str(tags), *arguments)
    assert got == code
    assert out == ""
    assert message in err


def test_answers_of_another_catalogue_are_refused(xuejing: Call, tmp_path: Path) -> None:
    (tmp_path / "other.jsonl").write_text('{"id": "1", "query": "书法", "relevant": ["x:1"]}', encoding="utf-8")
    code, _, err = xuejing("tune", str(tmp_path / "other.jsonl"))
    assert code == 1
    assert "一个也没有" in err
