import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.pinyin import reading
from index.suggestion_keys import pieces
from index.suggestion_sounds import agreement, first_letters, sounds


@pytest.mark.parametrize(
    ("typed", "text", "length", "is_written"),
    [
        ("太ji", "太极拳", 2, True),
        ("太j", "太极拳", 2, True),
        ("太jq", "太极拳", 3, True),
        ("ta极", "太极拳", 2, True),
        ("tj拳", "太极拳", 3, True),
        ("tai ji", "太极拳", 2, True),
        ("太级", "太极拳", 2, False),
        ("太级q", "太极拳", 3, False),
        ("xi an", "西安事变", 2, True),
        ("sh市", "上海市", 3, True),
        ("sh海", "上海市", 2, True),
        ("pythonb程", "python编程", 8, True),
    ],
)
def test_what_agrees(typed: str, text: str, length: int, is_written: bool) -> None:
    assert agreement(pieces(typed), text, reading(text)) == (length, is_written)


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("xi an", "先生"),
        ("ta ji", "太极拳"),
        ("太jiquan", "太极"),
        ("太极拳", "太极"),
        ("极", "太极"),
        ("月山", "乐山"),
        ("太极2", "太极拳"),
    ],
)
def test_what_does_not(typed: str, text: str) -> None:
    assert agreement(pieces(typed), text, reading(text)) is None


@given(st.text("太极拳京剧abjt", min_size=1, max_size=8))
def test_every_text_agrees_with_itself(text: str) -> None:
    assert agreement(pieces(text), text, reading(text)) == (len(text), True)


def test_letters_before_a_character_may_be_unfinished() -> None:
    assert set(sounds(("ta", "极"), 0)) >= {"ta", "tai", "tan", "tang", "tao"}
    assert "taiji" in sounds(("taij", "拳"), 0)
    assert sounds(("ta",), 0) == ("ta",)
    assert sounds(("xi", "an"), 0) == ("xi",)
    assert sounds(("c", "+", "+"), 1) == ("+",)


def test_characters_in_short() -> None:
    assert first_letters("极") == ("j",)
    assert set(first_letters("行")) == {"x", "h"}
    assert first_letters("tj") == ("tj",)
    assert first_letters("2") == ("2",)
