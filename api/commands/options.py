"""Options that several commands share."""

from typing import Annotated, Any

import typer

Json = Annotated[bool, typer.Option("--json", help="输出 JSON，供程序读取")]
Limit = Annotated[int, typer.Option("--limit", "-n", metavar="条数", help="最多几条")]
At = Annotated[str | None, typer.Option("--at", metavar="时间", help="以哪一时刻为现在，例如 2026-05-01")]

Kinds = Annotated[
    list[str] | None,
    typer.Option("--kind", metavar="类别", help="course、book、activity、place 或 story；可重复"),
]
Sources = Annotated[list[str] | None, typer.Option("--source", metavar="来源", help="来源；可重复")]
Subjects = Annotated[list[str] | None, typer.Option("--subject", metavar="主题", help="学科主题；可重复")]
Providers = Annotated[list[str] | None, typer.Option("--provider", metavar="单位", help="学校、出版社或主办方；可重复")]
Audiences = Annotated[list[str] | None, typer.Option("--audience", metavar="人群", help="适合人群；可重复")]
Levels = Annotated[list[str] | None, typer.Option("--level", metavar="程度", help="入门、进阶、高级；可重复")]
Districts = Annotated[list[str] | None, typer.Option("--district", metavar="区", help="所在的区；可重复")]
Free = Annotated[bool | None, typer.Option("--free/--paid", help="只要免费的，或只要收费的")]
YearFrom = Annotated[int | None, typer.Option("--year-from", metavar="年", help="不早于这一年出版或发布")]
YearTo = Annotated[int | None, typer.Option("--year-to", metavar="年", help="不晚于这一年出版或发布")]


def given(**options: Any) -> dict[str, Any]:
    """The options that were given."""
    return {name: value for name, value in options.items() if value is not None}
