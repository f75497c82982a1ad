"""`xuejing tune`: which ranking numbers would answer judged questions better."""

import math
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.table import Table
from rich.text import Text

from api.commands.options import Json
from api.commands.terminal import Bars, say, show, write_json
from api.commands.workplace import open_workplace
from corpus.revision import SHIPPED_REVISION
from corpus.tables import read_text
from corpus.tuning import Tuning, numbers_of, parse_tuning, rewritten
from index.snapshot import Snapshot
from recommender.paired_differences import Comparison, Difference
from recommender.question_sets import read_question_set
from recommender.tuning_search import Proposal, compare, propose

Files = Annotated[list[Path], typer.Argument(metavar="评判文件…", help="每行一题的 JSON Lines，答案都在这个状态目录里")]
Only = Annotated[
    list[str] | None,
    typer.Option("--only", metavar="名称", help="只试这个数字或这一组，例如 search.k1、prior；可重复"),
]
Folds = Annotated[int, typer.Option("--folds", min=2, max=20, metavar="份数", help="问题分成几份，轮流留一份作检验")]
Check = Annotated[
    Path | None,
    typer.Option(
        "--check", metavar="文件", help="不挑选，只比较这份 tuning.toml 和现在的数字；在别的目录挑出的也要检验"
    ),
]
Out = Annotated[
    Path | None, typer.Option("--out", "-o", metavar="文件", help="把挑出的数字写成完整的 tuning.toml，注释照旧")
]
_ELSEWHERE: Final = "一套数字管所有目录：还有别的状态目录的话，先把它写到文件（--out），再到那里检验（--check）。"


def tune(
    files: Files, only: Only = None, folds: Folds = 5, check: Check = None, out: Out = None, json: Json = False
) -> None:
    """Proposes numbers for tuning.toml by cross-validation, or measures given ones; puts none of them in force."""
    if check and (only or out):
        raise typer.BadParameter("--check 只作比较，不与 --only、--out 同用。")
    place = open_workplace()
    keys = _keys(place.revision.tuning, only or ())
    new = numbers_of(parse_tuning(read_text(check), file=check.name)) if check else None
    snapshot = place.compiled_snapshot()
    sets = [read_question_set(snapshot, file) for file in files]
    if check and new:
        _report_check(snapshot, check, compare(snapshot, sets, new), json=json)
        return
    with Bars() as bars:
        proposal = propose(
            snapshot, sets, keys=keys, folds=folds, progress=lambda round, *done: bars(f"第 {round} 轮", *done)
        )
    _report(snapshot, proposal, json=json)
    if out:
        text = read_text(SHIPPED_REVISION / "tuning.toml")
        out.write_text(rewritten(text, {change.key: change.new for change in proposal.changes}), encoding="utf-8")
        say(f"挑出的数字写在 {out}，不会自动生效。")


def _keys(tuning: Tuning, only: Sequence[str]) -> list[str]:
    """The keys meant, of numbers or of whole sections."""
    known = [*numbers_of(tuning)]
    for name in only:
        if not any(f"{key}.".startswith(f"{name}.") for key in known):
            raise typer.BadParameter(f"没有“{name}”这个数字，可用：{'、'.join(known)}。")
    return [key for key in known if any(f"{key}.".startswith(f"{name}.") for name in only)]


def _report_check(snapshot: Snapshot, file: Path, comparison: Comparison, *, json: bool) -> None:
    if json:
        write_json(_plain({"release": snapshot.release, **_measured(comparison)}))
        return
    _show_comparison(comparison, f"索引 {snapshot.release}，nDCG@10，{file.name} 与现在的数字相比")
    show(Text(_verdict(comparison)))


def _report(snapshot: Snapshot, proposal: Proposal, *, json: bool) -> None:
    if json:
        tried = {"tried": proposal.tried, "folds": proposal.folds}
        changes = {"changes": [asdict(change) for change in proposal.changes]}
        write_json(_plain({"release": snapshot.release, **tried, **changes, **_measured(proposal.held_out)}))
        return
    _show_comparison(proposal.held_out, f"索引 {snapshot.release}，nDCG@10，每题都用没有参考过它的数字来答")
    _show_changes(proposal)
    show(Text(_advice(proposal)))


def _show_comparison(comparison: Comparison, title: str) -> None:
    table = Table(title=Text(title), title_justify="left")
    table.add_column("评判集")
    for heading in ("题数", "现在", "换数字后", "差", "95% 区间"):
        table.add_column(heading, justify="right")
    for each in comparison.sets:
        values = (f"{each.old:.4f}", f"{each.new:.4f}")
        table.add_row(Text(each.name), str(each.questions), *values, *_cells(each.difference))
    if len(comparison.sets) > 1:
        table.add_row("平均", "", "", "", *_cells(comparison.difference))
    show(table)


def _cells(difference: Difference) -> tuple[str, str]:
    return f"{difference.mean:+.4f}", _interval(difference)


def _interval(difference: Difference) -> str:
    return f"{difference.low:+.4f} 到 {difference.high:+.4f}" if math.isfinite(difference.low) else "题目太少"


def _show_changes(proposal: Proposal) -> None:
    if not proposal.changes:
        return
    table = Table()
    table.add_column("tuning.toml 里的数字")
    for heading in ("现在", "挑出", f"{proposal.folds} 次检验中也这样改的"):
        table.add_column(heading, justify="right")
    for change in proposal.changes:
        table.add_row(change.key, f"{change.old:g}", f"{change.new:g}", f"{change.folds} 次")
    show(table)


def _advice(proposal: Proposal) -> str:
    """What to do, in a sentence or two."""
    comparison = proposal.held_out
    if not proposal.changes:
        return "没有找到更好的数字，现在的数字不必改。"
    if comparison.worthwhile:
        interval = _interval(comparison.difference)
        return f"建议采用：没有参加挑选的题也答得更好，95% 区间（{interval}）在 0 以上。{_ELSEWHERE}"
    return f"不建议采用，现在的数字应当保留：{_doubt(comparison)}"


def _verdict(comparison: Comparison) -> str:
    if comparison.worthwhile:
        return f"比现在的数字好，95% 区间（{_interval(comparison.difference)}）在 0 以上。"
    return f"看不出比现在的数字好：{_doubt(comparison)}"


def _doubt(comparison: Comparison) -> str:
    """Why a comparison is not worthwhile."""
    worse = [each.name for each in comparison.sets if each.difference.worse]
    if worse:
        return f"{'、'.join(worse)} 反而变差。"
    if comparison.difference.worse:
        return "总的来说反而变差。"
    return f"差别没有超出偶然（95% 区间 {_interval(comparison.difference)}）。"


def _measured(comparison: Comparison) -> dict[str, Any]:
    return {**asdict(comparison), "worthwhile": comparison.worthwhile}


def _plain(value: Any) -> Any:
    """The same for JSON, which has no infinite numbers."""
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
