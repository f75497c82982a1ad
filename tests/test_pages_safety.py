"""What keeps the pages safe: escaping, headers, and errors that say nothing but what helps."""

from collections.abc import Callable
from urllib.parse import quote

import pytest
from page_reading import Node, read_page
from starlette.testclient import TestClient

from api.app import create_app
from corpus.errors import Unavailable
from corpus.resource import Resource
from index.snapshot import Snapshot

NASTY = '<script>alert("1")</script><img src=x onerror=alert(1)>\'"&{{7*7}}'
ID = "x:<script>\"'"
RESOURCES = (
    Resource(
        id=ID,
        kind="book",
        title=f"书法 {NASTY}",
        subtitle=NASTY,
        creators=(NASTY,),
        provider=NASTY,
        tags=(NASTY,),
        subjects=(NASTY,),
        description=f"书法 {NASTY}",
        phone=NASTY,
    ),
    *(
        Resource(id=f"y:{kind}", kind=kind, title=f"书法 {NASTY}", schedule=f"每周二 {NASTY}", venue=NASTY, hours=NASTY)
        for kind in ("course", "activity", "place", "story")
    ),
)
PAGES = (
    "/",
    f"/search?q={quote('书法')}",
    f"/search?q={quote(NASTY)}",
    f"/search?q={quote('书法 ' + NASTY)}&subject={quote(NASTY)}&audience={quote(NASTY)}",
    f"/items/{quote(ID)}",
    "/items/y:activity",
    "/for-you",
    "/help",
)
BROWSER = {"Accept": "text/html,application/xhtml+xml"}


@pytest.fixture(scope="module")
def client(snapshot_of: Callable[..., Snapshot]) -> TestClient:
    snapshot = snapshot_of(*RESOURCES)
    return TestClient(create_app(lambda: snapshot), raise_server_exceptions=False)


def assert_harmless(page: Node) -> None:
    for node in page.walk():
        assert not [name for name in node.attributes if name.startswith("on") or name == "style"], node
        assert node.tag != "img"
        assert node.tag != "style"
        assert node.tag != "script" or node.attributes["src"].startswith("/static/"), node
        for name in ("href", "src", "action", "formaction"):
            assert not node.attributes.get(name, "").lower().startswith(("javascript:", "data:", "//", "http")), node


@pytest.mark.parametrize("address", PAGES)
def test_what_a_catalogue_or_a_visitor_writes_stays_text(client: TestClient, address: str) -> None:
    response = client.get(address)
    assert response.status_code == 200, response.text
    assert_harmless(read_page(response.text))
    assert "{{7*7}}" in response.text or "7*7" not in response.text


def test_interests_stay_text(client: TestClient) -> None:
    response = client.post("/for-you", data={"interest": [NASTY, "书法"], "words": NASTY})
    assert_harmless(read_page(response.text))


@pytest.mark.parametrize("address", [*PAGES, "/nothing-here", "/search?q=" + "x" * 600])
def test_every_page_forbids_what_it_does_not_need(client: TestClient, address: str) -> None:
    headers = client.get(address, headers=BROWSER).headers
    policy = dict(rule.partition(" ")[::2] for rule in headers["content-security-policy"].split("; "))
    assert policy == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self' data:",
        "connect-src": "'self'",
        "form-action": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"


def test_browsers_get_pages_and_programs_problems(client: TestClient) -> None:
    for address, status in (("/nothing", 404), ("/items/nobody", 404), ("/search?q=" + "x" * 600, 422)):
        page = client.get(address, headers=BROWSER)
        problem = client.get(address)
        assert page.status_code == problem.status_code == status
        assert read_page(page.text).one("h1").text
        assert problem.headers["content-type"] == "application/problem+json"
    for address in ("/v1/items/nobody", "/v1/nothing"):
        assert client.get(address, headers=BROWSER).headers["content-type"] == "application/problem+json"
    assert client.post("/", headers=BROWSER).status_code == 405


def test_a_bug_is_said_without_its_details() -> None:
    client = TestClient(create_app(lambda: 1 / 0), raise_server_exceptions=False)  # type: ignore[arg-type,return-value]
    page = client.get("/", headers=BROWSER)
    assert page.status_code == 500
    assert "不是您的错" in read_page(page.text).text
    assert "ZeroDivisionError" not in page.text
    assert client.get("/").json()["type"] == "/problems/internal-error"


def test_without_an_index_a_visitor_is_told_to_wait() -> None:
    def newest() -> Snapshot:
        raise Unavailable("还没有索引，请先导入资源（./run import 文件）。", code="no-index")

    client = TestClient(create_app(newest))
    response = client.get("/", headers=BROWSER)
    assert response.status_code == 503
    assert "./run" not in response.text
    assert client.get("/help").status_code == 200
    assert client.get("/", headers={"Accept": "application/json"}).json()["type"] == "/problems/no-index"


def test_the_elder_view_is_kept_in_a_cookie(client: TestClient) -> None:
    switch = read_page(client.get("/search?q=书法&page=1").text).link("长辈版")
    response = client.get(switch, follow_redirects=False)
    assert response.status_code == 303
    assert response.headers["location"] == f"/search?q={quote('书法')}&page=1"
    assert {"HttpOnly", "SameSite=lax", "Path=/"} <= set(response.headers["set-cookie"].split("; "))
    elder = read_page(client.get("/").text)
    assert elder.one("html").attributes["data-view"] == "elder"
    client.get(elder.link("标准版"))
    assert read_page(client.get("/").text).one("html").attributes["data-view"] == "standard"


@pytest.mark.parametrize(
    "back", ["//example.org", "/\\example.org", "https://example.org", "javascript:alert(1)", "/a\r\nX: y", "", "书"]
)
def test_the_way_back_never_leaves_the_site(client: TestClient, back: str) -> None:
    response = client.get("/view/elder", params={"back": back}, follow_redirects=False)
    client.cookies.clear()
    assert response.headers["location"] == "/"
    assert client.get("/view/huge", headers=BROWSER).status_code == 404


def test_static_files_are_kept_by_their_version(client: TestClient) -> None:
    page = read_page(client.get("/").text)
    addresses = [node.attributes["href"] for node in page.all("link")]
    addresses += [node.attributes["src"] for node in page.all("script")]
    assert len(addresses) == 4
    for address in addresses:
        response = client.get(address)
        assert response.status_code == 200
        assert "immutable" in response.headers["cache-control"]
        assert client.get(address.partition("?")[0]).headers["cache-control"] == "no-cache"
        known = client.get(address, headers={"If-None-Match": response.headers["etag"]})
        assert known.status_code == 304
    for name in ("nothing.css", "..%2fpages.py", "__init__.py"):
        assert client.get(f"/static/{name}").status_code == 404


def test_pages_stay_out_of_the_interface_document(client: TestClient) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    assert not {"/", "/search", "/items/{id}", "/for-you", "/static/{name}"} & set(paths)
