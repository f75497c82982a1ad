"""A request's route is found as FastAPI finds it, and called with what it wants."""

import threading
from typing import Any

import pytest
from fastapi import APIRouter, Depends, Request, Response
from fastapi.routing import iter_route_contexts
from hypothesis import given
from hypothesis import strategies as st
from starlette.exceptions import HTTPException
from starlette.routing import Match
from starlette.testclient import TestClient

from api.access import require
from api.app import create_app
from api.dispatching import Application, Dispatcher
from api.problems import install_problems
from corpus.errors import Conflict
from index.snapshot import Snapshot

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
PARTS = (
    "v1",
    "items",
    "bulk",
    "similar",
    "search",
    "lists",
    "new",
    "jobs",
    "rows",
    "view",
    "static",
    "a b",
    "太极",
    "",
)


def no_snapshot() -> Snapshot:
    raise AssertionError


APP = create_app(no_snapshot)
ROUTES = [context.original_route for context in iter_route_contexts(APP.routes)]


DISPATCHER = Dispatcher(APP)


def nothing() -> Response:
    return Response()


def as_fastapi_finds_it(method: str, path: str) -> Any:
    """The first route that matches and its parameters, or the status where none does."""
    scope = {"type": "http", "method": method, "path": path}
    found = [(route, *route.matches(scope)) for route in ROUTES]
    for route, match, inner in found:
        if match == Match.FULL:
            return route.path, route.methods, inner["path_params"]
    return 405 if any(match == Match.PARTIAL for _, match, _ in found) else 404


def found(dispatcher: Dispatcher, method: str, path: str) -> Any:
    try:
        door, parameters = dispatcher.find(method, path)
    except HTTPException as error:
        return error.status_code
    return door.path, door.methods, parameters


@given(st.sampled_from(METHODS), st.lists(st.sampled_from(PARTS), max_size=6))
def test_a_route_is_found_as_fastapi_finds_it(method: str, parts: list[str]) -> None:
    path = "/" + "/".join(parts)
    assert found(DISPATCHER, method, path) == as_fastapi_finds_it(method, path)


@pytest.fixture
def client() -> TestClient:
    app, more = Application(), APIRouter()
    install_problems(app)

    @more.get("/things/{id:path}")
    async def thing(id: str, request: Request) -> Response:
        return Response(f"{id} {request.query_params.get('x')}")

    @more.get("/things/known")
    def known() -> Response:
        return Response(threading.current_thread().name)

    @more.get("/broken")
    async def broken() -> Response:
        raise Conflict("有别人在改。")

    @more.get("/bug")
    async def bug() -> Response:
        raise ZeroDivisionError

    app.include_router(more)
    return TestClient(app)


def test_a_function_gets_the_request_and_the_parameters_of_its_path(client: TestClient) -> None:
    assert client.get("/things/a/%E5%A4%AA?x=1").text == "a/太 1"


def test_an_exact_path_comes_first_and_what_does_not_wait_runs_on_a_thread(client: TestClient) -> None:
    assert client.get("/things/known").text != threading.current_thread().name


def test_an_error_is_answered_by_its_handler_and_a_bug_by_none(client: TestClient) -> None:
    assert client.get("/broken").status_code == 409
    with pytest.raises(ZeroDivisionError):
        client.get("/bug")


def test_a_function_that_wants_more_is_refused_at_the_start() -> None:
    app = Application()

    @app.get("/things/{id}")
    async def thing(id: str, request: Request, count: int = 0) -> Response:
        return Response(f"{id} {count}")

    with pytest.raises(TypeError, match="its request"):
        app.build_middleware_stack()


def test_a_dependency_that_nobody_would_ask_is_refused_at_the_start() -> None:
    app = Application(dependencies=[Depends(lambda: None)])
    app.get("/things")(nothing)
    with pytest.raises(TypeError, match="nothing else"):
        app.build_middleware_stack()


@pytest.mark.parametrize("place", ["route", "router", "app"])
def test_what_is_required_anywhere_is_required(place: str) -> None:
    key = [require("catalog")]
    app = Application(dependencies=key if place == "app" else [])
    install_problems(app)
    more = APIRouter(prefix="/more", dependencies=key if place == "router" else [])
    more.get("/things", dependencies=key if place == "route" else [])(nothing)
    app.include_router(more)
    assert TestClient(app).get("/more/things").status_code == 401
