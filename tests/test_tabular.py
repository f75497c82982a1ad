"""Rows of tables as records, with what is wrong said in the table's own words."""

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.errors import InvalidInput
from corpus.exchange import Line
from corpus.table_layout import TableLayout, TableReading
from corpus.tabular import read_table

Read = Callable[..., list[Line]]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Reads a table that is written as CSV."""

    def read(*rows: str, **options: Any) -> list[Line]:
        (tmp_path / "a.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
        return lines_of(tmp_path / "a.csv", **options)

    return read


def lines_of(path: Path, *, found: Callable[[TableLayout], None] = lambda layout: None, **options: Any) -> list[Line]:
    reading = TableReading(**{"source": "学校", "corrections": {}, **options})
    return list(read_table(path, reading, found=found))


def records(lines: list[Line]) -> list[dict[str, Any]]:
    return [{name: value for name, value in line.record.items() if name != "id"} for line in lines if line.record]


def messages(lines: list[Line]) -> list[str]:
    return [found.message for line in lines for found in (*line.warnings, line.problem) if found]


def test_a_row_becomes_a_record(read: Read) -> None:
    (line,) = read(
        "课程名称,主讲教师,课程类别,上课时间,上课地点,招生对象,人数,学费,备注",
        "书法,王建国/张敏,书画,每周二 9:00,二楼201,老年人；亲子,约20人,免费,自备笔墨",
    )
    assert line.row == 2
    assert records([line]) == [
        {
            "title": "书法",
            "creators": ["王建国", "张敏"],
            "subjects": ["书画"],
            "schedule": "每周二 9:00",
            "venue": "二楼201",
            "audience": ["老年人", "亲子"],
            "capacity": 20,
            "price": 0,
            "free": True,
            "kind": "course",
        }
    ]


def test_the_layout_is_told_before_the_rows(read: Read) -> None:
    told: list[TableLayout] = []
    read("春季课程,", "课程名称,备注", "书法,", found=told.append)
    (layout,) = told
    assert (layout.format, layout.sheet, layout.header_row, layout.kind) == ("utf-8", "", 2, "course")
    assert [(column.name, column.field) for column in layout.columns] == [("课程名称", "title"), ("备注", "")]


def test_what_is_no_resource_is_passed_over(read: Read) -> None:
    lines = read(
        "课程名称,教师,人数",
        "一、书画类,,",
        "书法,王建国,30",
        ",,",
        "课程名称,教师,人数",
        "合计,,30",
        "注：以学校通知为准,,",
    )
    assert [record["title"] for record in records(lines)] == ["书法"]
    assert messages(lines) == [
        "第 2 行：像是说明而不是一条资源：“一、书画类”，没有导入。",
        "第 6 行：像是说明而不是一条资源：“合计”，没有导入。",
        "第 7 行：像是说明而不是一条资源：“注：以学校通知为准”，没有导入。",
    ]


def test_ditto_marks_mean_the_cell_above(read: Read) -> None:
    lines = read("课程名称,上课地点", "书法,二楼", "国画,同上", "篆刻,〃", "素描,")
    assert [record.get("venue") for record in records(lines)] == ["二楼", "二楼", "二楼", None]


def test_several_columns_for_one_field_are_put_together(read: Read) -> None:
    (record,) = records(
        read("书名,作者,译者,简介,备注,星期,时间", "a,甲,乙,好,新,周二,9:00", corrections={"备注": "description"})
    )
    assert record["creators"] == ["甲", "乙"]
    assert record["description"] == "好\n新"
    assert record["schedule"] == "周二 9:00"


def test_a_value_that_cannot_be_read_is_left_out_and_named_by_its_column(read: Read) -> None:
    lines = read("书名,定价,ISBN,印张", "活着,面议,9.78702E+12,6", corrections={"印张": "popularity"})
    assert messages(lines) == [
        "第 2 行“定价”：“面议”不是数字，没有采用。",
        "第 2 行“ISBN”：“9.78702E+12”是表格软件改成的科学计数，后面的数字已经丢失；请把这一列设成文本格式，重新填写。",
    ]
    assert records(lines) == [{"title": "活着", "popularity": 6, "kind": "book"}]
    assert [found.column for found in lines[0].warnings] == ["定价", "ISBN"]


def test_an_id_that_a_spreadsheet_cut_keeps_the_row_out(read: Read) -> None:
    (line,) = read("编号,书名", "4.32502E+17,活着")
    assert line.record is None
    assert line.problem is not None
    assert line.problem.severity == "error"


def test_ids_of_the_table_and_ids_made_for_it(read: Read) -> None:
    ids = [
        line.record["id"]
        for line in read("编号,书名,作者", "1,活着,余华", "b:2,围城,钱钟书", ",呐喊,鲁迅")
        if line.record
    ]
    assert ids[:2] == ["学校:1", "b:2"]
    assert ids[2].startswith("学校:")


def test_the_same_row_again_is_a_problem(read: Read) -> None:
    first, second = read("书名,作者", "活着,余华", "活着,余华")
    assert first.record
    assert second.record is None
    assert messages([second]) == ["第 3 行：与第 2 行是同一条，以前面的为准；如果不是，请加一列“编号”来区分。"]


def test_a_row_without_a_title_still_has_what_validation_needs(read: Read) -> None:
    (line,) = read("书名,作者", ",余华")
    assert line.record == {"creators": ["余华"], "kind": "book", "id": "row-2"}


def test_cells_beyond_the_header_are_named_in_text_only(read: Read) -> None:
    lines = read("书名,作者", "三国,罗贯中,人民,文学", "活着")
    assert messages(lines) == ["第 2 行：比表头多出 2 格，多出的没有读；文字里有分隔符时，整格要用英文双引号括起来。"]
    assert len(records(lines)) == 2


def test_characters_that_could_not_be_decoded_are_named(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes("书名,作者,出版社\n活着,余华,作家出版社\n围城,钱".encode() + b"\xe9\x92")
    assert messages(lines_of(tmp_path / "a.csv")) == ["第 3 行“作者”：有认不出的字，显示为 �；请检查文件的编码。"]


def test_a_day_and_hours_of_an_activity_become_moments(read: Read) -> None:
    rows = "名称,日期,时间", "评弹,2026/5/9,14:00-16:00"
    assert records(read(*rows, kind="activity")) == [
        {"title": "评弹", "starts_at": "2026-05-09T14:00", "ends_at": "2026-05-09T16:00", "kind": "activity"}
    ]
    assert records(read(*rows, kind="course")) == [
        {"title": "评弹", "starts_at": "2026-05-09", "schedule": "14:00-16:00", "kind": "course"}
    ]


def test_kinds_of_the_rows_stand_before_the_kind_of_the_table(read: Read) -> None:
    lines = read("名称,类别", "书法,课程", "活着,图书", "评弹,", kind="activity")
    assert [record["kind"] for record in records(lines)] == ["course", "book", "activity"]


@pytest.mark.parametrize(
    ("rows", "options", "code"),
    [
        (["活着,余华", "围城,钱钟书"], {}, "no-header"),
        (["名称,作者", "活着,余华"], {}, "no-kind"),
        (["作者,出版社", "余华,作家"], {}, "no-title-column"),
        (["书名,作者", "活着,余华"], {"corrections": {"甲": "tags"}}, "unknown-column"),
        ([" ", ","], {}, "empty-table"),
    ],
)
def test_a_table_that_cannot_be_understood_is_refused_whole(
    read: Read, rows: list[str], options: dict[str, Any], code: str
) -> None:
    with pytest.raises(InvalidInput) as raised:
        read(*rows, **options)
    assert raised.value.code == code
    assert raised.value.place.endswith("a.csv")


def test_a_header_with_nothing_below_is_a_problem(read: Read) -> None:
    assert messages(read("表,", "书名,作者", ",")) == ["第 3 行：表头下面没有内容。"]


def test_a_wrong_quote_is_named_and_the_rest_read(read: Read) -> None:
    lines = read("书名,作者", '"活着,余华', *["围城,钱钟书"] * 600)
    assert messages(lines[:2]) == ["第 2 行：这一行有引号没有配对，没有读。"]
    assert records(lines)[0]["title"] == "围城"


COLUMNS = {
    "书名": st.sampled_from(["活着", "围城", " 呐 喊 ", "三国，演义", "a\nb"]),
    "作者": st.sampled_from(["余华", "张三、李四", ""]),
    "出版社": st.sampled_from(["作家出版社", "", "人民"]),
    "出版年": st.sampled_from(["2012", "2012年8月", "去年", ""]),
    "定价": st.sampled_from(["20", "免费", "", "二十"]),
    "备注": st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=3),
}


@given(
    rows=st.lists(st.fixed_dictionaries(COLUMNS), min_size=1, max_size=5),
    names=st.permutations(list(COLUMNS)),
    encoding=st.sampled_from(["utf-8-sig", "gb18030", "utf-16"]),
)
def test_neither_the_order_of_columns_nor_the_encoding_changes_a_record(
    tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, str]], names: list[str], encoding: str
) -> None:
    folder = tmp_path_factory.mktemp("tables")
    found = []
    for number, (order, codec) in enumerate([(list(COLUMNS), "utf-8"), (names, encoding)]):
        path = folder / f"{number}.csv"
        with path.open("w", encoding=codec, errors="ignore", newline="") as file:
            table = csv.DictWriter(file, order)
            table.writeheader()
            table.writerows(rows)
        found.append([(line.row, line.record, line.problem) for line in lines_of(path)])
    assert found[0] == found[1]
