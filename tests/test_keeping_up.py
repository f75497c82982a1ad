"""The index keeps up with the catalogue: what is due is compiled, and nothing else."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from corpus.catalogue import Catalogue
from corpus.resource import Resource
from corpus.revision import Revision
from index.indexing import keep_up

COURSES = [Resource(id=f"c:{i}", kind="course", title=f"太极拳第{i}讲") for i in range(8)]
PARTS = ["spellings", "suggestions", "whoosh"]
NOISY, QUIET = 0.0, 1e9


@pytest.fixture
def catalogue(state: Path) -> Iterator[Catalogue]:
    catalogue = Catalogue.open(f"sqlite:///{state}/catalogue.db")
    catalogue.write(COURSES)
    yield catalogue
    catalogue.close()


Keep = Callable[..., list[str]]


@pytest.fixture
def kept_up(catalogue: Catalogue, state: Path, revision: Revision, monkeypatch: pytest.MonkeyPatch) -> Keep:
    """Keeps up, and says what was compiled; more than two changes are many."""
    monkeypatch.setattr("index.indexing.MOST_PENDING", 2)

    def kept_up(quiet: float, revision: Revision = revision) -> list[str]:
        stages: list[str] = []
        done = keep_up(catalogue, state, revision=revision, progress=lambda s, *_: stages.append(s), quiet=quiet)
        assert done == bool(stages)
        return list(dict.fromkeys(stages))

    return kept_up


EVERYTHING = ["base", "spell", "suggest", "whoosh"]
pytestmark = pytest.mark.slow


def test_everything_is_compiled_where_there_is_nothing_and_then_nothing(kept_up: Keep) -> None:
    assert kept_up(NOISY) == EVERYTHING
    assert kept_up(QUIET) == []


def test_many_changes_are_compiled_at_once_and_a_few_when_it_is_quiet(catalogue: Catalogue, kept_up: Keep) -> None:
    kept_up(NOISY)
    for title in "甲乙":
        catalogue.write([replace(COURSES[0], title=title)])
    assert kept_up(NOISY) == []
    assert kept_up(4) == []
    assert kept_up(QUIET) == EVERYTHING
    for title in "丙丁戊":
        catalogue.write([replace(COURSES[0], title=title)])  # each change is a row of every tail
    assert kept_up(NOISY) == EVERYTHING
    catalogue.delete(["c:1"])
    assert kept_up(QUIET) == EVERYTHING


def test_what_takes_long_waits_longer(catalogue: Catalogue, kept_up: Keep, state: Path) -> None:
    kept_up(NOISY)
    catalogue.delete(["c:1"])
    (state / "compiled-in").write_text("40.0")
    assert kept_up(399) == []
    assert kept_up(400) == EVERYTHING


@pytest.mark.parametrize("lost", PARTS)
def test_a_part_that_a_base_lacks_is_made(kept_up: Keep, state: Path, lost: str) -> None:
    kept_up(NOISY)
    shutil.rmtree(state / lost)
    assert kept_up(NOISY) == [EVERYTHING[1 + PARTS.index(lost)]]
    assert kept_up(NOISY) == []


def test_other_numbers_words_and_revisions_are_compiled(kept_up: Keep, revision: Revision) -> None:
    kept_up(NOISY)
    heavier = replace(revision, tuning=replace(revision.tuning, k1=2.0))
    assert "base" in kept_up(NOISY, heavier)
    assert "base" in kept_up(NOISY, replace(heavier, removed_words=("太极拳",)))
    assert kept_up(NOISY, replace(revision, number=1)) == EVERYTHING


def test_an_older_catalogue_put_back_is_compiled(
    catalogue: Catalogue, kept_up: Keep, state: Path, revision: Revision
) -> None:
    kept_up(NOISY)
    older = Catalogue.open(f"sqlite:///{state}/older.db")
    older.write(COURSES[:2])
    assert keep_up(older, state, revision=revision, progress=lambda *_: None, quiet=NOISY)
    assert not keep_up(older, state, revision=revision, progress=lambda *_: None, quiet=NOISY)
    older.close()
