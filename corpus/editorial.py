"""What curators put forward and what they keep quiet about: lists, campaigns and sensitive words of a revision."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from pathlib import Path
from typing import Final

from corpus.errors import InvalidInput
from corpus.tables import read_table

_BEIJING: Final = timezone(timedelta(hours=8))


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """A theme that is put forward for some days, such as a learning week."""

    id: str
    theme: str
    organiser: str
    starts: int
    """Seconds since 1970: the beginning of its first day in Beijing."""
    ends: int
    """Seconds since 1970: the end of its last day in Beijing."""
    resources: tuple[str, ...]
    """Ids, the most important first."""

    def runs(self, at: int) -> bool:
        return self.starts <= at < self.ends


def read_lists(path: Path) -> Mapping[str, tuple[str, ...]]:
    """The editors' lists by name, each with ids in the order of the file.

    Raises: InvalidInput, with the line, if an id stands twice in one list.
    """
    lists: dict[str, tuple[str, ...]] = {}
    for here, row in read_table(path, columns=("list", "id")):
        if not row["id"]:
            raise InvalidInput("缺少资源的编号", place=here)
        if row["id"] in lists.get(row["list"], ()):
            raise InvalidInput(f"“{row['id']}”在“{row['list']}”里重复了", place=here)
        lists[row["list"]] = (*lists.get(row["list"], ()), row["id"])
    return lists


def read_campaigns(path: Path) -> tuple[Campaign, ...]:
    """The campaigns, in the order of the file.

    Raises: InvalidInput, with the line, for a missing theme, a wrong date, an end before its start or an id twice.
    """
    campaigns: dict[str, Campaign] = {}
    for here, row in read_table(path, columns=("id", "theme", "organiser", "start", "end", "resources")):
        start, end = _day(row["start"], here), _day(row["end"], here)
        if not row["theme"]:
            raise InvalidInput("缺少主题", place=here)
        if end < start:
            raise InvalidInput("结束日期早于开始日期", place=here)
        if row["id"] in campaigns:
            raise InvalidInput(f"“{row['id']}”重复了", place=here)
        campaigns[row["id"]] = Campaign(
            id=row["id"],
            theme=row["theme"],
            organiser=row["organiser"],
            starts=_midnight(start),
            ends=_midnight(end + timedelta(days=1)),
            resources=tuple(id.strip() for id in row["resources"].split("|") if id.strip()),
        )
    return tuple(campaigns.values())


def _day(text: str, here: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InvalidInput(f"“{text}”不是日期，应写作 2026-05-01", place=here) from error


def _midnight(day: date) -> int:
    return int(datetime.combine(day, time(), _BEIJING).timestamp())
