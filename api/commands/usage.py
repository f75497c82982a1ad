"""Typer's own words in Chinese: the headings of --help, and what is wrong with a command line."""

import re
from typing import Any, Final

import typer
from typer import rich_utils
from typer.core import TyperCommand, TyperGroup
from typer.exceptions import TyperException

_QUOTED: Final = re.compile(r"'([^']*)'")
_KINDS: Final = {"integer": "整数", "number": "数"}


class ChineseHelp:
    """What of --help a command writes itself."""

    def format_usage(self, ctx: Any, formatter: Any) -> None:
        pieces = " ".join(self.collect_usage_pieces(ctx))  # type: ignore[attr-defined]
        formatter.write_usage(ctx.command_path, pieces, prefix="用法：")

    def get_help_option(self, ctx: Any) -> Any:
        option = super().get_help_option(ctx)  # type: ignore[misc]
        if option:
            option.help = "显示这段说明"
        return option


class ChineseCommand(ChineseHelp, TyperCommand):
    """A command."""


class ChineseGroup(ChineseHelp, TyperGroup):
    """The commands together."""


def speak_chinese() -> None:
    """Sets the headings of --help."""
    rich_utils.ARGUMENTS_PANEL_TITLE = "参数"
    rich_utils.OPTIONS_PANEL_TITLE = "选项"
    rich_utils.COMMANDS_PANEL_TITLE = "命令"
    rich_utils.DEFAULT_STRING = "[默认 {}]"
    rich_utils.REQUIRED_LONG_STRING = "[必填]"


def complaint(error: TyperException) -> str:
    """What is wrong with a command line."""
    said = error.format_message()
    match type(error).__name__:
        case "NoSuchOption":
            return f"没有“{_attribute(error, 'option_name')}”这个选项。" + _hint(error)
        case "MissingParameter":
            return f"缺少{_parameter(error)}。" + _hint(error)
        case "BadOptionUsage":
            return f"选项“{_attribute(error, 'option_name')}”的用法不对。" + _hint(error)
        case "BadParameter":
            return _bad_value(error)
        case _ if said.startswith("No such command"):
            return f"没有“{''.join(_QUOTED.findall(said))}”这个命令。" + _hint(error)
        case _ if said.startswith("Missing command"):
            return "缺少命令。" + _hint(error)
        case _ if "unexpected extra argument" in said:
            return f"多了参数：{said.rpartition('(')[2].rstrip(')')}。" + _hint(error)
        case _:
            return said


def _bad_value(error: TyperException) -> str:
    message = error.message
    if not message.isascii():
        return message
    wanted = next((f"，应是{name}" for word, name in _KINDS.items() if word in message), "")
    return f"{_parameter(error)}的值不对{wanted}。" + _hint(error)


def _parameter(error: TyperException) -> str:
    parameter: Any = getattr(error, "param", None)
    if parameter is None:
        return "参数"
    if parameter.param_type_name == "option":
        return f"选项“{parameter.opts[0]}”"
    return f"参数“{parameter.metavar or parameter.name}”"


def _attribute(error: TyperException, name: str) -> str:
    return str(getattr(error, name, ""))


def _hint(error: TyperException) -> str:
    context: typer.Context | None = getattr(error, "ctx", None)
    return f"用法见 {context.command_path} --help。" if context else ""
