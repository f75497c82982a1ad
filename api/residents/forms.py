"""Forms that residents send."""

from typing import Final
from urllib.parse import parse_qsl

from fastapi import Request
from starlette.exceptions import HTTPException

_MEDIA_TYPE: Final = "application/x-www-form-urlencoded"
_MOST_BODY: Final = 64_000
"""Bytes; far more than any of our forms."""
_MOST_PAIRS: Final = 200

Form = dict[str, list[str]]


async def read_form(request: Request) -> Form:
    """The fields of a form by name, without white space around and without empty ones.

    Raises: HTTPException, 415 if it is no form and 413 if it is too large.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _MEDIA_TYPE:
        raise HTTPException(415)
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _MOST_BODY:
            raise HTTPException(413, headers={"Connection": "close"})
    try:
        pairs = parse_qsl(body.decode("utf-8", "replace"), max_num_fields=_MOST_PAIRS)
    except ValueError as error:
        raise HTTPException(413) from error
    form: Form = {}
    for name, value in pairs:
        if text := value.strip():
            form.setdefault(name, []).append(text)
    return form
