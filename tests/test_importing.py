"""Imports of real files into real catalogues."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from corpus.catalogue import Catalogue
from corpus.errors import InvalidInput
from corpus.exchange import write_lines
from corpus.importing import BATCH, ImportReport, NotWithdrawn, import_file
from corpus.problem import Problem
from corpus.resource import Resource

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    catalogue = Catalogue.open(f"sqlite:///{tmp_path}/catalogue.db")
    yield catalogue
    catalogue.close()


def record(id: str, **more: Any) -> dict[str, Any]:
    return {"id": id, "kind": "course", "title": f"课程 {id}", **more}


@pytest.fixture
def run(catalogue: Catalogue, tmp_path: Path) -> Callable[..., ImportReport]:
    """Imports records, or lines as they are, as a file of the given name."""

    def run(*lines: Any, name: str = "school.jsonl", **options: Any) -> ImportReport:
        texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
        (tmp_path / name).write_text("\n".join(texts) + "\n", encoding="utf-8")
        return import_file(catalogue, tmp_path / name, subjects={"医学": "医学"}.get, **options)

    return run


def ids(catalogue: Catalogue) -> list[str]:
    return [json.loads(row.body)["id"] for row in catalogue.scan()]


def test_valid_rows_come_in_and_the_others_are_named(catalogue: Catalogue, run: Callable[..., ImportReport]) -> None:
    report = run(
        record("c:1"),
        '{"id": "c:2", "ki',
        record("c:3", kind="video"),
        record("c:1", title="又一个"),
        record("c:4", title="有\u202e控制符", subjects=["炼金术"]),
        record("c:5", published="昨天"),
        record("c:6"),
    )
    assert ids(catalogue) == ["c:1", "c:4", "c:6"]
    assert (report.rows, report.created, report.errors, report.warnings) == (7, 3, 4, 2)
    assert [(p.row, p.code) for p in report.problems if p.severity == "error"] == [
        (2, "broken-json"),
        (3, "unknown-kind"),
        (4, "duplicate-id"),
        (6, "wrong-date"),
    ]
    first = catalogue.get("c:1")
    assert first is not None
    assert (first.title, first.source) == ("课程 c:1", "school")


def test_importing_again_changes_nothing(catalogue: Catalogue, run: Callable[..., ImportReport]) -> None:
    rows = [record(f"c:{i}") for i in range(10)]
    before = run(*rows)
    after = run(*rows)
    assert (after.created, after.updated, after.unchanged, after.seq) == (0, 0, 10, before.seq)


def test_a_dry_run_tells_the_same_and_writes_nothing(catalogue: Catalogue, run: Callable[..., ImportReport]) -> None:
    run(record("c:1"))
    rows = record("c:1", title="新名"), record("c:2"), record("c:3", kind="video")
    dry = run(*rows, dry_run=True)
    assert (catalogue.count(), catalogue.seq()) == (1, 1)
    real = run(*rows)
    counts = ("created", "updated", "unchanged", "errors", "warnings")
    assert [getattr(dry, name) for name in counts] == [getattr(real, name) for name in counts] == [1, 1, 0, 1, 0]


def test_source_and_kind_can_be_given(catalogue: Catalogue, run: Callable[..., ImportReport]) -> None:
    run({"id": "b:1", "title": "活着"}, record("c:1", source="own"), source="library", kind="book")
    book, course = catalogue.get("b:1"), catalogue.get("c:1")
    assert book is not None
    assert course is not None
    assert (book.source, book.kind, course.source, course.kind) == ("library", "book", "own", "course")
    with pytest.raises(InvalidInput):
        run(record("c:2"), kind="video")


def test_another_sources_id_is_not_taken_over(catalogue: Catalogue, run: Callable[..., ImportReport]) -> None:
    run(record("c:1"), name="a.jsonl")
    report = run(record("c:1", title="抢来的"), record("c:2"), name="b.jsonl")
    assert [p.code for p in report.problems] == ["foreign-id"]
    kept = catalogue.get("c:1")
    assert kept is not None
    assert kept.title == "课程 c:1"
    assert ids(catalogue) == ["c:1", "c:2"]


def test_replace_withdraws_what_is_gone_and_brings_back_what_returns(
    catalogue: Catalogue, run: Callable[..., ImportReport]
) -> None:
    rows = [record(f"c:{i}") for i in range(10)]
    run(*rows)
    run(record("x:1"), name="other.jsonl")
    report = run(*rows[1:], replace_source=True)
    assert report.withdrawn == 1
    assert catalogue.active_ids("school") == {f"c:{i}" for i in range(1, 10)}
    assert catalogue.active_ids("other") == {"x:1"}
    assert run(*rows, replace_source=True).updated == 1
    assert "c:0" in catalogue.active_ids("school")


def test_replace_withdraws_more_than_a_fifth_only_by_force(
    catalogue: Catalogue, run: Callable[..., ImportReport]
) -> None:
    rows = [record(f"c:{i}") for i in range(10)]
    run(*rows)
    with pytest.raises(NotWithdrawn, match="--force"):
        run(*rows[:7], replace_source=True)
    assert len(catalogue.active_ids("school")) == 10
    assert run(*rows[:7], replace_source=True, force=True).withdrawn == 3


def test_a_row_with_an_error_is_not_taken_for_gone(catalogue: Catalogue, run: Callable[..., ImportReport]) -> None:
    rows = [record(f"c:{i}") for i in range(10)]
    run(*rows)
    assert run(*rows[1:], record("c:0", published="昨天"), replace_source=True).withdrawn == 0


def test_a_file_that_breaks_off_withdraws_nothing(catalogue: Catalogue, tmp_path: Path) -> None:
    whole = tmp_path / "school.jsonl.gz"
    write_lines(whole, [json.dumps(record(f"c:{i}", note=os.urandom(8).hex())) for i in range(3000)])
    import_file(catalogue, whole, subjects={}.get)
    whole.write_bytes(whole.read_bytes()[:-2000])
    with pytest.raises(NotWithdrawn, match="读不出来"):
        import_file(catalogue, whole, subjects={}.get, replace_source=True, force=True)
    assert len(catalogue.active_ids("school")) == 3000


def test_a_line_that_cannot_be_read_may_be_any_of_those_that_are_missing(
    catalogue: Catalogue, run: Callable[..., ImportReport]
) -> None:
    rows = [json.dumps(record(f"c:{i}")) for i in range(100)]
    run(*rows)
    with pytest.raises(NotWithdrawn) as refused:
        run(*rows[:-2], rows[-2][:-9], replace_source=True)  # a plain file cut short
    assert refused.value.code == "incomplete-file"
    assert (refused.value.report.unchanged, refused.value.report.errors) == (98, 1)
    assert len(catalogue.active_ids("school")) == 100


def test_the_share_withdrawn_is_of_what_was_there_before(
    catalogue: Catalogue, run: Callable[..., ImportReport]
) -> None:
    rows = [record(f"c:{i}") for i in range(10)]
    run(*rows)
    for dry_run in (True, False):
        with pytest.raises(NotWithdrawn, match="原有 10 条，这次会撤下 7 条"):
            run(*rows[7:], *(record(f"n:{i}") for i in range(100)), replace_source=True, dry_run=dry_run)
    assert len(catalogue.active_ids("school")) == 110


def test_a_wrong_row_does_not_shut_out_a_right_one_of_its_id(
    catalogue: Catalogue, run: Callable[..., ImportReport]
) -> None:
    report = run(record("c:1", rating=99), record("c:1"), record("c:1", title="又一个"))
    assert [(p.row, p.code) for p in report.problems] == [(1, "out-of-range"), (3, "duplicate-id")]
    assert ids(catalogue) == ["c:1"]


def test_a_report_is_plain_data(run: Callable[..., ImportReport]) -> None:
    report = run('{"id": "c:1", "kind": "book", "title": "a\\ud800", "\\ud800": 1}', record("c:2", kind="x\ud800"))
    json.dumps(asdict(report), ensure_ascii=False).encode()
    assert report.by_code == {"invisible": 2, "unknown-field": 1, "unknown-kind": 1}


def test_an_empty_file_is_an_error(catalogue: Catalogue, run: Callable[..., ImportReport], tmp_path: Path) -> None:
    assert run("", " ").by_code == {"empty-file": 1}
    run(record("c:1"))
    with pytest.raises(NotWithdrawn):
        run("", " ", replace_source=True, force=True)
    (tmp_path / "empty.jsonl").touch()
    with pytest.raises(InvalidInput, match="空的"):
        import_file(catalogue, tmp_path / "empty.jsonl", subjects={}.get)


def test_many_problems_are_counted_and_few_are_kept(run: Callable[..., ImportReport]) -> None:
    report = run(*({"id": f"c:{i}"} for i in range(1500)))
    assert (report.errors, len(report.problems)) == (3000, 1000)


def test_export_and_import_give_the_same_catalogue(catalogue: Catalogue, tmp_path: Path) -> None:
    resources = [Resource(id=f"b:{i}", kind="book", title=f"书 {i}", source="s", tags=("一", "二")) for i in range(20)]
    catalogue.write([*resources[1:], replace(resources[0], status="withdrawn")])
    write_lines(tmp_path / "out.jsonl.gz", (row.body for row in catalogue.scan()))
    copy = Catalogue.open(f"sqlite:///{tmp_path}/copy.db")
    report = import_file(copy, tmp_path / "out.jsonl.gz", subjects={}.get)
    assert report.problems == []
    assert [row.body for row in copy.scan()] == [row.body for row in catalogue.scan()]
    copy.close()


def table(path: Path, *rows: list[Any]) -> Path:
    workbook = Workbook()
    for row in rows:
        workbook.active.append(row)
    workbook.save(path)
    return path


CLASSES: list[list[Any]] = [
    ["平江社区学校课程表"],
    ["课程名称", "主讲教师", "上课时间", "人数"],
    ["书法", "王建国", "每周二 9:00", 30],
    ["国画", "李梅", "2026年5月8日 14:00", 25],
]


def test_a_corrected_spreadsheet_updates_the_same_resources(catalogue: Catalogue, tmp_path: Path) -> None:
    file = table(tmp_path / "平江.xlsx", *CLASSES)
    first = import_file(catalogue, file, subjects={}.get)
    assert (first.created, first.problems, first.source) == (2, [], "平江")
    assert first.table is not None
    assert (first.table.header_row, first.table.kind) == (2, "course")
    before = ids(catalogue)
    corrected = [*CLASSES[:2], ["国画", "李　梅", "2026年5月9日 14:00", 20], CLASSES[2], ["篆刻", None, None, None]]
    again = import_file(catalogue, table(file, *corrected), subjects={}.get)
    assert (again.created, again.updated, again.unchanged) == (1, 1, 1)
    assert ids(catalogue)[:2] == before
    painting = catalogue.get(before[1])
    assert painting is not None
    assert (painting.starts_at, painting.capacity) == ("2026-05-09T06:00:00Z", 20)
    assert import_file(
        catalogue, table(file, *corrected[:-1]), subjects={}.get, replace_source=True, force=True
    ).withdrawn


def test_a_csv_and_a_workbook_of_the_same_table_are_the_same(catalogue: Catalogue, tmp_path: Path) -> None:
    import_file(catalogue, table(tmp_path / "a.xlsx", *CLASSES), subjects={}.get)
    text = "\r\n".join(",".join("" if cell is None else str(cell) for cell in row) for row in CLASSES)
    (tmp_path / "b.csv").write_bytes(text.encode("gb18030"))
    report = import_file(catalogue, tmp_path / "b.csv", subjects={}.get, source="a")
    assert (report.unchanged, report.created) == (2, 0)


def test_problems_of_a_spreadsheet_name_its_rows_and_columns(catalogue: Catalogue, tmp_path: Path) -> None:
    rows = [
        ["活动名称", "活动日期", "类别"],
        ["评弹", "2026-13-45", "曲艺"],
        [None, "2026-05-09", "曲艺"],
        ["昆曲", "5月9日", None],
    ]
    told: list[Problem] = []
    report = import_file(catalogue, table(tmp_path / "a.xlsx", *rows), subjects={}.get, on_problem=told.append)
    assert told == report.problems
    assert sorted((p.row, p.column, p.field, p.severity) for p in told) == [
        (2, "活动日期", "starts_at", "error"),
        (2, "类别", "subjects", "warning"),
        (3, "活动名称", "title", "error"),
        (3, "类别", "subjects", "warning"),
        (4, "活动日期", "starts_at", "warning"),
    ]
    assert all(p.message.startswith(f"第 {p.row} 行“{p.column}”：") for p in told)
    assert catalogue.count() == 1


def test_corrections_and_sheets_reach_the_table(catalogue: Catalogue, tmp_path: Path) -> None:
    workbook = Workbook()
    workbook.active.append(["书名", "作者"])
    workbook.active.append(["活着", "余华"])
    workbook.create_sheet("课程").append(["班", "带班"])
    workbook["课程"].append(["书法", "王建国"])
    workbook.save(tmp_path / "a.xlsx")
    report = import_file(
        catalogue,
        tmp_path / "a.xlsx",
        subjects={}.get,
        kind="course",
        sheet="课程",
        corrections={"班": "title", "带班": "creators"},
    )
    assert report.table is not None
    assert report.table.other_sheets == ("Sheet",)
    (id,) = ids(catalogue)
    course = catalogue.get(id)
    assert course is not None
    assert (course.title, course.creators, course.kind) == ("书法", ("王建国",), "course")


@pytest.mark.parametrize(("name", "source"), [("春季 课程.xlsx", "春季 课程"), ("a.b.CSV", "a.b"), ("x.txt", "x")])
def test_the_files_stem_is_the_source(catalogue: Catalogue, tmp_path: Path, name: str, source: str) -> None:
    (tmp_path / name).write_text("书名\n活着\n", encoding="utf-8")
    assert import_file(catalogue, tmp_path / name, subjects={}.get).source == source


IMPORT = """
import sys
from pathlib import Path
from corpus.catalogue import Catalogue
from corpus.importing import import_file
catalogue = Catalogue.open(sys.argv[1])
import_file(catalogue, Path(sys.argv[2]), subjects={}.get, progress=lambda rows, *_: print(rows, flush=True))
"""


@pytest.mark.slow
@pytest.mark.parametrize("batches", [0, 1, 3])
def test_after_kill_9_every_acknowledged_batch_is_there(tmp_path: Path, batches: int) -> None:
    file, url = tmp_path / "big.jsonl", f"sqlite:///{tmp_path}/catalogue.db"
    write_lines(file, (json.dumps(record(f"c:{i}", description="学" * 200)) for i in range(8 * BATCH)))
    importing = subprocess.Popen(
        [sys.executable, "-c", IMPORT, url, str(file)], stdout=subprocess.PIPE, cwd=ROOT, text=True
    )
    assert importing.stdout is not None
    acknowledged = 0
    for _ in range(batches):
        acknowledged = int(importing.stdout.readline())
    time.sleep(0.05)
    importing.send_signal(signal.SIGKILL)
    acknowledged = max([acknowledged, *map(int, importing.stdout.read().split())])
    importing.wait()
    importing.stdout.close()

    catalogue = Catalogue.open(url)
    assert acknowledged <= catalogue.count() == catalogue.seq()
    assert catalogue.count() % BATCH == 0
    report = import_file(catalogue, file, subjects={}.get)
    assert report.created + report.unchanged == catalogue.count() == 8 * BATCH
    catalogue.close()
    connection = sqlite3.connect(tmp_path / "catalogue.db")
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()
