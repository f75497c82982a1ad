"""POST /v1/recommend and GET /v1/items/{id}/similar through the front door."""

from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from corpus.resource import Resource
from index.snapshot import Snapshot

RESOURCES = (
    Resource(id="c:1", kind="course", title="书法入门", source="学院", tags=("书法", "楷书")),
    Resource(id="b:1", kind="book", title="楷书临帖", source='有"引号"\\', tags=("书法", "临帖")),
    Resource(id="b:2", kind="book", title="四季养生", tags=("养生", "膳食"), popularity=90),
    Resource(id="c:2", kind="course", title="中医养生", tags=("养生", "中医")),
    Resource(id="p:1", kind="place", title="书法馆", tags=("书法",)),
    Resource(id="b:3", kind="book", title="书法秘籍", tags=("书法",), status="hidden"),
)


@pytest.fixture(scope="module")
def client(snapshot_of: Callable[..., Snapshot]) -> TestClient:
    snapshot = snapshot_of(*RESOURCES)
    return TestClient(create_app(lambda: snapshot))


def recommended(client: TestClient, **asked: Any) -> dict[str, Any]:
    response = client.post("/v1/recommend", json=asked)
    assert response.status_code == 200, response.text
    return response.json()


def ids(answer: dict[str, Any]) -> list[str]:
    return [item["id"] for item in answer["items"]]


def test_an_answer_names_its_reasons(client: TestClient) -> None:
    answer = recommended(client, interests=["书法"])
    assert answer["recommendation_id"].startswith("r_")
    assert {name: answer[name] for name in ("release", "model", "personalized", "degraded", "unknown_ids", "next")} == {
        "release": "0.6.6",
        "model": "content",
        "personalized": True,
        "degraded": None,
        "unknown_ids": [],
        "next": None,
    }
    assert set(ids(answer)) == {"c:1", "b:1"}
    first = answer["items"][0]
    assert first["rank"] == 1
    assert 0 < first["score"] <= 1
    assert first["source"] == "profile"
    [reason, *_] = first["reasons"]
    assert reason["code"] == "interest_terms"
    assert "书法" in reason["text"]
    assert "书法" in reason["evidence"]["terms"]


def test_source_says_what_an_item_was_found_by(client: TestClient) -> None:
    response = client.post("/v1/recommend", json={"interests": ["书法"]})
    assert response.text.count('"source"') == 2
    assert {item["source"] for item in response.json()["items"]} == {"profile"}


def test_weights_decide_between_interests(client: TestClient) -> None:
    interests = [{"text": "书法", "weight": 0.01}, {"text": "养生", "weight": 1}]
    assert set(ids(recommended(client, interests=interests))[:2]) == {"b:2", "c:2"}


def test_likes_are_used_and_not_recommended_again(client: TestClient) -> None:
    answer = recommended(client, likes=["c:1", "x:9"])
    assert ids(answer)[0] == "b:1"
    assert "c:1" not in ids(answer)
    assert answer["unknown_ids"] == ["x:9"]
    assert answer["items"][0]["reasons"][0]["evidence"]["id"] == "c:1"


def test_filter_exclusions_and_limit(client: TestClient) -> None:
    assert ids(recommended(client, interests=["书法"], filter={"kind": ["course"]})) == ["c:1"]
    assert ids(recommended(client, interests=["书法"], filter={"kind": "place"})) == ["p:1"]
    assert ids(recommended(client, interests=["书法"], exclude_ids=["c:1"])) == ["b:1"]
    assert len(ids(recommended(client, interests=["养生"], limit=1))) == 1
    assert ids(recommended(client, limit=0)) == []


def test_reasons_can_be_left_out(client: TestClient) -> None:
    assert all("reasons" not in item for item in recommended(client, interests=["书法"], explain=False)["items"])


def test_nothing_known_is_labelled(client: TestClient) -> None:
    answer = recommended(client)
    assert answer["personalized"] is False
    assert answer["degraded"] == "nothing_known"
    assert {item["source"] for item in answer["items"]} == {"popular"}


def test_beside_a_resource_comes_what_goes_with_it(client: TestClient) -> None:
    answer = recommended(client, scene="item", item_id="c:1")
    assert [(item["id"], item["source"]) for item in answer["items"]] == [("b:1", "similar")]
    alone = recommended(client, scene="item", item_id="p:1", filter={"subject": "外语"})
    assert (alone["items"], alone["degraded"]) == ([], "no_match")


def test_similar_resources(client: TestClient) -> None:
    answer = client.get("/v1/items/c:1/similar").json()
    assert ids(answer) == ["b:1"]
    assert answer["items"][0]["source"] == "similar"
    assert ids(client.get("/v1/items/c:1/similar?kind=place").json()) == ["p:1"]
    assert ids(client.get("/v1/items/c:1/similar?limit=0").json()) == []


@pytest.mark.parametrize("id", ["x:9", "b:3"])
def test_nothing_is_similar_to_what_is_not_there(client: TestClient, id: str) -> None:
    assert client.get(f"/v1/items/{id}/similar").status_code == 404
