"""Whatever is asked over HTTP gets an answer or a problem in Chinese, never an error of the service."""

from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.newest import NewestSnapshot
from corpus.catalogue import Catalogue
from corpus.resource import Resource
from corpus.revision import Revision
from index.indexing import compile_index
from index.snapshot import Snapshot

RESOURCES = (
    Resource(id="c:1", kind="course", title="太极拳入门", tags=("养生",)),
    Resource(id="b:1", kind="book", title="活着", creators=("余华",)),
)
ODD_TEXTS = (
    "",
    " ",
    "！？。，、“”《》",
    "!@#$%^&*()_+-=[]{}|;':\",./<>?",
    '"',
    '"太极',
    "“太极",
    "((((太极",
    "太极))))",
    "*",
    "*学*",
    "?" * 50,
    "太*",
    "NOT",
    "AND OR NOT",
    "太极 AND",
    "OR 太极",
    "NOT 太极",
    "(" * 200 + "太极" + ")" * 200,
    "作者：",
    "作者:",
    "作者:余华 书名：",
    "：：：",
    "1' OR '1'='1",
    "'; DROP TABLE resources; --",
    "<script>alert(1)</script>",
    "../../etc/passwd",
    "\x00",
    "太\x00极",
    "\u202e太极\u2066",
    "\ufeff太极",
    "👨‍👩‍👧‍👦" * 20,
    "e\u0301" * 100,
    "ﷺ" * 400,
    "a~5 太极^99999999999",
    "[0 TO 999999]",
    "year:[2000 TO ",
    "99999999999999999999999999",
    "9" * 500,
    "太极拳" * 166,
    "a b " * 125,
)


def shown(text: str) -> str:
    """A test's name: long texts would not fit."""
    return ascii(text)[1:50]


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory, dictionaries: Path, revision: Revision) -> TestClient:
    """An application over a whole index, phrases and field queries included."""
    state = tmp_path_factory.mktemp("state")
    (state / "cache").symlink_to(dictionaries)
    catalogue = Catalogue.open(f"sqlite:///{state}/catalogue.db")
    catalogue.write(RESOURCES)
    compile_index(catalogue, state, revision=revision, progress=lambda stage, done, total: None)
    catalogue.close()
    return TestClient(create_app(NewestSnapshot(state, revision=revision)))


def check_problem(response: Any, status: int, type: str) -> dict[str, Any]:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert problem["type"] == f"/problems/{type}"
    assert problem["status"] == status
    assert problem["request_id"] == response.headers["x-request-id"]
    for said in (problem["title"], problem["detail"], *(error["message"] for error in problem.get("errors", ()))):
        assert any("一" <= character <= "龥" for character in said), said
    assert "Traceback" not in response.text
    return problem


@pytest.mark.parametrize("text", ODD_TEXTS, ids=shown)
def test_odd_texts_are_answered(client: TestClient, text: str) -> None:
    response = client.get("/v1/search", params={"q": text, "explain": "true", "facets": "kind"})
    assert response.status_code in (200, 422), response.text
    if response.status_code == 422:
        check_problem(response, 422, response.json()["type"].removeprefix("/problems/"))


@pytest.mark.parametrize("text", [text for text in ODD_TEXTS if text.strip() and len(text) <= 200], ids=shown)
def test_odd_interests_are_answered(client: TestClient, text: str) -> None:
    assert client.post("/v1/recommend", json={"interests": [text]}).status_code == 200


@pytest.mark.parametrize("escaped", ["%ff", "%C0%80", "%ED%A0%80", "%", "%zz", "%00"])
def test_broken_encodings_are_answered(client: TestClient, escaped: str) -> None:
    assert client.get(f"/v1/search?q={escaped}").status_code == 200
    assert client.get(f"/v1/search?subject={escaped}").status_code == 200


@pytest.mark.parametrize(
    ("asked", "pointer"),
    [
        ("q=" + "a" * 10_000, "/q"),
        ("q=" + "长" * 2_000, "/q"),
        ("q=a&q=b", "/q"),
        ("limit=51", "/limit"),
        ("limit=-1", "/limit"),
        ("limit=abc", "/limit"),
        ("limit=", "/limit"),
        ("limit=1e3", "/limit"),
        ("limit=NaN", "/limit"),
        ("limit=" + "9" * 5000, "/limit"),
        ("offset=1001", "/offset"),
        ("sort=random", "/sort"),
        ("facets=title", "/facets/0"),
        ("explain=maybe", "/explain"),
        ("at=yesterday", "/at"),
        ("at=2026-02-30", "/at"),
        ("at=2026-01-01T00:00:00", "/at"),
        ("kind=video", "/filter/kind/0"),
        ("level=", "/filter/level/0"),
        ("free=2", "/filter/free"),
        ("year_from=0", "/filter/year_from"),
        ("year_to=99999999999999999999", "/filter/year_to"),
        ("from=2026-13-01", "/filter/from"),
        ("subject=" + "长" * 201, "/filter/subject/0"),
        ("&".join(["subject=a"] * 51), "/filter/subject"),
        ("clc2=1", "/filter/clc2"),
        ("group=author", "/group"),
    ],
    ids=shown,
)
def test_parameters_that_break_a_rule(client: TestClient, asked: str, pointer: str) -> None:
    type = "invalid-filter" if pointer.startswith("/filter") else "invalid-request"
    problem = check_problem(client.get("/v1/search?" + quote(asked, safe="=&")), 422, type)
    assert [error["pointer"] for error in problem["errors"]] == [pointer]
    assert problem["instance"] == "/v1/search"


def test_an_unknown_parameter_is_named(client: TestClient) -> None:
    problem = check_problem(client.get("/v1/search?clc2=1"), 422, "invalid-filter")
    assert problem["title"] == "筛选条件无效"
    assert problem["detail"] == "没有“clc2”这个字段。"


def test_thousands_of_parameters_are_refused(client: TestClient) -> None:
    check_problem(client.get("/v1/search?" + "&".join(["a=1"] * 5000)), 422, "invalid-request")


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ("", ""),
        ("null", ""),
        ("[]", ""),
        ("3", ""),
        ('"书法"', ""),
        ("{", ""),
        ("\x00", ""),
        ("[" * 100_000, ""),
        ('{"a":' * 100_000, ""),
        ('{"limit": ' + "9" * 5000 + "}", ""),
        ('{"limit": NaN}', "/limit"),
        ('{"interests": ["\\ud800"]}', ""),
        ('{"limit": 51}', "/limit"),
        ('{"limit": "10"}', "/limit"),
        ('{"limit": true}', "/limit"),
        ('{"limit": 1e400}', "/limit"),
        ('{"interests": "书法"}', "/interests"),
        ('{"interests": [null]}', "/interests/0"),
        ('{"interests": ["  "]}', "/interests/0/text"),
        ('{"interests": [{"text": "a", "weight": 0}]}', "/interests/0/weight"),
        ('{"interests": [{"text": "a", "weight": -1}]}', "/interests/0/weight"),
        ('{"interests": [{"text": "a", "weight": 1e999}]}', "/interests/0/weight"),
        ('{"interests": [{"weight": 1}]}', "/interests/0/text"),
        ('{"interests": [{"text": "a", "colour": 1}]}', "/interests/0/colour"),
        ('{"likes": [1]}', "/likes/0"),
        ('{"likes": {"a": 1}}', "/likes"),
        ('{"filter": []}', "/filter"),
        ('{"filter": {"year_from": "soon"}}', "/filter/year_from"),
        ('{"filter": {"clc2": 1}}', "/filter/clc2"),
        ('{"at": 1780000000}', "/at"),
        ('{"colour": "red"}', "/colour"),
    ],
    ids=shown,
)
def test_bodies_that_break_a_rule(client: TestClient, body: str, pointer: str) -> None:
    response = client.post("/v1/recommend", content=body, headers={"Content-Type": "application/json"})
    problem = check_problem(response, 422, "invalid-filter" if pointer.startswith("/filter/") else "invalid-request")
    assert [error["pointer"] for error in problem["errors"]] == [pointer]


def test_lists_that_are_too_long(client: TestClient) -> None:
    for name, most in (("interests", 50), ("likes", 200), ("exclude_ids", 500)):
        assert client.post("/v1/recommend", json={name: ["a"] * most}).status_code == 200
        problem = check_problem(client.post("/v1/recommend", json={name: ["a"] * (most + 1)}), 422, "invalid-request")
        assert problem["errors"] == [{"pointer": f"/{name}", "message": f"最多 {most} 项"}]


def test_a_body_of_another_type_is_refused(client: TestClient) -> None:
    for headers in ({"Content-Type": "text/plain"}, {"Content-Type": "application/x-www-form-urlencoded"}, {}):
        response = client.post("/v1/recommend", content=b"{}", headers=headers)
        check_problem(response, 415, "unsupported-media-type")


def test_a_body_with_a_charset_is_read(client: TestClient) -> None:
    headers = {"Content-Type": "Application/JSON; charset=utf-8"}
    assert client.post("/v1/recommend", content='{"interests": ["书法"]}'.encode(), headers=headers).status_code == 200


def test_a_body_that_is_too_large_is_refused(client: TestClient) -> None:
    response = client.post("/v1/recommend", content=b" " * 1_000_001, headers={"Content-Type": "application/json"})
    check_problem(response, 413, "body-too-large")


def test_unknown_addresses_and_methods(client: TestClient) -> None:
    check_problem(client.get("/nothing/" + quote("这里")), 404, "not-found")
    check_problem(client.get("/v1/search/"), 404, "not-found")
    response = client.delete("/v1/search")
    check_problem(response, 405, "method-not-allowed")
    assert response.headers["allow"] == "GET"


@pytest.mark.parametrize(
    ("text", "expected"),
    [("作者:余华", ["b:1"]), ("“活着”", ["b:1"]), ("余华 OR 太极拳", ["b:1", "c:1"]), ("太极拳 NOT 入门", [])],
)
def test_structured_queries_are_obeyed(client: TestClient, text: str, expected: list[str]) -> None:
    answer = client.get("/v1/search", params={"q": text}).json()
    assert sorted(item["id"] for item in answer["items"]) == expected
    assert answer["interpretation"]["structured"] is True


def test_a_bug_shows_nothing_of_the_inside() -> None:
    def broken() -> Snapshot:
        raise RuntimeError("secret: 书法")

    response = TestClient(create_app(broken)).get("/v1/search?q=书法")
    check_problem(response, 500, "internal-error")
    assert "secret" not in response.text
