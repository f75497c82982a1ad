"""Errors as answers: RFC 9457 problem details, in one place."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final, cast

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict
from starlette.exceptions import HTTPException

from api.complaints import Complaint, complaints, summary
from corpus.errors import Conflict, InvalidInput, NotFound, Unavailable, XuejingError

MEDIA_TYPE: Final = "application/problem+json"
_RETRY_AFTER: Final = "5"
"""Seconds."""

_STATUS: Final[Mapping[type[XuejingError], int]] = {InvalidInput: 422, NotFound: 404, Conflict: 409, Unavailable: 503}
_CODES: Final = {
    400: "invalid-request",
    404: "not-found",
    405: "method-not-allowed",
    413: "body-too-large",
    415: "unsupported-media-type",
    422: "invalid-request",
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
    "body-too-large": "请求体太大",
    "unsupported-media-type": "请求体的类型不对",
    "internal-error": "服务内部出错",
    "unavailable": "暂时不可用",
    "no-index": "还没有索引",
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


def install_problems(app: FastAPI) -> None:
    """Has an app answer every error with a problem."""
    app.add_exception_handler(XuejingError, _on_error)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(HTTPException, _on_http_error)


def problem_response(
    scope: Mapping[str, Any], *, status: int, code: str = "", detail: str = "", errors: Sequence[Complaint] = ()
) -> Response:
    """The answer to a request that failed."""
    request_id = scope.get("state", {}).get("request_id", "")
    body = problem_body(
        status=status, code=code, detail=detail, instance=scope["path"], request_id=request_id, errors=errors
    )
    headers = {"Retry-After": _RETRY_AFTER} if status == 503 else None
    return Response(body, status_code=status, media_type=MEDIA_TYPE, headers=headers)


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
    status = next((status for kind, status in _STATUS.items() if isinstance(error, kind)), 500)
    if isinstance(error, UnsupportedMediaType):
        status = 415
    errors = getattr(error, "complaints", ())
    if not errors and error.place:
        errors = [Complaint(pointer="/" + error.place, message=error.message)]
    return problem_response(request.scope, status=status, code=error.code, detail=error.message, errors=errors)


async def _on_invalid(request: Request, error: Exception) -> Response:
    details = [{**detail, "loc": detail["loc"][1:]} for detail in cast(RequestValidationError, error).errors()]
    return await _on_error(request, InvalidRequest(complaints(details)))


async def _on_http_error(request: Request, error: Exception) -> Response:
    error = cast(HTTPException, error)
    response = problem_response(request.scope, status=error.status_code)
    response.headers.update(error.headers or {})
    return response
