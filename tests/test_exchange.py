import gzip
import json
import tracemalloc
from pathlib import Path

import pytest

from corpus.errors import InvalidInput, NotFound
from corpus.exchange import MOST_LINE, read_lines, write_lines

GOOD = '{"id": "c:1", "kind": "course", "title": "太极拳"}'


def codes(path: Path) -> list[tuple[int, str]]:
    return [(line.row, line.problem.code if line.problem else "") for line in read_lines(path)]


def written(path: Path, content: bytes | str) -> Path:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.mark.parametrize("ending", ["\n", "\r\n", ""])
def test_lines_are_read_with_their_numbers(tmp_path: Path, ending: str) -> None:
    file = written(tmp_path / "a.jsonl", f"\ufeff{GOOD}\n\n{GOOD}{ending}")
    assert [(line.row, line.record) for line in read_lines(file)] == [(1, json.loads(GOOD)), (3, json.loads(GOOD))]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ('{"id": "c:1", "kind"', "broken-json"),
        ("[1, 2]", "not-an-object"),
        ("太极拳", "broken-json"),
        (b'{"id": "\xff\xfe"}', "not-utf8"),
        ("[" * 100_000, "broken-json"),
        ('{"id": ' + "9" * 5000 + "}", "broken-json"),
        ('{"description": "' + "长" * (MOST_LINE // 3) + '"}', "line-too-long"),
        ('{"description": "' + "x" * (3 * MOST_LINE) + '"}', "line-too-long"),
    ],
)
def test_a_line_that_cannot_be_read_stops_nothing(tmp_path: Path, line: bytes | str, code: str) -> None:
    middle = line.encode() if isinstance(line, str) else line
    for name, pack in (("a.jsonl", bytes), ("a.jsonl.gz", gzip.compress)):
        file = written(tmp_path / name, pack(GOOD.encode() + b"\n" + middle + b"\n" + GOOD.encode()))
        assert codes(file) == [(1, ""), (2, code), (3, "")]


def test_a_compressed_file_that_ends_too_soon_gives_what_it_has(tmp_path: Path) -> None:
    lines = [json.dumps({"id": f"c:{i}", "note": hash(str(i))}) for i in range(20_000)]
    packed = gzip.compress("\n".join(lines).encode())
    found = codes(written(tmp_path / "a.jsonl.gz", packed[: len(packed) // 2]))
    assert found[-1][1] == "damaged-gzip"
    assert len(found) > 1000
    assert all(code == "" for _, code in found[:-2])


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "空的"),
        (b"PK\x03\x04rest", "Excel"),
        (b"%PDF-1.7", "PDF"),
        (b"\x89PNG\r\n", "图片"),
        (b"a\x00b", "不是文本"),
        (b'[\n{"id": "c:1"}\n]', "一行一个"),
        (b'{\r\n  "id": "c:1"\r\n}', "一行一个"),
        ("课程名称".encode("utf-16"), "UTF-16"),
        (b"<html><body>", "网页"),
    ],
)
def test_another_kind_of_file_is_refused_whole(tmp_path: Path, content: bytes, said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        list(read_lines(written(tmp_path / "a.jsonl", content)))
    if content:
        with pytest.raises(InvalidInput, match=said):
            list(read_lines(written(tmp_path / "a.jsonl.gz", gzip.compress(content))))


def test_a_spreadsheet_as_text_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="表格"):
        list(read_lines(written(tmp_path / "a.csv", "id,title\n1,太极拳\n")))


def test_what_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        list(read_lines(tmp_path / "none.jsonl"))
    with pytest.raises(InvalidInput, match="文件夹"):
        list(read_lines(tmp_path))


def test_a_bare_control_character_is_left_for_cleaning(tmp_path: Path) -> None:
    (line,) = read_lines(written(tmp_path / "a.jsonl", '{"id": "c:1", "title": "太\x00极\t拳"}\n'))
    assert line.record == {"id": "c:1", "title": "太\x00极\t拳"}


def test_a_byte_order_mark_alone_is_nothing(tmp_path: Path) -> None:
    assert list(read_lines(written(tmp_path / "a.jsonl", b"\xef\xbb\xbf"))) == []


def test_a_long_run_of_one_byte_is_never_held_in_memory(tmp_path: Path) -> None:
    bomb = gzip.compress(b'{"description": "' + b"x" * 100_000_000 + b'"}\n' + GOOD.encode())
    file = written(tmp_path / "a.jsonl.gz", bomb)
    tracemalloc.start()
    assert codes(file) == [(1, "line-too-long"), (2, "")]
    assert tracemalloc.get_traced_memory()[1] < 40_000_000
    tracemalloc.stop()


def test_a_compressed_empty_file_is_empty_too(tmp_path: Path) -> None:
    assert codes(written(tmp_path / "a.jsonl.gz", gzip.compress(b""))) == [(1, "empty-file")]


@pytest.mark.parametrize("name", ["out.jsonl", "out.jsonl.gz"])
def test_what_is_written_is_read_again(tmp_path: Path, name: str) -> None:
    assert write_lines(tmp_path / name, [GOOD, GOOD]) == 2
    assert [line.record for line in read_lines(tmp_path / name)] == [json.loads(GOOD)] * 2
    assert [path.name for path in tmp_path.iterdir()] == [name]
