"""`xuejing export`: all resources in the exchange format."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from api.commands.options import Json
from api.commands.terminal import say, write_json
from api.commands.workplace import open_workplace
from corpus.exchange import write_lines

Out = Annotated[
    Path | None,
    typer.Option("--out", "-o", metavar="文件", help="写到这个文件，名字以 .gz 结尾则压缩；不写则输出到终端"),
]


def export(out: Out = None, json: Json = False) -> None:
    """Writes all live resources, hidden and withdrawn ones with their status, as JSON Lines."""
    with open_workplace().catalogue() as catalogue:
        if out is None:
            for row in catalogue.scan():
                sys.stdout.buffer.write(row.body.encode() + b"\n")
            sys.stdout.buffer.flush()
            return
        resources = write_lines(out, (row.body for row in catalogue.scan()))
    if json:
        write_json({"resources": resources, "file": str(out)})
    else:
        say(f"导出了 {resources:,} 条资源：{out}")
