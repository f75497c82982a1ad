"""The command line: `xuejing`, one module per command."""

import typer

app = typer.Typer(name="xuejing", no_args_is_help=True, add_completion=False)


@app.callback()
def xuejing() -> None:
    """学径：终身学习平台的搜索与推荐服务。"""


def main() -> None:
    """Run the command line and end the process with its exit code."""
    app()
