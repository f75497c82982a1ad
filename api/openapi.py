"""The OpenAPI document, kept true although requests are read and answers written by hand."""

from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from api.asking import RecommendBody
from api.problems import MEDIA_TYPE, Problem
from api.security import describe_security

_REFERENCE: Final = "#/components/schemas/{model}"
_BY_HAND: Final = (Problem, RecommendBody)
_REFUSALS: Final = {
    404: "There is no such resource",
    413: "The body is larger than 1 MB",
    415: "The body is not labelled as JSON",
    422: "A parameter or the body breaks a rule",
    503: "There is no index yet, or it is damaged",
}


def answers(model: type[BaseModel], *refusals: int, **more: Any) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route: its answer, and the problems by status."""
    problem = {"schema": {"$ref": _REFERENCE.format(model=Problem.__name__)}}
    documented: dict[int | str, dict[str, Any]] = {200: {"model": model, "description": "The answer", **more}}
    for status in refusals:
        documented[status] = {"description": _REFUSALS[status], "content": {MEDIA_TYPE: problem}}
    return documented


def query_parameters(model: type[BaseModel]) -> dict[str, Any]:
    """The `openapi_extra` of a route whose query string is read into a model."""
    properties = model.model_json_schema()["properties"]
    return {"parameters": [_parameter(name, schema) for name, schema in properties.items()]}


def json_body(model: type[BaseModel]) -> dict[str, Any]:
    """The `openapi_extra` of a route whose body is read into a model."""
    schema = {"$ref": _REFERENCE.format(model=model.__name__)}
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


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
