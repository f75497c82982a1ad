"""`xuejing search`: what a resident would find."""

from collections.abc import Sequence
from json import loads
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from api.asking import SearchParameters
from api.commands import options
from api.commands.terminal import say, show, write
from api.commands.workplace import checked, open_workplace
from api.rendering import render_result
from index.query import Hit, Result, Segment
from index.search import search as find

KINDS = {"course": "课程", "book": "图书", "activity": "活动", "place": "场所", "story": "故事"}

Words = Annotated[str, typer.Argument(metavar="内容", help="要找的内容，例如 太极拳、作者:余华、“余华”")]
Sort = Annotated[str | None, typer.Option("--sort", metavar="排序", help="relevance、newest、rating、popular、soonest")]
Offset = Annotated[int, typer.Option("--offset", metavar="条数", help="跳过前面几条")]
Correct = Annotated[bool, typer.Option("--correct/--literal", help="猜测写错的字，或只找原样的内容")]
Explain = Annotated[bool, typer.Option("--explain", help="列出得分的组成")]


def search(
    text: Words,
    kind: options.Kinds = None,
    source: options.Sources = None,
    subject: options.Subjects = None,
    provider: options.Providers = None,
    audience: options.Audiences = None,
    level: options.Levels = None,
    district: options.Districts = None,
    free: options.Free = None,
    year_from: options.YearFrom = None,
    year_to: options.YearTo = None,
    sort: Sort = None,
    limit: options.Limit = 10,
    offset: Offset = 0,
    correct: Correct = True,
    explain: Explain = False,
    at: options.At = None,
    json: options.Json = False,
) -> None:
    """Searches as a resident would."""
    given = options.given(
        q=text,
        kind=kind,
        source=source,
        subject=subject,
        provider=provider,
        audience=audience,
        level=level,
        district=district,
        free=free,
        year_from=year_from,
        year_to=year_to,
        sort=sort,
        limit=limit,
        offset=offset,
        correct=correct,
        explain=explain,
        at=at,
    )
    query = checked(lambda: SearchParameters.model_validate(given)).query()
    result = find(open_workplace().snapshot(), query)
    if json:
        write(render_result(result, explain=explain))
    else:
        _show(result, explain=explain)


def _show(result: Result, *, explain: bool) -> None:
    said = result.interpretation
    if said.words:
        say("按这些词查找：" + "、".join(said.words))
    if said.notice:
        say(said.notice)
    if said.others:
        say(f"也可能是：{'、'.join(said.others)}")
    if not result.hits:
        say("没有结果。")
        return
    show(_table(result.hits, explain=explain))
    last = result.hits[-1].rank
    more = f"，加 --offset {result.next_offset} 看后面的" if result.next_offset else ""
    say(f"共 {result.total:,} 条，以上是第 {result.hits[0].rank}–{last} 条{more}。")


def _table(hits: Sequence[Hit], *, explain: bool) -> Table:
    table = Table()
    table.add_column("名次", justify="right")
    for heading in ("类别", "名称", "作者或主讲", "单位"):
        table.add_column(heading, overflow="fold")
    table.add_column("得分", justify="right")
    if explain:
        table.add_column("得分的组成", overflow="fold")
    for hit in hits:
        record = loads(hit.blob)
        cells = [
            Text(str(hit.rank)),
            Text(KINDS[record["kind"]]),
            _marked(hit.highlights.get("title"), record["title"]),
            _marked(hit.highlights.get("creators"), "、".join(record.get("creators", ()))),
            _marked(hit.highlights.get("provider"), record.get("provider", "")),
            Text(f"{hit.score:.2f}"),
        ]
        if explain:
            cells.append(Text("  ".join(f"{part.name} {part.score:.2f}" for part in hit.parts)))
        table.add_row(*cells)
    return table


def _marked(segments: Sequence[Segment] | None, text: str) -> Text:
    if segments is None:
        return Text(text)
    return Text.assemble(*[(segment.text, "bold red" if segment.hit else "") for segment in segments])
