"""A base merged out of an older one is, array by array, the one that is built from scratch."""

import json
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from changing_catalogue import Edit, edits, resources
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from corpus.catalogue import Catalogue
from corpus.resource import Resource
from corpus.revision import Revision
from index.base import open_base
from index.building import build_base
from index.digest import Digester, digest_facts
from index.merging import merge_base, what_changed
from index.segmentation import Segmenter


def built(catalogue: Catalogue, folder: Path, revision: Revision, segmenter: Segmenter) -> Path:
    with catalogue.snapshot() as (seq, _, rows):
        return build_base(
            [Digester(segmenter).digest([*rows])],
            folder,
            revision=revision,
            seq=seq,
            lexicon=segmenter.lexicon,
            progress=lambda done: None,
        )


def merged(older: Path, catalogue: Catalogue, folder: Path, revision: Revision, segmenter: Segmenter) -> Path:
    base = open_base(older)
    seq, changes = catalogue.changes(base.manifest.seq)
    changed = what_changed(base, changes)
    return merge_base(
        base,
        changed,
        [Digester(segmenter).digest(changed.texts), digest_facts(changed.facts)],
        folder,
        revision=revision,
        seq=seq,
        progress=lambda done: None,
    )


def assert_same(one: Path, other: Path) -> None:
    assert sorted(path.name for path in one.iterdir()) == sorted(path.name for path in other.iterdir())
    for path in one.glob("*.npy"):
        left, right = np.load(path), np.load(other / path.name)
        assert left.dtype == right.dtype, path.name
        np.testing.assert_array_equal(left, right, err_msg=path.name)
    manifests = [json.loads((directory / "manifest.json").read_text()) for directory in (one, other)]
    assert manifests[0] == manifests[1]  # the hashes too: files are the same byte by byte


@st.composite
def other_facts(draw: st.DrawFn) -> Edit:
    """Texts stay, but who they belong to may change."""
    id, kind = draw(st.sampled_from("abcdefgh")), draw(st.sampled_from(("course", "book", "activity")))
    isbn, source = draw(st.sampled_from(("", "9787506365437"))), draw(st.sampled_from(("", "甲", "丙")))
    return lambda catalogue: catalogue.write(
        [replace(found, kind=kind, isbn=isbn, source=source) for found in catalogue.find([id])]
    )


STEPS = st.lists(st.lists(edits() | other_facts(), max_size=5), min_size=1, max_size=3)
COURSE = Resource(id="a", kind="course", title="太极拳入门", source="甲", creators=("王老师",), description="昆曲")


@pytest.mark.slow
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(resources(), max_size=6), st.lists(st.lists(edits() | other_facts(), max_size=5), min_size=1, max_size=3)
)
@example([], [[]])
@example([COURSE], [[lambda catalogue: catalogue.delete(["a"])], [lambda catalogue: catalogue.write([COURSE])]])
@example(
    [COURSE, replace(COURSE, id="b")],
    [[lambda catalogue: catalogue.write([replace(COURSE, kind="book", isbn="9787506365437", source="乙")])]],
)
def test_any_edits_merge_into_what_a_build_from_scratch_makes(
    revision: Revision, segmenter: Segmenter, first: list[Resource], steps: list[list[Edit]]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        state = Path(folder)
        catalogue = Catalogue.open(f"sqlite:///{state}/catalogue.db")
        for resource in first:
            catalogue.write([resource])
        last = built(catalogue, state / "0", revision, segmenter)
        for number, step in enumerate(steps, start=1):
            for edit in step:
                edit(catalogue)
            last = merged(last, catalogue, state / str(number), revision, segmenter)
            assert_same(last, built(catalogue, state / f"{number}-anew", revision, segmenter))
        catalogue.close()


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    catalogue = Catalogue.open(f"sqlite:///{tmp_path}/catalogue.db")
    yield catalogue
    catalogue.close()


def test_other_ranking_numbers_are_taken(
    catalogue: Catalogue, tmp_path: Path, revision: Revision, segmenter: Segmenter
) -> None:
    catalogue.write([COURSE, replace(COURSE, id="b", title="书法临帖")])
    older = built(catalogue, tmp_path / "older", revision, segmenter)
    tuning = replace(revision.tuning, k1=2.0, similarity_slope=0.5)
    other = replace(revision, number=revision.number + 1, tuning=tuning)
    assert_same(
        merged(older, catalogue, tmp_path / "merged", other, segmenter),
        built(catalogue, tmp_path / "built", other, segmenter),
    )


def test_only_texts_that_changed_are_analysed(
    catalogue: Catalogue, tmp_path: Path, revision: Revision, segmenter: Segmenter
) -> None:
    courses = [replace(COURSE, id=id) for id in "abcdef"]
    catalogue.write(courses)
    older = built(catalogue, tmp_path / "older", revision, segmenter)
    catalogue.write([replace(courses[0], title="书法临帖"), replace(courses[1], popularity=7), replace(COURSE, id="g")])
    catalogue.write([replace(courses[2], status="withdrawn"), replace(courses[3], status="hidden")])
    catalogue.delete(["e"])
    _, changes = catalogue.changes(open_base(older).manifest.seq)
    changed = what_changed(open_base(older), changes)
    assert [stored.serial for stored in changed.texts] == [1, 7]
    assert [stored.serial for stored in changed.facts] == [2, 4]
    assert changed.kept.tolist() == [5]
    assert changed.count == 5
