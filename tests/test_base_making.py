"""A base is merged out of the last one where that can be, and built of all resources where not."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from corpus.catalogue import Catalogue
from corpus.resource import Resource
from corpus.revision import Revision
from index.base import open_base, verify_base
from index.indexing import compile_base, compile_index
from index.snapshot import open_snapshot

COURSES = [Resource(id=f"c:{i}", kind="course", title=f"太极拳第{i}讲") for i in range(1500)]
ALL_ANEW = [("base", 1500, 1500)]
MERGED = [("base", 1500, 1500)]


@pytest.fixture
def catalogue(state: Path) -> Iterator[Catalogue]:
    catalogue = Catalogue.open(f"sqlite:///{state}/catalogue.db")
    catalogue.write(COURSES)
    yield catalogue
    catalogue.close()


Compile = Callable[..., list[tuple[str, int, int]]]


@pytest.fixture
def compiled(catalogue: Catalogue, state: Path, revision: Revision) -> Compile:
    """Compiles the base, and says which progress it made."""

    def compiled(revision: Revision = revision, *, full: bool = False) -> list[tuple[str, int, int]]:
        steps: list[tuple[str, int, int]] = []
        compile_base(catalogue, state, revision=revision, progress=lambda *step: steps.append(step), full=full)
        return steps

    return compiled


def change(catalogue: Catalogue, count: int) -> None:
    catalogue.write([replace(course, title=f"苏绣{course.title}") for course in COURSES[:count]])


def test_a_few_changes_are_merged_into_what_a_full_build_makes(
    catalogue: Catalogue, state: Path, compiled: Compile
) -> None:
    assert compiled() == ALL_ANEW
    change(catalogue, 10)
    assert compiled() == MERGED
    merged = open_base(state / "bases" / "0-1510").manifest
    assert compiled() == []
    assert compiled(full=True) == ALL_ANEW
    assert open_base(state / "bases" / "0-1510").manifest == merged


@pytest.mark.parametrize(("texts", "steps"), [(750, MERGED), (751, ALL_ANEW)])
def test_more_than_half_of_the_texts_are_no_merge(
    catalogue: Catalogue, compiled: Compile, texts: int, steps: object
) -> None:
    compiled()
    change(catalogue, texts)
    assert compiled()[-2:] == steps


def test_facts_of_all_resources_are_merged(catalogue: Catalogue, compiled: Compile) -> None:
    compiled()
    catalogue.write([replace(course, popularity=7) for course in COURSES])
    assert compiled() == [("base", 0, 1500), ("base", 1500, 1500)]


def test_another_revision_merges_where_it_has_the_same_words(compiled: Compile, revision: Revision) -> None:
    compiled()
    later = replace(revision, number=1)
    assert compiled(later) == MERGED
    assert compiled(replace(later, number=2, removed_words=("太极拳",))) == ALL_ANEW


@pytest.mark.parametrize("harm", ["truncated", "changed"])
def test_a_damaged_base_is_not_merged_from(catalogue: Catalogue, state: Path, compiled: Compile, harm: str) -> None:
    compiled()
    part = state / "bases" / "0-1500" / "posting_rows.npy"
    content = bytearray(part.read_bytes())
    content[-1] ^= 1
    part.write_bytes(content[:-4] if harm == "truncated" else content)
    change(catalogue, 10)
    assert compiled() == ALL_ANEW
    assert verify_base(state / "bases" / "0-1510") == []


@pytest.mark.parametrize("more", [1497, 1600])
def test_an_older_catalogue_put_back_and_written_on_is_compiled_anew(
    catalogue: Catalogue, state: Path, compiled: Compile, revision: Revision, more: int
) -> None:
    compiled()
    older = Catalogue.open(f"sqlite:///{state}/older.db")
    older.write(COURSES[:3])
    older.write([Resource(id=f"b:{i}", kind="book", title=f"苏绣第{i}册") for i in range(more)])
    directory = compile_base(older, state, revision=revision, progress=lambda *_: None)
    assert [path.name for path in directory.parent.iterdir()] == [f"0-{3 + more}"]
    base = open_base(directory)
    assert {base.ids[row][0] for row in range(3, len(base))} == {"b"}
    older.close()


@pytest.mark.slow
@pytest.mark.parametrize("damaged", [False, True])
def test_what_was_compiled_of_a_later_catalogue_never_comes_back(
    catalogue: Catalogue, state: Path, revision: Revision, damaged: bool
) -> None:
    compile_index(catalogue, state, revision=revision, progress=lambda *_: None)
    older = Catalogue.open(f"sqlite:///{state}/older.db")  # as a backup has it
    older.write(COURSES[:3])
    if damaged:
        (state / "bases" / "0-1500" / "manifest.json").unlink()
    compile_index(older, state, revision=revision, progress=lambda *_: None)
    for part in ("bases", "spellings", "suggestions", "whoosh"):
        assert [path.name for path in (state / part).iterdir()] == ["0-3"]
    assert len(open_snapshot(state, revision=revision)) == 3
    older.close()
