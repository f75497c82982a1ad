"""What cells mean in the fields that they fill."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.cell_lists import split_list, split_names
from corpus.cells import Unreadable, read_cell
from corpus.resource import FIELDS, FORMATS, KINDS, LEVELS, STATUSES
from corpus.vocabulary import folded, read_vocabulary


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        ("kind", "课程", "course"),
        ("kind", "圖書", "book"),
        ("kind", "讲座", "activity"),
        ("kind", "Book", "book"),
        ("kind", "录像", "录像"),
        ("level", "零基础", "入门"),
        ("level", "中级", "进阶"),
        ("level", "高级", "高级"),
        ("format", "线上", ["online"]),
        ("format", "线上、线下", ["online", "offline"]),
        ("format", "线上线下结合", ["online", "offline"]),
        ("format", "电子书", ["ebook"]),
        ("format", "print", ["print"]),
        ("free", "是", True),
        ("free", "免费", True),
        ("free", "否", False),
        ("free", "0元", True),
        ("free", "200元", False),
        ("price", "免费", 0),
        ("price", "公益", 0),
        ("price", "1", 1),
        ("price", "¥25.00", 25),
        ("price", "CNY55.5", 55.5),
        ("price", "１,２００元", 1200),
        ("price", "200元/学期", 200),
        ("capacity", "约30人", 30),
        ("capacity", "30人/班", 30),
        ("capacity", "不限", None),
        ("popularity", "1.2万", 12_000),
        ("rating", "9.1分", 9.1),
        ("rating", "4.5/5", 9),
        ("published", "2019.0", "2019"),
        ("isbn", "ISBN 978-7-02-000220-7：25.00元", "9787020002207"),
        ("isbn", "7-5442-4251-2", "7-5442-4251-2"),
        ("language", "中文", "zh-Hans"),
        ("language", "en-GB", "en-GB"),
        ("status", "下架", "withdrawn"),
        ("url", "www.example.org/a", "http://www.example.org/a"),
        ("id", "KC 001", "KC_001"),
        ("related", "1；2", ["1", "2"]),
        ("description", "无", None),
        ("phone", "—", None),
        ("title", "无", "无"),
        ("title", " ", None),
    ],
)
def test_values(field: str, text: str, value: Any) -> None:
    assert read_cell(field, text) == value


@pytest.mark.parametrize(
    ("field", "text", "code"),
    [
        ("price", "面议", "no-number"),
        ("price", "材料费50元，其余免费", "no-number"),
        ("capacity", "二十", "no-number"),
        ("free", "老年人免费", "no-boolean"),
        ("published", "民国", "no-date"),
        ("level", "都可以", "no-level"),
        ("format", "线上/飞行", "no-format"),
        ("isbn", "9.78702E+12", "cut-number"),
        ("id", "4.32502E+17", "cut-number"),
        ("phone", "1.38E+10", "cut-number"),
    ],
)
def test_what_cannot_be_read_is_said(field: str, text: str, code: str) -> None:
    with pytest.raises(Unreadable, match=code):
        read_cell(field, text)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("书法；国画;篆刻", ["书法", "国画", "篆刻"]),
        ("书法、国画，篆刻,印章|摄影\n素描", ["书法", "国画", "篆刻", "印章", "摄影", "素描"]),
        ("书法（楷书、行书）、国画", ["书法（楷书、行书）", "国画"]),
        ("老人/儿童", ["老人", "儿童"]),
        ("AI/人工智能", ["AI", "人工智能"]),
        ("A/B测试", ["A/B测试"]),
        ("TCP/IP", ["TCP/IP"]),
        ("C/C++、Java", ["C/C++", "Java"]),
        ("太极 养生", ["太极", "养生"]),
        ("Photoshop CC 教程", ["Photoshop CC 教程"]),
        ("；，、", []),
    ],
)
def test_lists(text: str, values: list[str]) -> None:
    assert split_list(text) == values


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("张　三、李四", ["张三", "李四"]),
        ("张三 李四", ["张三", "李四"]),
        ("王老师/李老师", ["王老师", "李老师"]),
        ("余华 著", ["余华"]),
        ("曹雪芹著, 高鹗续", ["曹雪芹", "高鹗续"]),
        ("（美）海明威 著；余光中 译", ["（美）海明威", "余光中"]),
        ("[英]J.K.罗琳 / 马爱农 译", ["[英]J.K.罗琳", "马爱农"]),
        ("陈鼓应 注译", ["陈鼓应"]),
        ("张三 等著", ["张三"]),
        ("盛小云等", ["盛小云"]),
        ("李 文", ["李文"]),
        ("Rowling, J. K.", ["Rowling, J. K."]),
        ("Smith, John; Doe, Jane", ["Smith, John", "Doe, Jane"]),
        ("Brian W. Kernighan / Dennis M. Ritchie", ["Brian W. Kernighan", "Dennis M. Ritchie"]),
    ],
)
def test_names(text: str, names: list[str]) -> None:
    assert split_names(text) == names


@given(st.lists(st.text(st.sampled_from("书法国画太极拳AB+#"), min_size=1, max_size=6), max_size=6, unique=True))
def test_values_set_apart_by_semicolons_come_back(values: list[str]) -> None:
    assert split_list("；".join(values)) == values


@given(st.sampled_from(FIELDS), st.text(st.sampled_from("书0 1/,.；()-—元年线上e+免\u3000"), max_size=12))
def test_whatever_stands_in_a_cell_is_read_or_said(field: str, text: str) -> None:
    with suppress(Unreadable):
        value = read_cell(field, text)
        assert value is None or isinstance(value, str | int | float | list)


def test_the_words_that_ship_are_each_written_as_they_are_looked_up() -> None:
    allowed = {"kind": KINDS, "level": LEVELS, "format": FORMATS, "status": STATUSES, "free": ("yes", "no")}
    seen = set()
    for field, value, words in read_vocabulary("values"):
        assert set(value.split("+")) <= set(allowed.get(field, (value,)))
        for word in words:
            assert folded(word) == word
            assert (field, word) not in seen
            seen.add((field, word))
