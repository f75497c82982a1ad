"""What a mistyped name may stand for, in a catalogue of a few names."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.resource import Resource
from corpus.revision import Revision
from index.folding import fold
from index.snapshot import Snapshot
from index.spelling import Correction, likeliest, merged, misheard, misspelt, read_aloud
from index.spelling_lookup import letters_of
from index.spelling_store import SpellingStore

NOW = 1_780_000_000
TITLES = (
    "太极拳",
    "太极拳入门",
    "红楼梦",
    "百年孤独",
    "许三观卖血记",
    "书法",
    "八段锦",
    "围城",
    "绿茶与红茶",
    "西安旅行",
    "先秦诸子",
    "女儿经",
    "省略的艺术",
    "水浒传",
    "Python编程",
    "Java Web开发",
    "C++ Primer",
    "C语言程序设计",
    "机器人语言",
    "第2课 声调",
    "第12课 对话",
    "第三次握手",
    "二十四节气",
    "音乐之旅",
    "重庆往事",
)
NAMES = [letters_of(fold(title)) for title in (*TITLES, "余华", "鲁迅", "健康养生")]


@pytest.fixture(scope="module")
def store(snapshot_of: Callable[..., Snapshot], revision: Revision) -> SpellingStore:
    books = [Resource(id=f"b:{i}", kind="book", title=title) for i, title in enumerate(TITLES)]
    more = [
        Resource(id="b:x", kind="book", title="太极拳", creators=("余华", "鲁迅"), subjects=("健康养生",)),
        Resource(id="b:hidden", kind="book", title="看不见的城市", status="hidden"),
        Resource(id="a:over", kind="activity", title="赏月晚会", ends_at="2020-01-01T00:00:00Z"),
    ]
    spellings = snapshot_of(*books, *more, revision=replace(revision, phrases=())).spellings
    assert spellings is not None
    return spellings


def aloud(store: SpellingStore, text: str) -> list[str]:
    return [correction.text for correction in read_aloud(store, fold(text), at=NOW)]


def ways(store: SpellingStore, text: str) -> dict[str, str]:
    return {correction.text: correction.way for correction in misspelt(store, letters_of(fold(text)), at=NOW)}


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("taijiquan", "太极拳"),
        ("tai ji quan", "太极拳"),
        ("TaiJi'Quan", "太极拳"),
        ("ｔａｉｊｉｑｕａｎ", "太极拳"),
        ("tàijíquán", "太极拳"),
        ("tjq", "太极拳"),
        ("t j q", "太极拳"),
        ("taijq", "太极拳"),
        ("太ji拳", "太极拳"),
        ("太 ji 拳", "太极拳"),
        ("tai极quan", "太极拳"),
        ("hlm", "红楼梦"),
        ("hongloumeng", "红楼梦"),
        ("xsgmxj", "许三观卖血记"),
        ("shz", "水浒传"),
        ("lvcha", "绿茶"),
        ("lücha", "绿茶"),
        ("xi'an", "西安"),
        ("nver", "女儿"),
        ("shenglue", "省略"),
        ("yinyue", "音乐"),
        ("chongqing", "重庆"),
        ("yuhua", "余华"),
        ("luxun", "鲁迅"),
        ("jiankangyangsheng", "健康养生"),
    ],
)
def test_letters_spell_names(store: SpellingStore, typed: str, meant: str) -> None:
    assert aloud(store, typed)[0] == meant


@pytest.mark.parametrize(
    "typed",
    ["", "c语言", "r语言", "a", "taijiquam", "xyzzy", "kanbujian", "shangyue", "123", "++", "你hao吗世界"],
)
def test_and_these_spell_none(store: SpellingStore, typed: str) -> None:
    """看不见 is hidden, 赏月 is over."""
    assert aloud(store, typed) == []


def test_two_ways_to_cut_letters_are_both_tried(store: SpellingStore) -> None:
    assert "西安" in aloud(store, "xian")


@pytest.mark.parametrize(
    ("typed", "meant", "way"),
    [
        ("太集拳", "太极拳", "homophone"),
        ("太级拳", "太极拳", "homophone"),
        ("红楼孟", "红楼梦", "homophone"),
        ("百年孤读", "百年孤独", "homophone"),
        ("八断锦", "八段锦", "homophone"),
        ("书发", "书法", "homophone"),
        ("围成", "围城", "homophone"),
        ("余花", "余华", "homophone"),
        ("百年狐独", "百年孤独", "lookalike"),
        ("红褛梦", "红楼梦", "lookalike"),
        ("大极拳", "太极拳", "lookalike"),
        ("水许传", "水浒传", "lookalike"),
        ("太极天", "太极拳", "spelling"),
        ("百年独", "百年孤独", "spelling"),
        ("太极极拳", "太极拳", "spelling"),
        ("百年独孤", "百年孤独", "spelling"),
        ("百年的孤独", "百年孤独", "spelling"),
        ("pythn", "python", "spelling"),
        ("pyhton", "python", "spelling"),
        ("pythn编程", "python编程", "spelling"),
        ("javaweb开法", "java web开发", "homophone"),
    ],
)
def test_letters_stand_for_others(store: SpellingStore, typed: str, meant: str, way: str) -> None:
    assert next(iter(ways(store, typed).items())) == (meant, way)


@pytest.mark.parametrize(
    "typed",
    [
        "r语言",
        "第3课声调",
        "第22课对话",
        "第一次握手",
        "三十四节气",
        "c#primer",
        "12",
        "太",
        "",
        "看不见的程市",
    ],
)
def test_numbers_signs_and_single_letters_are_not_mistyped(store: SpellingStore, typed: str) -> None:
    assert ways(store, typed) == {}


def test_two_characters_say_too_little_about_an_unlike_one(store: SpellingStore) -> None:
    assert ways(store, "书天") == {}


def test_what_begins_within_a_word_is_not_guessed_by_an_unlike_letter(store: SpellingStore) -> None:
    assert "太极拳入" not in ways(store, "太极拳天")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("八段井", "八段锦"),
        ("太极全", "太极拳"),
        ("书化", "书法"),
        ("洪楼梦", "红楼梦"),
        ("水福传", "水浒传"),
        ("sufa", "书法"),
        ("badunjin", ""),
        ("badanjing", ""),
        ("baduanjing", "八段锦"),
        ("honglomeng", ""),
        ("fonglouming", ""),
        ("suihuzuan", "水浒传"),
        ("太ji全", ""),
    ],
)
def test_southern_ears(store: SpellingStore, typed: str, meant: str) -> None:
    found = [correction.text for correction in misheard(store, fold(typed), at=NOW)]
    assert found[:1] == ([meant] if meant else [])


def test_an_exact_sound_is_likelier_than_a_southern_one(store: SpellingStore) -> None:
    exact = misheard(store, "taijiquan", at=NOW)[0]
    assert exact.text == "太极拳"
    assert exact.quality == 1
    assert misheard(store, "badanjing", at=NOW) == []


@given(st.sampled_from(NAMES).flatmap(lambda name: st.tuples(st.just(name), st.integers(0, len(name) - 1))), st.data())
def test_every_correction_stands_in_a_name_and_is_another_text(
    store: SpellingStore, given: tuple[str, int], data: st.DataObject
) -> None:
    name, at = given
    other = data.draw(st.sampled_from("太极红楼水人大c2p一拳券") | st.just(""))
    letters = name[:at] + other + name[at + data.draw(st.integers(0, 1)) :]
    found = [*misspelt(store, letters, at=NOW), *misheard(store, letters, at=NOW)]
    for correction in found:
        corrected = letters_of(correction.text)
        assert corrected != letters
        assert any(corrected in known for known in NAMES)
        assert 0 < correction.quality <= 1
        assert correction.weight > 0


@given(st.text(max_size=60))
def test_any_text_has_corrections_or_none(store: SpellingStore, text: str) -> None:
    folded = fold(text)
    for found in (
        misspelt(store, letters_of(folded), at=NOW),
        read_aloud(store, folded, at=NOW),
        misheard(store, folded, at=NOW),
    ):
        assert [each.weight for each in found] == sorted((each.weight for each in found), reverse=True)
        assert len({each.text for each in found}) == len(found)


def test_each_text_is_named_once_with_its_likeliest_way() -> None:
    def correction(text: str, weight: float) -> Correction:
        return Correction(text=text, way="spelling", weight=weight, quality=1, is_whole=True)

    found = likeliest([correction("a", 1), correction("b", 3), correction("a", 2)])
    assert [(each.text, each.weight) for each in found] == [("b", 3), ("a", 2)]


def test_a_text_of_several_stores_weighs_as_much_as_in_all_of_them() -> None:
    base = [Correction("太极", "homophone", 3, 0.3, False), Correction("太急", "homophone", 2, 0.3, False)]
    tail = [Correction("太急", "homophone", 2, 0.3, True), Correction("太鸡", "lookalike", 1, 0.1, True)]
    assert merged([base, tail]) == [
        Correction("太急", "homophone", 4, 0.3, True),
        Correction("太极", "homophone", 3, 0.3, False),
        Correction("太鸡", "lookalike", 1, 0.1, True),
    ]
    assert merged([base]) == base


def test_a_latin_word_of_what_is_over_is_no_correction(store: SpellingStore) -> None:
    assert list(ways(store, "pythn")) == ["python"]
    assert ways(store.ending(np.where(store.ends > 0, NOW, 0)), "pythn") == {}
