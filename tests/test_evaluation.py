import json
from collections.abc import Callable
from pathlib import Path

import pytest

from corpus.errors import InvalidInput, NotFound
from corpus.resource import Resource
from index.snapshot import Snapshot
from recommender.evaluation import METRICS, evaluate


@pytest.fixture(scope="module")
def snapshot(snapshot_of: Callable[..., Snapshot]) -> Snapshot:
    return snapshot_of(
        Resource(id="c:taiji", kind="course", title="太极拳"),
        Resource(id="b:taiji", kind="book", title="太极拳谱"),
        Resource(id="b:python", kind="book", title="编程入门"),
    )


def written(path: Path, *judgments: object) -> Path:
    path.write_text("".join(json.dumps(judgment, ensure_ascii=False) + "\n" for judgment in judgments))
    return path


def test_search_and_recommendation_are_measured_by_set_and_type(snapshot: Snapshot, tmp_path: Path) -> None:
    file = written(
        tmp_path / "mixed.jsonl",
        {"id": "1", "query": "太极拳", "type": "plain", "relevant": {"c:taiji": 2, "b:taiji": 1}},
        {"id": "2", "query": "園藝", "type": "hard", "relevant": ["b:python"]},
        {"id": "3", "likes": ["c:taiji"], "relevant": ["b:taiji"]},
        {"id": "4", "interests": ["编程"], "relevant": ["b:python"]},
    )
    evaluation = evaluate(snapshot, file)
    assert evaluation.name == "mixed"
    assert [(group.type, group.questions) for group in evaluation.groups] == [("", 4), ("plain", 1), ("hard", 1)]
    whole, plain, hard = (group.metrics for group in evaluation.groups)
    assert set(whole) == set(METRICS)
    assert plain["nDCG@10"].mean == 1
    assert hard["nDCG@10"].mean == 0
    assert whole["Success@3"].mean == 0.75
    assert whole["Success@3"].standard_error == pytest.approx(0.25)


@pytest.mark.parametrize(
    "line", ["{", "[]", '{"id": "1"}', '{"id": "1", "relevant": ["a"]}', '{"id": 1, "query": "x", "relevant": 3}']
)
def test_a_broken_line_is_named(snapshot: Snapshot, tmp_path: Path, line: str) -> None:
    file = tmp_path / "broken.jsonl"
    file.write_text('{"id": "1", "query": "x", "relevant": ["a"]}\n' + line)
    with pytest.raises(InvalidInput, match="第 2 行"):
        evaluate(snapshot, file)


def test_a_missing_file_is_said(snapshot: Snapshot, tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        evaluate(snapshot, tmp_path / "none.jsonl")
