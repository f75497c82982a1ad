import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.shapes import likeness
from index.spelling import LOOKS_ALIKE


@pytest.mark.parametrize(
    "pair", ["己已", "末未", "晴睛", "拳券", "焙培", "城诚", "孤狐", "园围", "贷货", "茶荼", "侯候", "楼搂", "市柿"]
)
def test_these_look_alike(pair: str) -> None:
    assert likeness(*pair) >= LOOKS_ALIKE


@pytest.mark.parametrize("pair", ["太拳", "红楼", "书法", "苏绣", "龙一", "我你", "评弹", "餐卡"])
def test_these_do_not(pair: str) -> None:
    assert likeness(*pair) < LOOKS_ALIKE


@pytest.mark.parametrize("pair", ["ab", "a太", "7七", "😀太", "、太", "\ud800太", "\0太"])
def test_what_is_no_chinese_character_looks_like_nothing_else(pair: str) -> None:
    assert likeness(*pair) < LOOKS_ALIKE


@given(st.characters(exclude_categories=[]), st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF))
def test_likeness_lies_between_0_and_1_and_is_1_for_the_same(left: str, right: str) -> None:
    assert 0 <= likeness(left, right) <= 1
    assert likeness(left, left) == likeness(right, right) == 1
