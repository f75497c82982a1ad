"""One hit for all editions of a work."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.errors import InvalidInput
from corpus.resource import Resource
from index.query import Filter, Query
from index.search import search
from index.snapshot import Snapshot

RESOURCES = (
    Resource(id="b:1", kind="book", title="围城", creators=("钱锺书",), published="1980", tags=("小说",)),
    Resource(id="b:2", kind="book", title="圍城", creators=("錢鍾書",), published="1991", rating=9.0, tags=("小说",)),
    Resource(id="b:3", kind="book", title="《围城》", creators=("[中] 钱锺书",), published="1991"),
    Resource(id="b:4", kind="book", title="围城", creators=("别人",), published="2001"),
    Resource(id="c:1", kind="course", title="围城", creators=("钱锺书",)),
    Resource(id="c:2", kind="course", title="高等数学", provider="甲大学"),
    Resource(id="c:3", kind="course", title="高等数学", provider="乙大学"),
    Resource(id="c:4", kind="course", title="高等数学", provider="乙大学"),
)


@pytest.fixture(scope="module")
def snapshot(snapshot_of: Callable[..., Snapshot]) -> Snapshot:
    return snapshot_of(*RESOURCES)


def test_editions_of_a_work_are_one_hit_its_best(snapshot: Snapshot) -> None:
    result = search(snapshot, Query(text="围城", group="edition"))
    assert result.total == 3
    assert {(hit.id, hit.editions) for hit in result.hits} == {("b:2", 3), ("b:4", 1), ("c:1", 1)}
    assert [hit.rank for hit in result.hits] == [1, 2, 3]


def test_ungrouped_every_edition_is_a_hit_of_its_own(snapshot: Snapshot) -> None:
    result = search(snapshot, Query(text="围城"))
    assert result.total == 5
    assert {hit.editions for hit in result.hits} == {1}


def test_without_creators_the_provider_tells_works_apart(snapshot: Snapshot) -> None:
    result = search(snapshot, Query(text="高等数学", group="edition"))
    assert sorted((hit.id, hit.editions) for hit in result.hits) == [("c:2", 1), ("c:3", 2)]


def test_facets_count_works(snapshot: Snapshot) -> None:
    facets = search(snapshot, Query(text="围城", group="edition", facets=("kind", "year"))).facets
    assert {value.value: value.count for value in facets["kind"]} == {"book": 2, "course": 1}
    assert {value.value: value.count for value in facets["year"]} == {"2001": 1, "1991": 1, "1980": 1}


def test_a_filter_leaves_the_editions_that_meet_it(snapshot: Snapshot) -> None:
    result = search(snapshot, Query(text="围城", group="edition", filter=Filter(year_to=1985)))
    assert [(hit.id, hit.editions) for hit in result.hits] == [("b:1", 1)]


@given(
    limit=st.integers(1, 4), sort=st.sampled_from(["relevance", "newest", "rating"]), text=st.sampled_from(["", "围城"])
)
def test_pages_of_works_concatenate(snapshot: Snapshot, limit: int, sort: str, text: str) -> None:
    def ask(limit: int, offset: int) -> list[str]:
        query = Query(text=text, group="edition", sort=sort, limit=limit, offset=offset)  # type: ignore[arg-type]
        return [hit.id for hit in search(snapshot, query).hits]

    total = search(snapshot, Query(text=text, group="edition")).total
    paged = [id for offset in range(0, total, limit) for id in ask(limit, offset)]
    assert paged == ask(50, 0)
    assert len(paged) == total


def test_another_way_to_group_is_refused(snapshot: Snapshot) -> None:
    with pytest.raises(InvalidInput, match="edition"):
        search(snapshot, Query(group="author"))  # type: ignore[arg-type]
