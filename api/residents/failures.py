"""Errors as pages for people; programs and everything under /v1 keep their problems in JSON."""

from collections.abc import Awaitable, Callable
from typing import Final, cast

from fastapi import FastAPI, Request, Response
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.newest import snapshot_of
from api.problems import TooManyRequests, status_of
from api.residents.pages import page
from corpus.errors import InvalidInput, XuejingError
from index.snapshot import Snapshot

_Handler = Callable[[Request, Exception], Awaitable[Response]]

_INTERFACE: Final = "/v1/"
_HEADINGS: Final = {
    404: "没有找到这一页",
    422: "这样查不了",
    429: "请稍等一下",
    500: "出了点问题",
    503: "还在准备",
}
_ADVICE: Final = {
    404: "它可能已经撤下，或者地址写错了。您可以在上面重新搜一搜。",
    422: "请改一改，再试一次。",
    429: "刚才从这里来的请求太多了。请过一会儿再试。",
    500: "不是您的错，是我们这边出了问题。请过一会儿再试。",
    503: "服务正在准备内容，请过一会儿再来。",
}
_OTHER: Final = ("这一步没有成功", "请回到首页，再试一次。")


def install_failures(app: FastAPI) -> None:
    """Has an app that answers errors with problems answer browsers with pages instead."""
    for kind in (XuejingError, HTTPException):
        app.add_exception_handler(kind, _for_people(cast(_Handler, app.exception_handlers[kind])))
    app.add_middleware(FailurePage)


class FailurePage:
    """Middleware: a bug reaches a resident as a page, and goes on to the log."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def answer(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, receive, answer)
        except Exception:
            if scope["type"] == "http" and not started and _wants_page(request := Request(scope)):
                await failure_page(request, status=500)(scope, receive, send)
            raise


def failure_page(request: Request, *, status: int, detail: str = "") -> Response:
    """What went wrong in plain words, and where to go from here."""
    return page(
        request,
        "failure.html",
        snapshot=None if status == 500 else snapshot_or_none(request),  # whatever broke may break again
        status=status,
        heading=_HEADINGS.get(status, _OTHER[0]),
        advice=_ADVICE.get(status, _OTHER[1]),
        detail=detail,
    )


def _for_people(otherwise: _Handler) -> _Handler:
    async def handle(request: Request, error: Exception) -> Response:
        if not _wants_page(request):
            return await otherwise(request, error)
        answer = failure_page(request, status=_status(error), detail=_detail(error))
        if isinstance(error, TooManyRequests):
            answer.headers["Retry-After"] = str(error.retry_after)
        return answer

    return handle


def _wants_page(request: Request) -> bool:
    accepts = request.headers.get("accept", "")
    return "text/html" in accepts and not request.scope["path"].startswith(_INTERFACE)


def _status(error: Exception) -> int:
    if isinstance(error, HTTPException):
        return error.status_code
    return status_of(error) if isinstance(error, XuejingError) else 500


def _detail(error: Exception) -> str:
    """Our own words, where they are meant for residents; what to run is for the operator."""
    return error.message if isinstance(error, InvalidInput) else ""


def snapshot_or_none(request: Request) -> Snapshot | None:
    """The snapshot for a request; None while there is no index."""
    try:
        return snapshot_of(request)
    except XuejingError:
        return None
