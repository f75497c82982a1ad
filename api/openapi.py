"""The OpenAPI document, kept true although requests are read and answers written by hand."""

from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from api.asking import RecommendBody
from api.problems import MEDIA_TYPE, Problem
from api.resource_bodies import BulkLine, ResourceBody, ResourcePatch
from api.security import describe_security

_REFERENCE: Final = "#/components/schemas/{model}"
_BY_HAND: Final = (Problem, RecommendBody, BulkLine, ResourceBody, ResourcePatch)
_REFUSALS: Final = {
    404: "There is no such resource, job or list",
    409: "Refused because of the present state",
    410: "The cursor is not of this catalogue, or of a state that it no longer has",
    412: "The state is not the one that If-Match or If-None-Match demands",
    413: "The body is too large",
    415: "The body is not labelled as what is read here",
    422: "A parameter or the body breaks a rule",
    503: "There is no index yet, it is damaged, or the database or the disk is out of order or busy; try again later",
}
_ANSWERS: Final = {
    200: "The answer",
    201: "It was created",
    202: "It is accepted, will be carried out whatever happens, and can be watched",
    204: "It is deleted",
    304: "What is known is still true",
}
_HEADERS: Final = {
    "ETag": {
        "description": "Of the resource as it is stored; the same for all who read it",
        "schema": {"type": "string"},
    },
    "X-Seq": {"description": "The number of the change", "schema": {"type": "integer"}},
    "Location": {"description": "Where to find it", "schema": {"type": "string"}},
}
_CONDITIONS: Final = {
    "If-Match": "ETags of which the stored resource must have one, or *",
    "If-None-Match": "ETags of which the stored resource may have none, or *",
}


def answers(
    model: type[BaseModel] | None, *refusals: int, status: int = 200, **more: Any
) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route: its answer, without a body where the model is None, and the problems by status."""
    problem = {"schema": {"$ref": _REFERENCE.format(model=Problem.__name__)}}
    body = {"model": model} if model else {}
    documented: dict[int | str, dict[str, Any]] = {status: {**body, "description": _ANSWERS[status], **more}}
    for refusal in refusals:
        documented[refusal] = {"description": _REFUSALS[refusal], "content": {MEDIA_TYPE: problem}}
    return documented


def headers(*names: str) -> dict[str, Any]:
    """What is said of the headers of an answer."""
    return {name: _HEADERS[name] for name in names}


def conditional(*names: str) -> dict[str, Any]:
    """The `openapi_extra` of a route that heeds these headers; If-Match and If-None-Match where none is named."""
    return {
        "parameters": [
            {
                "name": name,
                "in": "header",
                "required": False,
                "description": _CONDITIONS[name],
                "schema": {"type": "string"},
            }
            for name in names or _CONDITIONS
        ]
    }


def query_parameters(model: type[BaseModel]) -> dict[str, Any]:
    """The `openapi_extra` of a route whose query string is read into a model."""
    properties = model.model_json_schema()["properties"]
    return {"parameters": [_parameter(name, schema) for name, schema in properties.items()]}


def json_body(model: type[BaseModel], *types: str) -> dict[str, Any]:
    """The `openapi_extra` of a route whose body is what a model says, under any of the types."""
    schema = {"$ref": _REFERENCE.format(model=model.__name__)}
    content = {type: {"schema": schema} for type in types or ("application/json",)}
    return {"requestBody": {"required": True, "content": content}}


def install_openapi(app: FastAPI) -> None:
    """Has an app describe itself with the models that FastAPI does not know of."""

    def describe() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = get_openapi(title=app.title, version=app.version, summary=app.summary, routes=app.routes)
            modes = [(model, "validation") for model in _BY_HAND]
            _, schema = models_json_schema(modes, ref_template=_REFERENCE)  # type: ignore[arg-type]
            document.setdefault("components", {}).setdefault("schemas", {}).update(schema["$defs"])
            describe_security(app, document)
            app.openapi_schema = document
        return app.openapi_schema

    app.openapi = describe  # type: ignore[method-assign]


def _parameter(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    """One parameter; a query string has no null."""
    described = {key: schema[key] for key in ("description",) if key in schema}
    kinds = [kind for kind in schema.get("anyOf", []) if kind != {"type": "null"}]
    if len(kinds) == 1:
        schema = {**kinds[0], "title": schema["title"]}
    plain = {key: value for key, value in schema.items() if key not in ("description", "default")}
    if schema.get("default") not in (None, []):
        plain["default"] = schema["default"]
    return {"name": name, "in": "query", "required": False, **described, "schema": plain}
