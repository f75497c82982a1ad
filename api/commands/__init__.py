"""The command line: `xuejing`, one module per command."""

import sys

import typer
from typer.exceptions import TyperException

from api.commands import evaluate, export, import_files, index, recommend, search, serve, status
from api.commands.terminal import say
from api.commands.usage import complaint, speak_chinese
from corpus.errors import XuejingError

app = typer.Typer(name="xuejing", add_completion=False, pretty_exceptions_enable=False)
app.command("serve")(serve.serve)
app.command("import")(import_files.import_files)
app.command("export")(export.export)
app.command("index")(index.index)
app.command("status")(status.status)
app.command("search")(search.search)
app.command("recommend")(recommend.recommend)
app.command("evaluate")(evaluate.evaluate)


@app.callback(invoke_without_command=True)
def xuejing(context: typer.Context) -> None:
    """学径：终身学习平台的搜索与推荐服务。"""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
        raise typer.Exit(2)


def main() -> None:
    """Runs the command line and ends the process: 0 done, 1 the data or the query is at fault, 2 wrong use."""
    sys.exit(run())


def run() -> int:
    """Runs the command line and gives the exit code."""
    speak_chinese()
    try:
        code = app(standalone_mode=False)
        sys.stdout.flush()
    except TyperException as error:
        say(complaint(error))
        return 2
    except XuejingError as error:
        say(f"{error.place}：{error.message}" if error.place and error.place not in error.message else error.message)
        return 2 if error.code == "invalid-settings" else 1
    except (KeyboardInterrupt, typer.Abort):
        return 130
    except BrokenPipeError:
        sys.stdout = None  # type: ignore[assignment]  # whoever read it has gone; nothing is left to flush
        return 1
    except OSError as error:
        say(f"读写失败：{error.strerror or error}（{error.filename}）" if error.filename else f"读写失败：{error}")
        return 1
    return int(code or 0)
