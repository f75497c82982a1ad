"""The contract of recommendations on a dozen resources whose right answers are obvious."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.metrics.pairwise import cosine_similarity

from corpus.editorial import Campaign
from corpus.errors import InvalidInput, NotFound
from corpus.resource import TEXT_FIELDS, Resource
from corpus.revision import Revision
from index.analysis import word_terms
from index.folding import fold
from index.query import Filter
from index.segmentation import Segmenter
from index.snapshot import Snapshot
from recommender.lists import list_for_everybody
from recommender.recommend import recommend
from recommender.request import Interest, Request
from recommender.similar import similar

RESOURCES = (
    Resource(id="c:calligraphy", kind="course", title="楷书书法入门", tags=("书法", "楷书"), popularity=50),
    Resource(id="b:calligraphy", kind="book", title="书法临帖指南", tags=("书法", "临帖"), provider="上海书画出版社"),
    Resource(id="b:brush", kind="book", title="毛笔与宣纸", tags=("书法", "文房四宝"), popularity=5, rating=8.8),
    Resource(id="c:taiji", kind="course", title="太极拳与养生", tags=("养生", "太极拳"), popularity=900),
    Resource(id="b:health", kind="book", title="四季养生食谱", tags=("养生", "膳食"), rating=9.1, popularity=7),
    Resource(id="b:cooking", kind="book", title="苏帮菜家常食谱", tags=("膳食", "苏帮菜")),
    Resource(id="c:python", kind="course", title="Python 编程入门", tags=("编程",), description="从零学编程。"),
    Resource(id="b:python", kind="book", title="Python 编程实践", tags=("编程",), creators=("李雷",)),
    Resource(id="p:library", kind="place", title="书法主题图书馆", tags=("书法",)),
    Resource(id="s:learner", kind="story", title="她七十岁学书法", tags=("书法",)),
    Resource(id="a:over", kind="activity", title="书法笔会", tags=("书法",), starts_at="2020-01-01T01:00:00Z"),
    Resource(id="b:hidden", kind="book", title="书法秘籍", tags=("书法",), status="hidden"),
)


@pytest.fixture(scope="module")
def snapshot(snapshot_of: Callable[..., Snapshot]) -> Snapshot:
    return snapshot_of(*RESOURCES)


def interests(*texts: str) -> tuple[Interest, ...]:
    return tuple(Interest(text=text) for text in texts)


def test_interests_bring_what_fits_them(snapshot: Snapshot) -> None:
    answer = recommend(snapshot, Request(interests=interests("书法"), limit=3))
    assert {item.id for item in answer.items} == {"c:calligraphy", "b:calligraphy", "b:brush"}
    assert answer.personalized
    assert answer.degraded is None


def test_likes_bring_what_is_near_and_never_themselves(snapshot: Snapshot) -> None:
    answer = recommend(snapshot, Request(likes=("c:python", "no:such"), limit=2))
    assert answer.items[0].id == "b:python"
    assert "c:python" not in {item.id for item in answer.items}
    assert answer.unknown_ids == ("no:such",)


def test_a_heavier_interest_comes_first(snapshot: Snapshot) -> None:
    for heavy, first in (("养生", "b:health"), ("编程", "b:python")):
        asked = (Interest(text="养生"), Interest(text="编程"))
        weighted = tuple(replace(i, weight=5.0) if i.text == heavy else i for i in asked)
        answer = recommend(snapshot, Request(interests=weighted, filter=Filter(kind=("book",)), limit=1))
        assert answer.items[0].id == first


def test_only_what_may_be_recommended_is(snapshot: Snapshot) -> None:
    found = {item.id for item in recommend(snapshot, Request(interests=interests("书法"), limit=50)).items}
    assert found.isdisjoint({"p:library", "s:learner", "a:over", "b:hidden"})
    asked = recommend(snapshot, Request(interests=interests("书法"), filter=Filter(kind=("place", "story"))))
    assert {item.id for item in asked.items} == {"p:library", "s:learner"}


def test_excluded_ids_stay_out(snapshot: Snapshot) -> None:
    answer = recommend(snapshot, Request(interests=interests("书法"), exclude_ids=("b:brush", "no:such"), limit=50))
    assert "b:brush" not in {item.id for item in answer.items}


def test_reasons_tell_what_the_score_is_made_of(snapshot: Snapshot) -> None:
    answer = recommend(snapshot, Request(interests=interests("书法"), likes=("c:taiji",), limit=50))
    reasons = {item.id: item.reasons for item in answer.items}
    (interest,) = reasons["b:calligraphy"]
    assert interest.code == "interest_terms"
    assert "书法" in interest.text
    assert interest.evidence == {"interest": "书法", "terms": ["书法"]}
    assert interest.share == pytest.approx(1)
    (like,) = reasons["b:health"]
    assert like.code == "liked_item"
    assert "太极拳与养生" in like.text
    assert like.evidence["id"] == "c:taiji"
    assert "养生" in like.evidence["terms"]


def test_reasons_write_words_as_the_resource_does_and_leave_out_those_that_say_nothing(
    snapshot_of: Callable[..., Snapshot],
) -> None:
    snapshot = snapshot_of(
        Resource(id="b:1", kind="book", title="音樂與 Python", tags=("the",), url="https://example.org/python"),
        Resource(id="c:1", kind="course", title="音乐与 ＰＹＴＨＯＮ", tags=("the",)),
    )
    [item] = recommend(snapshot, Request(likes=("c:1",))).items
    assert set(item.reasons[0].evidence["terms"]) == {"音樂", "Python"}
    for text in ("音乐欣赏", "python 与"):
        first, *_ = recommend(snapshot, Request(interests=interests(text), filter=Filter(kind=("book",)))).items
        assert first.reasons[0].evidence["terms"] in (["音樂"], ["Python"])


def test_reasons_can_be_left_out(snapshot: Snapshot) -> None:
    answer = recommend(snapshot, Request(interests=interests("书法"), explain=False))
    assert all(item.reasons == () for item in answer.items)


@given(
    st.lists(st.sampled_from(["书法", "养生", "编程", "python 入门", "食谱"]), unique=True),
    st.lists(st.sampled_from([r.id for r in RESOURCES]), unique=True, max_size=3),
    st.integers(0, 6),
)
def test_answers_are_ranked_and_their_reasons_share_one_whole(
    snapshot: Snapshot, texts: list[str], likes: list[str], limit: int
) -> None:
    answer = recommend(snapshot, Request(interests=interests(*texts), likes=tuple(likes), limit=limit, diversity=0))
    found = [item.id for item in answer.items]
    assert len(found) == len(set(found)) <= limit
    assert [item.rank for item in answer.items] == list(range(1, len(found) + 1))
    if answer.personalized:
        assert [i.score for i in answer.items] == sorted((i.score for i in answer.items), reverse=True)
        assert all(0 < i.score <= 1 + 1e-6 for i in answer.items)
    for item in answer.items:
        assert 1 <= len(item.reasons) <= 3
        assert sum(reason.share for reason in item.reasons) <= 1 + 1e-6


def test_a_stranger_gets_popular_things_labelled_as_such(snapshot: Snapshot) -> None:
    answer = recommend(snapshot, Request(limit=4))
    assert not answer.personalized
    assert answer.degraded == "nothing_known"
    assert {item.source for item in answer.items} == {"popular"}
    assert {reason.code for item in answer.items for reason in item.reasons} == {"popular"}
    kinds = [item.id[0] for item in answer.items]
    assert kinds.count("b") == kinds.count("c") == 2
    assert answer.items[kinds.index("c")].id == "c:taiji"


@pytest.mark.parametrize(
    ("request_", "why"),
    [
        (Request(interests=interests("quetzalcoatlus")), "no_match"),
        (Request(likes=("no:such",)), "unknown_likes"),
    ],
)
def test_less_than_asked_is_said(snapshot: Snapshot, request_: Request, why: str) -> None:
    answer = recommend(snapshot, request_)
    assert (answer.personalized, answer.degraded) == (False, why)
    assert answer.items


@pytest.mark.parametrize(
    ("wrong", "place"),
    [
        (Request(interests=interests("  ")), "interests/0/text"),
        (Request(interests=interests("书" * 201)), "interests/0/text"),
        (Request(interests=(Interest(text="书法", weight=0),)), "interests/0/weight"),
        (Request(interests=(Interest(text="书法", weight=float("nan")),)), "interests/0/weight"),
        (Request(likes=tuple(map(str, range(201)))), "likes"),
        (Request(exclude_ids=tuple(map(str, range(501)))), "exclude_ids"),
        (Request(limit=101), "limit"),
        (Request(dislikes=tuple(map(str, range(201)))), "dislikes"),
        (Request(diversity=1.1), "diversity"),
        (Request(diversity=float("nan")), "diversity"),
        (Request(scene="garden"), "scene"),
        (Request(scene="item"), "item_id"),
        (Request(quota={"video": 1}), "quota/video"),
        (Request(after="next"), "after"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_its_place(snapshot: Snapshot, wrong: Request, place: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        recommend(snapshot, wrong)
    assert refused.value.place == place


def test_dislikes_push_what_is_like_them_down_and_never_come(snapshot: Snapshot) -> None:
    wanted = Interest(text="编程", weight=1.2), Interest(text="膳食")
    asked = Request(interests=wanted, filter=Filter(kind=("book",)), limit=50, diversity=0)
    plain = [item.id for item in recommend(snapshot, asked).items]
    disliked = [item.id for item in recommend(snapshot, replace(asked, dislikes=("c:python",))).items]
    assert plain[0] == "b:python"
    assert disliked[0] != "b:python"
    assert set(disliked) <= set(plain)
    assert "b:cooking" not in recommend_ids(snapshot, replace(asked, dislikes=("b:cooking",)))


def recommend_ids(snapshot: Snapshot, request: Request) -> set[str]:
    return {item.id for item in recommend(snapshot, request).items}


def test_a_quota_gives_so_many_of_each_kind(snapshot: Snapshot) -> None:
    asked = Request(interests=interests("书法"), quota={"book": 2, "place": 1, "course": 0})
    kinds = [item.id[0] for item in recommend(snapshot, asked).items]
    assert sorted(kinds) == ["b", "b", "p"]


def test_diversity_brings_variety_before_more_of_the_same(snapshot_of: Callable[..., Snapshot]) -> None:
    same = [Resource(id=f"b:{i}", kind="book", title="书法临帖指南", tags=("书法",), provider="甲社") for i in range(3)]
    other = Resource(id="c:other", kind="course", title="少儿书法启蒙与趣味练习", provider="乙校")
    snapshot = snapshot_of(*same, other)
    asked = Request(interests=interests("书法"), limit=2)
    assert [item.id for item in recommend(snapshot, replace(asked, diversity=0)).items] == ["b:0", "b:1"]
    assert [item.id for item in recommend(snapshot, replace(asked, diversity=0.6)).items] == ["b:0", "c:other"]


@given(st.integers(1, 4), st.sampled_from([0.0, 0.3, 1.0]), st.sampled_from([(), ("书法", "养生"), ("编程",)]))
def test_pages_never_repeat_and_end(snapshot: Snapshot, limit: int, diversity: float, texts: tuple[str, ...]) -> None:
    request = Request(interests=interests(*texts), limit=limit, diversity=diversity)
    seen: list[str] = []
    for _ in range(20):
        answer = recommend(snapshot, request)
        seen += [item.id for item in answer.items]
        if not answer.next:
            break
        request = replace(request, after=answer.next)
    assert not answer.next
    assert len(seen) == len(set(seen))


def test_beside_a_course_books_come_first_and_what_its_record_names_before_them(
    snapshot_of: Callable[..., Snapshot],
) -> None:
    snapshot = snapshot_of(
        Resource(id="c:1", kind="course", title="Python 编程入门", tags=("编程",), related=("b:named", "no:such")),
        Resource(id="c:2", kind="course", title="Python 编程提高", tags=("编程",)),
        Resource(id="b:near", kind="book", title="Python 编程", tags=("编程",)),
        Resource(id="b:named", kind="book", title="算法之美"),
    )
    answer = recommend(snapshot, Request(scene="item", item_id="c:1", limit=3))
    assert [(item.id, item.source) for item in answer.items] == [
        ("b:named", "related"),
        ("b:near", "similar"),
        ("c:2", "similar"),
    ]
    assert "Python 编程入门" in answer.items[0].reasons[0].text


def test_beside_a_resource_comes_only_what_fits_it(snapshot_of: Callable[..., Snapshot]) -> None:
    snapshot = snapshot_of(
        Resource(id="b:insects", kind="book", title="昆虫记", description="讲讲观察的方法。"),
        Resource(id="c:data", kind="course", title="数据分析", description="讲讲统计的方法。"),
        Resource(id="b:robots", kind="book", title="機器人的故事", related=("p:hall",)),
        Resource(id="c:robots", kind="course", title="机器人入门"),
        Resource(id="p:hall", kind="place", title="科技馆"),
        Resource(id="p:robots", kind="place", title="机器人体验馆"),
    )

    def beside(id: str, filter: Filter | None = None) -> list[str]:
        request = Request(scene="item", item_id=id, filter=filter or Filter())
        return [item.id for item in recommend(snapshot, request).items]

    assert beside("b:robots") == ["p:hall", "c:robots", "p:robots"]
    assert beside("b:robots", Filter(kind=("course",))) == ["c:robots"]
    assert beside("c:robots") == ["b:robots"]
    nothing = recommend(snapshot, Request(scene="item", item_id="b:insects"))
    assert (nothing.items, nothing.personalized, nothing.degraded, nothing.next) == ((), False, "no_match", "")


def test_after_a_search_without_result_nobody_meets_a_dead_end(snapshot: Snapshot) -> None:
    answer = recommend(snapshot, Request(scene="zero_result", interests=interests("文房四宝"), limit=6))
    assert len(answer.items) == 6
    assert answer.items[0].id == "b:brush"
    assert {item.source for item in answer.items} == {"profile", "popular"}


def test_campaigns_and_editors_come_first_for_strangers_within_their_time(
    snapshot_of: Callable[..., Snapshot], revision: Revision
) -> None:
    week = Campaign(
        id="week", theme="学习周", organiser="图书馆", starts=1000, ends=2000, resources=("b:cooking", "b:hidden")
    )
    curated = replace(revision, campaigns=(week,), lists={"馆员好书": ("b:brush", "no:such")})
    snapshot = snapshot_of(*RESOURCES, revision=curated)
    during = recommend(snapshot, Request(limit=4, at=1500)).items
    assert [(item.id, item.source) for item in during[:2]] == [("b:cooking", "campaign"), ("b:brush", "editor")]
    assert "学习周" in during[0].reasons[0].text
    assert "馆员好书" in during[1].reasons[0].text
    assert recommend(snapshot, Request(limit=4, at=2000)).items[0].id == "b:brush"
    shown = recommend(snapshot, Request(scene="campaign", limit=4, at=1500)).items
    assert [item.id for item in shown] == ["b:cooking"]


def test_what_is_hidden_is_as_good_as_unknown_and_never_named(snapshot: Snapshot) -> None:
    answer = recommend(snapshot, Request(likes=("b:hidden", "c:taiji"), limit=5))
    assert answer.unknown_ids == ("b:hidden",)
    assert "书法秘籍" not in "".join(reason.text for item in answer.items for reason in item.reasons)
    with pytest.raises(NotFound):
        recommend(snapshot, Request(scene="item", item_id="b:hidden"))


def test_the_off_switch_and_an_unknown_resident_are_labelled(snapshot: Snapshot) -> None:
    off = recommend(snapshot, Request(interests=interests("书法"), personalized=False))
    assert (off.personalized, off.degraded) == (False, "not_personalized")
    assert {item.source for item in off.items} == {"popular"}
    stranger = recommend(snapshot, Request(user_id="u-1"))
    assert (stranger.personalized, stranger.degraded) == (False, "unknown_user")


def test_what_is_sensitive_is_never_named(snapshot_of: Callable[..., Snapshot]) -> None:
    snapshot = snapshot_of(
        Resource(id="b:1", kind="book", title="糖尿病患者的太极拳", tags=("糖尿病", "太极拳")),
        Resource(id="c:1", kind="course", title="糖尿病与太极拳", tags=("糖尿病", "太极拳")),
    )
    for request in (Request(interests=interests("糖尿病", "太极拳")), Request(likes=("c:1",))):
        for item in recommend(snapshot, request).items:
            for reason in item.reasons:
                terms = reason.evidence.get("terms", [])
                assert "糖尿病" not in terms
                assert "interest" not in reason.evidence or reason.evidence["interest"] == "太极拳"


@pytest.mark.parametrize("name", ["new", "popular", "editor", "campaign"])
def test_lists_for_everybody(snapshot: Snapshot, name: str) -> None:
    answer = list_for_everybody(snapshot, name, filter=Filter(kind=("book", "course")), limit=3)
    assert len(answer.items) == (3 if name in ("new", "popular") else 0)
    assert all(item.reasons[0].code == name for item in answer.items)


def test_a_list_that_is_not_there_is_said(snapshot: Snapshot) -> None:
    with pytest.raises(NotFound):
        list_for_everybody(snapshot, "best", filter=Filter())


def test_similar_things(snapshot: Snapshot) -> None:
    answer = similar(snapshot, "c:python")
    assert answer.items[0].id == "b:python"
    assert answer.items[0].source == "similar"
    for missing in ("no:such", "b:hidden", "a:over"):
        with pytest.raises(NotFound):
            similar(snapshot, missing)


def test_with_slope_one_likes_rank_by_scikit_learns_cosine(
    snapshot_of: Callable[..., Snapshot], revision: Revision, segmenter: Segmenter
) -> None:
    """The oracle gets saturated counts of the same words; df, idf, norm and cosine are scikit-learn's own."""
    cosine = replace(revision, tuning=replace(revision.tuning, similarity_slope=1.0))
    resources = [r for r in RESOURCES if r.kind in ("course", "book") and r.status == "active"]
    snapshot = snapshot_of(*resources, revision=cosine)
    matrix = TfidfTransformer().fit_transform(saturated_counts(resources, segmenter, cosine))
    for row, resource in enumerate(resources):
        expected = cosine_similarity(matrix[row], matrix)[0]
        answer = recommend(snapshot, Request(likes=(resource.id,), limit=50))
        order = sorted((r for r in range(len(resources)) if r != row and expected[r] > 0), key=lambda r: -expected[r])
        best = max((expected[r] for r in order), default=1)
        scores = {item.id: item.score for item in answer.items if item.source == "profile"}
        assert set(scores) == {resources[r].id for r in order}
        for r in order:
            assert scores[resources[r].id] == pytest.approx(expected[r] / best, rel=1e-4)


def saturated_counts(resources: list[Resource], segmenter: Segmenter, revision: Revision) -> np.ndarray:
    tuning = revision.tuning
    vocabulary: dict[str, int] = {}
    cells: dict[tuple[int, int], float] = {}
    for row, resource in enumerate(resources):
        for name in TEXT_FIELDS:
            value = getattr(resource, name)
            weight = tuning.similarity_description if name == "description" else 1
            for text in value if isinstance(value, tuple) else (value,):
                for term in word_terms(segmenter.segment(fold(text))):
                    cell = row, vocabulary.setdefault(term, len(vocabulary))
                    cells[cell] = cells.get(cell, 0) + weight
    counts = np.zeros((len(resources), len(vocabulary)))
    for cell, count in cells.items():
        counts[cell] = count / (tuning.similarity_saturation + count)
    return counts
