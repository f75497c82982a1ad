"""The search for better numbers, on questions that one number obviously decides."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.errors import InvalidInput
from corpus.resource import Resource
from corpus.revision import Revision
from corpus.tuning import highest, numbers_of
from index.snapshot import Snapshot
from recommender.judgments import Judgment
from recommender.question_sets import QuestionSet
from recommender.tuning_search import compare, fold_number, propose, values_around

WORDS = ("书法", "国画", "摄影", "编程", "养生", "园艺", "合唱", "陶艺", "剪纸", "茶道", "围棋", "历史")
RESOURCES = [
    resource
    for word in WORDS
    for resource in (
        Resource(id=f"b:{word}", kind="book", title="入门", tags=(word,)),
        Resource(id=f"c:{word}", kind="course", title="春季班", description=f"{word}老师讲{word}"),
    )
]
KEYS = ("search.fields.tags", "prior.rating", "recommend.diversity")


def asked(name: str, prefix: str) -> QuestionSet:
    """For each word the resource with the prefix is the answer: books have it as a tag, courses in the description."""
    return QuestionSet(
        name=name, judgments=[Judgment(id=word, query=word, grades={f"{prefix}:{word}": 1}) for word in WORDS]
    )


@pytest.fixture(scope="module")
def snapshot(snapshot_of: Callable[..., Snapshot], revision: Revision) -> Snapshot:
    """Tags count for little."""
    fields = {**revision.tuning.fields, "tags": 0.5, "description": 0.5}
    return snapshot_of(*RESOURCES, revision=replace(revision, tuning=replace(revision.tuning, fields=fields)))


def test_it_finds_the_number_that_matters_and_leaves_the_others(snapshot: Snapshot) -> None:
    rounds: list[tuple[int, int, int]] = []
    proposal = propose(snapshot, [asked("tags", "b")], keys=KEYS, progress=lambda *step: rounds.append(step))
    [change] = proposal.changes
    assert (change.key, change.old, change.folds) == ("search.fields.tags", 0.5, 5)
    assert change.new > 0.5
    [tags] = proposal.held_out.sets
    assert tags.old < 0.7
    assert tags.new == 1
    assert proposal.held_out.worthwhile
    assert proposal.tried == ("search.fields.tags", "prior.rating")
    assert rounds[:3] == [(1, 0, 2), (1, 1, 2), (1, 2, 2)]


def test_numbers_that_are_right_stay(snapshot: Snapshot) -> None:
    proposal = propose(snapshot, [asked("descriptions", "c")], keys=KEYS)
    assert proposal.changes == ()
    assert proposal.held_out.difference.mean == 0
    assert not proposal.held_out.worthwhile


def test_what_helps_one_set_and_harms_another_stays(snapshot: Snapshot) -> None:
    proposal = propose(snapshot, [asked("tags", "b"), asked("descriptions", "c")], keys=KEYS)
    assert proposal.changes == ()


def test_numbers_that_act_on_nothing_are_refused(snapshot: Snapshot) -> None:
    with pytest.raises(InvalidInput, match="不影响"):
        propose(snapshot, [asked("tags", "b")], keys=["similarity.slope"])


def test_given_numbers_are_compared_with_the_present_ones(snapshot: Snapshot) -> None:
    sets = [asked("tags", "b"), asked("descriptions", "c")]
    heavier = {**numbers_of(snapshot.revision.tuning), "search.fields.tags": 20.0}
    comparison = compare(snapshot, sets, heavier)
    assert [each.difference.better for each in comparison.sets] == [True, False]
    assert [each.difference.worse for each in comparison.sets] == [False, True]
    assert not comparison.worthwhile


def test_questions_that_name_no_answer_do_no_harm(snapshot: Snapshot) -> None:
    few = QuestionSet(name="few", judgments=[Judgment(id="1", query="书法", grades={"b:书法": 1})])
    proposal = propose(snapshot, [few], keys=KEYS)
    assert proposal.changes == ()
    assert not proposal.held_out.worthwhile


@given(st.lists(st.text(), unique=True), st.integers(2, 20))
def test_folds_are_disjoint_and_cover_all(ids: list[str], folds: int) -> None:
    parts = [[id for id in ids if fold_number(id, folds) == fold] for fold in range(folds)]
    assert sorted(id for part in parts for id in part) == sorted(ids)


def test_folds_are_of_about_the_same_size() -> None:
    folds = [fold_number(f"q{i}", 5) for i in range(1000)]
    assert all(150 < folds.count(fold) < 250 for fold in range(5))


@given(st.sampled_from([1, 10, 100]).flatmap(lambda top: st.tuples(st.floats(0, top), st.just(top))))
def test_values_around_a_number_are_others_within_its_range(number: tuple[float, float]) -> None:
    present, top = number
    values = values_around(present, top)
    assert present not in values
    assert all(0 <= value <= top for value in values)
    assert present == 0 or min(values) < present
    assert present == top or max(values) > present


def test_values_around_a_number_are_round_ones() -> None:
    assert values_around(0.75, highest("search.b")) == [0.5, 0.0, 1.0]
    assert values_around(3.0, highest("search.fields.tags")) == [1.5, 0.0, 5.0, 10.0]
