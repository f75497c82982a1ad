"""Headers found, columns understood, corrections obeyed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.column_names import LABELS, Meaning, meaning_of
from corpus.columns import Column, derived_kind, find_header, propose_columns, read_correction
from corpus.errors import InvalidInput
from corpus.resource import FIELDS, KINDS
from corpus.table_row import TableRow
from corpus.vocabulary import folded, read_vocabulary


def rows(*lines: str) -> list[TableRow]:
    return [TableRow(number=n, cells=tuple(line.split(","))) for n, line in enumerate(lines, start=1)]


def proposed(header: str, *lines: str, **corrections: str) -> tuple[Column, ...]:
    first, *rest = rows(header, *lines)
    return propose_columns(first, rest, corrections)


def fields(columns: tuple[Column, ...]) -> dict[str, str]:
    return {column.name: column.field for column in columns}


@pytest.mark.parametrize(
    ("name", "field", "kind"),
    [
        ("课程名称", "title", "course"),
        ("课 程 名 称", "title", "course"),
        ("课程名称*", "title", "course"),
        ("書名", "title", "book"),
        ("题名", "title", "book"),
        ("活动名称", "title", "activity"),
        ("名称", "title", ""),
        ("主讲教师", "creators", "course"),
        ("作者", "creators", ""),
        ("責任者", "creators", "book"),
        ("开课单位", "provider", "course"),
        ("出版社", "provider", "book"),
        ("上课时间", "schedule", "course"),
        ("活动时间", "schedule", "activity"),
        ("开始时间", "starts_at", ""),
        ("结束时间", "ends_at", ""),
        ("报名截止（日期）", "signup_until", ""),
        ("培训地点", "venue", "course"),
        ("适合人群", "audience", ""),
        ("学科", "subjects", ""),
        ("关键词", "tags", ""),
        ("内容提要", "description", ""),
        ("课程简介", "description", "course"),
        ("價格（元）", "price", ""),
        ("名额/人数", "capacity", ""),
        ("街道/社区", "district", ""),
        ("索书号", "call_number", "book"),
        ("出版年", "published", "book"),
        ("ISBN", "isbn", "book"),
        ("ＩＳＢＮ号", "isbn", "book"),
        ("评分", "rating", ""),
        ("编号", "id", ""),
        ("ID", "id", ""),
        ("Course Name", "title", "course"),
        ("Course Title", "title", "course"),
        ("Instructor(s)", "creators", "course"),
        ("call_number", "call_number", "book"),
        ("Starts At", "starts_at", ""),
    ],
)
def test_names_that_people_give_columns(name: str, field: str, kind: str) -> None:
    assert meaning_of(name) == Meaning(field=field, kind=kind)


@pytest.mark.parametrize(
    "name", ["序号", "备注", "姓名", "手机", "身份证号", "是否收费", "", "2026", "（）", "课程"[:1]]
)
def test_names_that_mean_nothing_here(name: str) -> None:
    assert meaning_of(name) is None


def test_the_names_that_ship_are_each_written_as_they_are_looked_up() -> None:
    seen = set()
    for field, kind, names in read_vocabulary("columns"):
        assert field in FIELDS
        assert kind in (*KINDS, "")
        for name in names:
            assert folded(name) == name
            assert name not in seen
            seen.add(name)
    assert tuple(sorted(LABELS)) == tuple(sorted(FIELDS))


def test_the_header_stands_below_titles() -> None:
    table = rows(
        "平江社区学校课程表,,", "填报单位：平江,日期：2026年,", "课程名称,主讲教师,上课时间", "书法,王建国,每周二"
    )
    assert find_header(table, {}) == 2


def test_of_a_header_in_two_rows_the_fuller_one_counts() -> None:
    table = rows("编号,课程名称,上课安排,,场地,", "编号,课程名称,星期,时段,校区,教室", "1,太极拳,周一,9:00,本部,操场")
    assert find_header(table, {}) == 1


def test_without_names_there_is_no_header() -> None:
    assert find_header(rows("活着,余华", "围城,钱钟书"), {}) is None
    assert find_header([], {}) is None


def test_one_name_alone_is_a_header_only_if_it_is_a_titles() -> None:
    assert find_header(rows("书名", "活着"), {}) == 0
    assert find_header(rows("书名", "活着"), {}, least=2) is None
    assert find_header(rows("电话", "67270001"), {}) is None


def test_a_correction_makes_a_strange_header_known() -> None:
    table = rows("甲,乙", "活着,余华")
    assert find_header(table, {"甲": "title"}) == 0
    assert fields(proposed("甲,乙", "活着,余华", 甲="title")) == {"甲": "title", "乙": ""}


def test_a_community_schools_header() -> None:
    columns = proposed("序号,课程类别,课程名称,主讲教师,上课时间,备注", "1,书画,书法,王建国,每周二,自备笔墨")
    assert fields(columns) == {
        "序号": "",
        "课程类别": "subjects",
        "课程名称": "title",
        "主讲教师": "creators",
        "上课时间": "schedule",
        "备注": "",
    }
    assert [column.sample for column in columns][:3] == ["1", "书画", "书法"]
    assert derived_kind(columns) == "course"


def test_a_column_of_kinds_is_told_from_one_of_subjects() -> None:
    assert fields(proposed("名称,类别", "书法,课程", "活着,图书"))["类别"] == "kind"
    assert fields(proposed("名称,类型", "书法,艺术", "活着,文学"))["类型"] == "subjects"
    assert fields(proposed("名称,kind", "书法,video"))["kind"] == "kind"


def test_of_two_columns_for_one_value_the_first_stands() -> None:
    columns = proposed("书名,题名,作者,译者", "活着,活着,余华,")
    assert fields(columns) == {"书名": "title", "题名": "", "作者": "creators", "译者": "creators"}
    assert columns[1].rival == "书名"
    columns = proposed("书名,题名,作者", "活着,活着,余华", 题名="title")
    assert fields(columns) == {"书名": "", "题名": "title", "作者": "creators"}


def test_columns_without_a_name_and_twice_the_same_are_called_by_their_letters() -> None:
    columns = proposed("书名,备注,备注,,", "活着,好,,x,", **{"备注（C 列）": "tags", "D 列": "description"})
    assert fields(columns) == {"书名": "title", "备注": "", "备注（C 列）": "tags", "D 列": "description"}


@pytest.mark.parametrize(
    ("corrections", "said"),
    [({"讲师": "creators"}, "没有“讲师”这一列；有“书名”、“作者”"), ({"书名": ""}, "看不出哪一列是名称")],
)
def test_corrections_that_cannot_be_obeyed(corrections: dict[str, str], said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        proposed("书名,作者", "活着,余华", **corrections)


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        ("课程名称,ISBN", "course"),
        ("书名,主讲教师", "book"),
        ("名称,主讲教师", "course"),
        ("名称,出版社,索书号", "book"),
        ("名称,出版社,主讲教师", ""),
        ("名称,作者", ""),
        ("场馆名称,地址,开放时间", "place"),
        ("活动主题,时间", "activity"),
    ],
)
def test_columns_tell_the_kind(header: str, kind: str) -> None:
    assert derived_kind(proposed(header, "甲,乙,丙")) == kind


@pytest.mark.parametrize(
    ("text", "correction"),
    [
        ("班主任=creators", ("班主任", "creators")),
        ("班主任=作者", ("班主任", "creators")),
        (" a=b = 标签 ", ("a=b", "tags")),
        ("备注=", ("备注", "")),
    ],
)
def test_corrections(text: str, correction: tuple[str, str]) -> None:
    assert read_correction(text) == correction


@pytest.mark.parametrize(
    ("text", "said"), [("班主任", "列名=字段"), ("=title", "列名=字段"), ("甲=乙", "creators（作者")]
)
def test_what_is_no_correction(text: str, said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        read_correction(text)


@given(st.text(max_size=20))
def test_any_name_is_known_or_not(name: str) -> None:
    meaning = meaning_of(name)
    assert meaning is None or meaning.field in FIELDS
