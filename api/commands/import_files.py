"""`xuejing import`: files into the catalogue, then the index up to date."""

import time
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from api.causes import cause
from api.commands.column_report import tell_layout
from api.commands.options import Json
from api.commands.problem_file import ProblemFile
from api.commands.terminal import Bars, say, waiting, write_json
from api.commands.workplace import Workplace, alone, open_workplace
from api.listening import is_served
from api.standing import base_seq, is_shown
from corpus.catalogue import Catalogue
from corpus.cells import read_cell
from corpus.columns import read_correction
from corpus.demo import retire_demo
from corpus.errors import InvalidInput, Unavailable, XuejingError
from corpus.importing import ImportReport, import_file
from corpus.problem import Problem
from index.base import base_name
from index.indexing import compile_index

MOST_SHOWN: Final = 20
"""Problems of a file that are printed."""
_PATIENCE: Final = 30 * 60
"""Seconds that a running service is given to bring its index up to date."""

Files = Annotated[list[Path], typer.Argument(metavar="文件…", help="JSON Lines（也可以是 .gz）、CSV 或 Excel 工作簿")]
Source = Annotated[str | None, typer.Option("--source", metavar="来源", help="来源的名字  [默认 文件名]")]
Kind = Annotated[
    str | None,
    typer.Option("--kind", metavar="类别", help="没有写类别的行属于哪一类：课程、图书、活动、场所、故事"),
]
Replace = Annotated[bool, typer.Option("--replace", help="撤下这个来源里文件中已经没有的资源")]
Force = Annotated[bool, typer.Option("--force", help="与 --replace 同用：撤下超过两成也照做")]
Map = Annotated[
    list[str] | None,
    typer.Option(
        "--map",
        metavar="列名=字段",
        help="表格的这一列对应哪个字段，例如 班主任=creators；可重复；字段留空就不用这一列",
    ),
]
Sheet = Annotated[str, typer.Option("--sheet", metavar="工作表", help="读工作簿的哪个工作表  [默认 第一个有表头的]")]
Problems = Annotated[
    Path | None, typer.Option("--problems", metavar="文件", help="把所有问题写成一个 CSV 表格，可用 Excel 打开")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="只检查，不写入")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one file."""

    file: Path
    report: ImportReport | None = None
    failure: XuejingError | None = None
    """Why the file, or a part of what was asked, was refused."""

    @property
    def clean(self) -> bool:
        return self.failure is None and self.report is not None and not self.report.errors


def import_files(
    files: Files,
    source: Source = None,
    kind: Kind = None,
    replace: Replace = False,
    force: Force = False,
    map: Map = None,
    sheet: Sheet = "",
    problems: Problems = None,
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Imports files; whatever is wrong with a row or a file stops nothing else, and is reported."""
    asked: dict[str, Any] = {
        "source": source,
        "kind": kind and read_cell("kind", kind),
        "replace_source": replace,
        "force": force,
        "dry_run": dry_run,
    }
    asked |= {"corrections": _corrections(map or []), "sheet": sheet}
    place = open_workplace()
    outcomes = []
    with (
        ProblemFile(problems) if problems else nullcontext() as listed,
        place.catalogue() as catalogue,
        alone(place.state, "import", "另一个导入正在进行，等它结束……"),
    ):
        for outcome in _outcomes(place, catalogue, files, asked, listed):
            outcomes.append(outcome)
            if not json:
                _tell(outcome)
        if not dry_run and (removed := retire_demo(catalogue)):
            say(f"已撤下 {removed} 条示例资源。")
        index = None if dry_run else _update_index(place, catalogue)
    if json:
        write_json({"files": [_as_dict(outcome) for outcome in outcomes], "index": index})
    elif index:
        say(f"索引已更新：{index['resources']:,} 条资源，用了 {index['seconds']} 秒。")
    if listed:
        say(f"问题写在 {problems}，共 {listed.count:,} 处。")
    if not all(outcome.clean for outcome in outcomes):
        raise typer.Exit(1)


def _corrections(given: Sequence[str]) -> dict[str, str]:
    """What `--map` says, by the column's name."""
    try:
        return dict(map(read_correction, given))
    except InvalidInput as error:
        raise typer.BadParameter(error.message) from error


def _outcomes(
    place: Workplace, catalogue: Catalogue, files: Sequence[Path], asked: dict[str, Any], listed: ProblemFile | None
) -> Iterator[Outcome]:
    for file in files:
        with Bars() as bars:

            def show(rows: int, done: int, total: int, file: Path = file, bars: Bars = bars) -> None:
                bars("import", done, total, detail=f"{file.name} {rows:,} 行")

            def list_problem(problem: Problem, file: Path = file) -> None:
                if listed:
                    listed.add(problem, file)

            try:
                report = import_file(
                    catalogue,
                    file,
                    subjects=place.revision.subject_of,
                    progress=show,
                    on_problem=list_problem,
                    **asked,
                )
            except XuejingError as error:
                if listed:
                    listed.add_failure(error.message, file)
                yield Outcome(file=file, failure=error, report=getattr(error, "report", None))
            else:
                yield Outcome(file=file, report=report)


def _update_index(place: Workplace, catalogue: Catalogue) -> dict[str, Any]:
    """Brings the index up to date, or waits until the running service has done so.

    Raises: Unavailable (code index-lags) if the index could not be written, or the service takes too long.
    """
    began = time.monotonic()
    if not _await_service(place, catalogue.seq()):
        try:
            with Bars() as bars:
                compile_index(catalogue, place.state, revision=place.revision, progress=bars)
        except OSError as error:
            message = f"资源都已写入目录，但索引没有编好：{cause(error)}。处理好以后运行 ./run index，不用再导入。"
            raise Unavailable(message, code="index-lags") from error
    seconds = round(time.monotonic() - began, 1)
    base = base_name(place.revision.number, base_seq(place.state, place.revision) or 0)
    return {"base": base, "resources": catalogue.count(), "seconds": seconds}


def _await_service(place: Workplace, seq: int) -> bool:
    """Waits until the running service answers from a state of the catalogue; False if no service does."""
    until = time.monotonic() + _PATIENCE
    with waiting("已写入目录，等正在运行的服务更新索引……"):
        while is_served(place.state):
            if is_shown(seq, place.state, place.revision):
                return True
            if time.monotonic() > until:
                message = "资源都已写入目录，但正在运行的服务还没有更新好索引。它会继续；可用 ./run status 查看。"
                raise Unavailable(message, code="index-lags")
            time.sleep(0.1)
    return False


def _tell(outcome: Outcome) -> None:
    if outcome.failure:
        place = outcome.failure.place or str(outcome.file)
        say(f"{place}：{outcome.failure.message}")
    if (report := outcome.report) is None:
        return
    done = [("新增", report.created), ("更新", report.updated), ("未变", report.unchanged), ("撤下", report.withdrawn)]
    said = "，".join(f"{name} {count:,}" for name, count in done if count) or "没有可导入的行"
    if report.table:
        tell_layout(report.table)
    trial = "（试运行，没有写入）" if report.dry_run else ""
    say(f"{outcome.file.name}（来源“{report.source}”）{trial}：读了 {report.rows:,} 行，{said}。")
    if not report.problems:
        return
    counts = [("处错误，这些行没有导入", report.errors), ("处提醒，这些行已导入", report.warnings)]
    say("；".join(f"{count:,} {name}" for name, count in counts if count) + "：")
    worst_first = sorted(report.problems, key=lambda problem: problem.severity != "error")
    for problem in worst_first[:MOST_SHOWN]:
        say(f"  {'错误' if problem.severity == 'error' else '提醒'} {problem.message}")
    more = report.errors + report.warnings - min(len(worst_first), MOST_SHOWN)
    if more:
        say(f"  另有 {more:,} 处没有列出。")


def _as_dict(outcome: Outcome) -> dict[str, Any]:
    failure = outcome.failure
    error = failure and {"code": failure.code, "place": failure.place, "message": failure.message}
    return {
        "file": str(outcome.file),
        "report": outcome.report and asdict(outcome.report),
        "error": error,
    }
