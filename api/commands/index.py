"""`xuejing index`: the full build of the index."""

import time

from api.commands.options import Json
from api.commands.terminal import Bars, say, write_json
from api.commands.workplace import open_workplace
from index.indexing import compile_index


def index(json: Json = False) -> None:
    """Compiles the whole index, also what already stands."""
    place = open_workplace()
    began = time.monotonic()
    with place.catalogue() as catalogue, Bars() as bars:
        directory = compile_index(catalogue, place.state, revision=place.revision, progress=bars, full=True)
        resources = catalogue.count()
    seconds = round(time.monotonic() - began, 1)
    if json:
        write_json({"base": directory.name, "resources": resources, "seconds": seconds})
    else:
        say(f"索引编好了：{resources:,} 条资源，用了 {seconds} 秒（{directory.name}）。")
