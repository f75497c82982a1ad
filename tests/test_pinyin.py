import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.folding import fold
from index.pinyin import (
    has_reading,
    known_readings_of,
    other_readings,
    plain_reading,
    reading,
    readings_of,
    syllables,
)

CHARACTERS = st.one_of(
    st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), st.sampled_from("乐重长传aé1 ·々〇モ𠮷")
)


@pytest.mark.parametrize(
    ("text", "syllables"),
    [
        ("太极拳", "tai ji quan"),
        ("重庆", "chong qing"),
        ("音乐", "yin yue"),
        ("快乐", "kuai le"),
        ("女儿", "nv er"),
        ("战略", "zhan lve"),
        ("呼兰河传", "hu lan he zhuan"),
        ("遗传", "yi chuan"),
        ("生物遗传", "sheng wu yi chuan"),
        ("朝花夕拾", "zhao hua xi shi"),
        ("曾国藩家书", "zeng guo fan jia shu"),
        ("python入门", "p y t h o n ru men"),
        ("第2课", "di 2 ke"),
        ("モモ", "モ モ"),
        ("", ""),
    ],
)
def test_a_text_is_read_as_its_words_are(text: str, syllables: str) -> None:
    assert reading(text) == tuple(syllables.split())


def test_a_name_begins_with_a_surname() -> None:
    assert reading("单霁翔", is_name=True) == ("shan", "ji", "xiang")
    assert reading("单霁翔")[0] == "dan"
    assert reading("单口相声大全", is_name=True)[0] == "dan"  # too long for a name


@given(st.text(CHARACTERS, max_size=12))
def test_every_character_has_one_part(text: str) -> None:
    assert len(reading(text)) == len(text)


@given(st.text(max_size=12).map(fold))
def test_any_text_can_be_read(text: str) -> None:
    assert len(reading(text)) == len(text)


def test_characters_with_several_readings_are_known_by_each() -> None:
    usual = reading("乐山")
    assert {usual, *other_readings("乐山", usual, among=4)} == {("le", "shan"), ("yue", "shan")}
    assert list(other_readings("战略", ("zhan", "lve"), among=4)) == [("zhan", "lue")]
    assert list(other_readings("太极拳的快乐", reading("太极拳的快乐"), among=3)) == []


@given(st.text(CHARACTERS, max_size=6))
def test_other_readings_differ_in_one_character(text: str) -> None:
    usual = reading(text)
    for other in other_readings(text, usual, among=4):
        assert sum(a != b for a, b in zip(usual, other, strict=True)) == 1


@pytest.mark.parametrize(
    ("text", "syllables"),
    [("太极拳", "tai ji quan"), ("佛教c语", "fo jiao c yu"), ("呼兰河传", "hu lan he zhuan")],
)
def test_character_by_character_most_is_read_the_same(text: str, syllables: str) -> None:
    assert plain_reading(text) == reading(text) == tuple(syllables.split())


def test_where_a_word_decides_the_right_reading_is_among_the_others() -> None:
    known = plain_reading("重庆往事")
    assert " ".join(known) == "zhong qing wang shi"
    assert reading("重庆往事") in other_readings("重庆往事", known, among=4)
    assert plain_reading("曾巩", is_name=True)[0] == "zeng"


def test_only_chinese_characters_are_read() -> None:
    assert has_reading("c语言")
    assert not has_reading("c++モ1")


@pytest.mark.parametrize(
    ("character", "readings"),
    [("级", "ji"), ("红", "hong gong"), ("女", "nv ru"), ("行", "xing hang heng"), ("a", ""), ("。", "")],
)
def test_a_character_has_all_its_readings_the_commonest_first(character: str, readings: str) -> None:
    assert readings_of(character) == tuple(readings.split())


@pytest.mark.parametrize(
    ("character", "readings"), [("集", "ji"), ("会", "hui kuai"), ("佛", "fu fo"), ("a", ""), ("。", "")]
)
def test_readers_know_one_reading_of_most_characters(character: str, readings: str) -> None:
    assert set(known_readings_of(character)) == set(readings.split())


def test_syllables_are_those_of_all_characters() -> None:
    assert {"a", "zhuang", "nv", "er"} <= set(syllables())
    assert list(syllables()) == sorted(set(syllables()))
    assert 400 < len(syllables()) < 450


@given(CHARACTERS)
def test_readings_hold_letters_only(character: str) -> None:
    assert all(reading.isascii() and reading.isalpha() for reading in readings_of(character))


def test_the_readings_of_characters_need_no_dictionary_of_phrases() -> None:
    code = "import sys; from index.pinyin import readings_of; readings_of('级'); assert 'pypinyin' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
