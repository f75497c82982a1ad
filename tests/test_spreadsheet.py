"""Workbooks of every kind: whole, odd, broken, locked, and made to burst."""

import base64
import datetime as dt
import zipfile
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from corpus.errors import InvalidInput
from corpus.spreadsheet import open_spreadsheet

Rows = list[tuple[int, tuple[str, ...]]]


def read(path: Path, **options: Any) -> dict[str, Rows]:
    with open_spreadsheet(path, **options) as spreadsheet:
        return {sheet.name: [(row.number, row.cells) for row in sheet.rows] for sheet in spreadsheet.sheets}


def saved(path: Path, *rows: Iterable[Any], title: str = "表") -> Path:
    workbook = Workbook()
    workbook.active.title = title
    for row in rows:
        workbook.active.append(list(row))
    workbook.save(path)
    return path


def test_cells_are_read_as_a_spreadsheet_shows_them(tmp_path: Path) -> None:
    shown = [
        ("文字 ", "文字 "),
        (2020, "2020"),
        (2020.0, "2020"),
        (29.9, "29.9"),
        (0.1 + 0.2, "0.3"),
        (9787020002207, "9787020002207"),
        (True, "是"),
        (dt.date(2026, 5, 1), "2026-05-01"),
        (dt.datetime.fromisoformat("2026-05-01 09:30"), "2026-05-01 09:30"),
        (dt.time(9, 30), "09:30"),
        (dt.timedelta(hours=25, minutes=30), "25:30"),
        ("#N/A", ""),
        ("=1+1", ""),
        ("0512-67270001", "0512-67270001"),
    ]
    path = saved(tmp_path / "a.xlsx", [cell for cell, _ in shown])
    assert read(path)["表"] == [(1, tuple(text for _, text in shown))]


def test_rows_and_columns_keep_their_places(tmp_path: Path) -> None:
    workbook = Workbook()
    sheet = workbook.active
    sheet["C3"], sheet["D6"] = "书名", "活着"
    workbook.save(tmp_path / "a.xlsx")
    assert read(tmp_path / "a.xlsx") == {"Sheet": [(3, ("", "", "书名", "")), (6, ("", "", "", "活着"))]}


def test_a_cell_merged_downwards_stands_in_each_of_its_rows(tmp_path: Path) -> None:
    workbook = Workbook()
    sheet = workbook.active
    for row in (["书法班", None], ["类别", "课程名称"], ["书画", "书法"], [None, "国画"], [None, None], [None, "篆刻"]):
        sheet.append(row)
    sheet.merge_cells("A1:B1")
    sheet.merge_cells("A3:A6")
    workbook.save(tmp_path / "a.xlsx")
    assert [cells for _, cells in read(tmp_path / "a.xlsx")["Sheet"]] == [
        ("书法班", ""),
        ("类别", "课程名称"),
        ("书画", "书法"),
        ("书画", "国画"),
        ("书画", "篆刻"),
    ]


def test_sheets_are_read_in_their_order_and_hidden_ones_only_when_asked_for(tmp_path: Path) -> None:
    workbook = Workbook()
    workbook.active.append(["一"])
    for name, state in (("二", "hidden"), ("空", "visible"), ("三", "visible")):
        sheet = workbook.create_sheet(name)
        sheet.sheet_state = state
        if name != "空":
            sheet.append([name])
    workbook.save(tmp_path / "a.xlsx")
    assert read(tmp_path / "a.xlsx") == {"Sheet": [(1, ("一",))], "三": [(1, ("三",))]}
    assert read(tmp_path / "a.xlsx", sheet="二") == {"二": [(1, ("二",))]}
    assert read(tmp_path / "a.xlsx", sheet="无") == {}
    with open_spreadsheet(tmp_path / "a.xlsx") as spreadsheet:
        assert spreadsheet.names == ("Sheet", "空", "三")


def test_a_reader_may_stop_early(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.xlsx", *([f"第 {n} 行", "字" * 100] for n in range(5000)))
    with open_spreadsheet(path) as spreadsheet:
        assert next(next(spreadsheet.sheets).rows).cells[0] == "第 0 行"


def test_a_name_of_another_kind_deceives_nobody(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.xls", ["书名"])
    assert read(path) == {"表": [(1, ("书名",))]}
    (tmp_path / "b.xls").write_bytes("书名\t作者\n".encode("gb18030"))
    assert read(tmp_path / "b.xls") == {"": [(1, ("书名", "作者"))]}


def test_a_file_of_the_older_kind_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.xls").write_bytes(zlib.decompress(base64.b64decode(OLD_WORKBOOK)))
    assert list(read(tmp_path / "a.xls").values()) == [[(1, ("书名", "定价")), (2, ("活着", "20"))]]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"PK\x03\x04 and no more", "damaged-workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(3000), "damaged-workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + b"\xff" * 4000, "damaged-workbook"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + "EncryptedPackage".encode("utf-16-le"),
            "encrypted-workbook",
        ),
    ],
)
@pytest.mark.parametrize("name", ["a.xlsx", "a.xls"])
def test_a_broken_workbook_is_named(tmp_path: Path, name: str, content: bytes, code: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InvalidInput) as raised:
        read(tmp_path / name)
    assert raised.value.code == code


def test_a_workbook_cut_short_and_another_zip_file_are_damaged(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.xlsx", ["书名"])
    path.write_bytes(path.read_bytes()[:-200])
    with zipfile.ZipFile(tmp_path / "b.xlsx", "w") as file:
        file.writestr("readme.txt", "hello")
    for name in ("a.xlsx", "b.xlsx"):
        with pytest.raises(InvalidInput, match="已损坏"):
            read(tmp_path / name)


def raw_workbook(path: Path, *rows: bytes, strings: Iterable[bytes] = (), doctype: str = "") -> Path:
    """A workbook whose sheet is written as it is given."""
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    package = "http://schemas.openxmlformats.org/package/2006/relationships"
    files = {
        "_rels/.rels": f'<Relationships xmlns="{package}"><Relationship Id="rId1" Type="{relation}/officeDocument"'
        ' Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{relation}"><sheets>'
        '<sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}"><Relationship Id="rId1"'
        f' Type="{relation}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2"'
        f' Type="{relation}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
        with archive.open("xl/sharedStrings.xml", "w", force_zip64=True) as file:
            file.write(f'<sst xmlns="{main}">'.encode())
            for string in strings:
                file.write(string)
            file.write(b"</sst>")
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as file:
            file.write(f'<?xml version="1.0"?>{doctype}<worksheet xmlns="{main}"><sheetData>'.encode())
            for row in rows:
                file.write(row)
            file.write(b"</sheetData></worksheet>")
    return path


def raw_row(number: int, **cells: str) -> bytes:
    inner = "".join(f'<c r="{name}" t="inlineStr"><is><t>{text}</t></is></c>' for name, text in cells.items())
    return f'<row r="{number}">{inner}</row>'.encode()


HEADER = raw_row(1, A1="书名", B1="作者")


def test_a_table_that_claims_17_billion_cells_is_refused(tmp_path: Path) -> None:
    path = raw_workbook(tmp_path / "a.xlsx", HEADER, raw_row(1_048_576, XFD1048576="x"))
    assert path.stat().st_size < 3000
    with pytest.raises(InvalidInput, match="太大"):
        read(path)


def test_entities_that_multiply_are_refused(tmp_path: Path) -> None:
    entities = '<!ENTITY a0 "lol">' + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    path = raw_workbook(tmp_path / "a.xlsx", HEADER, raw_row(2, A2="&a9;"), doctype=f"<!DOCTYPE x [{entities}]>")
    with pytest.raises(InvalidInput, match="已损坏"):
        read(path)


def test_a_cell_of_millions_of_characters_stops_nothing(tmp_path: Path) -> None:
    path = raw_workbook(tmp_path / "a.xlsx", HEADER, raw_row(2, A2="长" * 3_000_000), raw_row(3, A3="活着"))
    with open_spreadsheet(path) as spreadsheet:
        rows = [(row.number, row.complaint) for row in next(spreadsheet.sheets).rows]
    assert rows == [(1, ""), (2, "row-too-long"), (3, "")]


@pytest.mark.slow
def test_a_million_empty_rows_are_nothing(tmp_path: Path) -> None:
    empty = (f'<row r="{n}"><c r="A{n}" s="0"/></row>'.encode() for n in range(2, 1_048_576))
    path = raw_workbook(tmp_path / "a.xlsx", HEADER, *empty, raw_row(1_048_576, T1048576="x"))
    assert [number for number, _ in read(path)["S"]] == [1, 1_048_576]


@pytest.mark.slow
def test_a_small_file_that_unpacks_to_gigabytes_is_refused(tmp_path: Path) -> None:
    string = b"<si><t>" + b"a" * 10_000_000 + b"</t></si>"
    path = raw_workbook(tmp_path / "a.xlsx", HEADER, strings=(string for _ in range(300)))
    assert path.stat().st_size < 20_000_000
    with pytest.raises(InvalidInput, match="太大"):
        read(path)


OLD_WORKBOOK = (
    "eNrtWE1oU0EQ/uY1aZOQpK+1FVqxhIJVay/iRZD6oqA9+ahFUFTQ1KYgrakEqehBqzVHQfBk8VLoxUvViz/oQW8ehIoeBEFI9CgIgkUPbZ4zk/"
    "c0/hwa0IC632NnZ2dmd+e9ndll37OFluLs7c4SfsB2NKDsRdFYJSMu0aBhg/WeJ2xQR7h4Bn8VohFeyMYwHiSeNskaynqXYOFW6DFT4A2XwzgJ"
    "dyKXTdURO9WHDIkP/UwJ11mSRId61ar0mNJVSm+q5UOlaZVcVtrPtkU6iAXH7d3qR/EBq1t1Sci4d7XPK5VsRjueSBSfv0IV2zB25I9nxuuh6A"
    "rFMQdehYFsLpvPjBfRxqo5LHop4GOQd49SRl5fOYHln7/Jr1ohYAreUQ3LAuKYbBCNRaPu+8klrIU0pbB+1E3s42rm0CeXq20n0qdjsotq1tnf"
    "ZV1CozHOdATNyrdoTNq8ry7d+PB8z/Cgc0QlU7rTVvbjdeIMPFyQHtw5qRrrK+1VuknpRR11jfKdSuUFue4ZbPeZ3dNqc0m1PTzPFsULZ30Vv4"
    "H5wru997oKb52NzM8PlM62zb90ZtHN58MI95dnGn3URzPXBPedoCY/d18r7fgpjyOW7fvu+YdOM5YRC44cRqVF3CLfnn5hT2ovI56zYuqPjSE5"
    "16xW3NHPk6462WIwMDAwMDAwMDAw+B9A/j1Britykwj7t5Em/7/OMpey+U3yz2IIE/yc4ivuLuS4zuNMTfGzGmEKxqIV9gn+Fwr28+x5jGFY/R"
    "irOX75NknV77PijvbvS6Fa5y/X4ucfnv8LXXqyaA=="
)
"""书名, 定价; 活着, 20 as Excel 97 wrote it, compressed."""
