"""Errors as answers: RFC 9457 problem details, in one place."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final, cast

from fastapi import FastAPI, Request, Response
from fastapi.routing import iter_route_contexts
from pydantic import BaseModel, ConfigDict
from starlette.exceptions import HTTPException
from starlette.routing import Route

from api.complaints import Complaint, summary
from corpus.errors import Conflict, InvalidInput, NotFound, Refused, Unavailable, XuejingError

MEDIA_TYPE: Final = "application/problem+json"
_HEADERS: Final = {401: {"WWW-Authenticate": "ApiKey"}, 413: {"Connection": "close"}, 503: {"Retry-After": "5"}}
_CODES: Final = {
    400: "invalid-request",
    401: "key-required",
    403: "wrong-scope",
    404: "not-found",
    405: "method-not-allowed",
    413: "body-too-large",
    415: "unsupported-media-type",
    422: "invalid-request",
    429: "too-many-requests",
    500: "internal-error",
    503: "unavailable",
}
_DETAILS: Final = {
    404: "没有这个地址，请对照接口文档检查。",
    405: "这个地址不支持这种请求方法。",
    413: "请求体太大了，最多 1 MB。",
    500: "服务内部出了错，请稍后再试；仍不行时，请把 request_id 告诉管理员。",
}
_TITLES: Final = {
    "invalid-request": "请求无效",
    "invalid-filter": "筛选条件无效",
    "invalid-input": "请求无效",
    "not-found": "没有找到",
    "method-not-allowed": "请求方法不对",
    "conflict": "与现状冲突",
    "precondition-failed": "已被改动",
    "cursor-expired": "位置已失效",
    "foreign-id": "编号属于别的来源",
    "unfinished": "还没做完",
    "key-required": "需要密钥",
    "key-invalid": "密钥无效",
    "wrong-scope": "权限不够",
    "body-too-large": "请求体太大",
    "unsupported-media-type": "请求体的类型不对",
    "too-many-requests": "请求太多",
    "internal-error": "服务内部出错",
    "unavailable": "暂时不可用",
    "no-index": "还没有索引",
    "database-unavailable": "资源库暂时不可用",
    "damaged-database": "资源库损坏",
    "storage-unavailable": "磁盘暂时不可用",
    "too-many-jobs": "任务太多",
    "no-catalogue": "这里不能写入",
    "damaged-index": "索引损坏",
}


class ProblemError(BaseModel):
    """One thing wrong."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    pointer: str
    """Where in the body or among the parameters, a JSON Pointer."""
    message: str
    """In Chinese."""


class Problem(BaseModel):
    """Why there is no answer (RFC 9457)."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    type: str
    """Stable, for programs: /problems/<code>."""
    title: str
    """In Chinese, as is `detail`."""
    status: int
    detail: str
    instance: str
    """The path asked for."""
    request_id: str
    errors: list[ProblemError] = []


class InvalidRequest(InvalidInput):
    """Parameters or a body that break a rule."""

    def __init__(self, found: Sequence[Complaint]) -> None:
        in_filter = all(complaint.pointer.startswith("/filter/") for complaint in found)
        super().__init__(summary(found), code="invalid-filter" if in_filter else "invalid-request")
        self.complaints = found


class UnsupportedMediaType(InvalidInput):
    code = "unsupported-media-type"


class BodyTooLarge(InvalidInput):
    code = "body-too-large"


class PreconditionFailed(Conflict):
    """The state is not the one that If-Match or If-None-Match demands."""

    code = "precondition-failed"


class CursorExpired(Conflict):
    """A cursor of another catalogue, or of a later state than the present one."""

    code = "cursor-expired"


class KeyRequired(Refused):
    code = "key-required"


class KeyInvalid(KeyRequired):
    """One was given, but it opens nothing."""

    code = "key-invalid"


class WrongScope(Refused):
    code = "wrong-scope"


class TooManyRequests(Refused):
    """More than a limit allows; in `retry_after` seconds there is room again."""

    code = "too-many-requests"

    def __init__(self, message: str, *, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


_STATUS: Final[Mapping[type[XuejingError], int]] = {
    UnsupportedMediaType: 415,
    BodyTooLarge: 413,
    PreconditionFailed: 412,
    CursorExpired: 410,
    InvalidInput: 422,
    NotFound: 404,
    Conflict: 409,
    KeyRequired: 401,
    WrongScope: 403,
    TooManyRequests: 429,
    Unavailable: 503,
}
"""The first that an error is an instance of."""


def install_problems(app: FastAPI) -> None:
    """Has an app answer every error with a problem."""
    app.add_exception_handler(XuejingError, _on_error)
    app.add_exception_handler(HTTPException, _on_http_error)


def status_of(error: XuejingError) -> int:
    """The HTTP status of an error."""
    return next((status for kind, status in _STATUS.items() if isinstance(error, kind)), 500)


def problem_response(
    scope: Mapping[str, Any], *, status: int, code: str = "", detail: str = "", errors: Sequence[Complaint] = ()
) -> Response:
    """The answer to a request that failed."""
    request_id = scope.get("state", {}).get("request_id", "")
    body = problem_body(
        status=status, code=code, detail=detail, instance=scope["path"], request_id=request_id, errors=errors
    )
    return Response(body, status_code=status, media_type=MEDIA_TYPE, headers=_HEADERS.get(status))


def problem_body(
    *,
    status: int,
    instance: str,
    request_id: str,
    code: str = "",
    detail: str = "",
    errors: Sequence[Complaint] = (),
) -> bytes:
    """A problem as JSON; code and detail are those of the status unless given."""
    code = code or _CODES.get(status, "error")
    problem: dict[str, Any] = {
        "type": f"/problems/{code}",
        "title": _TITLES.get(code, "请求没有成功"),
        "status": status,
        "detail": detail or _DETAILS.get(status, "请求没有成功。"),
        "instance": instance,
        "request_id": request_id,
    }
    if errors:
        problem["errors"] = [asdict(error) for error in errors]
    return json.dumps(problem, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


async def _on_error(request: Request, error: Exception) -> Response:
    error = cast(XuejingError, error)
    errors = getattr(error, "complaints", ())
    if not errors and error.place:
        errors = [Complaint(pointer="/" + error.place, message=error.message)]
    response = problem_response(
        request.scope, status=status_of(error), code=error.code, detail=error.message, errors=errors
    )
    if isinstance(error, TooManyRequests):
        response.headers["Retry-After"] = str(error.retry_after)
    return response


async def _on_http_error(request: Request, error: Exception) -> Response:
    error = cast(HTTPException, error)
    response = problem_response(request.scope, status=error.status_code)
    response.headers.update(error.headers or {})
    if error.status_code == 405:
        response.headers["Allow"] = ", ".join(sorted(_allowed(request)))
    return response


def _allowed(request: Request) -> set[str]:
    """The methods of an address, of all its routes; the framework tells those of the first."""
    routes = [context.original_route for context in iter_route_contexts(request.app.routes)]
    return {
        method
        for route in routes
        if isinstance(route, Route) and route.path_regex.match(request.scope["path"])
        for method in route.methods or ()
    }
