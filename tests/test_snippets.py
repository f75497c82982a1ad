import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.snippets import Mark, cluster_end, snippet

FILLER = "这里是一段没有意思的文字"  # 12 characters
LONG = FILLER * 12


def shown(text: str, *words: str) -> str:
    """What is shown of a text in which words are marked."""
    marks = sorted(
        Mark(at, at + len(word), frozenset([word]))
        for word in words
        for at in range(len(text))
        if text.startswith(word, at)
    )
    return text[slice(*snippet(text, marks))]


def test_a_short_text_is_shown_whole() -> None:
    assert shown("学太极拳。", "太极拳") == "学太极拳。"


def test_the_stretch_with_the_most_different_words_is_shown() -> None:
    text = f"太极拳，太极拳，太极拳。{LONG}。养生的太极拳，{LONG}"
    assert shown(text, "太极拳", "养生").startswith("养生的太极拳")
    assert shown(text, "太极拳").startswith("太极拳，太极拳")


@pytest.mark.parametrize(
    ("before", "start"),
    [
        (f"{LONG}。今天学", "今天学"),
        (f"{LONG}！”今天学", "今天学"),
        (f"{LONG}，今天。学", "学"),
        (f"{LONG}，今天，学", "今天，学"),
        (f"{LONG} learning to ", "learning to "),
    ],
)
def test_it_begins_behind_punctuation_if_there_is_some(before: str, start: str) -> None:
    assert shown(f"{before}太极拳{LONG}", "太极拳").startswith(f"{start}太极拳")


@pytest.mark.parametrize(
    "unit", ["internationalisation", "3.14159265358979323846", "it's-a-long-word-in-one", "éclaircissement"]
)
def test_words_and_numbers_of_other_scripts_stay_whole(unit: str) -> None:
    for shift in range(50):
        text = "文" * (100 + shift) + unit + "文" * 25 + "太极拳" + "字" * (50 - shift) + unit + "文" * 100
        assert shown(text, "太极拳").count(unit[:3]) == shown(text, "太极拳").count(unit)


@given(
    st.text("ab1. 文，。e\u0301\u200d\ufe0f", min_size=91, max_size=300),
    st.lists(st.tuples(st.integers(0, 299), st.integers(1, 5), st.sampled_from("abc")), min_size=1, max_size=6),
)
def test_a_snippet_shows_a_mark_and_splits_none(text: str, raw: list[tuple[int, int, str]]) -> None:
    marks: list[Mark] = []
    for at, length, word in sorted(raw):
        at = min(at, len(text) - 1)
        if not marks or at > marks[-1].end:
            marks.append(Mark(at, min(at + length, len(text)), frozenset(word)))
    start, end = snippet(text, marks)
    assert 0 <= start < end <= len(text)
    assert any(start <= mark.start and mark.end <= end for mark in marks)
    assert not any(mark.start < end < mark.end for mark in marks)


@given(st.text("ae\u0301文\ufe0f\u200d👩\U000e0100", max_size=12), st.integers(0, 12))
def test_a_cluster_ends_where_no_mark_follows(text: str, position: int) -> None:
    position = min(position, len(text))
    end = cluster_end(text, position)
    assert position <= end <= len(text)
    assert position == 0 or end == len(text) or not unicodedata.category(text[end]).startswith("M")
