"""Other ranking numbers give the arrays that a rebuild with them would."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.resource import TEXT_FIELDS, Resource
from corpus.revision import Revision, shipped_revision
from corpus.tuning import Tuning
from index.base import Base
from index.query import Query
from index.search import search
from index.snapshot import Snapshot
from index.weighing import compiled_numbers, reweighed

RESOURCES = (
    Resource(id="c:1", kind="course", title="书法入门", tags=("书法",), description="从楷书开始，书法书法，一笔一画。"),
    Resource(id="b:1", kind="book", title="楷书临帖", creators=("王老师",), subjects=("艺术",)),
    Resource(id="b:2", kind="book", title="四季养生", audience=("老年人",), rating=8.0, description="太极拳与书法。"),
    Resource(id="b:3", kind="book", title="!", description="养生"),
)
WEIGHED = ("bm25f", "similarity", "row_offsets", "row_terms", "row_weights")

shares = st.sampled_from([0.0, 0.3, 1.0])
numbers = st.builds(
    lambda **changes: replace(shipped_revision().tuning, **changes),
    fields=st.fixed_dictionaries(dict.fromkeys(TEXT_FIELDS, st.sampled_from([0.0, 0.5, 3.0]))),
    k1=st.sampled_from([0.0, 1.2, 10.0]),
    b=shares,
    similarity_saturation=st.sampled_from([0.0, 1.2]),
    similarity_slope=shares,
    similarity_description=shares,
)


@pytest.fixture(scope="module")
def base(snapshot_of: Callable[..., Snapshot]) -> Base:
    return snapshot_of(*RESOURCES).base


def equal(left: Base, right: Base) -> bool:
    return all(np.array_equal(getattr(left, name), getattr(right, name)) for name in WEIGHED)


@given(numbers)
def test_there_and_back_gives_identical_arrays(base: Base, revision: Revision, other: Tuning) -> None:
    there = reweighed(base, other)
    assert there.manifest.numbers == compiled_numbers(other)
    assert all(np.isfinite(getattr(there, name)).all() for name in WEIGHED)
    assert equal(reweighed(there, revision.tuning), base)


@pytest.mark.slow
@pytest.mark.parametrize(
    "changes",
    [
        {"fields": {**dict.fromkeys(TEXT_FIELDS, 1.0), "description": 0.0}, "k1": 0.0, "similarity_slope": 0.2},
        {"b": 0.3, "similarity_saturation": 0.0, "similarity_description": 0.0, "preference": 9.0, "prior_rating": 1.0},
    ],
    ids=["fields", "shares"],
)
def test_it_is_what_a_rebuild_would_give(
    snapshot_of: Callable[..., Snapshot], revision: Revision, changes: dict[str, object]
) -> None:
    tuning = replace(revision.tuning, **changes)
    snapshot, rebuilt = (
        snapshot_of(*RESOURCES, revision=replace(revision, tuning=t)) for t in (revision.tuning, tuning)
    )
    other = snapshot.with_tuning(tuning)
    assert not equal(other.base, snapshot.base)
    assert equal(other.base, rebuilt.base)
    assert other.base.manifest.numbers == rebuilt.base.manifest.numbers
    for text in ("书法", "适合老年人的养生书", "楷书 临帖"):
        hits = [search(which, Query(text=text)).hits for which in (snapshot, other, rebuilt)]
        assert hits[1] == hits[2]
        assert hits[1] != hits[0]


def test_what_a_number_does_not_change_is_shared(base: Base, revision: Revision) -> None:
    assert reweighed(base, replace(revision.tuning, synonym_weight=0.1)) is base
    other = reweighed(base, replace(revision.tuning, k1=3.0))
    assert other.similarity is base.similarity
    assert other.posting_rows is base.posting_rows
    assert not other.bm25f.flags.writeable


def test_a_snapshot_with_other_numbers_ranks_by_them(snapshot_of: Callable[..., Snapshot], revision: Revision) -> None:
    snapshot = snapshot_of(*RESOURCES)
    fields = {**dict.fromkeys(TEXT_FIELDS, 0.0), "description": 1.0}
    other = snapshot.with_tuning(replace(revision.tuning, fields=fields))
    first = [search(which, Query(text="养生")).hits[0].id for which in (snapshot, other, snapshot)]
    assert first == ["b:2", "b:3", "b:2"]
