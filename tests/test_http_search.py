"""GET /v1/search through the front door."""

from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.asking import Facet
from corpus.resource import Resource
from index.filters import COUNTED
from index.snapshot import Snapshot

RESOURCES = (
    Resource(id="c:1", kind="course", title="太极拳入门", source="学院", provider="社区学院", audience=("老年人",)),
    Resource(id="c:2", kind="course", title="二十四式太极拳精讲", source="学院", published="2020", rating=9.0),
    Resource(id="b:1", kind="book", title="太極拳譜", creators=("[清] 王宗岳",), published="1995"),
    Resource(id="b:2", kind="book", title="活着", creators=("余华",), published="2012", free=True),
    Resource(
        id="a:1",
        kind="activity",
        title="太极拳公益课",
        starts_at="2026-08-01T01:00:00Z",
        ends_at="2026-08-01T03:00:00Z",
    ),
)
AT = "2026-07-01"


@pytest.fixture(scope="module")
def client(snapshot_of: Callable[..., Snapshot]) -> TestClient:
    snapshot = snapshot_of(*RESOURCES)
    return TestClient(create_app(lambda: snapshot))


def found(client: TestClient, **asked: Any) -> dict[str, Any]:
    response = client.get("/v1/search", params={"at": AT, **asked})
    assert response.status_code == 200, response.text
    return response.json()


def ids(client: TestClient, **asked: Any) -> list[str]:
    return [item["id"] for item in found(client, **asked)["items"]]


def test_an_answer_has_the_fields_of_the_resource_and_how_it_was_found(client: TestClient) -> None:
    answer = found(client, q="余华")
    assert answer["query_id"].startswith("q_")
    assert len(answer["query_id"]) == 28
    assert answer["release"] == "0.5.5"
    assert answer["total"] == 1
    assert answer["next_offset"] is None
    assert answer["interpretation"]["normalized"] == "余华"
    assert answer["interpretation"]["words"] == ["余华"]
    [item] = answer["items"]
    assert item["rank"] == 1
    assert item["score"] > 0
    assert item["highlights"] == {"creators": [{"text": "余华", "hit": True}]}
    public = {"id": "b:2", "kind": "book", "title": "活着", "creators": ["余华"], "published": "2012", "free": True}
    assert public.items() <= item.items()


def test_every_answer_has_an_id_of_its_own(client: TestClient) -> None:
    assert found(client)["query_id"] != found(client)["query_id"]


def test_an_empty_query_lists_everything_that_is_not_over(client: TestClient) -> None:
    assert found(client)["total"] == 5
    assert found(client, at="2026-09-01")["total"] == 4


def test_raw_and_encoded_utf8_ask_the_same(client: TestClient) -> None:
    raw = client.get("/v1/search?q=余华")
    assert raw.json()["interpretation"]["normalized"] == "余华"


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"kind": "book"}, {"b:1", "b:2"}),
        ({"kind": ["book", "activity"]}, {"b:1", "b:2", "a:1"}),
        ({"source": "学院"}, {"c:1", "c:2"}),
        ({"audience": "老年人"}, {"c:1"}),
        ({"year_from": 2012}, {"b:2", "c:2"}),
        ({"year_from": 1990, "year_to": 2012}, {"b:1", "b:2"}),
        ({"free": "true"}, {"b:2"}),
        ({"from": "2026-08-01", "to": "2026-08-01"}, {"a:1"}),
        ({"from": "2026-08-01T10:59:00+08:00"}, {"a:1"}),
        ({"from": "2026-08-01T11:00:00+08:00"}, set()),
        ({"to": "2026-08-01T09:00:00+08:00"}, set()),
        ({"q": "太极拳", "kind": "book"}, {"b:1"}),
    ],
)
def test_filters(client: TestClient, asked: dict[str, Any], expected: set[str]) -> None:
    assert set(ids(client, **asked)) == expected


def test_a_plus_that_was_not_escaped_is_still_a_time_zone(client: TestClient) -> None:
    response = client.get("/v1/search?from=2026-08-01T10:59:00+08:00&at=2026-07-01T00:00:00+08:00")
    assert [item["id"] for item in response.json()["items"]] == ["a:1"]


def test_pages_concatenate_to_the_whole_ranking(client: TestClient) -> None:
    whole = ids(client, q="太极拳", limit=50)
    pages: list[str] = []
    offset: int | None = 0
    while offset is not None:
        answer = found(client, q="太极拳", limit=2, offset=offset)
        pages += [item["id"] for item in answer["items"]]
        offset = answer["next_offset"]
    assert pages == whole


def test_facets_count_with_every_filter_but_their_own(client: TestClient) -> None:
    facets = found(client, q="太极拳", kind="book", facets=["kind", "year"])["facets"]
    assert facets["kind"] == [
        {"value": "course", "count": 2},
        {"value": "book", "count": 1},
        {"value": "activity", "count": 1},
    ]
    assert facets["year"] == [{"value": "1995", "count": 1}]


def test_every_facet_of_the_index_can_be_asked_for(client: TestClient) -> None:
    assert set(Facet.__args__) == set(COUNTED)
    assert set(found(client, facets=list(COUNTED))["facets"]) == set(COUNTED)


def test_the_parts_of_a_score_are_shown_on_demand(client: TestClient) -> None:
    [item] = found(client, q="余华", explain="true")["items"]
    assert sum(part["score"] for part in item["parts"]) == pytest.approx(item["score"], rel=1e-4)
    assert "parts" not in found(client, q="余华")["items"][0]


def test_sorts_by_year(client: TestClient) -> None:
    assert ids(client, sort="newest", kind=["book", "course"])[:3] == ["c:2", "b:2", "b:1"]


def test_no_results_is_an_answer(client: TestClient) -> None:
    answer = found(client, q="qwertyuiop")
    assert answer["total"] == 0
    assert answer["items"] == []
    assert answer["interpretation"]["notice"]


def test_an_empty_catalogue_answers(snapshot_of: Callable[..., Snapshot]) -> None:
    snapshot = snapshot_of()
    client = TestClient(create_app(lambda: snapshot))
    assert found(client, q="太极拳", facets=list(COUNTED))["total"] == 0
    assert client.post("/v1/recommend", json={"interests": ["书法"]}).json()["items"] == []
    assert client.get("/readyz").json()["resources"] == 0


def read(client: TestClient, **asked: Any) -> dict[str, Any]:
    interpretation: dict[str, Any] = found(client, **asked)["interpretation"]
    return interpretation


def followed(client: TestClient, address: str) -> dict[str, Any]:
    response = client.get(address)
    assert response.status_code == 200, response.text
    return response.json()


def test_a_guess_is_labelled_and_undone_by_one_address(client: TestClient) -> None:
    guessed = found(client, q="太级拳", kind="course", limit=1, offset=1, facets="kind")
    assert guessed["interpretation"] | {"exact_url": ""} == {
        "normalized": "太级拳",
        "corrected": "太极拳",
        "by": "homophone",
        "exact_url": "",
        "notice": "没有找到“太级拳”，按读音为您找到“太极拳”。",
        "others": [],
        "words": ["太极拳"],
        "synonyms": {"太极拳": ["太极"]},
        "removed": [],
        "preferred": {},
        "dropped": [],
        "subjects": [],
        "relaxed": False,
        "structured": False,
    }
    assert [item["rank"] for item in guessed["items"]] == [2]
    exact = followed(client, guessed["interpretation"]["exact_url"])
    assert exact["interpretation"]["corrected"] == ""
    assert exact["interpretation"]["normalized"] == "太级拳"
    assert "exact_url" not in exact["interpretation"]
    assert {item["kind"] for item in exact["items"]} == {"course"}
    assert [item["rank"] for item in exact["items"]] == [1]
    assert set(exact["facets"]) == {"kind"}


@pytest.mark.parametrize(
    ("q", "by", "corrected"),
    [
        ("太极拳", "", ""),
        ("taijiquan", "pinyin", "太极拳"),
        ("王宗约", "homophone", "王宗岳"),
        ("二十四式太极拳情讲", "lookalike", "二十四式太极拳精讲"),
        ("太极拳公公益课", "spelling", "太极拳公益课"),
        ("怎么学太极拳", "question", "太极拳"),
        ("太极拳 饕餮", "relaxed", ""),
    ],
)
def test_how_a_query_was_understood(client: TestClient, q: str, by: str, corrected: str) -> None:
    interpretation = read(client, q=q)
    assert (interpretation["by"], interpretation["corrected"]) == (by, corrected)
    assert bool(interpretation.get("notice")) is bool(by)
    assert bool(interpretation.get("exact_url")) is bool(corrected)
    literal = read(client, q=q, correct="false")
    assert (literal["corrected"], literal["others"], literal["removed"], literal["preferred"]) == ("", [], [], {})
    assert literal["by"] in ("", "relaxed")


def test_a_question_says_what_was_taken_off_and_what_is_preferred(client: TestClient) -> None:
    answer = found(client, q="有没有适合老年人的太极拳课")
    interpretation = answer["interpretation"]
    assert interpretation["removed"] == ["有没有", "适合老年人", "的", "课"]
    assert interpretation["preferred"] == {"audience": ["老年人"], "kind": ["course"]}
    assert interpretation["notice"] == "按“太极拳”为您查找，老年人、课程排在前面。"
    assert answer["items"][0]["id"] == "c:1"
    assert answer["total"] == 4
    exact = followed(client, interpretation["exact_url"])["interpretation"]
    assert (exact["removed"], exact["preferred"]) == ([], {})


def test_a_wish_lists_what_it_names_and_is_undone_too(client: TestClient) -> None:
    answer = found(client, q="有什么书")
    assert {item["id"] for item in answer["items"]} == {"b:1", "b:2"}
    assert answer["interpretation"]["notice"] == "为您列出全部图书。"
    assert "correct=false" in answer["interpretation"]["exact_url"]


def test_what_else_may_have_been_meant(snapshot_of: Callable[..., Snapshot]) -> None:
    titles = ["十字军东征", "识字课本", "狮子王", "师资培训"]
    snapshot = snapshot_of(*(Resource(id=f"b:{i}", kind="book", title=title) for i, title in enumerate(titles)))
    answer = found(TestClient(create_app(lambda: snapshot)), q="shizi")
    read = answer["interpretation"]
    assert {read["corrected"], *read["others"]} == {"十字", "识字", "狮子", "师资"}
    assert answer["total"] == 4


def test_the_address_of_what_was_typed_keeps_everything_else(client: TestClient) -> None:
    asked = "q=%E5%A4%AA%E7%BA%A7%E6%8B%B3&kind=course&kind=book&at=2026-07-01T00:00:00+08:00&offset=1&correct=true"
    address = followed(client, f"/v1/search?{asked}")["interpretation"]["exact_url"]
    assert address.startswith("/v1/search?")
    assert "offset" not in address
    assert address.count("kind=") == 2
    assert address.count("correct=") == 1
    assert followed(client, address)["interpretation"]["corrected"] == ""


@pytest.mark.parametrize(
    "q", ["太级拳&kind=book", "a%b太级拳", "太级拳#", "太级拳+", "<script>太级拳</script>", "太级拳\r\n"]
)
def test_the_address_is_sound_for_any_text(client: TestClient, q: str) -> None:
    interpretation = read(client, q=q)
    if address := interpretation.get("exact_url"):
        assert followed(client, address)["interpretation"]["normalized"] == interpretation["normalized"]


def test_the_help_line_is_told_where_not_all_was_found(snapshot_of: Callable[..., Snapshot]) -> None:
    snapshot = snapshot_of(*RESOURCES)
    client = TestClient(create_app(lambda: snapshot, help_line="0512-00000000"))
    assert read(client, q="太极拳 饕餮")["help_line"] == "0512-00000000"
    assert read(client, q="qwertyuiop")["help_line"] == "0512-00000000"
    assert "help_line" not in read(client, q="太极拳")
    assert "help_line" not in read(client, q="太级拳")


def test_subjects_show_a_way_on_where_not_all_was_found(snapshot_of: Callable[..., Snapshot]) -> None:
    courses = [
        Resource(id=f"c:{i}", kind="course", title=f"太极拳第{i}讲", subjects=("健康养生", f"第{i}类"))
        for i in range(3)
    ]
    snapshot = snapshot_of(*courses)
    client = TestClient(create_app(lambda: snapshot))
    assert read(client, q="太极拳 饕餮")["subjects"] == ["健康养生"]
    assert read(client, q="太极拳")["subjects"] == []


@pytest.mark.parametrize("value", ["maybe", "", "2"])
def test_correct_is_true_or_false(client: TestClient, value: str) -> None:
    assert client.get("/v1/search", params={"q": "太极拳", "correct": value}).status_code == 422
