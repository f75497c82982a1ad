"""One service per state directory and per port."""

import errno
import fcntl
import os
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Final

from api.causes import cause
from corpus.errors import Conflict, InvalidInput, XuejingError

BACKLOG: Final = 2048
"""Connections that may wait to be accepted."""
_DYING: Final = 1.0
"""Seconds in which the children of a killed service have ended; they hold its lock as long as they live."""


@contextmanager
def only_service(state: Path) -> Iterator[None]:
    """Holds the state directory's service lock, which the system takes back even after kill -9.

    Raises: Conflict if another service holds it.
    """
    with (state / "serve.lock").open("a+") as file:
        if not _locked(file):
            file.seek(0)
            number = file.read().strip() or "未知"
            message = f"状态目录 {state} 上已有一个服务在运行（进程号 {number}），一个目录只能运行一个。"
            raise Conflict(message, code="already-running")
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def is_served(state: Path) -> bool:
    """Whether a service runs on a state directory."""
    try:
        with (state / "serve.lock").open("r") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


def _locked(file: IO[str]) -> bool:
    """Whether a lock could be had."""
    until = time.monotonic() + _DYING
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > until:
                return False
            time.sleep(0.05)
        else:
            return True


@contextmanager
def listening(host: str, port: int, *, number: int) -> Iterator[list[socket.socket]]:
    """Several sockets that listen on one address: the system deals out new connections evenly among them.

    As long as they are open here, no connection is lost while one worker takes another's place.

    Raises: Conflict if the port is taken; InvalidInput if the address cannot be had.
    """
    with ExitStack() as opened:
        try:
            family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
            bound = [opened.enter_context(socket.socket(family, kind, protocol)) for _ in range(number)]
            for one in bound:
                one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            bound[0].bind(address)
            for one in bound:  # only now: the first must not join those of another service
                one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            for one in bound[1:]:
                one.bind(bound[0].getsockname())
            for one in bound:
                one.listen(BACKLOG)
        except OSError as error:
            raise _refusal(error, host, port) from error
        yield bound


def _refusal(error: OSError, host: str, port: int) -> XuejingError:
    if isinstance(error, socket.gaierror):
        return InvalidInput(f"没有“{host}”这个地址。", code="no-address")
    if error.errno == errno.EADDRINUSE:
        message = f"端口 {port} 已被别的程序占用，请换一个，例如 --port {port + 1}。"
        return Conflict(message, code="port-in-use")
    if error.errno == errno.EACCES:
        return InvalidInput(f"没有权限使用端口 {port}，请用 1024 以上的端口。", code="no-port")
    return InvalidInput(f"不能使用地址 {host}:{port}：{cause(error)}。", code="no-address")
