"""`xuejing status`: how catalogue and index stand."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from api.commands.options import Json
from api.commands.search import KINDS
from api.commands.terminal import say, show, waiting, write_json
from api.commands.workplace import Workplace, open_workplace
from corpus.catalogue import Catalogue, Count
from corpus.errors import Unavailable
from index.base import verify_base
from index.indexing import is_current

Verify = Annotated[bool, typer.Option("--verify", help="读一遍索引的每个文件，核对校验和")]

_STATUSES = {"active": "", "hidden": "隐藏", "withdrawn": "撤下"}
_PARTS = {
    "catalogue": "catalogue.db*",
    "bases": "bases/*/*",
    "spellings": "spellings/*/*",
    "suggestions": "suggestions/*/*",
    "whoosh": "whoosh/*/*",
    "cache": "cache/**/*",
}


def status(verify: Verify = False, json: Json = False) -> None:
    """Says what the catalogue holds, and whether the index is whole and up to date."""
    place = open_workplace()
    with place.catalogue() as catalogue:
        counts = catalogue.counts()
        index = _index(place, catalogue, verify=verify)
        found = {
            "state": str(place.state.absolute()),
            "revision": place.revision.number,
            "seq": catalogue.seq(),
            "resources": catalogue.count(),
            "counts": [asdict(count) for count in counts],
            "index": index,
            "bytes": {name: _size(place.state, pattern) for name, pattern in _PARTS.items()},
        }
    if json:
        write_json(found)
    else:
        _show(found, counts)
    if index["damaged"] or (index["problem"] and index["problem"]["code"] != "no-index"):
        raise typer.Exit(1)


def _index(place: Workplace, catalogue: Catalogue, *, verify: bool) -> dict[str, Any]:
    try:
        snapshot = place.compiled_snapshot()
    except Unavailable as error:
        return {
            "release": None,
            "resources": 0,
            "current": False,
            "changes": 0,
            "damaged": [],
            "problem": _problem(error),
        }
    damaged = []
    if verify:
        with waiting("核对索引……"):
            damaged = verify_base(snapshot.base.directory)
    return {
        "release": snapshot.release,
        "resources": snapshot.resources,
        "current": is_current(catalogue, place.state, revision=place.revision),
        "changes": catalogue.seq() - snapshot.seq,
        "damaged": damaged,
        "problem": None,
    }


def _problem(error: Unavailable) -> dict[str, str]:
    return {"code": error.code, "message": error.message}


def _size(state: Path, pattern: str) -> int:
    return sum(path.stat().st_size for path in state.glob(pattern) if path.is_file())


def _show(found: dict[str, Any], counts: Sequence[Count]) -> None:
    if counts:
        table = Table()
        for heading in ("来源", "类别", "状态"):
            table.add_column(heading)
        table.add_column("条数", justify="right")
        for count in counts:
            shown = _STATUSES.get(count.status, count.status)
            table.add_row(count.source, KINDS.get(count.kind, count.kind), shown, f"{count.resources:,}")
        show(table)
    index = found["index"]
    show(f"状态目录：{found['state']}")
    show(f"目录：{found['resources']:,} 条资源，最后的修改是第 {found['seq']} 次")
    if index["problem"]:
        show(f"索引：{index['problem']['message']}")
    else:
        age = "是最新的" if index["current"] else f"编好以后又有 {index['changes']} 处改动，搜索已经看得到"
        show(f"索引：{index['resources']:,} 条资源，版本 {index['release']}，{age}")
    megabytes = {name: f"{size / 1e6:.1f} MB" for name, size in found["bytes"].items()}
    named = "目录 {catalogue}，索引 {bases}，纠错 {spellings}，输入提示 {suggestions}，短语索引 {whoosh}，缓存 {cache}"
    show("占用：" + named.format_map(megabytes))
    if index["damaged"]:
        say(f"索引损坏了：{'、'.join(index['damaged'])}。请运行 ./run index 重建。")
