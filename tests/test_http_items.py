"""GET /v1/items/{id} and the health routes through the front door."""

from collections.abc import Callable
from dataclasses import fields
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient

from api.answers import PublicResource
from api.app import create_app
from corpus.errors import Unavailable
from corpus.resource import Resource
from index.snapshot import Snapshot

RESOURCES = (
    Resource(
        id="b:1",
        kind="book",
        title="活着",
        subtitle="珍藏版",
        creators=("余华",),
        provider="作家出版社",
        isbn="9787506365437",
        published="2012",
        subjects=("文学",),
        rating=9.4,
        price=20.0,
    ),
    Resource(id="csdiy:Web开发/CS142", kind="course", title="Web Applications", provider="Stanford"),
    Resource(id="课程：1（新）?#%", kind="course", title="太极拳入门"),
    Resource(
        id="a:1",
        kind="activity",
        title="公益课",
        venue="图书馆",
        address="星湖街",
        starts_at="2020-08-01T01:00:00Z",
        ends_at="2020-08-01T03:00:00Z",
    ),
    Resource(id="p:1", kind="place", title="独墅湖图书馆", address="文汇路", hours="9:00–21:00", free=True),
    Resource(id="s:1", kind="story", title="学习之星", creators=("王编辑",)),
    Resource(id="b:2", kind="book", title="没有上架", status="hidden"),
)
LINKED = {"Accept": "application/ld+json, application/json;q=0.5"}


@pytest.fixture(scope="module")
def client(snapshot_of: Callable[..., Snapshot]) -> TestClient:
    snapshot = snapshot_of(*RESOURCES)
    return TestClient(create_app(lambda: snapshot))


@pytest.mark.parametrize("resource", [r for r in RESOURCES if r.status == "active"], ids=lambda r: r.title)
def test_every_id_leads_to_its_resource(client: TestClient, resource: Resource) -> None:
    response = client.get("/v1/items/" + quote(resource.id))
    assert response.json() == resource.as_dict()
    assert response.headers["content-type"] == "application/json"
    assert client.get("/v1/items/" + quote(resource.id, safe="")).json() == resource.as_dict()


@pytest.mark.parametrize(
    "id", ["b:2", "b:3", "x" * 5000, "%00", "%ff", "a/similarly", ""], ids=lambda id: id[:9] or "empty"
)
def test_what_is_hidden_or_unknown_is_not_found(client: TestClient, id: str) -> None:
    response = client.get(f"/v1/items/{id}")
    assert response.status_code == 404
    assert response.headers["content-type"] == "application/problem+json"


def test_a_book_as_json_ld(client: TestClient) -> None:
    response = client.get("/v1/items/b:1", headers=LINKED)
    assert response.headers["content-type"] == "application/ld+json"
    assert response.headers["vary"] == "Accept"
    assert response.json() == {
        "@context": "https://schema.org",
        "@type": "Book",
        "identifier": "b:1",
        "name": "活着",
        "alternativeHeadline": "珍藏版",
        "datePublished": "2012",
        "isbn": "9787506365437",
        "about": [{"@type": "Thing", "name": "文学"}],
        "author": [{"@type": "Person", "name": "余华"}],
        "publisher": {"@type": "Organization", "name": "作家出版社"},
        "offers": {"@type": "Offer", "price": 20.0, "priceCurrency": "CNY"},
        "aggregateRating": {"@type": "AggregateRating", "ratingValue": 9.4, "bestRating": 10, "worstRating": 0},
    }


@pytest.mark.parametrize(
    ("id", "expected"),
    [
        ("csdiy:Web开发/CS142", {"@type": "Course", "provider": {"@type": "Organization", "name": "Stanford"}}),
        ("a:1", {"@type": "Event", "startDate": "2020-08-01T01:00:00Z", "endDate": "2020-08-01T03:00:00Z"}),
        ("a:1", {"location": {"@type": "Place", "name": "图书馆", "address": "星湖街"}}),
        ("p:1", {"@type": "Place", "address": "文汇路", "openingHours": "9:00–21:00", "isAccessibleForFree": True}),
        ("s:1", {"@type": "Article", "author": [{"@type": "Person", "name": "王编辑"}]}),
    ],
)
def test_every_kind_has_its_type_in_schema_org(client: TestClient, id: str, expected: dict[str, object]) -> None:
    assert expected.items() <= client.get("/v1/items/" + quote(id), headers=LINKED).json().items()


def test_the_documented_resource_has_the_fields_of_the_real_one() -> None:
    assert [*PublicResource.model_fields] == [field.name for field in fields(Resource) if field.name != "status"]


def test_health(client: TestClient) -> None:
    assert client.get("/livez").json() == {"status": "alive"}
    assert client.get("/readyz").json() == {"status": "ready", "release": "0.7.7", "resources": 7}
    assert client.get("/version").json()["name"] == "xuejing"


def test_without_an_index_it_is_alive_but_not_ready() -> None:
    def nothing() -> Snapshot:
        raise Unavailable("还没有索引。", code="no-index")

    client = TestClient(create_app(nothing))
    assert client.get("/livez").status_code == 200
    for path in ("/readyz", "/v1/search?q=太极", "/v1/items/b:1", "/v1/items/b:1/similar"):
        response = client.get(path)
        assert response.status_code == 503
        assert response.json()["type"] == "/problems/no-index"
        assert response.headers["retry-after"]


def test_head_is_answered_as_get_without_the_body(client: TestClient) -> None:
    get, head = client.get("/v1/items/b:1"), client.head("/v1/items/b:1")
    assert head.status_code == 200
    assert head.content == b""
    assert head.headers["content-length"] == get.headers["content-length"]
    assert client.head("/v1/recommend").status_code == 405
