import json
from collections.abc import Callable
from itertools import product
from pathlib import Path

import pytest

from corpus.errors import InvalidInput
from corpus.resource import Resource
from corpus.tuning import numbers_of, tuning_of
from index.snapshot import Snapshot
from recommender.evaluation import answer, evaluate
from recommender.judgments import Judgment
from recommender.question_sets import QuestionSet, read_question_set
from recommender.trials import Trials

RESOURCES = (
    Resource(id="c:taiji", kind="course", title="太极拳入门", description="强身健体", published="2024"),
    Resource(id="b:taiji", kind="book", title="太极拳谱", tags=("太极拳", "养生"), rating=9.0),
    Resource(id="b:health", kind="book", title="四季养生", description="饮食与太极拳", audience=("老年人",)),
    Resource(id="b:python", kind="book", title="编程入门", description="从零开始", published="1999"),
)
GRADES = {"b:taiji": 2, "b:health": 1}
SETS = tuple(
    QuestionSet(name=name, judgments=judgments)
    for name, judgments in {
        "query": [
            Judgment(id="1", query="太极拳入门怎么学", grades=GRADES),
            Judgment(id="2", query="养生", grades=GRADES),
        ],
        "likes": [Judgment(id="1", likes=("c:taiji",), grades=GRADES)],
        "interests": [Judgment(id="1", interests=("太极拳", "入门"), grades=GRADES)],
    }.items()
)


@pytest.fixture(scope="module")
def snapshot(snapshot_of: Callable[..., Snapshot]) -> Snapshot:
    return snapshot_of(*RESOURCES)


def test_numbers_act_only_where_they_are_said_to(snapshot: Snapshot) -> None:
    present = numbers_of(snapshot.revision.tuning)
    for questions in SETS:
        idle = [key for key in present if not questions.acted_on_by(key)]
        assert idle
        for key, value in product(idle, (0.0, 1.0)):
            other = snapshot.with_tuning(tuning_of({**present, key: value}))
            for judgment in questions.judgments:
                assert answer(other, judgment, diversity=0) == answer(snapshot, judgment, diversity=0), key


def test_numbers_of_a_section_that_is_not_known_act_on_all() -> None:
    assert all(questions.acted_on_by("events.half_life") for questions in SETS)


def test_it_measures_as_an_evaluation_does(snapshot: Snapshot, tmp_path: Path) -> None:
    present = numbers_of(snapshot.revision.tuning)
    rows = [{"id": j.id, "query": j.query, "relevant": dict(j.grades)} for j in SETS[0].judgments]
    (tmp_path / "search.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    mean = evaluate(snapshot, tmp_path / "search.jsonl").groups[0].metrics["nDCG@10"].mean
    with Trials(snapshot, [read_question_set(snapshot, tmp_path / "search.jsonl")]) as trials:
        assert trials.values(present)[0].mean() == pytest.approx(mean)
        assert 0 < mean < 1


def test_workers_measure_the_same(snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch) -> None:
    present = numbers_of(snapshot.revision.tuning)
    tried = [{**present, "search.fields.tags": value} for value in (0.0, 0.5, 30.0)]
    tried.append({**present, "similarity.saturation": 0.0})
    measured = []
    for parallel_from in (0, 1000):
        monkeypatch.setattr("recommender.trials._PARALLEL_FROM", parallel_from)
        with Trials(snapshot, SETS) as trials:
            trials.prepare(tried)
            measured.append([value.tolist() for numbers in [present, *tried] for value in trials.values(numbers)])
    assert measured[0] == measured[1]
    assert len({str(measured[0][i : i + 3]) for i in range(0, len(measured[0]), 3)}) > 1


@pytest.mark.parametrize("relevant", [["x:1"], [], {"b:taiji": 0}], ids=["elsewhere", "nothing", "irrelevant"])
def test_answers_that_the_index_lacks_are_refused(snapshot: Snapshot, tmp_path: Path, relevant: object) -> None:
    (tmp_path / "other.jsonl").write_text(json.dumps({"id": "1", "query": "太极拳", "relevant": relevant}))
    with pytest.raises(InvalidInput, match="一个也没有"):
        read_question_set(snapshot, tmp_path / "other.jsonl")
