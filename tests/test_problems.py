"""Errors as problems, complaints in Chinese, and moments as they are written at the doors."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from starlette.testclient import TestClient

from api.asking import RecommendBody, SearchParameters
from api.complaints import complaints, pointer, summary
from api.dispatching import Application
from api.logs import RequestLog
from api.moments import read_moment, write_moment
from api.problems import install_problems
from corpus.errors import Conflict, InvalidInput, NotFound, Unavailable, XuejingError


@pytest.fixture(scope="module")
def client() -> TestClient:
    app = Application()
    errors = {
        "input": InvalidInput("日期不对。", place="filter/from"),
        "missing": NotFound("没有这个资源。"),
        "conflict": Conflict("有别人在改。"),
        "index": Unavailable("还没有索引。", code="no-index"),
        "other": XuejingError("出了错。", code="strange"),
        "bug": ZeroDivisionError("secret"),
    }

    @app.get("/fail/{name}")
    async def fail(name: str) -> None:
        raise errors[name]

    app.add_middleware(RequestLog)
    install_problems(app)
    return TestClient(app)


@pytest.mark.parametrize(
    ("name", "status", "type"),
    [
        ("input", 422, "invalid-input"),
        ("missing", 404, "not-found"),
        ("conflict", 409, "conflict"),
        ("index", 503, "no-index"),
        ("other", 500, "strange"),
        ("bug", 500, "internal-error"),
    ],
)
def test_every_error_is_a_problem(client: TestClient, name: str, status: int, type: str) -> None:
    response = client.get(f"/fail/{name}")
    problem = response.json()
    assert response.status_code == problem["status"] == status
    assert response.headers["content-type"] == "application/problem+json"
    assert problem["type"] == f"/problems/{type}"
    assert problem["title"]
    assert problem["instance"] == f"/fail/{name}"
    assert problem["request_id"] == response.headers["x-request-id"]
    assert "secret" not in response.text


def test_the_place_of_an_error_is_a_pointer(client: TestClient) -> None:
    assert client.get("/fail/input").json()["errors"] == [{"pointer": "/filter/from", "message": "日期不对。"}]


def test_a_request_keeps_the_id_it_came_with(client: TestClient) -> None:
    assert client.get("/fail/bug", headers={"X-Request-ID": "a-1_b.C"}).json()["request_id"] == "a-1_b.C"
    for strange in ("a b", "<script>", "x" * 65, ""):
        assert client.get("/fail/bug", headers={"X-Request-ID": strange}).json()["request_id"] not in (strange, "")


def test_pointers_are_escaped_and_safe_to_show() -> None:
    assert pointer(["filter", "a/b~c", 0]) == "/filter/a~1b~0c/0"
    assert pointer(["\x00\u202e", "x" * 100]) == "/��/" + "x" * 60 + "…"


def test_the_summary_names_the_field_and_how_many_more() -> None:
    with pytest.raises(ValidationError) as raised:
        SearchParameters.model_validate({"limit": "99", "kind": ["video"], "colour": "red"})
    found = complaints(raised.value.errors())
    assert summary(found) == "kind：应是 course、book、activity、place、story 之一（另有 2 处）。"


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(st.sampled_from(["interests", "filter", "at", "likes", "limit", "x"]), inner)
        ),
        max_leaves=20,
    )
)
def test_whatever_is_wrong_is_said_in_chinese(body: object) -> None:
    try:
        RecommendBody.model_validate_json(json.dumps(body))
    except ValidationError as error:
        for complaint in complaints(error.errors()):
            assert any("一" <= character <= "龥" for character in complaint.message), complaint


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-05-01T00:00:00Z", "2026-05-01T00:00:00Z"),
        ("2026-05-01t08:00:00.25+08:00", "2026-05-01T00:00:00Z"),
        ("2026-05-01T08:00:00 08:00", "2026-05-01T00:00:00Z"),
        ("2026-05-01", "2026-04-30T16:00:00Z"),
        ("0001-01-01", "0001-01-01"),
        ("9999-12-31", "9999-12-30T16:00:00Z"),
    ],
)
def test_moments(text: str, expected: str) -> None:
    if text.startswith("0001"):
        assert read_moment(text) < 0
    else:
        assert write_moment(read_moment(text)) == expected


def test_a_date_that_ends_a_period_includes_its_day() -> None:
    assert read_moment("2026-05-01", end=True) == read_moment("2026-05-02")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "2026",
        "2026-05",
        "2026-02-30",
        "2026-05-01T00:00:00",
        "2026-05-01 00:00:00Z",
        "２０２６-05-01",
        "1e9",
    ],
)
def test_what_is_no_moment(text: str) -> None:
    with pytest.raises(ValueError, match="应是日期或带时区的时间"):
        read_moment(text)


@given(st.datetimes(min_value=datetime(1970, 1, 1), max_value=datetime(9999, 1, 1)))  # noqa: DTZ001
def test_a_moment_written_is_read_again(moment: datetime) -> None:
    seconds = int(moment.replace(tzinfo=UTC).timestamp())
    assert read_moment(write_moment(seconds)) == seconds
