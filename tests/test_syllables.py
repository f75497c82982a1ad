import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.syllables import Parse, parses, plain_letters, southern_sound

SYLLABLES = frozenset(
    re.findall("[a-z]+", "tai ta ji quan qu an a e o xi xian tian jian lv you shu fa fan fang nv er de lve sheng")
)


def read(text: str) -> list[Parse]:
    return parses(text, SYLLABLES)


@pytest.mark.parametrize(
    ("text", "likeliest"),
    [
        ("taijiquan", "tai ji quan"),
        ("tai ji quan", "tai ji quan"),
        ("tai'ji'quan", "tai ji quan"),
        ("tai’ji·quan", "tai ji quan"),
        ("tai-ji-quan", "tai ji quan"),
        ("tàijíquán", "tai ji quan"),
        ("xian", "xian"),
        ("xi'an", "xi an"),
        ("lvyou", "lv you"),
        ("lüyou", "lv you"),
        ("lǚyóu", "lv you"),
        ("nüer", "nv er"),
        ("shenglue", "sheng lve"),
        ("shenglüe", "sheng lve"),
        ("xvan", "xuan"),
    ],
)
def test_letters_are_cut_into_syllables(text: str, likeliest: str) -> None:
    first = parses(text, SYLLABLES | {"xuan"})[0]
    assert " ".join(first.parts) == likeliest
    assert all(first.full)


def test_what_can_be_cut_in_two_ways_is_and_fewer_syllables_come_first() -> None:
    found = [parse.parts for parse in read("xian")]
    assert found[:2] == [("xian",), ("xi", "an")]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("tjq", ("t", "j", "q")),
        ("t j q", ("t", "j", "q")),
        ("taijq", ("tai", "j", "q")),
        ("taijiq", ("tai", "ji", "q")),
        ("shz", ("s", "h", "z")),
        ("shz", ("sh", "z")),
        ("aj", ("a", "j")),
    ],
)
def test_initials_stand_for_syllables_at_the_end(text: str, parts: tuple[str, ...]) -> None:
    assert parts in [parse.parts for parse in read(text)]


def test_whole_syllables_come_before_initials() -> None:
    found = read("taiji")
    assert found[0] == Parse(("tai", "ji"), (True, True))
    assert [parse.full.count(False) for parse in found] == sorted(parse.full.count(False) for parse in found)


@pytest.mark.parametrize("text", ["", " ", "'", "v", "vip", "i", "taiji1", "第2课", "太ji", "c++", "tai,ji", "a" * 97])
def test_what_is_no_pinyin_is_not_read(text: str) -> None:
    assert read(text) == []


@given(st.text("taijqunxh '", max_size=30))
def test_every_reading_spells_the_letters(text: str) -> None:
    letters = plain_letters(text).replace(" ", "").replace("'", "")
    for parse in read(text):
        assert "".join(parse.parts) == letters
        assert len(parse.parts) == len(parse.full) <= 16
        assert all(part in SYLLABLES for part, full in zip(parse.parts, parse.full, strict=True) if full)


@given(st.text(max_size=500))
def test_any_text_is_read_or_not(text: str) -> None:
    read(text)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("zhu", "zu"),
        ("chang", "can"),
        ("shi", "si"),
        ("nan", "lan"),
        ("hu", "fu"),
        ("hua", "fa"),
        ("hong", "feng"),
        ("huang", "fang"),
        ("shang", "san"),
        ("cheng", "cen"),
        ("jin", "jing"),
        ("ying", "yin"),
        ("zhuang", "zuan"),
    ],
)
def test_southern_ears_do_not_tell_these_apart(left: str, right: str) -> None:
    assert southern_sound(left) == southern_sound(right)


@pytest.mark.parametrize(
    ("left", "right"), [("ba", "pa"), ("ji", "qi"), ("tai", "dai"), ("gu", "ku"), ("dong", "dou"), ("he", "fe")]
)
def test_and_these_they_do(left: str, right: str) -> None:
    assert southern_sound(left) != southern_sound(right)
