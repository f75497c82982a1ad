"""`xuejing key create`, `list` and `revoke`: the keys that programs ask with."""

import re
import time
from datetime import datetime
from typing import Annotated, Any, Final, cast

import typer
from rich.table import Table
from rich.text import Text

from api.commands.options import Json
from api.commands.terminal import say, show, write, write_json
from api.commands.usage import ChineseCommand, ChineseGroup
from api.commands.workplace import open_workplace
from api.moments import BEIJING, read_moment, write_moment
from corpus.keys import LONGEST_LABEL, SCOPES, Key, Scope, State

Scopes = Annotated[
    list[str], typer.Option("--scope", metavar="权限", help=f"可用的有 {' '.join(SCOPES)}；可重复，admin 包括全部")
]
Expires = Annotated[
    str | None,
    typer.Option("--expires", metavar="期限", help="到哪一天为止，例如 2027-01-01；或多少天，例如 90d  [默认长期]"),
]
Label = Annotated[str, typer.Option("--label", metavar="说明", help="给谁用的，例如 区平台")]
Id = Annotated[str, typer.Argument(metavar="编号", help="key list 里的编号，不是密钥本身", show_default=False)]

_STATES: Final[dict[State, str]] = {"active": "有效", "expired": "已过期", "revoked": "已停用"}
_DAYS: Final = re.compile(r"([1-9]\d{0,4})d", re.ASCII)
_DAY: Final = 86_400

key: Final = typer.Typer(cls=ChineseGroup)
_command: Final = {"cls": ChineseCommand, "options_metavar": "[选项]"}


@key.command("create", help="建立一把密钥；密钥只显示这一次。", **_command)  # type: ignore[arg-type]
def create(scope: Scopes, expires: Expires = None, label: Label = "", json: Json = False) -> None:
    """Makes a key and prints it, alone on standard output."""
    scopes, now = _scopes(scope), int(time.time())
    end = _end(expires, now)
    if len(label) > LONGEST_LABEL or not label.isprintable():
        raise typer.BadParameter(f"选项“--label”最多 {LONGEST_LABEL} 个字，不能有换行和看不见的字符。")
    with open_workplace().keys() as keys:
        secret, made = keys.create(scopes, label=label, now=now, expires=end)
    if json:
        write_json({"key": secret, **_fields(made, now)})
        return
    write(secret.encode())
    say(f"编号 {made.id}，权限 {'、'.join(made.scopes)}，{_until(made)}。密钥只显示这一次，请马上存好。")


@key.command("list", help="列出全部密钥。", **_command)  # type: ignore[arg-type]
def list_keys(json: Json = False) -> None:
    """Lists what is known of all keys, never the keys themselves."""
    with open_workplace().keys() as keys:
        found = keys.all()
    now = time.time()
    if json:
        write_json([_fields(known, now) for known in found])
    elif found:
        show(_table(found, now))
    else:
        say("还没有密钥；建立一把：xuejing key create --scope catalog")


@key.command("revoke", help="停用一把密钥，立即生效。", **_command)  # type: ignore[arg-type]
def revoke(id: Id, json: Json = False) -> None:
    """Makes a key invalid for good."""
    now = int(time.time())
    with open_workplace().keys() as keys:
        revoked = keys.revoke(id, now=now)
    if json:
        write_json(_fields(revoked, now))
    else:
        say(f"密钥 {id} 已停用（{_shown(revoked.revoked)}），不能恢复。")


def _scopes(given: list[str]) -> list[Scope]:
    for name in given:
        if name not in SCOPES:
            raise typer.BadParameter(f"没有“{name}”这种权限；可用的权限：{'、'.join(SCOPES)}。")
    return cast(list[Scope], given)


def _end(text: str | None, now: int) -> int | None:
    """The first moment after a period that is written as its last day, or as so many days from now."""
    if text is None:
        return None
    try:
        days = _DAYS.fullmatch(text)
        end = now + int(days[1]) * _DAY if days else read_moment(text, end=True)
    except ValueError:
        raise typer.BadParameter("选项“--expires”应是日期或天数，例如 2027-01-01 或 90d。") from None
    if end <= now:
        raise typer.BadParameter("选项“--expires”已经过去了，应晚于现在。")
    return end


def _fields(known: Key, now: float) -> dict[str, Any]:
    return {
        "id": known.id,
        "label": known.label,
        "scopes": list(known.scopes),
        "created": write_moment(known.created),
        "expires": None if known.expires is None else write_moment(known.expires),
        "revoked": None if known.revoked is None else write_moment(known.revoked),
        "state": known.state(now),
    }


def _table(found: list[Key], now: float) -> Table:
    table = Table(title=f"密钥 {len(found)} 把", title_justify="left")
    for heading in ("编号", "说明", "权限", "建立", "有效期", "状态"):
        table.add_column(heading, overflow="fold")
    for known in found:
        row = (known.id, known.label, " ".join(known.scopes), _shown(known.created), _until(known))
        table.add_row(*map(Text, row), _STATES[known.state(now)])
    return table


def _until(known: Key) -> str:
    return "长期有效" if known.expires is None else f"{_shown(known.expires - 1)} 为止"


def _shown(moment: int | None) -> str:
    """A moment in 北京时间."""
    return "" if moment is None else f"{datetime.fromtimestamp(moment, BEIJING):%Y-%m-%d %H:%M}"
