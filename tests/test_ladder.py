"""When a query is taken for another one, and when it is not."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from tempting_catalogue import AS_TYPED, MEANT, RESOURCES, TITLES, course, found, ids

from corpus.revision import Revision
from index.folding import fold
from index.query import Filter, Result, Step
from index.snapshot import Snapshot
from index.spelling_lookup import letters_of


@pytest.fixture(scope="module")
def snapshot(snapshot_of: Callable[..., Snapshot], revision: Revision) -> Snapshot:
    return snapshot_of(*RESOURCES, revision=replace(revision, phrases=()))


@pytest.mark.parametrize(("text", "first"), AS_TYPED.items())
def test_what_finds_well_stays_as_it_was_typed(snapshot: Snapshot, text: str, first: str) -> None:
    result = found(snapshot, text)
    read = result.interpretation
    assert (read.by, read.corrected, read.others, read.removed, read.notice) == ("", "", (), (), "")
    tied = [hit.id for hit in result.hits if hit.score > 0.9 * result.hits[0].score]
    assert first in tied[:3]


@pytest.mark.parametrize(
    "text",
    [
        "D语言",
        "F#",
        "第5课",
        "第22课",
        "英语八级",
        "1985",
        "2049",
        "二十五式",
        "三百二十首",
        "HTML",
        "SQL",
        "vip",
        "赏月",
        "卡尔维诺",
    ],
)
def test_what_is_not_there_is_not_taken_for_a_neighbour(snapshot: Snapshot, text: str) -> None:
    """The last two are over or hidden."""
    read = found(snapshot, text).interpretation
    assert (read.by, read.corrected) == ("relaxed", "")


@pytest.mark.parametrize(
    ("text", "meant", "by"), [(text, meant, by) for by, queries in MEANT.items() for text, meant in queries.items()]
)
def test_each_step_understands(snapshot: Snapshot, text: str, meant: str, by: Step) -> None:
    result = found(snapshot, text)
    read = result.interpretation
    assert (read.corrected, read.by) == (meant, by)
    assert read.notice
    if by != "relaxed":
        assert meant in read.notice
        assert letters_of(meant) in fold(letters_of("".join(found_text(result))))


def found_text(result: Result) -> list[str]:
    """What the first hit says of itself."""
    return [letters_of(fold(result.hits[0].blob.decode()))]


@pytest.mark.parametrize("text", [text for queries in MEANT.values() for text in queries])
def test_exactly_what_was_typed_is_searched_for_where_asked(snapshot: Snapshot, text: str) -> None:
    read = found(snapshot, text, correct=False).interpretation
    assert read.corrected == ""
    assert read.by in ("", "relaxed")
    assert (read.others, read.removed, read.preferred) == ((), (), {})
    assert read.normalized == fold(text)


@pytest.mark.parametrize("text", ["taijiquan", "tai ji quan", "tjq", "太級拳", "極拳"])
def test_nothing_noisy_stands_before_what_was_meant(snapshot: Snapshot, text: str) -> None:
    first, second, *others = ids(found(snapshot, text))
    assert {first, second} == {"太极拳入门", "二十四式太极拳"}
    assert set(others) <= {"太极图说解读"}


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("微信教学", "微信零基础"),
        ("怎么用手机买火车票", "手机买火车票和飞机票"),
        ("養生", "中医养生之道"),
        ("Ｐｙｔｈｏｎ", "Python编程：从入门到实践"),
        ("清華", "清华大学校史"),
        ("处理", "待处理案件汇编"),
        ("老人与海 海明威", "老人与海"),
    ],
)
def test_what_was_meant_comes_first(snapshot: Snapshot, text: str, first: str) -> None:
    assert ids(found(snapshot, text))[0] == first


def test_a_query_of_twenty_words_uses_them_all(snapshot: Snapshot) -> None:
    words = [chr(ord("龒") + number) for number in range(18)]
    result = found(snapshot, " ".join([*words, "施耐庵", "水浒传"]))
    assert ids(result) == ["水浒传"]
    assert result.interpretation.words[-2:] == ("施耐庵", "水浒传")


def test_a_kind_an_audience_and_a_district_are_preferred_not_required(snapshot: Snapshot) -> None:
    assert ids(found(snapshot, "养生"))[0] == "中医养生之道"
    courses = found(snapshot, "养生课")
    assert set(ids(courses)) == {"太极拳入门", "中医养生之道"}
    assert courses.interpretation.preferred == {"kind": ("course",)}
    assert ids(found(snapshot, "适合老年人的养生课"))[0] == "太极拳入门"
    assert ids(found(snapshot, "姑苏区有什么地方")) == ["平江路"]


def test_what_nothing_fits_wholly_comes_as_near_as_it_can(snapshot: Snapshot) -> None:
    wish = found(snapshot, "姑苏区的书", limit=50)
    assert wish.total == len(TITLES)
    assert "没有完全符合“姑苏区、图书”" in wish.interpretation.notice


def test_a_name_that_sounds_like_two_finds_both(snapshot: Snapshot) -> None:
    result = found(snapshot, "yuhua")
    assert {result.interpretation.corrected, *result.interpretation.others} >= {"余华", "于华"}
    assert {"活着", "许三观卖血记", "鱼化石图鉴"} <= set(ids(result))
    assert "也找了" in result.interpretation.notice


def test_only_the_wrong_part_of_a_longer_text_is_replaced(snapshot: Snapshot) -> None:
    assert found(snapshot, "苏州园林 太级拳").interpretation.corrected == "苏州园林 太极拳"
    assert found(snapshot, "太级拳、太级拳、书法").interpretation.corrected == "太极拳 太极拳 书法"
    assert found(snapshot, "老年人智能手几课程").interpretation.corrected == "老年人智能手机"


def test_words_of_latin_letters_stay_apart(snapshot_of: Callable[..., Snapshot], revision: Revision) -> None:
    snapshot = snapshot_of(course("Java Web开发"), revision=replace(revision, phrases=()))
    result = found(snapshot, "java web开法")
    assert (result.interpretation.corrected, ids(result)) == ("java web开发", ["Java Web开发"])


def test_what_a_filter_hides_is_no_reason_to_guess(snapshot: Snapshot) -> None:
    result = found(snapshot, "景点", filter=Filter(kind=("course",)))
    assert (result.interpretation.corrected, result.total) == ("", 0)
    guessed = found(snapshot, "太级拳", filter=Filter(kind=("course",)))
    assert set(ids(guessed)) == {"太极拳入门", "二十四式太极拳"}


def test_a_field_query_is_never_corrected(snapshot: Snapshot) -> None:
    for text in ("书名:太级拳", "“太级拳”", "太级拳 AND 书法"):
        assert found(snapshot, text).interpretation.corrected == ""


def test_an_empty_catalogue_and_one_without_chinese(snapshot_of: Callable[..., Snapshot]) -> None:
    for snapshot in (snapshot_of(), snapshot_of(course("Python"))):
        for text in ("太级拳", "taijiquan", "pythn", "怎么学太极拳", "有什么书"):
            found(snapshot, text)
