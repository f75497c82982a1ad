"""`xuejing recommend`: what would be recommended, and why."""

import re
from json import loads
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from api.asking import RecommendBody
from api.commands import options
from api.commands.search import KINDS
from api.commands.terminal import say, show, write
from api.commands.workplace import checked, open_workplace
from api.rendering import render_recommendation
from recommender.recommend import recommend as reckon
from recommender.request import Recommendation

Interests = Annotated[
    list[str] | None, typer.Option("--interest", metavar="内容[:分量]", help="兴趣，例如 书法、养生:2；可重复")
]
Likes = Annotated[list[str] | None, typer.Option("--like", metavar="编号", help="喜欢的资源的编号；可重复")]
Excluded = Annotated[list[str] | None, typer.Option("--exclude", metavar="编号", help="不要推荐的资源的编号；可重复")]

_WHY = {
    "nothing_known": "没有给出兴趣或喜欢的资源，以下是热门资源。",
    "no_match": "没有与这些兴趣相近的资源，以下是热门资源。",
    "unknown_likes": "目录里没有这些编号的资源，以下是热门资源。",
    "unknown_user": "还不了解这位居民，以下是热门资源。",
    "not_personalized": "没有使用兴趣和喜好，以下是热门资源。",
}


def recommend(
    interest: Interests = None,
    like: Likes = None,
    exclude: Excluded = None,
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
    limit: options.Limit = 10,
    at: options.At = None,
    json: options.Json = False,
) -> None:
    """Recommends resources, each with its reasons."""
    conditions = options.given(
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
    )
    given = options.given(
        interests=tuple(_interest(text) for text in interest or ()),
        likes=tuple(like or ()),
        exclude_ids=tuple(exclude or ()),
        filter=conditions,
        limit=limit,
        at=at,
    )
    request = checked(lambda: RecommendBody.model_validate(given)).request()
    recommendation = reckon(open_workplace().snapshot(), request)
    if json:
        write(render_recommendation(recommendation, explain=True))
    else:
        _show(recommendation)


def _interest(text: str) -> dict[str, Any]:
    """`养生:2` → 养生 with the weight 2; a colon before anything but a number belongs to the text."""
    found = re.fullmatch(r"(.+)[:：](\d+(?:\.\d+)?)", text, re.ASCII | re.DOTALL)
    return {"text": found[1], "weight": float(found[2])} if found else {"text": text}


def _show(recommendation: Recommendation) -> None:
    if recommendation.degraded:
        say(_WHY[recommendation.degraded])
    if recommendation.unknown_ids:
        say("目录里没有这些编号：" + "、".join(recommendation.unknown_ids))
    if not recommendation.items:
        say("没有可以推荐的资源。")
        return
    table = Table()
    table.add_column("名次", justify="right")
    for heading in ("类别", "名称", "作者或主讲", "编号"):
        table.add_column(heading, overflow="fold")
    table.add_column("得分", justify="right")
    table.add_column("理由", overflow="fold")
    for item in recommendation.items:
        record = loads(item.blob)
        reasons = "\n".join(f"{reason.text}（{reason.share:.0%}）" for reason in item.reasons)
        cells = (
            str(item.rank),
            KINDS[record["kind"]],
            record["title"],
            "、".join(record.get("creators", ())),
            item.id,
            f"{item.score:.2f}",
            reasons,
        )
        table.add_row(*map(Text, cells))
    show(table)
