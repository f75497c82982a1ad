"""GET /: the first page, and the pages that need no catalogue."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from page_reading import Node, read_page
from starlette.testclient import TestClient

from api.app import create_app
from api.residents.themes import THEMES
from corpus.resource import Resource
from corpus.revision import Revision
from index.snapshot import Snapshot

SOON = (datetime.now(UTC) + timedelta(days=3)).strftime("%Y-%m-%dT%H:%M:%SZ")
RESOURCES = (
    Resource(id="c:1", kind="course", title="书法入门", subjects=("书画",)),
    Resource(id="b:1", kind="book", title="活着", creators=("余华",), subjects=("文学",)),
    Resource(id="a:1", kind="activity", title="灯会", starts_at=SOON, venue="文化馆"),
    Resource(id="a:0", kind="activity", title="去年的灯会", ends_at="2025-02-01T00:00:00Z"),
    Resource(id="p:1", kind="place", title="图书馆", address="人民路 1 号"),
    Resource(id="s:1", kind="story", title="沈阿姨的故事", description="她学会了视频通话。"),
)


@pytest.fixture(scope="module")
def client(snapshot_of: Callable[..., Snapshot]) -> TestClient:
    snapshot = snapshot_of(*RESOURCES)
    return TestClient(create_app(lambda: snapshot))


def page(client: TestClient, address: str = "/") -> Node:
    response = client.get(address)
    assert response.status_code == 200, response.text
    return read_page(response.text)


def test_there_is_a_row_for_each_kind(client: TestClient) -> None:
    rows = {
        section.one("h2").text.split("\n")[0]: [heading.text for heading in section.all("h3")]
        for section in page(client).all("section")
        if section.all("ul", cls="shelf")
    }
    assert [*rows.values()] == [["灯会"], ["书法入门"], ["活着"], ["图书馆"], ["沈阿姨的故事"]]


def test_only_themes_and_hints_that_find_something_are_offered(client: TestClient) -> None:
    home = page(client)
    assert [link.text for link in home.one("ul", cls="themes").all("a")] == ["书画艺术", "文学历史"]
    assert [link.text for link in home.one("ul", cls="hints").all("a")] == ["书法"]


def test_the_head_names_the_kinds_that_are_there(client: TestClient, snapshot_of: Callable[..., Snapshot]) -> None:
    assert [link.text for link in page(client).one("header").one("nav").all("a")] == [
        *("为您推荐", "课程", "图书", "活动", "地点", "帮助"),
    ]
    books = snapshot_of(RESOURCES[1])
    only_books = page(TestClient(create_app(lambda: books)))
    assert [link.text for link in only_books.one("header").one("nav").all("a")] == ["为您推荐", "图书", "帮助"]


def test_every_theme_is_made_of_known_subjects(revision: Revision) -> None:
    known = {subject.name for subject in revision.subjects}
    named = [subject for theme in THEMES for subject in theme.subjects]
    assert set(named) <= known
    assert len(named) == len(set(named))


def test_every_link_of_the_first_page_leads_somewhere(client: TestClient) -> None:
    for node in page(client).all("a"):
        address = node.attributes["href"]
        if not address.startswith("#"):
            assert client.get(address, headers={"Accept": "text/html"}).status_code == 200, address


def test_an_empty_catalogue_says_how_to_fill_it(snapshot_of: Callable[..., Snapshot]) -> None:
    snapshot = snapshot_of()
    client = TestClient(create_app(lambda: snapshot))
    assert "./run import" in page(client).one("main").text
    assert page(client, "/search?q=书法").all("h1")
    assert page(client, "/for-you").all("h1")
    assert page(client, "/help").all("h1")
