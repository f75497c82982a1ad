"""The command line: `xuejing`, one module per command."""

import os
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Final

import typer
from typer.exceptions import TyperException

from api.causes import cause
from api.collector import unobserved
from api.commands.terminal import say
from api.commands.usage import ChineseCommand, ChineseGroup, complaint, speak_chinese
from corpus.errors import XuejingError

COMMANDS: Final = {
    "serve": ("serve", "启动服务。"),
    "import": ("import_files", "导入资源文件，并更新索引。"),
    "export": ("export", "导出全部资源。"),
    "index": ("index", "重新编制整个索引。"),
    "status": ("status", "查看目录和索引的状况。"),
    "search": ("search", "搜索资源。"),
    "recommend": ("recommend", "推荐资源，并说明理由。"),
    "evaluate": ("evaluate", "用评判文件衡量搜索与推荐的质量。"),
    "queries": ("queries", "查看大家搜了什么，哪些没有结果。"),
    "key": ("key", "建立、列出、停用密钥。"),
    "purge": ("purge", "删除到期的搜索记录。"),
    "tune": ("tune", "用评判文件挑选排序数字，并检验是否真的更好。"),
}
"""For each command its module, which has a function or a group of commands of the same name, and what it is for."""

_INTERRUPTED: Final = 130


def main() -> None:
    """Runs the command line and ends the process: 0 done, 1 the data or the query is at fault, 2 wrong use."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Runs a command line and gives the exit code."""
    speak_chinese()
    try:
        wanted = next((argument for argument in arguments if not argument.startswith("-")), None)
        code = _application(wanted)(list(arguments), prog_name="xuejing", standalone_mode=False)
        sys.stdout.flush()
    except TyperException as error:
        say(complaint(error))
        return 2
    except XuejingError as error:
        say(f"{error.place}：{error.message}" if error.place and error.place not in error.message else error.message)
        return 2 if error.code == "invalid-settings" else 1
    except KeyboardInterrupt:
        code = _INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # its reader has gone; the rest is for nobody
        return 1
    except OSError as error:
        say(f"读写失败：{cause(error)}" + (f"（{error.filename}）" if error.filename else "") + "。")
        return 1
    if code == _INTERRUPTED:
        say("已中止。")
    return int(code or 0)


def _application(wanted: str | None) -> typer.Typer:
    """All commands, of which only the wanted one is loaded: --help answers at once."""
    app = typer.Typer(name="xuejing", add_completion=False, pretty_exceptions_enable=False)
    app.callback(cls=ChineseGroup, invoke_without_command=True, options_metavar="[选项]", subcommand_metavar="命令 …")(
        _alone
    )
    for name, (module, purpose) in COMMANDS.items():
        loaded = _load(module) if name == wanted else _not_loaded
        if isinstance(loaded, typer.Typer):
            app.add_typer(loaded, name=name, help=purpose, options_metavar="[选项]", subcommand_metavar="命令 …")
        else:
            app.command(name, cls=ChineseCommand, help=purpose, options_metavar="[选项]")(loaded)
    return app


def _load(module: str) -> Callable[..., None] | typer.Typer:
    from api.settings import read_settings, use_numba_cache  # noqa: PLC0415  # what the commands import comes after it

    use_numba_cache(read_settings())
    with unobserved():
        command: Callable[..., None] | typer.Typer = getattr(import_module(f"api.commands.{module}"), module)
    return command


def _not_loaded() -> None:
    """Stands for a command that was not asked for."""


def _alone(context: typer.Context) -> None:
    """学径：终身学习平台的搜索与推荐服务。"""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
        raise typer.Exit(2)
