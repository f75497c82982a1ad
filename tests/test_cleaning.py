import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.cleaning import clean_line, clean_text, has_invisible

anything = st.text(st.characters(exclude_categories=[]))


@pytest.mark.parametrize(
    ("given_", "cleaned"),
    [
        ("  太极拳\t入门 \n", "太极拳 入门"),
        ("太\u200b极\u202e拳\x00", "太极拳"),
        ("養生　ＡＢＣ", "養生 ＡＢＣ"),
        ("坏\ud800字", "坏字"),
        ("第一行\r\n第二行", "第一行 第二行"),
    ],
)
def test_a_line(given_: str, cleaned: str) -> None:
    assert clean_line(given_) == cleaned


def test_a_longer_text_keeps_its_paragraphs() -> None:
    assert clean_text(" 一 \r\n二\u2028三\n\n\n\n四\x07 ") == "一\n二\n三\n\n四"


@given(anything)
def test_cleaning_twice_is_cleaning_once_and_leaves_nothing_invisible(text: str) -> None:
    for clean in (clean_line, clean_text):
        cleaned = clean(text)
        assert clean(cleaned) == cleaned
        assert not has_invisible(cleaned)
        cleaned.encode()
    assert "\n" not in clean_line(text)
