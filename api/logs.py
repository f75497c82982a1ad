"""Structured logs: one line per request with the route's template; never a path, a query or a body."""

import json
import logging
import re
import sys
import threading
import time
import traceback
from typing import Any, Final

import msgspec
import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.identifiers import new_identifier
from api.metrics import count_request
from api.problems import problem_response

_GIVEN_ID: Final = re.compile(rb"[A-Za-z0-9._-]{1,64}")
_UNKNOWN_ROUTE: Final = "-"
_encode: Final = msgspec.json.Encoder(enc_hook=repr).encode


def configure_logs(*, level: str, format: str) -> None:
    """Has every log of the process go to standard error, as JSON or readable on a terminal."""
    readable = format == "console" or (format == "auto" and sys.stderr.isatty())
    renderer: Any = structlog.dev.ConsoleRenderer() if readable else structlog.processors.JSONRenderer(serializer=_json)
    shared: list[Any] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    lowest = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(lowest),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(processor=renderer, foreign_pre_chain=shared))
    logging.basicConfig(handlers=[handler], level=max(lowest, logging.WARNING), force=True)


def _json(event: dict[str, Any], **_options: Any) -> str:
    """An event as JSON, whatever stands in it."""
    try:
        return msgspec.json.format(_encode(event), indent=0).decode()  # spaced as json.dumps does
    except UnicodeEncodeError:  # a file's name need not be Unicode
        return json.dumps(event, default=repr)


def log_threads() -> None:
    """Has an error that ends a thread go to the log, as one of a request does; else its message would be printed."""
    threading.excepthook = _thread_failed


def _thread_failed(failed: threading.ExceptHookArgs) -> None:
    error = failed.exc_value
    structlog.get_logger("process").error(
        "thread_failed",
        thread=failed.thread.name if failed.thread else "",
        error=failed.exc_type.__qualname__,
        stack=where(error) if error else "",
    )


class RequestLog:
    """Middleware: gives each request an id, writes its line in the log, and turns a bug into a 500 without internals.

    It also counts it, and answers HEAD as GET without the body.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._log = structlog.get_logger("http").bind()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        request_id = _request_id(scope)
        scope.setdefault("state", {})["request_id"] = request_id
        method, head = scope["method"], scope["method"] == "HEAD"
        inner = {**scope, "method": "GET"} if head else scope  # the server leaves out the body by its own
        status = 0

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (b"x-request-id", request_id.encode())]
            elif head:
                message = {**message, "body": b""}
            await send(message)

        try:
            await self._app(inner, receive, answer)
        except Exception as error:  # noqa: BLE001  # the last door: nothing of it may reach the client
            self._report(error, request_id)
            if not status:
                await problem_response(inner, status=500)(inner, receive, answer)
        finally:
            seconds = time.perf_counter() - started
            route = _template(inner)
            count_request(method, route, status, seconds)
            self._log.info(
                "request",
                method=method,
                route=route,
                status=status,
                ms=round(seconds * 1000, 2),
                request_id=request_id,
                **_caller(inner),
            )

    def _report(self, error: Exception, request_id: str) -> None:
        self._log.error("failed", error=type(error).__qualname__, stack=where(error), request_id=request_id)


def where(error: BaseException) -> str:
    """Where an error happened; not its message, which may hold what a resident typed."""
    return "".join(traceback.format_tb(error.__traceback__))


def _request_id(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"x-request-id" and _GIVEN_ID.fullmatch(value):
            return str(value, "ascii")
    return new_identifier()


def _caller(scope: Scope) -> dict[str, str]:
    """The public id of the key that was asked with."""
    key = scope["state"].get("key")
    return {"key": key.id} if key else {}


def _template(scope: Scope) -> str:
    return getattr(scope.get("route"), "path", _UNKNOWN_ROUTE)
