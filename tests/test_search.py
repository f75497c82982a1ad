"""The contract of search on a dozen resources whose right answers are obvious."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.errors import InvalidInput
from corpus.resource import Resource
from corpus.revision import Revision
from index.query import Filter, Query
from index.search import search
from index.snapshot import Snapshot

JULY, AUGUST, SEPTEMBER = 1_782_864_000, 1_785_542_400, 1_788_220_800  # 2026, UTC

RESOURCES = (
    Resource(
        id="c:1", kind="course", title="太极拳入门", provider="社区学院", audience=("老年人",), subjects=("健康养生",)
    ),
    Resource(id="c:2", kind="course", title="二十四式太极拳精讲", provider="体育大学", published="2020", rating=9.0),
    Resource(
        id="b:1", kind="book", title="太極拳譜", creators=("[清] 王宗岳",), published="1995", isbn="9787534427909"
    ),
    Resource(
        id="b:2", kind="book", title="活着", creators=("余华",), description="一个人和他的命运。", published="2012"
    ),
    Resource(id="b:3", kind="book", title="许三观卖血记", creators=("余华",), published="1995-06", popularity=10),
    Resource(
        id="c:3", kind="course", title="Ｐｙｔｈｏｎ 语言程序设计", provider="北京理工大学", free=True, popularity=99
    ),
    Resource(id="c:4", kind="course", title="C++ 程序设计", provider="清华大学", free=False),
    Resource(id="c:5", kind="course", title="老年人智能手机使用", tags=("手机", "微信"), audience=("老年人",)),
    Resource(id="b:4", kind="book", title="中医养生之道", tags=("养生", "膳食"), description="讲四季养生与膳食。"),
    Resource(
        id="a:1",
        kind="activity",
        title="太极拳公益课",
        starts_at="2026-08-01T01:00:00Z",
        ends_at="2026-08-01T03:00:00Z",
    ),
    Resource(id="p:1", kind="place", title="独墅湖图书馆", district="苏州工业园区"),
    Resource(id="b:5", kind="book", title="太极拳秘籍", status="hidden"),
)


@pytest.fixture(scope="module")
def snapshot(snapshot_of: Callable[..., Snapshot]) -> Snapshot:
    return snapshot_of(*RESOURCES)


def ids(snapshot: Snapshot, text: str, **asked: object) -> list[str]:
    return [hit.id for hit in search(snapshot, Query(text=text, at=JULY, **asked)).hits]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("太极拳", {"c:1", "c:2", "b:1", "a:1"}),
        ("太極拳", {"c:1", "c:2", "b:1", "a:1"}),
        ("極拳", {"c:1", "c:2", "b:1", "a:1"}),
        ("python", {"c:3"}),
        ("ＰＹＴＨＯＮ", {"c:3"}),
        ("c++", {"c:4"}),
        ("清華", {"c:4"}),
        ("余华", {"b:2", "b:3"}),
        ("活着", {"b:2"}),
        ("978-7-5344-2790-9", {"b:1"}),
        ("9787534427909", {"b:1"}),
        ("王宗岳", {"b:1"}),
        ("保健", {"b:4", "c:1"}),
        ("智能手机", {"c:5"}),
        ("独墅湖", {"p:1"}),
    ],
)
def test_what_is_meant_comes_first(snapshot: Snapshot, text: str, first: set[str]) -> None:
    assert set(ids(snapshot, text)[: len(first)]) == first


def test_the_exact_title_comes_before_longer_ones(snapshot_of: Callable[..., Snapshot]) -> None:
    longer = [Resource(id=f"b:{i}", kind="book", title=f"围城围城围城导读{i}", tags=("围城",)) for i in range(5)]
    snapshot = snapshot_of(*longer, Resource(id="b:exact", kind="book", title="围城"))
    assert ids(snapshot, "围城")[0] == "b:exact"


def test_one_missing_word_never_empties_a_result(snapshot: Snapshot) -> None:
    result = search(snapshot, Query(text="太极拳 饕餮盛宴", at=JULY))
    assert result.hits[0].id in {"c:1", "c:2", "b:1", "a:1"}
    assert "饕餮" in "".join(result.interpretation.dropped)
    assert "饕餮" in result.interpretation.notice


def test_nothing_at_all_is_said_plainly(snapshot: Snapshot) -> None:
    result = search(snapshot, Query(text="quetzalcoatlus", filter=Filter(kind=("place",)), at=JULY))
    assert (result.total, result.hits, result.next_offset) == (0, (), None)
    assert "没有找到" in result.interpretation.notice


@pytest.mark.parametrize("text", ["，。！？", "*", "((((", '"', "：", "%%%", "\u200b"])
def test_punctuation_alone_asks_for_words(snapshot: Snapshot, text: str) -> None:
    result = search(snapshot, Query(text=text, at=JULY))
    assert result.hits == ()
    assert "请输入" in result.interpretation.notice


def test_an_empty_query_browses_everything_visible(snapshot: Snapshot) -> None:
    assert set(ids(snapshot, "", limit=50)) == {r.id for r in RESOURCES if r.id != "b:5"}
    assert set(ids(snapshot, "  ", filter=Filter(kind=("place",)))) == {"p:1"}


def test_hidden_and_past_things_never_appear(snapshot: Snapshot) -> None:
    assert "a:1" in ids(snapshot, "太极拳")
    after = search(snapshot, Query(text="太极拳", at=SEPTEMBER))
    assert {hit.id for hit in after.hits}.isdisjoint({"a:1", "b:5"})


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (Filter(kind=("book",)), {"b:1"}),
        (Filter(kind=("book", "activity")), {"b:1", "a:1"}),
        (Filter(provider=("社區學院",)), {"c:1"}),
        (Filter(audience=("老年人",)), {"c:1"}),
        (Filter(subject=("健康养生",)), {"c:1"}),
        (Filter(year_from=2000), {"c:2"}),
        (Filter(year_to=2000), {"b:1"}),
        (Filter(date_from=AUGUST, date_to=SEPTEMBER), {"a:1"}),
        (Filter(provider=("没有这家",)), set()),
    ],
)
def test_filters(snapshot: Snapshot, condition: Filter, expected: set[str]) -> None:
    result = search(snapshot, Query(text="太极拳", filter=condition, at=JULY))
    assert {hit.id for hit in result.hits} == expected
    assert result.total == len(expected)


def test_free_of_charge_has_three_states(snapshot: Snapshot) -> None:
    assert ids(snapshot, "程序设计", filter=Filter(free=True)) == ["c:3"]
    assert ids(snapshot, "程序设计", filter=Filter(free=False)) == ["c:4"]
    assert set(ids(snapshot, "程序设计")) >= {"c:3", "c:4"}


def test_facets_count_with_every_filter_but_their_own(snapshot: Snapshot) -> None:
    query = Query(text="太极拳", filter=Filter(kind=("course",)), facets=("kind", "provider", "year"), at=JULY)
    facets = {name: {v.value: v.count for v in values} for name, values in search(snapshot, query).facets.items()}
    assert facets["kind"] == {"course": 2, "book": 1, "activity": 1}
    assert facets["provider"] == {"社区学院": 1, "体育大学": 1}
    assert facets["year"] == {"2020": 1}


def test_other_orders(snapshot: Snapshot) -> None:
    assert ids(snapshot, "余华", sort="newest") == ["b:2", "b:3"]
    assert ids(snapshot, "太极拳", sort="rating")[0] == "c:2"
    assert ids(snapshot, "太极拳", sort="soonest")[0] == "a:1"
    assert ids(snapshot, "程序设计", sort="popular")[0] == "c:3"


@given(text=st.sampled_from(["太极拳", "余华 程序设计", "", "学"]), size=st.integers(1, 4))
def test_pages_concatenate_to_the_full_ranking(snapshot: Snapshot, text: str, size: int) -> None:
    whole = search(snapshot, Query(text=text, limit=50, at=JULY))
    pages, offset = [], 0
    while offset is not None:
        page = search(snapshot, Query(text=text, limit=size, offset=offset, at=JULY))
        assert page.total == whole.total
        pages += [(hit.rank, hit.id, hit.score) for hit in page.hits]
        offset = page.next_offset
    assert pages == [(hit.rank, hit.id, hit.score) for hit in whole.hits]
    assert len(pages) == whole.total


@given(st.sampled_from(["太極拳入门", "保健 膳食", "9787534427909", "C++程序设计", "余华 活着"]))
def test_the_parts_of_a_score_sum_to_it(snapshot: Snapshot, text: str) -> None:
    hits = search(snapshot, Query(text=text, explain=True, at=JULY)).hits
    assert hits
    for hit in hits:
        assert sum(part.score for part in hit.parts) == pytest.approx(hit.score, rel=1e-5)


def test_highlights_show_the_original_spelling(snapshot: Snapshot) -> None:
    hits = {hit.id: hit for hit in search(snapshot, Query(text="太极拳", at=JULY)).hits}
    marked = {id: [s.text for s in hit.highlights["title"] if s.hit] for id, hit in hits.items()}
    assert marked["b:1"] == ["太極拳"]
    assert marked["c:1"] == ["太极拳"]
    assert "".join(s.text for s in hits["c:2"].highlights["title"]) == "二十四式太极拳精讲"
    assert [s.text for s in search(snapshot, Query(text="python", at=JULY)).hits[0].highlights["title"] if s.hit] == [
        "Ｐｙｔｈｏｎ"
    ]


def test_matched_words_are_named(snapshot: Snapshot) -> None:
    hit = search(snapshot, Query(text="活着 余华", at=JULY)).hits[0]
    assert hit.id == "b:2"
    assert set(hit.matched) == {"活着", "余华"}


def test_a_synonym_counts_as_its_word_and_is_named(snapshot: Snapshot) -> None:
    result = search(snapshot, Query(text="保健", at=JULY))
    assert "养生" in result.interpretation.synonyms["保健"]
    assert result.hits[0].matched == ("养生",)
    assert not result.interpretation.relaxed


def test_a_synonym_of_several_words_matches_only_as_a_whole(
    snapshot_of: Callable[..., Snapshot], revision: Revision
) -> None:
    other = replace(revision, synonyms=(("甲骨", "天桥把式演员"),))
    snapshot = snapshot_of(
        Resource(id="b:whole", kind="book", title="天桥把式演员小传"),
        Resource(id="b:part", kind="book", title="演员的自我修养"),
        revision=other,
    )
    assert ids(snapshot, "甲骨") == ["b:whole"]


def test_stop_words_alone_are_searched_for(snapshot_of: Callable[..., Snapshot], revision: Revision) -> None:
    word = next(iter(sorted(revision.stop_words)))
    snapshot = snapshot_of(Resource(id="b:1", kind="book", title=f"{word}之书"))
    assert ids(snapshot, word) == ["b:1"]


def test_a_query_of_twenty_words_uses_them_all(snapshot_of: Callable[..., Snapshot]) -> None:
    early = ["书法", "国画", "摄影", "钢琴", "合唱", "瑜伽", "游泳", "烘焙", "园艺", "茶艺"]
    words = [*early, "剪纸", "刺绣", "评弹", "昆曲", "英语", "日语", "法律", "理财", "编程", "焊接"]
    snapshot = snapshot_of(*(Resource(id=f"c:{i}", kind="course", title=word) for i, word in enumerate(words)))
    result = search(snapshot, Query(text=" ".join(words), limit=50))
    assert len(result.interpretation.words) == 20
    for word in words:
        assert search(snapshot, Query(text=word)).total >= 1


def test_more_words_than_bits_still_rank(snapshot_of: Callable[..., Snapshot]) -> None:
    titles = [f"第{i}课 课题{i}号" for i in range(100, 200)]
    snapshot = snapshot_of(*(Resource(id=f"c:{i}", kind="course", title=t) for i, t in enumerate(titles)))
    result = search(snapshot, Query(text=" ".join(str(i) for i in range(100, 200)), limit=50))
    assert result.hits


def test_an_empty_catalogue_answers_with_nothing(snapshot_of: Callable[..., Snapshot]) -> None:
    result = search(snapshot_of(), Query(text="太极拳", facets=("kind", "year")))
    assert (result.total, result.hits) == (0, ())
    assert search(snapshot_of(), Query(text="")).total == 0


@pytest.mark.parametrize(
    ("wrong", "place"),
    [
        ({"text": "长" * 501}, "q"),
        ({"limit": 51}, "limit"),
        ({"limit": -1}, "limit"),
        ({"offset": 1001}, "offset"),
        ({"sort": "best"}, "sort"),
        ({"facets": ("colour",)}, "facets"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_its_place(snapshot: Snapshot, wrong: dict, place: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        search(snapshot, Query(**wrong))
    assert refused.value.place == place


@given(st.text(st.characters(exclude_categories=[]), max_size=60))
def test_any_text_gets_an_answer(snapshot: Snapshot, text: str) -> None:
    result = search(snapshot, Query(text=text, facets=("kind",), explain=True, at=JULY))
    assert result.total >= len(result.hits)
