"""`xuejing serve`: the HTTP service."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from socket import AF_INET6, socket
from typing import Annotated

import typer

from api.child_process import Duty
from api.collector import unobserved
from api.commands.options import Json
from api.commands.terminal import Bars, say, show, write_json
from api.commands.workplace import Workplace, open_workplace
from api.indexer import SMALL, keep_indexed
from api.job_runner import carry_out_jobs
from api.listening import listening, only_service
from api.logs import configure_logs
from api.metrics import forget_counts
from api.moments import today
from api.newest import Inheritance, warm_up
from api.serving import answer_requests
from api.standing import standing_snapshot
from api.supervising import Supervisor
from corpus.catalogue import Catalogue
from corpus.demo import SOURCE as DEMO
from corpus.demo import load_demo, retire_demo
from corpus.errors import Unavailable
from index.indexing import compile_base, compile_index
from index.snapshot import Snapshot

Host = Annotated[str | None, typer.Option("--host", metavar="地址", help="在哪个地址上应答  [默认 127.0.0.1]")]
Port = Annotated[int | None, typer.Option("--port", metavar="端口", help="在哪个端口上应答  [默认 8000]")]
Workers = Annotated[
    int | None, typer.Option("--workers", metavar="个数", help="用几个进程应答  [默认 2，只有一个处理器时 1]")
]


def serve(host: Host = None, port: Port = None, workers: Workers = None, json: Json = False) -> None:
    """Answers HTTP requests until it is told to stop: a supervisor, its workers, one indexer, one for jobs."""
    place = open_workplace(host=host, port=port, workers=workers)
    settings, revision = place.settings, place.revision
    configure_logs(level=settings.log_level, format=settings.log_format)
    with (
        only_service(place.state),
        listening(settings.host, settings.port, number=settings.workers) as sockets,
    ):
        forget_counts(place.state)
        inheritance = Inheritance(_load(_prepare(place)))
        duties = [
            Duty(
                name=f"worker-{n}", work=partial(answer_requests, settings, revision, inheritance, bound), answers=True
            )
            for n, bound in enumerate(sockets, start=1)
        ]
        indexing = Duty(name="indexer", work=partial(keep_indexed, settings, revision), answers=False)
        jobs = Duty(name="jobs", work=partial(carry_out_jobs, settings, revision), answers=False)

        def ready() -> None:
            inheritance.take()
            _announce(sockets[0], json=json)

        Supervisor([*duties, indexing, jobs]).run(ready=ready)


def _prepare(place: Workplace) -> Snapshot:
    """Makes what must stand before the first answer, and of a small catalogue all; the indexer makes the rest."""
    with place.catalogue() as catalogue:
        small = catalogue.count() <= SMALL
        if small:
            _bring_demo(catalogue)
        stands = _standing(place, catalogue)
        if stands is not None and not small:
            return stands
        with Bars() as bars:
            compile_needed = compile_index if small else compile_base
            compile_needed(catalogue, place.state, revision=place.revision, progress=bars)
    return place.compiled_snapshot()


def _standing(place: Workplace, catalogue: Catalogue) -> Snapshot | None:
    """The index, if one stands that this program can answer from; says what is wrong with another."""
    try:
        with unobserved():
            return standing_snapshot(catalogue, place.state, place.revision)
    except Unavailable as error:
        if error.code != "no-index":
            say(error.message)
            say("正在重新编制索引……")
    return None


def _load(snapshot: Snapshot) -> Snapshot:
    """Loads what all workers share: modules, compiled kernels, the dictionary, the snapshot.

    A thread does so, for what belongs to a thread, such as open files of Whoosh, is not to be inherited.
    """
    with unobserved(), ThreadPoolExecutor(1) as pool:
        pool.submit(warm_up, snapshot).result()
    return snapshot


def _bring_demo(catalogue: Catalogue) -> None:
    """Puts the demo into a catalogue that never held anything; where it is alone, its dates move on with the days."""
    retire_demo(catalogue)
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
