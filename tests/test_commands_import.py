"""`xuejing import`, `export`, `index` and `status`, as an operator runs them."""

import csv
import errno
import gzip
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from api.causes import cause
from api.commands import run
from corpus.catalogue import Catalogue

ROOT = Path(__file__).resolve().parent.parent
COMPILED = os.environ.get("NUMBA_CACHE_DIR", str(ROOT / ".cache" / "numba"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    code: int
    out: str
    err: str


Run = Callable[..., Done]

ROWS: list[dict[str, Any]] = [
    {"id": "c:1", "kind": "course", "title": "太极拳入门"},
    {"id": "b:1", "kind": "book", "title": "活着", "creators": ["余华"]},
    {"id": "b:2", "kind": "book", "title": "四季养生", "tags": ["养生"]},
]


@pytest.fixture
def state(tmp_path: Path, dictionaries: Path) -> Path:
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "cache").symlink_to(dictionaries)
    return tmp_path / "var"


@pytest.fixture
def xuejing(state: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]) -> Run:
    """Runs a command in this process."""
    monkeypatch.setenv("XUEJING_STATE", str(state))
    monkeypatch.setenv("NUMBA_CACHE_DIR", COMPILED)

    def call(*arguments: object) -> Done:
        code = run([str(argument) for argument in arguments])
        out, err = capfdbinary.readouterr()
        return Done(code=code, out=out.decode(), err=err.decode())

    return call


def start(state: Path, *arguments: object) -> "subprocess.Popen[str]":
    """Starts a command in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "api.commands", *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, "XUEJING_STATE": str(state), "NUMBA_CACHE_DIR": COMPILED},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def write(path: Path, rows: list[Any]) -> Path:
    text = "".join((row if isinstance(row, str) else json.dumps(row, ensure_ascii=False)) + "\n" for row in rows)
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode("utf-8", "surrogatepass"))
    return path


@pytest.mark.slow
def test_a_file_goes_in_and_is_found(xuejing: Run, state: Path, tmp_path: Path) -> None:
    process = start(state, "import", write(tmp_path / "图书馆.jsonl.gz", ROWS))
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    assert "图书馆.jsonl.gz（来源“图书馆”）：读了 3 行，新增 3。" in err
    assert "索引已更新：3 条资源" in err
    assert out == ""
    found = json.loads(xuejing("search", "余华", "--json").out)
    assert [item["id"] for item in found["items"]] == ["b:1"]
    assert found["items"][0]["source"] == "图书馆"


@pytest.mark.slow
def test_importing_again_changes_nothing_and_replace_withdraws(xuejing: Run, tmp_path: Path) -> None:
    first = write(tmp_path / "a.jsonl", ROWS)
    assert xuejing("import", first).code == 0
    again = json.loads(xuejing("import", first, "--json").out)
    assert again["files"][0]["report"]["unchanged"] == 3
    assert again["index"]["base"] == "0-3"
    less = write(tmp_path / "b.jsonl", ROWS[:1])
    refused = xuejing("import", less, "--source", "a", "--replace")
    assert refused.code == 1
    assert "超过两成" in refused.err
    assert "--force" in refused.err
    assert xuejing("import", less, "--source", "a", "--replace", "--force").code == 0
    assert json.loads(xuejing("search", "", "--json").out)["total"] == 1


@pytest.mark.slow
def test_bad_rows_are_reported_with_their_place_and_stop_nothing(xuejing: Run, tmp_path: Path) -> None:
    rows = [
        *ROWS,
        '{"id": "b:3", "kind": "book", "title": ',
        {"id": "b:4", "kind": "video", "title": "录像"},
        {"id": "b:1", "kind": "book", "title": "重复的编号"},
        {"id": "b:5", "kind": "book", "title": "日期不对", "published": "去年"},
        {"id": "b:6", "kind": "book", "title": "字\x00里\u202e有看不见的字符"},
        '{"id": "b:7", "kind": "book", "title": "半个字\\ud800"}',
        {"id": "b:8", "kind": "book", "title": "太长" * 5_000_000},
        {"id": "b:9", "kind": "book", "title": "最后一行"},
    ]
    done = xuejing("import", write(tmp_path / "a.jsonl", rows))
    assert done.code == 1
    for line in (4, 5, 6, 7, 10):
        assert f"错误 第 {line} 行" in done.err
    assert "第 8 行" in done.err
    assert "Traceback" not in done.err
    found = json.loads(xuejing("search", "最后一行", "--json").out)
    assert found["items"][0]["id"] == "b:9"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("empty.jsonl", b"", "文件是空的"),
        ("table.xlsx", b"PK\x03\x04rest", "Excel"),
        ("picture.jsonl", b"\x89PNG\r\n\x1a\n", "图片"),
        ("binary.jsonl", bytes(range(256)) * 10, "不是文本"),
        ("cut.jsonl.gz", gzip.compress(json.dumps(ROWS[0]).encode() * 1000)[:60], "压缩文件"),
    ],
)
def test_a_file_that_cannot_be_used_is_named(
    xuejing: Run, tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    (tmp_path / name).write_bytes(content)
    done = xuejing("import", tmp_path / name, write(tmp_path / "good.jsonl", ROWS))
    assert done.code == 1
    assert message in done.err
    assert name in done.err
    assert "索引已更新：3 条资源" in done.err


@pytest.mark.slow
def test_a_missing_file_is_named(xuejing: Run, tmp_path: Path) -> None:
    done = xuejing("import", tmp_path / "nowhere.jsonl")
    assert done.code == 1
    assert f"{tmp_path}/nowhere.jsonl：没有这个文件。" in done.err


def test_a_dry_run_writes_nothing(xuejing: Run, tmp_path: Path) -> None:
    done = xuejing("import", "--dry-run", write(tmp_path / "a.jsonl", ROWS))
    assert done.code == 0
    assert "试运行" in done.err
    assert json.loads(xuejing("status", "--json").out)["resources"] == 0


@pytest.mark.slow
def test_only_the_first_problems_are_listed(xuejing: Run, tmp_path: Path) -> None:
    done = xuejing("import", write(tmp_path / "a.jsonl", [{"id": str(i), "kind": "book"} for i in range(30)]))
    assert done.err.count("错误 第") == 20
    assert "另有 10 处没有列出。" in done.err


@pytest.mark.slow
def test_imports_at_the_same_time_wait_for_each_other(xuejing: Run, state: Path, tmp_path: Path) -> None:
    files = [write(tmp_path / f"{name}.jsonl", [{**row, "id": f"{name}:{row['id']}"} for row in ROWS]) for name in "ab"]
    both = [start(state, "import", file) for file in files]
    said = [process.communicate(timeout=120)[1] for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    known = json.loads(xuejing("status", "--json").out)
    assert known["resources"] == known["index"]["resources"] == 6


@pytest.mark.slow
def test_what_was_acknowledged_survives_a_kill(xuejing: Run, state: Path, tmp_path: Path) -> None:
    file = write(tmp_path / "a.jsonl", [{"id": str(i), "kind": "book", "title": f"第 {i} 本"} for i in range(20_000)])
    catalogue = Catalogue.open(f"sqlite:///{state}/catalogue.db")
    process = start(state, "import", file)
    while not (seen := catalogue.count()):
        assert process.poll() is None
        time.sleep(0.01)
    process.kill()
    process.communicate()
    assert catalogue.count() >= seen
    catalogue.close()
    assert xuejing("import", file).code == 0
    known = json.loads(xuejing("status", "--verify", "--json").out)
    assert known["resources"] == known["index"]["resources"] == 20_000


@pytest.mark.slow
def test_what_is_exported_goes_in_again(xuejing: Run, tmp_path: Path) -> None:
    xuejing("import", write(tmp_path / "a.jsonl", ROWS))
    lines = xuejing("export").out.splitlines()
    assert [json.loads(line) for line in lines] == [{**row, "source": "a"} for row in ROWS]
    done = xuejing("export", "--out", tmp_path / "out.jsonl.gz")
    assert "导出了 3 条资源" in done.err
    again = json.loads(xuejing("import", tmp_path / "out.jsonl.gz", "--json").out)
    assert again["files"][0]["report"]["unchanged"] == 3


@pytest.mark.slow
def test_status_and_index(xuejing: Run, tmp_path: Path) -> None:
    before = xuejing("status")
    assert before.code == 0
    assert "还没有索引" in before.out
    xuejing("import", write(tmp_path / "a.jsonl", ROWS))
    known = json.loads(xuejing("status", "--verify", "--json").out)
    assert known["resources"] == 3
    assert {"source": "a", "kind": "book", "status": "active", "resources": 2} in known["counts"]
    index = {"release": "0.3.3", "resources": 3, "current": True, "changes": 0, "damaged": [], "problem": None}
    assert known["index"] == index
    shown = xuejing("status").out
    assert "3 条资源" in shown
    assert "是最新的" in shown
    built = json.loads(xuejing("index", "--json").out)
    assert built["resources"] == 3


def test_what_is_imported_stays_where_its_index_cannot_be_written(xuejing: Run, state: Path, tmp_path: Path) -> None:
    (state / "bases").write_text("no directory")
    failed = xuejing("import", write(tmp_path / "a.jsonl", ROWS))
    assert failed.code == 1
    assert "资源都已写入目录，但索引没有编好" in failed.err
    assert "./run index" in failed.err
    (state / "bases").unlink()
    assert xuejing("index").code == 0
    assert json.loads(xuejing("search", "余华", "--json").out)["total"] == 1


def test_a_short_write_is_a_full_disk() -> None:
    assert cause(OSError("1114112 requested and 238560 written")) == cause(OSError(errno.ENOSPC, "No space left"))
    assert cause(OSError("obscure")) == "obscure"


@pytest.mark.slow
def test_a_damaged_index_is_found_and_mended(xuejing: Run, tmp_path: Path) -> None:
    xuejing("import", write(tmp_path / "a.jsonl", ROWS))
    blobs = tmp_path / "var" / "bases" / "0-3" / "blobs.npy"
    content = bytearray(blobs.read_bytes())
    content[-5] ^= 255
    blobs.write_bytes(content)
    damaged = xuejing("status", "--verify")
    assert damaged.code == 1
    assert "blobs" in damaged.err
    blobs.write_bytes(b"short")
    assert xuejing("search", "活着").code == 1
    assert "已损坏" in xuejing("status").out
    assert xuejing("index").code == 0
    assert xuejing("status", "--verify").code == 0


def spreadsheet(path: Path, *rows: list[Any]) -> Path:
    workbook = Workbook()
    for row in rows:
        workbook.active.append(row)
    workbook.save(path)
    return path


@pytest.mark.slow
def test_a_spreadsheet_goes_in_and_shows_how_it_was_read(xuejing: Run, tmp_path: Path) -> None:
    file = spreadsheet(
        tmp_path / "春季课程.xlsx",
        ["平江社区学校2026年春季课程"],
        ["序号", "课程名称", "主讲教师", "班主任", "上课时间"],
        [1, "书法入门", "王建国", "李梅", "每周二 9:00"],
    )
    done = xuejing("import", file)
    assert done.code == 0, done.err
    assert "工作表“Sheet”，第 2 行是表头，没写类型的都是课程" in done.err
    assert re.search(r"主讲教师 +作者、教师 creators +王建国", done.err)
    assert re.search(r"班主任 +不用 +李梅", done.err)
    assert "（来源“春季课程”）：读了 1 行，新增 1。" in done.err
    again = xuejing("import", file, "--map", "班主任=作者", "--map", "上课时间=")
    assert re.search(r"班主任 +作者、教师 creators", again.err)
    assert "新增 1" in again.err  # other people are another course
    item = json.loads(xuejing("search", "李梅", "--json").out)["items"][0]
    assert (item["creators"], item.get("schedule")) == (["王建国", "李梅"], None)


def test_a_table_in_the_encoding_of_an_office_goes_in(xuejing: Run, tmp_path: Path) -> None:
    (tmp_path / "新书.csv").write_bytes("书名,作者,出版年\r\n活着,余华 著,2012年8月\r\n".encode("gb18030"))
    done = xuejing("import", tmp_path / "新书.csv", "--dry-run", "--json")
    report = json.loads(done.out)["files"][0]["report"]
    assert (report["created"], report["table"]["format"], report["table"]["kind"]) == (1, "gb18030", "book")
    assert [column["field"] for column in report["table"]["columns"]] == ["title", "creators", "published"]


@pytest.mark.parametrize(
    ("correction", "said"), [("班主任=老大", "没有“老大”这个字段"), ("班主任", "列名=字段"), ("=title", "列名=字段")]
)
def test_a_wrong_correction_is_wrong_use(xuejing: Run, tmp_path: Path, correction: str, said: str) -> None:
    done = xuejing("import", spreadsheet(tmp_path / "a.xlsx", ["书名"], ["活着"]), "--map", correction)
    assert done.code == 2
    assert said in done.err
    assert "Traceback" not in done.err


@pytest.mark.parametrize(
    ("rows", "options", "said"),
    [
        ([["名称", "作者"], ["活着", "余华"]], [], "--kind 课程"),
        ([["甲", "乙"], ["活着", "余华"]], [], "没有找到表头"),
        ([["书名"], ["活着"]], ["--map", "作者=creators"], "没有“作者”这一列；有“书名”"),
        ([["书名"], ["活着"]], ["--sheet", "春季"], "没有“春季”这个工作表；有“Sheet”"),
        ([["书名"]], [], "表头下面没有内容"),
        ([], [], "表格是空的"),
    ],
)
def test_a_table_that_is_not_understood_says_what_to_do(
    xuejing: Run, tmp_path: Path, rows: list[list[Any]], options: list[str], said: str
) -> None:
    done = xuejing("import", spreadsheet(tmp_path / "a.xlsx", *rows), "--dry-run", *options)
    assert done.code == 1
    assert said in done.err
    assert "Traceback" not in done.err


def test_the_kind_may_be_given_in_chinese(xuejing: Run, tmp_path: Path) -> None:
    done = xuejing(
        "import", spreadsheet(tmp_path / "a.xlsx", ["名称"], ["书法"]), "--kind", "课程", "--dry-run", "--json"
    )
    assert json.loads(done.out)["files"][0]["report"]["table"]["kind"] == "course"


def test_problems_are_written_for_a_spreadsheet_program(xuejing: Run, tmp_path: Path) -> None:
    file = spreadsheet(tmp_path / "a.xlsx", ["书名", "@定价"], ["活着", "面议"], ["", 20], ["围城", 20])
    done = xuejing(
        "import", file, tmp_path / "none.csv", "--dry-run", "--map", "@定价=price", "--problems", tmp_path / "问题.csv"
    )
    assert done.code == 1
    assert f"问题写在 {tmp_path / '问题.csv'}，共 3 处。" in done.err
    content = (tmp_path / "问题.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    assert list(csv.reader(content.decode("utf-8-sig").splitlines())) == [
        ["行", "列", "程度", "问题", "文件"],
        ["2", "'@定价", "提醒", "第 2 行“@定价”：“面议”不是数字，没有采用。", "a.xlsx"],
        ["3", "书名", "错误", "第 3 行“书名”：缺少这一项。", "a.xlsx"],
        ["", "", "错误", "没有这个文件。", "none.csv"],
    ]
