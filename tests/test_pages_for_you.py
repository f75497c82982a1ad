"""/for-you: recommendations from interests that travel with the request."""

from collections.abc import Callable

import pytest
from page_reading import Node, read_page
from starlette.testclient import TestClient

from api.app import create_app
from corpus.resource import Resource
from index.snapshot import Snapshot

RESOURCES = (
    Resource(id="c:1", kind="course", title="书法入门", tags=("书法", "楷书")),
    Resource(id="b:1", kind="book", title="书法有法", tags=("书法",)),
    Resource(id="b:2", kind="book", title="活着", creators=("余华",)),
    Resource(id="c:2", kind="course", title="园艺课堂", tags=("园艺", "盆景")),
    *(Resource(id=f"x:{i}", kind="book", title=f"书法临帖 {i}", tags=("书法",)) for i in range(20)),
)


@pytest.fixture(scope="module")
def client(snapshot_of: Callable[..., Snapshot]) -> TestClient:
    snapshot = snapshot_of(*RESOURCES)
    return TestClient(create_app(lambda: snapshot))


def ask(client: TestClient, **fields: str | list[str]) -> Node:
    response = client.post("/for-you", data=fields)
    assert response.status_code == 200, response.text
    return read_page(response.text)


def cards(shown: Node) -> dict[str, list[str]]:
    recommended = shown.one("section", id="recommended")
    return {
        card.one("h3").text: [reason.text for reason in card.all(cls="why")]
        for card in recommended.all("li", cls="card")
    }


def chosen(shown: Node) -> list[str]:
    return [box.attributes["value"] for box in shown.all("input", type="checkbox") if "checked" in box.attributes]


def test_without_interests_everybody_gets_the_same(client: TestClient) -> None:
    shown = read_page(client.get("/for-you").text)
    assert shown.one("h2", id="recommended-name").text == "大家都喜欢"
    assert chosen(shown) == []
    assert cards(shown)


def test_interests_bring_what_fits_with_the_reason(client: TestClient) -> None:
    shown = ask(client, interest="园艺")
    assert cards(shown)["园艺课堂"][0].startswith("因为您关注“园艺”")
    assert chosen(shown) == ["园艺"]


def test_typed_words_become_choices(client: TestClient) -> None:
    shown = ask(client, interest=["书法", "书法"], words=" 盆景、书法,茶 ")
    assert chosen(shown) == ["书法", "盆景", "茶"]
    assert "园艺课堂" in cards(shown)


def test_a_kind_can_be_chosen(client: TestClient) -> None:
    shown = ask(client, interest="书法", kind="course")
    assert [*cards(shown)] == ["书法入门"]
    assert "checked" in shown.one("input", type="radio", value="course").attributes


def test_another_lot_repeats_nothing(client: TestClient) -> None:
    first = ask(client, interest="书法")
    following = first.one("button", name="after").attributes["value"]
    second = ask(client, interest="书法", after=following)
    assert cards(second)
    assert not cards(first).keys() & cards(second).keys()


def test_interests_that_nothing_fits_are_said(client: TestClient) -> None:
    shown = ask(client, interest="qwerty")
    assert "qwerty" in shown.one(cls="notice").text
    assert cards(shown)


def test_the_view_changes_without_losing_the_interests(client: TestClient) -> None:
    response = client.post("/for-you", data={"interest": ["书法"], "view": "elder"})
    client.cookies.clear()
    shown = read_page(response.text)
    assert shown.one("html").attributes["data-view"] == "elder"
    assert chosen(shown) == ["书法"]
    assert "view=elder" in response.headers["set-cookie"]


@pytest.mark.parametrize(
    "fields",
    [
        {"interest": [str(i) for i in range(90)]},
        {"interest": ["长" * 5000]},
        {"words": "<script>alert(1)</script>"},
        {"interest": ["书法"], "after": "no token of ours"},
        {"interest": ["书法"], "kind": "film"},
        {"interest": ["", "  "]},
        {"kind": ""},
    ],
)
def test_whatever_is_sent_gets_a_page(client: TestClient, fields: dict[str, str | list[str]]) -> None:
    shown = ask(client, **fields)
    assert not [node for node in shown.all("script") if "src" not in node.attributes]
    assert len(chosen(shown)) <= 20


@pytest.mark.parametrize(
    ("body", "label", "status"),
    [
        (b"{}", "application/json", 415),
        (b"interest=" + b"x" * 70_000, "application/x-www-form-urlencoded", 413),
        (b"a=b&" * 500, "application/x-www-form-urlencoded", 413),
    ],
)
def test_what_is_no_form_of_ours_is_refused_with_a_page(
    client: TestClient, body: bytes, label: str, status: int
) -> None:
    response = client.post("/for-you", content=body, headers={"Content-Type": label, "Accept": "text/html"})
    assert response.status_code == status
    assert read_page(response.text).one("h1").text


def test_nothing_is_kept(client: TestClient) -> None:
    ask(client, interest="书法")
    assert chosen(read_page(client.get("/for-you").text)) == []
    assert "set-cookie" not in client.post("/for-you", data={"interest": "书法"}).headers
