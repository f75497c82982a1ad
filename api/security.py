"""What the OpenAPI document says of keys and limits, read off the routes."""

from collections.abc import Iterator
from typing import Any, Final

from fastapi import FastAPI
from fastapi.routing import RouteContext, iter_route_contexts

from api.access import HEADER, Requirement, requirements_of
from api.problems import MEDIA_TYPE, Problem

_SCHEME: Final = "key"
_PROBLEM: Final = {MEDIA_TYPE: {"schema": {"$ref": f"#/components/schemas/{Problem.__name__}"}}}
_RETRY_AFTER: Final = {"description": "Seconds until there is room again", "schema": {"type": "integer", "minimum": 1}}
_UNCHECKED: Final = "The key is unknown, revoked or expired"
_NEEDED: Final = "There is no key, or it is unknown, revoked or expired"
_TOO_OFTEN: Final = {
    "description": "Too many requests with this key or from this address",
    "headers": {"Retry-After": _RETRY_AFTER},
    "content": _PROBLEM,
}


def describe_security(app: FastAPI, document: dict[str, Any]) -> None:
    """Adds to each operation the key and the scope that it needs, and how it refuses."""
    document["components"]["securitySchemes"] = {
        _SCHEME: {"type": "apiKey", "in": "header", "name": HEADER, "description": "xuejing key create"}
    }
    for route, requirement in _guarded(app):
        optional = requirement.reading and app.state.open_reading
        for method in route.methods or ():
            operation = document["paths"][route.path_format][method.lower()]
            needed = [{_SCHEME: [requirement.scope]}]
            operation["security"] = [{}, *needed] if optional else needed
            operation["responses"] |= _refusals(requirement, optional=optional)


def _guarded(app: FastAPI) -> Iterator[tuple[RouteContext, Requirement]]:
    for route in iter_route_contexts(app.routes):
        if route.include_in_schema:
            yield from ((route, requirement) for requirement in requirements_of(route))


def _refusals(requirement: Requirement, *, optional: bool) -> dict[str, Any]:
    refusals: dict[str, Any] = {"401": _refusal(_UNCHECKED if optional else _NEEDED), "429": _TOO_OFTEN}
    if not optional:
        refusals["403"] = _refusal(f"The key lacks the scope {requirement.scope}")
    return refusals


def _refusal(description: str) -> dict[str, Any]:
    return {"description": description, "content": _PROBLEM}
