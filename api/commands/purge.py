"""`xuejing purge`: what has been kept long enough goes."""

from typing import Annotated

import typer

from api.commands.options import Json
from api.commands.terminal import say, write_json
from api.commands.workplace import open_workplace
from api.moments import today
from corpus.query_log import FREQUENT

AllQueries = Annotated[bool, typer.Option("--all-queries", help="连同还没到期的，把搜索记录全部删除")]


def purge(all_queries: AllQueries = False, json: Json = False) -> None:
    """Deletes what the retention settings say; a running service does the same every day."""
    place = open_workplace()
    days = place.settings.query_log_days
    with place.query_log() as log:
        rows = log.clear() if all_queries else log.purge(today(), days=days)
    if json:
        write_json({"queries": rows})
    elif all_queries:
        say(f"搜索记录全部删除了，共 {rows:,} 行。")
    else:
        say(f"删除了 {rows:,} 行到期的搜索记录：{days} 天里一共搜了不到 {FREQUENT} 次的词，满 {days} 天就删。")
