"""What a worker does: it answers requests until it is told to stop, and loses none."""

import asyncio
import signal
import socket
import sys
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager, suppress
from typing import Final

import uvicorn
from fastapi import FastAPI

from api.app import create_app
from api.collector import give_back, unobserved
from api.listening import BACKLOG
from api.logs import log_threads
from api.metrics import count_together
from api.newest import Inheritance, NewestSnapshot, warm_up
from api.protocol import HttpProtocol
from api.query_recording import recording
from api.request_limits import RequestLimits
from api.settings import Settings
from corpus.catalogue import Catalogue
from corpus.errors import XuejingError
from corpus.jobs import Jobs
from corpus.keys import KeyStore
from corpus.revision import Revision

_LAST_REQUESTS: Final = 1.0
"""Seconds in which an open connection may bring one more request, whose answer closes it."""
_GRACE: Final = 5
"""Seconds that running requests are given then."""


_SWITCH: Final = 0.0005
"""Seconds after which a thread that takes in changes lets the requests have the interpreter."""


@contextmanager
def worker_app(settings: Settings, revision: Revision, inheritance: Inheritance | None = None) -> Iterator[FastAPI]:
    """The application of one worker with all that it holds open, to be made in the worker's own process."""
    url = settings.catalogue_url
    with (
        closing(Catalogue.open(url)) as catalogue,
        closing(KeyStore.open(url)) as keys,
        recording(settings) as recorder,
    ):
        newest = NewestSnapshot(settings.state, revision=revision, catalogue=catalogue, inheritance=inheritance)
        with unobserved():
            warm_up(newest())
        give_back()
        app = create_app(
            newest,
            help_line=settings.help_line,
            recorder=recorder,
            keys=keys,
            open_reading=settings.open_reading,
            limits=RequestLimits.of(settings, workers=settings.workers),
            catalogue=catalogue,
            jobs=Jobs(settings.state / "jobs"),
        )
        app.middleware_stack = app.build_middleware_stack()  # not by the first request
        yield app


def answer_requests(
    settings: Settings,
    revision: Revision,
    inheritance: Inheritance,
    bound: socket.socket,
    ready: Callable[[], None],
) -> None:
    """Answers what arrives at a listening socket until SIGTERM; a process that takes its place may share it.

    Args:
        inheritance: the snapshot that the parent has opened, so that this process need not make one of its own.
        ready: called when requests are being answered.
    """
    count_together(settings.state)
    log_threads()
    sys.setswitchinterval(_SWITCH)
    with worker_app(settings, revision, inheritance) as app:
        # So that it takes in what changes even while nobody asks.
        server = _Server(_configured(app), ready=ready, look=app.state.newest)
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

    def __init__(self, config: uvicorn.Config, *, ready: Callable[[], None], look: Callable[[], object]) -> None:
        """
        Args:
            look: called ten times a second.
        """
        super().__init__(config)
        self._ready = ready
        self._look = look

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Takes none: the process has taken those that it heeds."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        self._ready()

    async def on_tick(self, counter: int) -> bool:
        with suppress(XuejingError):  # whoever asks next will be told
            self._look()
        return await super().on_tick(counter)

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
