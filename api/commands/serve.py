"""`xuejing serve`: the HTTP service."""

from socket import AF_INET6, socket
from typing import Annotated

import typer

from api.app import create_app
from api.commands.options import Json
from api.commands.terminal import Bars, say, show, write_json
from api.commands.workplace import Workplace, open_workplace
from api.job_runner import writable
from api.listening import bind, only_service, serve_app
from api.logs import configure_logs
from api.moments import today
from api.newest import NewestSnapshot, warm_up
from api.query_recording import recording
from api.request_limits import RequestLimits
from corpus.catalogue import Catalogue
from corpus.demo import SOURCE as DEMO
from corpus.demo import load_demo
from index.indexing import compile_index

Host = Annotated[str | None, typer.Option("--host", metavar="地址", help="在哪个地址上应答  [默认 127.0.0.1]")]
Port = Annotated[int | None, typer.Option("--port", metavar="端口", help="在哪个端口上应答  [默认 8000]")]


def serve(host: Host = None, port: Port = None, json: Json = False) -> None:
    """Answers HTTP requests until it is told to stop."""
    place = open_workplace(host=host, port=port)
    settings = place.settings
    configure_logs(level=settings.log_level, format=settings.log_format)
    with only_service(place.state), bind(settings.host, settings.port) as bound:
        _prepare(place)
        with (
            recording(settings) as recorder,
            place.keys() as keys,
            writable(place.state, settings.catalogue_url, subjects=place.revision.subject_of) as (catalogue, jobs),
        ):
            newest = NewestSnapshot(place.state, revision=place.revision, catalogue=catalogue)
            warm_up(newest())
            app = create_app(
                newest,
                help_line=settings.help_line,
                recorder=recorder,
                keys=keys,
                open_reading=settings.open_reading,
                limits=RequestLimits.of(settings),
                catalogue=catalogue,
                jobs=jobs,
            )
            serve_app(app, bound, ready=lambda: _announce(bound, json=json))


def _prepare(place: Workplace) -> None:
    """Brings the index up to date, whatever a kill or an import without an index left behind."""
    with place.catalogue() as catalogue:
        _bring_demo(catalogue)
        with Bars() as bars:
            compile_index(catalogue, place.state, revision=place.revision, progress=bars)


def _bring_demo(catalogue: Catalogue) -> None:
    """Puts the demo into a catalogue that never held anything; where it is alone, its dates move on with the days."""
    if any(count.source != DEMO for count in catalogue.counts()) or (catalogue.seq() and not catalogue.count()):
        return
    if not catalogue.count():
        say("目录还是空的，先装入一批示例资源。导入自己的资源后，示例会自动撤下：./run import 文件")
    load_demo(catalogue, today())


def _announce(bound: socket, *, json: bool) -> None:
    host, port = bound.getsockname()[:2]
    url = f"http://[{host}]:{port}" if bound.family == AF_INET6 else f"http://{host}:{port}"
    if json:
        write_json({"url": url})
        return
    show(f"学径已启动：{url}")
    show(f"在浏览器里打开它就能用；接口说明在 {url}/openapi.json。按 Ctrl-C 停止。")
