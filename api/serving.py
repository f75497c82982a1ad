"""What a worker does: it answers requests until it is told to stop, and loses none."""

import asyncio
import signal
import socket
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Final

import uvicorn
from fastapi import FastAPI

from api.app import create_app
from api.listening import BACKLOG
from api.metrics import count_together
from api.newest import NewestSnapshot, warm_up
from api.protocol import HttpProtocol
from api.query_recording import QueryRecorder, recording
from api.settings import Settings

_LAST_REQUESTS: Final = 1.0
"""Seconds in which an open connection may bring one more request, whose answer closes it."""
_GRACE: Final = 5
"""Seconds that running requests are given then."""


def worker_app(settings: Settings, newest: NewestSnapshot, *, recorder: QueryRecorder | None) -> FastAPI:
    """The application of one worker, made in its own process."""
    return create_app(newest, help_line=settings.help_line, recorder=recorder)


def answer_requests(
    settings: Settings, newest: NewestSnapshot, bound: socket.socket, ready: Callable[[], None]
) -> None:
    """Answers what arrives at a listening socket until SIGTERM; a process that takes its place may share it.

    Args:
        newest: as the parent has loaded it.
        ready: called when requests are being answered.
    """
    count_together(settings.state)
    with recording(settings) as recorder:
        warm_up(newest())  # what belongs to a thread, such as Whoosh's open files, is no child's to inherit
        server = _Server(_configured(worker_app(settings, newest, recorder=recorder)), ready=ready)
        signal.signal(signal.SIGTERM, server.handle_exit)
        server.run(sockets=[bound])
        signal.signal(signal.SIGTERM, signal.SIG_IGN)


def _configured(app: FastAPI) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        loop="uvloop",
        http=HttpProtocol,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        backlog=BACKLOG,
        timeout_graceful_shutdown=_GRACE,
    )


class _Server(uvicorn.Server):
    """uvicorn's server, which lets connections end with an answer before it closes them."""

    def __init__(self, config: uvicorn.Config, *, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Takes none: the process has taken those that it heeds."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Goes on accepting for a moment; each answer says that its connection ends."""
        HttpProtocol.leaving = True
        for connection in self.server_state.connections:
            if isinstance(connection, HttpProtocol):
                connection.answer_last()
        until = time.monotonic() + _LAST_REQUESTS
        while self.server_state.connections and time.monotonic() < until:
            await asyncio.sleep(0.02)
        await super().shutdown(sockets=sockets)
