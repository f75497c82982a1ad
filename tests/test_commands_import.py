"""`xuejing import`, `export`, `index` and `status`, as an operator runs them."""

import gzip
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
Run = Callable[..., "subprocess.CompletedProcess[str]"]

ROWS: list[dict[str, Any]] = [
    {"id": "c:1", "kind": "course", "title": "太极拳入门"},
    {"id": "b:1", "kind": "book", "title": "活着", "creators": ["余华"]},
    {"id": "b:2", "kind": "book", "title": "四季养生", "tags": ["养生"]},
]


@pytest.fixture
def xuejing(tmp_path: Path, dictionaries: Path) -> Run:
    """Runs a command on a state directory of its own."""
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "cache").symlink_to(dictionaries)
    compiled = os.environ.get("NUMBA_CACHE_DIR", str(ROOT / ".cache" / "numba"))
    environment = {**os.environ, "XUEJING_STATE": str(tmp_path / "var"), "NUMBA_CACHE_DIR": compiled}

    def run(*arguments: object, **options: Any) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-m", "api.commands", *map(str, arguments)]
        return subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=120, **options
        )

    return run


def write(path: Path, rows: list[Any]) -> Path:
    text = "".join((row if isinstance(row, str) else json.dumps(row, ensure_ascii=False)) + "\n" for row in rows)
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode("utf-8", "surrogatepass"))
    return path


def test_a_file_goes_in_and_is_found(xuejing: Run, tmp_path: Path) -> None:
    done = xuejing("import", write(tmp_path / "图书馆.jsonl.gz", ROWS))
    assert done.returncode == 0, done.stderr
    assert "图书馆.jsonl.gz（来源“图书馆”）：读了 3 行，新增 3。" in done.stderr
    assert "索引已更新：3 条资源" in done.stderr
    assert done.stdout == ""
    found = json.loads(xuejing("search", "余华", "--json").stdout)
    assert [item["id"] for item in found["items"]] == ["b:1"]
    assert found["items"][0]["source"] == "图书馆"


def test_importing_again_changes_nothing_and_replace_withdraws(xuejing: Run, tmp_path: Path) -> None:
    first = write(tmp_path / "a.jsonl", ROWS)
    assert xuejing("import", first).returncode == 0
    again = json.loads(xuejing("import", first, "--json").stdout)
    assert again["files"][0]["report"]["unchanged"] == 3
    assert again["index"]["base"] == "0-3"
    less = write(tmp_path / "b.jsonl", ROWS[:1])
    refused = xuejing("import", less, "--source", "a", "--replace")
    assert refused.returncode == 1
    assert "超过两成" in refused.stderr
    assert "--force" in refused.stderr
    assert xuejing("import", less, "--source", "a", "--replace", "--force").returncode == 0
    assert json.loads(xuejing("search", "", "--json").stdout)["total"] == 1


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
    assert done.returncode == 1
    for line in (4, 5, 6, 7, 10):
        assert f"错误 第 {line} 行" in done.stderr
    assert "第 8 行" in done.stderr
    assert "Traceback" not in done.stderr
    found = json.loads(xuejing("search", "最后一行", "--json").stdout)
    assert found["items"][0]["id"] == "b:9"


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("empty.jsonl", b"", "文件是空的"),
        ("table.xlsx", b"PK\x03\x04rest", "Excel"),
        ("picture.jsonl", b"\x89PNG\r\n\x1a\n", "图片"),
        ("binary.jsonl", bytes(range(256)) * 10, "不是文本文件"),
        ("cut.jsonl.gz", gzip.compress(json.dumps(ROWS[0]).encode() * 1000)[:60], "压缩文件"),
    ],
)
def test_a_file_that_cannot_be_used_is_named(
    xuejing: Run, tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    (tmp_path / name).write_bytes(content)
    done = xuejing("import", tmp_path / name, write(tmp_path / "good.jsonl", ROWS))
    assert done.returncode == 1
    assert message in done.stderr
    assert name in done.stderr
    assert "索引已更新：3 条资源" in done.stderr


def test_a_missing_file_is_named(xuejing: Run, tmp_path: Path) -> None:
    done = xuejing("import", tmp_path / "nowhere.jsonl")
    assert done.returncode == 1
    assert f"{tmp_path}/nowhere.jsonl：没有这个文件。" in done.stderr


def test_a_dry_run_writes_nothing(xuejing: Run, tmp_path: Path) -> None:
    done = xuejing("import", "--dry-run", write(tmp_path / "a.jsonl", ROWS))
    assert done.returncode == 0
    assert "试运行" in done.stderr
    assert json.loads(xuejing("status", "--json").stdout)["resources"] == 0


def test_only_the_first_problems_are_listed(xuejing: Run, tmp_path: Path) -> None:
    done = xuejing("import", write(tmp_path / "a.jsonl", [{"id": str(i), "kind": "book"} for i in range(30)]))
    assert done.stderr.count("错误 第") == 20
    assert "另有 10 处没有列出。" in done.stderr


def test_imports_at_the_same_time_wait_for_each_other(xuejing: Run, tmp_path: Path) -> None:
    files = [write(tmp_path / f"{name}.jsonl", [{**row, "id": f"{name}:{row['id']}"} for row in ROWS]) for name in "ab"]
    first, second = (
        subprocess.Popen(
            [sys.executable, "-m", "api.commands", "import", str(file)],
            cwd=ROOT,
            env={**os.environ, "XUEJING_STATE": str(tmp_path / "var")},
            stderr=subprocess.PIPE,
            text=True,
        )
        for file in files
    )
    said = first.communicate(timeout=120)[1], second.communicate(timeout=120)[1]
    assert (first.returncode, second.returncode) == (0, 0), said
    known = json.loads(xuejing("status", "--json").stdout)
    assert known["resources"] == known["index"]["resources"] == 6


def test_what_is_exported_goes_in_again(xuejing: Run, tmp_path: Path) -> None:
    xuejing("import", write(tmp_path / "a.jsonl", ROWS))
    lines = xuejing("export").stdout.splitlines()
    assert [json.loads(line) for line in lines] == [{**row, "source": "a"} for row in ROWS]
    done = xuejing("export", "--out", tmp_path / "out.jsonl.gz")
    assert "导出了 3 条资源" in done.stderr
    again = json.loads(xuejing("import", tmp_path / "out.jsonl.gz", "--json").stdout)
    assert again["files"][0]["report"]["unchanged"] == 3


def test_status_and_index(xuejing: Run, tmp_path: Path) -> None:
    before = xuejing("status")
    assert before.returncode == 0
    assert "还没有索引" in before.stdout
    xuejing("import", write(tmp_path / "a.jsonl", ROWS))
    known = json.loads(xuejing("status", "--verify", "--json").stdout)
    assert known["resources"] == 3
    assert {"source": "a", "kind": "book", "status": "active", "resources": 2} in known["counts"]
    assert known["index"] == {"release": "0.3.3", "resources": 3, "current": True, "damaged": [], "problem": None}
    shown = xuejing("status").stdout
    assert "3 条资源" in shown
    assert "是最新的" in shown
    built = json.loads(xuejing("index", "--json").stdout)
    assert built["resources"] == 3


def test_a_damaged_index_is_found_and_mended(xuejing: Run, tmp_path: Path) -> None:
    xuejing("import", write(tmp_path / "a.jsonl", ROWS))
    blobs = tmp_path / "var" / "bases" / "0-3" / "blobs.npy"
    content = bytearray(blobs.read_bytes())
    content[-5] ^= 255
    blobs.write_bytes(content)
    damaged = xuejing("status", "--verify")
    assert damaged.returncode == 1
    assert "blobs" in damaged.stderr
    blobs.write_bytes(b"short")
    assert xuejing("search", "活着").returncode == 1
    assert "已损坏" in xuejing("status").stdout
    assert xuejing("index").returncode == 0
    assert xuejing("status", "--verify").returncode == 0
