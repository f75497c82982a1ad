"""`xuejing queries`: what is searched for most, and what is answered badly or only by a guess."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import date, timedelta
from typing import Annotated, Final

import typer
from rich.table import Table
from rich.text import Text

from api.commands.options import Json, Limit
from api.commands.terminal import say, show, write_json
from api.commands.workplace import open_workplace
from api.moments import today
from corpus.query_lists import Asked, AskedQuery, Which, asked_in_all, asked_queries
from corpus.query_log import FEW, FREQUENT, LONGEST

Day = Annotated[str | None, typer.Option("--day", metavar="日期", help="到哪一天为止，例如 2026-05-01  [默认今天]")]
Days = Annotated[
    int | None,
    typer.Option("--days", min=1, max=LONGEST, metavar="天数", help="一共几天  [默认 7；给了 --day 就是那一天]"),
]
Zero = Annotated[bool, typer.Option("--zero", help="只列没有结果的")]
Low = Annotated[bool, typer.Option("--low", help=f"只列结果少的（1–{FEW} 条）")]
Corrected = Annotated[bool, typer.Option("--corrected", help="只列换了说法才找到的，例如按读音")]
AtLeast = Annotated[
    int | None,
    typer.Option("--min-count", min=1, metavar="次数", help=f"至少搜了几次  [默认 {FREQUENT}；--zero 等为 2]"),
]

_TITLES: Final = {
    "most": "搜得最多的词",
    "zero": "没有结果的词",
    "low": "结果少的词",
    "corrected": "换了说法才找到的词",
}
_MEANS: Final = {
    "question": "去掉问句",
    "pinyin": "按拼音",
    "homophone": "按读音",
    "lookalike": "按字形",
    "spelling": "按拼写",
    "relaxed": "放宽",
}
_USUAL_DAYS: Final = 7
_TWICE: Final = 2


def queries(
    day: Day = None,
    days: Days = None,
    zero: Zero = False,
    low: Low = False,
    corrected: Corrected = False,
    min_count: AtLeast = None,
    limit: Limit = 20,
    json: Json = False,
) -> None:
    """Lists what was searched for in some days, where the query log is on."""
    which = _which(zero=zero, low=low, corrected=corrected)
    at_least = _at_least(which, min_count)
    place = open_workplace()
    last = _day(day)
    first = last - timedelta(days=(days or (1 if day else _USUAL_DAYS)) - 1)
    shown = first
    if at_least < FREQUENT:  # a purge may be late, and these may be seen no longer than they may be kept
        shown = max(first, today() - timedelta(days=place.settings.query_log_days - 1))
    with place.query_log() as log:
        in_all = asked_in_all(log, first, last)
        found = asked_queries(log, which, shown, last, at_least=at_least, limit=max(limit, 0))
    if json:
        write_json(_answer(which, first, last, in_all, found))
        return
    if not place.settings.query_log:
        say("搜索记录没有打开；要打开，请设置 XUEJING_QUERY_LOG=true，再重新启动服务。")
    if found:
        show(_table(f"{_TITLES[which]}，{_span(first, last)}，至少 {at_least} 次", found))
    else:
        say(f"{_TITLES[which]}，{_span(first, last)}，至少 {at_least} 次：一个也没有。")
    if shown > first:
        say(f"搜得少的词只保存 {place.settings.query_log_days} 天，更早的没有列。")
    say(_summary(in_all))


def _which(*, zero: bool, low: bool, corrected: bool) -> Which:
    flags: dict[Which, bool] = {"zero": zero, "low": low, "corrected": corrected}
    chosen = [name for name, wanted in flags.items() if wanted]
    if len(chosen) > 1:
        raise typer.BadParameter("--zero、--low、--corrected 只能选一个。")
    return chosen[0] if chosen else "most"


def _at_least(which: Which, given: int | None) -> int:
    if which != "most":
        return given or _TWICE
    if given and given < FREQUENT:
        message = f"搜得少的词可能看得出是谁搜的，只在 --zero、--low、--corrected 里列出；这里至少 {FREQUENT} 次。"
        raise typer.BadParameter(message)
    return given or FREQUENT


def _day(text: str | None) -> date:
    try:
        return today() if text is None else date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter("选项“--day”应是日期，例如 2026-05-01。") from None


def _span(first: date, last: date) -> str:
    return str(last) if first == last else f"{first} 至 {last}"


def _answer(which: Which, first: date, last: date, in_all: Asked, found: Sequence[AskedQuery]) -> dict[str, object]:
    listed = [asdict(query) | {"last": query.last.isoformat()} for query in found]
    return {"list": which, "from": str(first), "to": str(last), "in_all": asdict(in_all), "queries": listed}


def _table(title: str, found: Sequence[AskedQuery]) -> Table:
    table = Table(title=title, title_justify="left")
    table.add_column("搜索词", overflow="fold")
    for heading in ("次数", "没有结果", "结果少", "最近有"):
        table.add_column(heading, justify="right")
    table.add_column("最近一天")
    table.add_column("说明", overflow="fold")
    for query in found:
        counts = (f"{n:,}" if n else "" for n in (query.asked, query.empty, query.few))
        last = (f"{query.total:,} 条", f"{query.last:%m-%d}")
        table.add_row(Text(query.query), *counts, *last, Text("；".join(_remarks(query))))
    return table


def _remarks(query: AskedQuery) -> Iterator[str]:
    if query.by:
        yield _MEANS.get(query.by, query.by) + (f"找了“{query.corrected}”" if query.corrected else "才找到")
    if query.dropped:
        yield f"没有资源含有“{'”“'.join(query.dropped)}”"
    if query.narrowed:
        yield "有筛选条件"


def _summary(in_all: Asked) -> str:
    return (
        f"一共搜了 {in_all.asked:,} 次，{in_all.queries:,} 种说法；没有结果 {in_all.empty:,} 次（--zero），"
        f"结果少 {in_all.few:,} 次（--low），换了说法才找到 {in_all.corrected:,} 次（--corrected）。"
    )
