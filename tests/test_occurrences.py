import pytest
from hypothesis import given
from hypothesis import strategies as st
from plain_highlights import plain_occurrences

from index.arrays import code_points, offsets_of
from index.folding import FoldedTexts, fold, fold_texts
from index.occurrences import occurrences
from index.segmentation import Segmenter

TEXTS = st.text(
    st.sampled_from(
        "大学会计学生心理学养生太极拳公司法德国人中华人民共和国的了一个红玫瑰花三国演义图书馆在c语言python3+#.。，—é "
    )
)
MIXED = st.text(
    st.one_of(
        st.sampled_from("大学会计学生物理心理学公司法德国人中华人民共和国红玫瑰花三国演义北京大学生活动物园林清华大"),
        st.sampled_from("〇ab1.5%c++c#d&_-é々のΩ𠮷 ，。、\u3000"),
    ),
    max_size=40,
)


def joined(*texts: str) -> FoldedTexts:
    whole = "".join(f"{text}\n" for text in texts)
    return fold_texts(whole, code_points(whole), offsets_of([len(text) + 1 for text in texts], "int64"))


def found_in(segmenter: Segmenter, text: str, words: list[str]) -> list[tuple[int, int, str]]:
    """Start, end and word of what is found in one text."""
    found = occurrences(segmenter, joined(text), [words])
    return [(start, end, found.words[word]) for _, word, start, end in found.places.T.tolist()]


def marked(segmenter: Segmenter, text: str, *words: str) -> str:
    """The text with brackets around what was found."""
    for start, end, _ in reversed(found_in(segmenter, text, [*words])):
        text = f"{text[:start]}[{text[start:end]}]{text[end:]}"
    return text


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [
        ("大学会计", ["学会"], "大学会计"),
        ("学会游泳", ["学会"], "[学会]游泳"),
        ("参加学会活动", ["学会"], "参加[学会]活动"),
        ("清华大学的历史", ["大学"], "清华[大学]的历史"),
        ("红玫瑰与白玫瑰", ["玫瑰"], "红[玫瑰]与白[玫瑰]"),
        ("三国演义", ["三国"], "[三国]演义"),
        ("大学生", ["大学"], "[大学]生"),
        ("大学生", ["学生"], "大[学生]"),
        ("养生", ["养"], "养生"),
        ("自己养的花", ["养"], "自己[养]的花"),
        ("心理学与物理学", ["心理学", "理学"], "[心理学]与物理学"),
        ("太极拳入门", ["太极拳", "太极", "入门"], "[太极拳][入门]"),
        ("c语言与c++", ["c"], "[c]语言与c++"),
        ("python3 for pythonistas", ["python"], "[python]3 for pythonistas"),
        ("work with it", ["it"], "work with [it]"),
        ("café caf", ["caf"], "café [caf]"),
        ("", ["学会"], ""),
        ("学会", [], "学会"),
    ],
)
def test_words_are_found_where_they_are_words(segmenter: Segmenter, text: str, words: list[str], expected: str) -> None:
    assert marked(segmenter, text, *words) == expected


@pytest.mark.parametrize(
    ("text", "word", "expected"),
    [
        ("公司法", "司法", "[公司法]"),
        ("公司法与司法", "司法", "公司法与[司法]"),
        ("德国人", "国人", "[德国人]"),
        ("中华人民共和国", "华人", "[中华人民共和国]"),
        ("中华人民共和国", "人民", "中华[人民]共和国"),
    ],
)
def test_what_no_reader_sees_stands_for_its_whole_token_at_most(
    segmenter: Segmenter, text: str, word: str, expected: str
) -> None:
    assert marked(segmenter, text, word) == expected


@given(TEXTS.map(fold), st.lists(st.integers(0, 30), min_size=1, max_size=3))
def test_what_is_found_is_what_cutting_the_whole_text_finds(segmenter: Segmenter, text: str, picks: list[int]) -> None:
    """Each word on its own, so that none stands inside another; tokens are always seen, parts may be hidden."""
    words = [term for word in segmenter.segment(text) for term in (word.text, *word.parts)]
    for word in {words[pick % len(words)] for pick in picks if words}:
        places, at = set(), 0
        for token in segmenter.tokens(text):
            known = segmenter.word(token)
            if token == word:
                places.add((at, at + len(token)))
            elif known and word in known.parts:
                starts = [i for i in range(len(token)) if token.startswith(word, i)]
                places |= {(at + i, at + i + len(word)) for i in starts} | {(at, at + len(token))}
            at += len(token)
        found = {(start, end) for start, end, _ in found_in(segmenter, text, [word])}
        assert found
        assert found <= places


@given(TEXTS.map(fold))
def test_every_token_of_a_text_is_found(segmenter: Segmenter, text: str) -> None:
    at = 0
    for token in segmenter.tokens(text):
        if segmenter.word(token):
            assert (at, at + len(token)) in {(start, end) for start, end, _ in found_in(segmenter, text, [token])}
        at += len(token)


@given(st.lists(st.tuples(MIXED.map(fold), st.lists(st.tuples(st.integers(0, 39), st.integers(1, 4)), max_size=4))))
def test_many_texts_are_searched_as_each_is_the_plain_way(
    segmenter: Segmenter, asked: list[tuple[str, list[tuple[int, int]]]]
) -> None:
    """The words are words of the text, and any stretches of it."""
    texts = joined(*(text for text, _ in asked))
    words = [
        [*(term for word in segmenter.segment(text) for term in (word.text, *word.parts)), *stretches_of(text, picks)]
        for text, picks in asked
    ]
    found = occurrences(segmenter, texts, words)
    starts = texts.starts.tolist()
    expected = {
        (number, starts[number] + start, starts[number] + end, word)
        for number, (text, _) in enumerate(asked)
        for start, end, word in plain_occurrences(segmenter, text, words[number])
    }
    assert {(number, start, end, found.words[word]) for number, word, start, end in found.places.T.tolist()} == expected


def stretches_of(text: str, picks: list[tuple[int, int]]) -> list[str]:
    return [stretch for at, length in picks if (stretch := text[at : at + length])]


def test_of_a_word_that_stands_very_often_the_first_places_are_found(segmenter: Segmenter) -> None:
    assert len(found_in(segmenter, "太极。" * 150, ["太极"])) == 100
