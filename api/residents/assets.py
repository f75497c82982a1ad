"""GET /static/{name}: style, scripts and pictures that come with the pages; addressed by what they hold."""

import hashlib
from dataclasses import dataclass
from importlib.resources import files
from typing import Final

from fastapi import APIRouter, Request, Response

from corpus.errors import NotFound

router = APIRouter(include_in_schema=False)

PATH: Final = "/static"
_MEDIA_TYPES: Final = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
_FOREVER: Final = "public, max-age=31536000, immutable"
_ASK_AGAIN: Final = "no-cache"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """A file of the package."""

    body: bytes
    media_type: str
    version: str
    """Of what it holds."""


def _read() -> dict[str, Asset]:
    assets = {}
    for file in (files(__package__) / "static").iterdir():
        media_type = _MEDIA_TYPES.get(file.name.rpartition(".")[2])
        if media_type:
            body = file.read_bytes()
            version = hashlib.sha256(body).hexdigest()[:12]
            assets[file.name] = Asset(body=body, media_type=media_type, version=version)
    return assets


_ASSETS: Final = _read()


def asset_address(name: str) -> str:
    """The address of a file, another one whenever it changes."""
    return f"{PATH}/{name}?v={_ASSETS[name].version}"


@router.get(PATH + "/{name}")
async def static_file(name: str, request: Request) -> Response:
    """A file, to be kept for a year where it was asked for by its version."""
    asset = _ASSETS.get(name)
    if asset is None:
        raise NotFound("没有这个文件。")
    tag = f'"{asset.version}"'
    exact = request.query_params.get("v") == asset.version
    headers = {
        "Cache-Control": _FOREVER if exact else _ASK_AGAIN,
        "ETag": tag,
        "X-Content-Type-Options": "nosniff",
    }
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    return Response(asset.body, media_type=asset.media_type, headers=headers)
