from pathlib import Path

import jieba
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.revision import Word
from index.folding import fold
from index.segmentation import Segmenter, open_segmenter

texts = st.text(
    st.one_of(st.sampled_from("学太极拳养生课程入门第2课c++#语言r ab3，。（）-_é"), st.characters(codec="utf-8"))
)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("学太极拳", ["学", "太极拳"]),
        ("R语言入门", ["r语言", "入门"]),
        ("X语言入门", ["x", "语言", "入门"]),
        ("第2课", ["第", "2", "课"]),
        ("C++ 和 C#", ["c++", "和", "c#"]),
        ("C语言程序设计", ["c语言", "程序设计"]),
        ("Working with this", ["working", "with", "this"]),
        ("a+b 等于几", ["a", "b", "等于", "几"]),
        ("Café 之夜", ["café", "之夜"]),
        ("，。！", []),
        ("", []),
    ],
)
def test_words_of_a_text(segmenter: Segmenter, text: str, words: list[str]) -> None:
    assert [word.text for word in segmenter.segment(fold(text))] == words


def test_search_mode_adds_the_words_inside_a_word(segmenter: Segmenter) -> None:
    parts = {word.text: word.parts for word in segmenter.segment(fold("清华大学的C语言程序设计"))}
    assert {"清华", "大学"} <= set(parts["清华大学"])
    assert {"c", "语言"} <= set(parts["c语言"])
    assert {"程序", "设计"} <= set(parts["程序设计"])


@given(texts)
def test_no_letter_and_no_digit_is_lost(segmenter: Segmenter, text: str) -> None:
    folded = fold(text)
    kept = "".join(word.text for word in segmenter.segment(folded))
    assert [c for c in kept if c.isalnum()] == [c for c in folded if c.isalnum()]


@given(texts)
def test_a_text_is_cut_the_same_each_time(segmenter: Segmenter, text: str) -> None:
    assert segmenter.segment(fold(text)) == segmenter.segment(fold(text))


@given(texts.map(fold))
def test_tokens_make_up_the_text(segmenter: Segmenter, folded: str) -> None:
    assert "".join(segmenter.tokens(folded)) == folded


def test_a_word_stays_whole_or_not(segmenter: Segmenter) -> None:
    assert segmenter.is_whole("太极拳")
    assert segmenter.is_whole("with")
    assert not segmenter.is_whole("学太极拳")


@pytest.mark.slow
def test_a_curators_word_is_kept_whole_and_its_parts_stay_findable(tmp_path: Path) -> None:
    plain = open_segmenter([], [], tmp_path)
    added = open_segmenter([Word(text="甲乙丙学", frequency=None)], [], tmp_path)
    assert "甲乙丙学" not in [word.text for word in plain.segment("学甲乙丙学吧")]
    assert "甲乙丙学" in [word.text for word in added.segment("学甲乙丙学吧")]


@pytest.mark.slow
def test_a_new_word_cuts_only_the_texts_that_contain_it(tmp_path: Path) -> None:
    plain = open_segmenter([], [], tmp_path)
    added = open_segmenter([Word(text="园区夜话", frequency=50_000)], [], tmp_path)
    text = "苏州工业园区图书馆的夜间读书活动，适合老年人和企业职工，学习智能手机与书法"
    assert plain.segment(text) == added.segment(text)
    assert "园区夜话" in [word.text for word in added.segment("听园区夜话去")]


def test_a_removed_word_is_no_longer_one(tmp_path: Path) -> None:
    removed = open_segmenter([], ["长江大桥"], tmp_path)
    assert "长江大桥" not in [word.text for word in removed.segment("武汉长江大桥")]


@pytest.mark.slow
def test_the_lexicon_names_what_decides_the_cut(tmp_path: Path) -> None:
    word = Word(text="园区夜话", frequency=3)
    lexicons = {open_segmenter(words, [], tmp_path).lexicon for words in ([], [word], [word])}
    assert len(lexicons) == 2


def test_jiebas_own_tokenizer_is_left_alone(segmenter: Segmenter) -> None:
    assert jieba.dt.initialized is False
    assert segmenter.segment("太极拳")
    assert jieba.dt.initialized is False
