"""Tables as text: delimiters, quotes, ragged rows, and lines that are too long."""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.delimited import MOST_LINE, open_delimited

Table = list[tuple[int, tuple[str, ...], str]]


def read(path: Path) -> Table:
    with open_delimited(path) as table:
        return [(row.number, row.cells, row.complaint) for row in table.rows]


def written(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "，", "|"])
def test_the_delimiter_is_found(tmp_path: Path, delimiter: str) -> None:
    rows = [["书名", "作者", "简介"], ["活着", "余华", "一个人和他的命运"], ["围城", "钱钟书", ""]]
    text = "".join(delimiter.join(row) + "\r\n" for row in rows)
    assert [cells for _, cells, _ in read(written(tmp_path / "a.csv", text))] == [tuple(row) for row in rows]


def test_commas_in_text_do_not_make_it_the_delimiter(tmp_path: Path) -> None:
    text = "书名;简介\n活着;好看, 感人, 难忘\n围城;一,二,三,四,五\n"
    assert read(written(tmp_path / "a.csv", text))[1] == (2, ("活着", "好看, 感人, 难忘"), "")


def test_the_line_that_excel_hides_names_the_delimiter(tmp_path: Path) -> None:
    assert read(written(tmp_path / "a.csv", "sep=;\n书名;作者\n")) == [(1, ("书名", "作者"), "")]


def test_rows_are_numbered_as_a_spreadsheet_shows_them(tmp_path: Path) -> None:
    text = '书名,简介\n\n活着,"两行\n的简介"\n,\n围城\n'
    assert read(written(tmp_path / "a.csv", text)) == [
        (1, ("书名", "简介"), ""),
        (3, ("活着", "两行\n的简介"), ""),
        (5, ("围城",), ""),
    ]


def test_a_quote_that_nobody_closed_swallows_one_row_only(tmp_path: Path) -> None:
    text = '书名,作者\n"活着,余华\n' + "围城,钱钟书\n" * 2000
    rows = read(written(tmp_path / "a.csv", text))
    assert rows[1] == (2, (), "unclosed-quote")
    assert rows[2:] == [(number, ("围城", "钱钟书"), "") for number in range(3, 2003)]


def test_a_quote_inside_a_cell_is_a_character(tmp_path: Path) -> None:
    assert read(written(tmp_path / "a.csv", '书名,作者\n27" 屏幕,"甲""乙"\n'))[1] == (2, ('27" 屏幕', '甲"乙'), "")


@pytest.mark.parametrize("long", ["长" * 200_000, "x" * (3 * MOST_LINE), "a," * MOST_LINE])
def test_a_row_that_is_too_long_stops_nothing(tmp_path: Path, long: str) -> None:
    rows = read(written(tmp_path / "a.csv", f"书名,作者\n{long}\n围城,钱钟书\n"))
    assert [(number, complaint) for number, _, complaint in rows] == [(1, ""), (2, "row-too-long"), (3, "")]


@pytest.mark.parametrize(("text", "rows"), [("", 0), ("\ufeff", 0), ("\n\n", 0), ("书名", 1), ("\0\0\n书名\r\r", 2)])
def test_small_files(tmp_path: Path, text: str, rows: int) -> None:
    assert len(read(written(tmp_path / "a.csv", text))) == rows


@st.composite
def tables(draw: st.DrawFn) -> tuple[str, list[list[str]]]:
    """A delimiter and rows of three cells that hold it, quotes and line ends, but none of the other delimiters."""
    delimiter = draw(st.sampled_from([",", "\t", ";"]))
    cell = st.one_of(
        st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), max_size=8),
        st.text(st.sampled_from(f'中文 "\n{delimiter}a1。'), max_size=8),
    )
    return delimiter, draw(st.lists(st.lists(cell, min_size=3, max_size=3), max_size=8))


@given(table=tables(), encoding=st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16"]))
def test_what_is_written_is_read_again(
    tmp_path_factory: pytest.TempPathFactory, table: tuple[str, list[list[str]]], encoding: str
) -> None:
    delimiter, rows = table
    rows = [["课程名称", "主讲教师", "这是一门的课程在上课"], *rows]
    file = io.StringIO()
    csv.writer(file, delimiter=delimiter).writerows(rows)
    path = tmp_path_factory.mktemp("written") / "a.csv"
    expected = [(n, tuple(row), "") for n, row in enumerate(rows, start=1) if any(cell.strip() for cell in row)]
    assert read(written(path, file.getvalue(), encoding)) == expected
