"""One service per state directory and per port, and its orderly end."""

import errno
import fcntl
import os
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import uvicorn
from starlette.types import ASGIApp

from api.causes import cause
from api.protocol import HttpProtocol
from corpus.errors import Conflict, InvalidInput

_GRACE: Final = 8
"""Seconds that running requests are given; the process ends within 10."""
_BACKLOG: Final = 2048


@contextmanager
def only_service(state: Path) -> Iterator[None]:
    """Holds the state directory's service lock, which the system takes back even after kill -9.

    Raises: Conflict if another service holds it.
    """
    with (state / "serve.lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            number = file.read().strip() or "未知"
            message = f"状态目录 {state} 上已有一个服务在运行（进程号 {number}），一个目录只能运行一个。"
            raise Conflict(message, code="already-running") from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def bind(host: str, port: int) -> socket.socket:
    """A socket bound to an address, not listening yet.

    Raises: Conflict if the port is taken; InvalidInput if the address cannot be had.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        bound = socket.socket(family, kind, protocol)
        try:
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            bound.bind(address)
            bound.listen(_BACKLOG)
        except OSError:
            bound.close()
            raise
    except socket.gaierror as error:
        raise InvalidInput(f"没有“{host}”这个地址。", code="no-address") from error
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            message = f"端口 {port} 已被别的程序占用，请换一个，例如 --port {port + 1}。"
            raise Conflict(message, code="port-in-use") from error
        if error.errno == errno.EACCES:
            raise InvalidInput(f"没有权限使用端口 {port}，请用 1024 以上的端口。", code="no-port") from error
        raise InvalidInput(f"不能使用地址 {host}:{port}：{cause(error)}。", code="no-address") from error
    return bound


def serve_app(app: ASGIApp, bound: socket.socket, *, ready: Callable[[], None]) -> None:
    """Answers requests until SIGTERM or SIGINT; those that run are finished first.

    Args:
        ready: called as soon as requests and signals will be heeded.
    """
    config = uvicorn.Config(
        app,
        loop="uvloop",
        http=HttpProtocol,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        backlog=_BACKLOG,
        timeout_graceful_shutdown=_GRACE,
    )
    server = uvicorn.Server(config)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, server.handle_exit)  # uvicorn raises it again at the end, when it means nothing more
    ready()
    server.run(sockets=[bound])
