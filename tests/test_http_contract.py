"""The OpenAPI document describes the service truthfully."""

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance
from starlette.testclient import TestClient
from written_service import Service, written_service

from api.access import HEADER
from api.app import create_app
from corpus.keys import KeyStore
from corpus.resource import Resource
from index.snapshot import Snapshot

RESOURCES = (
    Resource(id="0", kind="course", title="太极拳入门", tags=("养生",), price=10, rating=8.0, level="入门"),
    Resource(id="b:1", kind="book", title="活着", creators=("余华",), published="2012", format=("print", "ebook")),
    Resource(id="a/1", kind="activity", title="公益课", starts_at="2026-08-01T01:00:00Z", venue="图书馆", free=True),
)


@pytest.fixture(scope="module")
def app(snapshot_of: Callable[..., Snapshot]) -> Any:
    snapshot = snapshot_of(*RESOURCES)
    return create_app(lambda: snapshot)


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KeyStore]:
    with closing(KeyStore.open(f"sqlite:///{tmp_path_factory.mktemp('state')}/catalogue.db")) as keys:
        yield keys


@pytest.fixture(scope="module")
def secret(keys: KeyStore) -> str:
    """A key that opens everything."""
    return keys.create(["admin"], label="", now=1)[0]


@pytest.fixture(scope="module")
def closed_app(snapshot_of: Callable[..., Snapshot], keys: KeyStore) -> Any:
    snapshot = snapshot_of(*RESOURCES)
    return create_app(lambda: snapshot, keys=keys, open_reading=False)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, snapshot_of: Callable[..., Snapshot]) -> Iterator[Service]:
    """An application that is written to."""
    with written_service(tmp_path_factory.mktemp("state"), snapshot_of(*RESOURCES)) as service:
        service.catalogue.write(RESOURCES)
        yield service


@schemathesis.serializer("application/x-ndjson", "application/ndjson", "application/jsonl")
def lines(context: Any, value: Any) -> bytes:
    """A body of one line."""
    return json.dumps(value).encode()


def operations(app: Any) -> Iterator[Any]:
    for operation in schemathesis.openapi.from_asgi("/openapi.json", app).get_all_operations():
        yield operation.ok()


def operation_of(app: Any, path: str, method: str = "") -> Any:
    """The operation of a path; the first if there are several and no method is named."""
    return next(o for o in operations(app) if o.path == path and method in ("", o.method.upper()))


@pytest.mark.slow
@pytest.mark.parametrize(
    "path", ["/v1/search", "/v1/suggest", "/v1/recommend", "/v1/items/{id}/similar", "/v1/items/{id}", "/readyz"]
)
def test_every_answer_is_as_documented(app: Any, path: str) -> None:
    """Status, content type, headers and body; what the document allows is accepted."""
    operation = operation_of(app, path)

    @settings(max_examples=100, suppress_health_check=[*HealthCheck])
    @given(case=operation.as_strategy(), id=st.sampled_from([resource.id for resource in RESOURCES]))
    def ask(case: Any, id: str) -> None:
        case.call_and_validate()
        if "id" in case.path_parameters:
            case.path_parameters["id"] = id
            case.call_and_validate()

    ask()


@pytest.mark.slow
@pytest.mark.parametrize("path", ["/v1/search", "/v1/recommend", "/v1/items/{id}"])
def test_where_reading_is_closed_a_key_is_needed_as_documented(closed_app: Any, secret: str, path: str) -> None:
    """Without a key, with a wrong one (schemathesis tries both) and with a right one."""
    operation = operation_of(closed_app, path)

    @settings(max_examples=30, suppress_health_check=[*HealthCheck])
    @given(case=operation.as_strategy())
    def ask(case: Any) -> None:
        case.call_and_validate()
        case.call_and_validate(headers={HEADER: secret})

    ask()


@pytest.mark.slow
@pytest.mark.parametrize("mode", [*GenerationMode])
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", "/v1/items/{id}"),
        ("PATCH", "/v1/items/{id}"),
        ("DELETE", "/v1/items/{id}"),
        ("POST", "/v1/items/bulk"),
        ("GET", "/v1/jobs/{id}"),
        ("GET", "/v1/jobs/{id}/rows"),
        ("GET", "/v1/changes"),
    ],
)
def test_every_answer_to_a_writer_is_as_documented(service: Service, method: str, path: str, mode: Any) -> None:
    """Whatever comes; what the document cannot say, such as that a title is not blank, is refused as documented."""
    operation = operation_of(service.app, path, method)
    unsaid = [negative_data_rejection, positive_data_acceptance]
    key = {HEADER: service.client.headers[HEADER]}

    @settings(max_examples=100, suppress_health_check=[*HealthCheck])
    @given(case=operation.as_strategy(generation_mode=mode), id=st.sampled_from(["0", "b:1", "a/1"]))
    def ask(case: Any, id: str) -> None:
        case.call_and_validate(excluded_checks=unsaid, headers=key)
        if "id" in case.path_parameters:
            case.path_parameters["id"] = id
            case.call_and_validate(excluded_checks=unsaid, headers=key)

    ask()


@pytest.mark.slow
@pytest.mark.parametrize("path", ["/v1/search", "/v1/suggest", "/v1/recommend", "/v1/items/{id}/similar"])
def test_what_the_document_forbids_is_refused_or_understood(app: Any, path: str) -> None:
    operation = operation_of(app, path)

    @settings(max_examples=100, suppress_health_check=[*HealthCheck])
    @given(case=operation.as_strategy(generation_mode=GenerationMode.NEGATIVE))
    def ask(case: Any) -> None:
        case.call_and_validate(excluded_checks=[negative_data_rejection])

    ask()


def test_every_route_is_documented(app: Any) -> None:
    document = TestClient(app).get("/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    assert set(document["paths"]) == {
        "/v1/search",
        "/v1/suggest",
        "/v1/recommend",
        "/v1/lists/{name}",
        "/v1/items/{id}",
        "/v1/items/{id}/similar",
        "/v1/items/bulk",
        "/v1/jobs/{id}",
        "/v1/jobs/{id}/rows",
        "/v1/changes",
        "/livez",
        "/readyz",
        "/metrics",
        "/version",
    }
    for path, described in document["paths"].items():
        answer = "text/plain" if path == "/metrics" else "json"
        for operation in described.values():
            assert operation["summary"]
            for status, response in operation["responses"].items():
                if status in ("204", "304"):
                    assert "content" not in response
                else:
                    expected = answer if status.startswith("2") else "application/problem+json"
                    assert any(expected in label for label in response["content"])


def test_the_parameters_of_a_search_are_documented(app: Any) -> None:
    document = TestClient(app).get("/openapi.json").json()
    names = {parameter["name"] for parameter in document["paths"]["/v1/search"]["get"]["parameters"]}
    filters = "kind source subject provider platform audience level format language district venue free"
    others = "year_from year_to from to q sort group limit offset facets correct explain at"
    assert names == {*filters.split(), *others.split()}


def test_the_document_loads_nothing_from_outside(app: Any) -> None:
    client = TestClient(app)
    assert client.get("/docs").status_code == 404
    assert client.get("/redoc").status_code == 404
