"""GET /v1/suggest through the front door."""

from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from corpus.resource import Resource
from corpus.revision import Revision
from index.segmentation import Segmenter
from index.snapshot import Snapshot
from index.suggestion_building import build_suggestions
from index.suggestions import MOST_SUGGESTIONS

RESOURCES = (
    Resource(id="c:1", kind="course", title="太极拳入门", source="学院", creators=("陈老师",), subjects=("体育健身",)),
    Resource(id="b:1", kind="book", title="太極功夫", creators=("[清] 王宗岳",)),
    Resource(id="a:1", kind="activity", title="太极拳公益课", ends_at="2026-08-01T03:00:00Z"),
)
AT = "2026-07-01"


@pytest.fixture(scope="module")
def client(snapshot_of: Callable[..., Snapshot], revision: Revision, segmenter: Segmenter) -> TestClient:
    snapshot = snapshot_of(*RESOURCES)
    base = snapshot.base
    target = base.directory.parent.parent / "suggestions" / base.directory.name
    build_suggestions(base, target, revision=revision, segmenter=segmenter, progress=lambda done: None)
    return TestClient(create_app(lambda: snapshot))


def suggested(client: TestClient, **asked: Any) -> dict[str, Any]:
    response = client.get("/v1/suggest", params={"at": AT, **asked})
    assert response.status_code == 200, response.text
    return response.json()


def test_an_answer_names_text_kind_and_what_matched(client: TestClient) -> None:
    assert suggested(client, q="taij") == {
        "release": "0.3.3",
        "items": [
            {"text": "太极拳", "kind": "phrase", "matched": [[0, 2]]},
            {"text": "太极拳入门", "kind": "phrase", "matched": [[0, 2]]},
            {"text": "太極功夫", "kind": "title", "matched": [[0, 2]]},
            {"text": "太极拳公益课", "kind": "title", "matched": [[0, 2]]},
        ],
    }


@pytest.mark.parametrize(
    ("q", "item"),
    [
        ("wzy", {"text": "王宗岳", "kind": "creator", "matched": [[0, 3]]}),
        ("體育", {"text": "体育健身", "kind": "subject", "matched": [[0, 2]]}),
        ("太极gong", {"text": "太極功夫", "kind": "title", "matched": [[0, 3]]}),
    ],
)
def test_kinds(client: TestClient, q: str, item: dict[str, Any]) -> None:
    assert item in suggested(client, q=q)["items"]


@pytest.mark.parametrize("q", ["", "   ", "！", "qqqq"])
def test_nothing_to_complete_is_an_empty_answer(client: TestClient, q: str) -> None:
    assert suggested(client, q=q)["items"] == []
    assert client.get("/v1/suggest").json()["items"] == []


def test_what_is_over_is_left_out(client: TestClient) -> None:
    assert "太极拳公益课" not in [item["text"] for item in suggested(client, q="太极", at="2026-08-02")["items"]]


def test_as_many_as_asked_for(client: TestClient) -> None:
    assert len(suggested(client, q="t", limit=1)["items"]) == 1
    assert suggested(client, q="t", limit=0)["items"] == []


@pytest.mark.parametrize(
    ("query", "pointer", "message"),
    [
        (f"q=t&limit={MOST_SUGGESTIONS + 1}", "/limit", "20"),
        ("q=t&limit=many", "/limit", "整数"),
        (f"q={'t' * 501}", "/q", "500"),
        ("q=t&kind=book", "/kind", "kind"),
        ("q=t&q=u", "/q", "一次"),
        ("q=t&at=soon", "/at", ""),
    ],
)
def test_a_wrong_parameter_is_told(client: TestClient, query: str, pointer: str, message: str) -> None:
    response = client.get(f"/v1/suggest?{query}")
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
    [error] = response.json()["errors"]
    assert error["pointer"].endswith(pointer)
    assert message in error["message"]


def test_while_suggestions_are_missing_the_answer_says_so(snapshot_of: Callable[..., Snapshot]) -> None:
    snapshot = snapshot_of(*RESOURCES[:1])
    answer = TestClient(create_app(lambda: snapshot)).get("/v1/suggest?q=t").json()
    assert answer["items"] == []
    assert "还在准备" in answer["notice"]
