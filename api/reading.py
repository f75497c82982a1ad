"""Requests read into what can be asked; whatever is wrong with them is said in Chinese."""

from typing import Any, Final, TypeVar
from urllib.parse import parse_qsl

from fastapi import Request
from pydantic import BaseModel, ValidationError
from starlette.exceptions import HTTPException

from api.asking import FilterFields, SearchParameters
from api.complaints import Complaint, complaints, pointer
from api.problems import InvalidRequest, UnsupportedMediaType
from corpus.exchange import parse_line

Asked = TypeVar("Asked", bound=BaseModel)

JSON: Final = "application/json"
PATCH: Final = "application/merge-patch+json"
LINES: Final = ("application/x-ndjson", "application/ndjson", "application/jsonl")
EMPTY: Final = "请求体是空的，应是一个 JSON 对象"
_NAMES: Final = {JSON: "JSON", PATCH: "JSON", LINES[0]: "一行一个 JSON 对象（JSON Lines）"}

MOST_BODY: Final = 1_000_000
"""Bytes; larger than any honest body."""
_MOST_PAIRS: Final = 1000


def read_parameters(model: type[Asked], request: Request) -> Asked:
    """The parameters of a query string, raw or percent-encoded UTF-8.

    Raises: InvalidRequest.
    """
    text = request.scope["query_string"].decode("utf-8", "replace")
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=_MOST_PAIRS)
    except ValueError as error:
        raise InvalidRequest([Complaint(pointer="", message="参数太多")]) from error
    repeatable = _repeatable(model)
    given: dict[str, str | list[str]] = {}
    for name, value in pairs:
        if name in repeatable:
            given.setdefault(name, []).append(value)  # type: ignore[union-attr]
        elif name in given:
            raise InvalidRequest([Complaint(pointer=pointer([name]), message="只能给一次")])
        else:
            given[name] = value
    try:
        return model.model_validate(given)
    except ValidationError as error:
        raise InvalidRequest(complaints([_placed(model, detail) for detail in error.errors()])) from error


async def read_body(model: type[Asked], request: Request) -> Asked:
    """The JSON body of a request.

    Raises: UnsupportedMediaType if it is not labelled as JSON; HTTPException (413) if it is too large; InvalidRequest.
    """
    body = await _labelled(request, JSON)
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        raise InvalidRequest(complaints(error.errors())) from error


async def read_record(request: Request, *types: str) -> dict[str, Any]:
    """The body of a request as a row of an import is read: a JSON object that nobody has checked.

    Raises: as `read_body` does.
    """
    line = parse_line(0, await _labelled(request, *types))
    if line.record is None:
        assert line.problem
        raise InvalidRequest([Complaint(pointer="", message=line.problem.message)])
    return line.record


def check_label(request: Request, *types: str) -> None:
    """Raises: UnsupportedMediaType unless the body is labelled as one of the types, and not compressed."""
    label = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if label not in types:
        raise UnsupportedMediaType(f"请求体应是 {_NAMES[types[0]]}，请写明 Content-Type: {types[0]}。")
    if request.headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise UnsupportedMediaType("请求体不要压缩。")


async def _labelled(request: Request, *types: str) -> bytes:
    check_label(request, *types)
    body = await _bytes(request)
    if not body.strip():
        raise InvalidRequest([Complaint(pointer="", message=EMPTY)])
    return body


async def _bytes(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BODY:
            raise HTTPException(413, headers={"Connection": "close"})
    return bytes(body)


def _placed(model: type[BaseModel], detail: Any) -> dict[str, Any]:
    """An error detail with filters, and what would have to be one, where a body has them: in `filter`."""
    name = str(detail["loc"][0])
    own = not issubclass(model, FilterFields) or (
        name in SearchParameters.model_fields and name not in FilterFields.model_fields
    )
    return {**detail, "loc": detail["loc"] if own else ("filter", *detail["loc"])}


_known: dict[type[BaseModel], frozenset[str]] = {}


def _repeatable(model: type[BaseModel]) -> frozenset[str]:
    if model not in _known:
        fields = model.model_fields.items()
        _known[model] = frozenset(f.alias or name for name, f in fields if f.get_default() == ())
    return _known[model]
