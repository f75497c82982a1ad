"""`xuejing search`, `recommend` and `evaluate`, their usage errors, and the help."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from api.commands import COMMANDS
from corpus.catalogue import Catalogue
from corpus.resource import Resource
from index.snapshot import Snapshot

ROOT = Path(__file__).resolve().parent.parent

RESOURCES = (
    Resource(id="c:1", kind="course", title="书法入门", provider="社区学院", tags=("书法",), audience=("老年人",)),
    Resource(id="b:1", kind="book", title="楷书临帖", creators=("王老师",), tags=("书法", "楷书"), published="2020"),
    Resource(id="b:2", kind="book", title="四季养生", tags=("养生",), published="2010"),
    Resource(id="b:3", kind="book", title="[bold]活着[/bold]", creators=("余华",), free=True),
)


@pytest.fixture(scope="module")
def state(snapshot_of: Callable[..., Snapshot]) -> Path:
    state = snapshot_of(*RESOURCES).base.directory.parent.parent
    catalogue = Catalogue.open(f"sqlite:///{state}/catalogue.db")
    catalogue.write(RESOURCES)
    catalogue.close()
    return state


Call = Callable[..., tuple[int, str, str]]


def test_search_prints_a_table(xuejing: Call) -> None:
    code, out, err = xuejing("search", "书法")
    assert code == 0
    assert "书法入门" in out
    assert "社区学院" in out
    assert "课程" in out
    assert "按这些词查找：书法" in err
    assert "共 2 条" in err


def test_search_as_json_is_the_answer_of_http(xuejing: Call) -> None:
    code, out, _ = xuejing("search", "书法", "--kind", "book", "--json")
    assert code == 0
    answer = json.loads(out)
    assert answer["query_id"].startswith("q_")
    assert [item["id"] for item in answer["items"]] == ["b:1"]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (("--kind", "book", "--kind", "course"), {"c:1", "b:1", "b:2", "b:3"}),
        (("--audience", "老年人"), {"c:1"}),
        (("--year-from", "2015"), {"b:1"}),
        (("--free",), {"b:3"}),
        (("--provider", "社区学院"), {"c:1"}),
        (("--limit", "1", "--sort", "newest"), {"b:1"}),
    ],
)
def test_search_filters(xuejing: Call, options: tuple[str, ...], expected: set[str]) -> None:
    _, out, _ = xuejing("search", "", "--json", *options)
    assert {item["id"] for item in json.loads(out)["items"]} == expected


def test_what_looks_like_markup_is_text(xuejing: Call) -> None:
    code, out, _ = xuejing("search", "余华")
    assert code == 0
    assert "[bold]活着[/bold]" in out


def test_search_without_results_says_so(xuejing: Call) -> None:
    code, out, err = xuejing("search", "qwertyuiop")
    assert code == 0
    assert out == ""
    assert "没有结果" in err


def test_search_explains_scores(xuejing: Call) -> None:
    _, out, _ = xuejing("search", "余华", "--explain")
    assert "得分的组成" in out


def test_recommend_gives_reasons(xuejing: Call) -> None:
    known = ("--interest", "书法:2", "--interest", "养生", "--like", "c:1", "--like", "x:9")
    code, out, err = xuejing("recommend", *known)
    assert code == 0
    assert "楷书临帖" in out
    assert "书法入门" not in out.partition("理由")[0]
    assert "因为您关注" in out
    assert "目录里没有这些编号：x:9" in err


def test_recommend_as_json(xuejing: Call) -> None:
    _, out, _ = xuejing("recommend", "--interest", "养生", "--limit", "1", "--json")
    answer = json.loads(out)
    assert answer["personalized"] is True
    assert answer["items"][0]["id"] == "b:2"
    assert answer["items"][0]["reasons"][0]["code"] == "interest_terms"


def test_recommend_without_anything_known_is_labelled(xuejing: Call) -> None:
    code, _, err = xuejing("recommend")
    assert code == 0
    assert "以下是热门资源" in err


def test_evaluate(xuejing: Call, tmp_path: Path) -> None:
    rows = [
        {"id": "1", "type": "partial", "query": "书法入门", "relevant": ["c:1"]},
        {"id": "2", "type": "title", "query": "四季养生", "relevant": {"b:2": 2}},
        {"id": "3", "interests": ["书法"], "relevant": ["b:1"]},
    ]
    judgments = tmp_path / "search-tiny.dev.jsonl"
    judgments.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
    code, out, _ = xuejing("evaluate", str(judgments))
    assert code == 0
    for heading in ("nDCG@10", "MRR@10", "Success@3", "Recall@100", "search-tiny.dev", "partial", "±"):
        assert heading in out
    _, out, _ = xuejing("evaluate", str(judgments), "--json")
    [evaluation] = json.loads(out)
    assert [group["questions"] for group in evaluation["groups"]] == [3, 1, 1]
    assert set(evaluation["groups"][0]["metrics"]["nDCG@10"]) == {"mean", "standard_error"}


def test_a_broken_judgment_file_is_named(xuejing: Call, tmp_path: Path) -> None:
    (tmp_path / "bad.jsonl").write_text('{"id": 1}\n', encoding="utf-8")
    code, _, err = xuejing("evaluate", str(tmp_path / "bad.jsonl"))
    assert code == 1
    assert "bad.jsonl 第 1 行" in err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("foo",), "没有“foo”这个命令"),
        (("search",), "缺少参数“内容”"),
        (("search", "a", "b"), "多了参数：b"),
        (("search", "a", "--colour", "red"), "没有“--colour”这个选项"),
        (("search", "a", "--limit", "many"), "选项“--limit”的值不对，应是整数"),
        (("search", "a", "--limit", "51"), "limit：应不大于 50"),
        (("search", "a", "--limit"), "选项“--limit”的用法不对"),
        (("search", "a", "--kind", "video"), "kind：应是 course、book、activity、place、story 之一"),
        (("evaluate",), "缺少参数“评判文件…”"),
        (("serve", "--port", "70000"), "设置 XUEJING_PORT 不对：应不大于 65535"),
    ],
    ids=ascii,
)
def test_a_wrong_use_is_said_in_chinese(xuejing: Call, arguments: tuple[str, ...], message: str) -> None:
    code, out, err = xuejing(*arguments)
    assert code == 2
    assert out == ""
    assert message in err


@pytest.mark.parametrize(
    ("name", "asked", "message"),
    [
        ("search", ("长" * 501,), "q：太长了，最多 500 个字"),
        ("search", ("\udcff",), "q：含有无法识别的字符"),
        ("recommend", ("--interest", "书法:0"), "weight：应大于 0"),
        ("recommend", ("--interest", " "), "text：不能只有空白"),
    ],
    ids=["too-long", "no-text", "no-weight", "blank"],
)
def test_a_query_that_cannot_be_answered(xuejing: Call, name: str, asked: tuple[str, ...], message: str) -> None:
    code, out, err = xuejing(name, *asked)
    assert code == 1
    assert out == ""
    assert message in err


def test_without_an_index_it_says_what_to_do(xuejing: Call, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XUEJING_STATE", str(tmp_path))
    for arguments in (("search", "a"), ("recommend",), ("evaluate", "x.jsonl")):
        code, _, err = xuejing(*arguments)
        assert code == 1
        assert "./run import" in err


def test_help_names_every_command(xuejing: Call) -> None:
    code, out, _ = xuejing("--help")
    assert code == 0
    for name, (_, purpose) in COMMANDS.items():
        assert name in out
        assert purpose in out


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(xuejing: Call, name: str) -> None:
    code, out, _ = xuejing(name, "--help")
    assert code == 0
    assert COMMANDS[name][1] in out
    assert "--json" in out or name == "key"  # its own commands have it
    assert "Show this message" not in out


@pytest.mark.slow
def test_a_reader_that_leaves_early_causes_no_noise(state: Path) -> None:
    command = f"{sys.executable} -m api.commands search '' --json | head -c 10"
    environment = {**os.environ, "XUEJING_STATE": str(state)}
    done = subprocess.run(command, shell=True, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert done.stdout == '{"query_id'
