"""What `/metrics` tells."""

from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from corpus.errors import Unavailable
from corpus.resource import Resource
from index.snapshot import Snapshot


@pytest.fixture
def client(snapshot_of: Callable[..., Snapshot]) -> TestClient:
    snapshot = snapshot_of(Resource(id="c:1", kind="course", title="书法入门"))
    return TestClient(create_app(lambda: snapshot))


def told(client: TestClient) -> dict[str, float]:
    """The value of each series."""
    answer = client.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=")
    lines = [line.rpartition(" ") for line in answer.text.splitlines() if not line.startswith("#")]
    return {series: float(value) for series, _, value in lines}


def test_requests_are_counted_by_route_and_status(client: TestClient) -> None:
    found = 'xuejing_requests_total{method="GET",route="/v1/search",status="2xx"}'
    refused = 'xuejing_requests_total{method="GET",route="/v1/search",status="4xx"}'
    timed = 'xuejing_request_seconds_count{route="/v1/search"}'
    before = told(client)
    client.get("/v1/search?q=书法")
    client.get("/v1/search?q=书法")
    client.get("/v1/search?limit=x")
    after = told(client)
    assert {series: after[series] - before.get(series, 0) for series in (found, refused, timed)} == {
        found: 2,
        refused: 1,
        timed: 3,
    }


def test_no_query_and_no_path_is_told(client: TestClient) -> None:
    client.get("/v1/search?q=余华")
    client.get("/v1/items/secret-id")
    client.get("/no/such/path")
    text = client.get("/metrics").text
    assert 'route="/v1/items/{id:path}"' in text
    assert not any(word in text for word in ("余华", "secret-id", "such"))


def test_the_state_of_the_index_is_told_where_there_is_one(client: TestClient) -> None:
    def nothing() -> Snapshot:
        raise Unavailable("还没有索引。", code="no-index")

    assert told(client)["xuejing_resources"] == 1
    assert told(client)["xuejing_base_seq"] == 1
    assert "xuejing_resources" not in told(TestClient(create_app(nothing)))
