"""GET /items/{id} as a page: the facts, what goes with it, what is like it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from page_reading import Node, read_page
from starlette.testclient import TestClient

from api.app import create_app
from api.residents.cards import item_address
from api.residents.facts import ways
from corpus.resource import Resource
from index.snapshot import Snapshot

NOW = datetime.now(UTC)


def moment(**ago: int) -> str:
    return (NOW + timedelta(**ago)).strftime("%Y-%m-%dT%H:%M:%SZ")


RESOURCES = (
    Resource(
        id="c:1",
        kind="course",
        title="太极拳入门",
        subtitle="零基础",
        creators=("沈老师",),
        provider="社区学院",
        platform="学习平台",
        subjects=("体育健身",),
        tags=("太极拳", "养生"),
        description="从站桩讲起。",
        audience=("老年人",),
        level="入门",
        language="zh-Hans",
        format=("offline", "online"),
        published="2026-03",
        price=0.0,
        url="https://example.org/c1",
        schedule="每周二 9:00",
        signup_url="https://example.org/signup",
        signup_until="2030-05-01T09:00:00Z",
        capacity=24,
        phone="0512-6288 0000 转 8、13800000000",
        venue="文化馆",
        address="人民路 1 号",
        district="姑苏区",
        related=("p:1", "b:9"),
        rating=9.1,
    ),
    Resource(id="b:9", kind="book", title="太极拳谱", isbn="9787010000015", clc="G852", call_number="G852/12"),
    Resource(id="b:2", kind="book", title="太极拳与养生", tags=("太极拳",)),
    Resource(id="c:2", kind="course", title="太极拳进阶", tags=("太极拳",)),
    Resource(id="p:1", kind="place", title="文化馆", hours="周二至周日 9:00–17:00"),
    Resource(id="a:1", kind="activity", title="太极拳公益课", starts_at=moment(days=-3), ends_at=moment(days=-2)),
    Resource(id="b:4", kind="book", title="昆虫记", description="讲讲方法。"),
    Resource(id="c:4", kind="course", title="数据分析", description="讲讲方法。"),
    Resource(id="odd/id：一?#&%", kind="book", title="怪编号"),
    Resource(id="h:1", kind="book", title="藏起来的", status="hidden"),
)


@pytest.fixture(scope="module")
def client(snapshot_of: Callable[..., Snapshot]) -> TestClient:
    snapshot = snapshot_of(*RESOURCES)
    return TestClient(create_app(lambda: snapshot))


def page(client: TestClient, id: str) -> Node:
    response = client.get(item_address(id))
    assert response.status_code == 200, response.text
    return read_page(response.text)


def facts(shown: Node) -> dict[str, str]:
    rows = [row for definitions in shown.all("dl") for row in definitions.all("div")]
    return {row.one("dt").text: " ".join(value.text for value in row.one("dd").walk()) for row in rows}


def test_everything_known_is_shown_with_a_chinese_label(client: TestClient) -> None:
    shown = page(client, "c:1")
    assert shown.one("h1").text == "太极拳入门"
    assert shown.one(cls="subtitle").text == "零基础"
    assert facts(shown) == {
        "上课时间": "每周二 9:00",
        "地点": "文化馆 人民路 1 号",
        "区域": "姑苏区",
        "费用": "免费",
        "报名截止": "2030年5月1日（星期三）17:00",
        "名额": "24 人",
        "电话": "0512-6288 0000 转 8 13800000000",
        "主讲": "沈老师",
        "适合": "老年人",
        "程度": "入门",
        "方式": "线下 线上",
        "开课单位": "社区学院",
        "平台": "学习平台",
        "发布时间": "2026年3月",
        "语言": "中文（简体）",
        "评分": "9.1 分（满分 10 分）",
        "主题": "体育健身",
        "关键词": "太极拳 养生",
    }


def test_a_telephone_number_can_be_dialled(client: TestClient) -> None:
    shown = page(client, "c:1")
    assert shown.link("0512-6288 0000 转 8") == "tel:051262880000,8"
    assert shown.link("13800000000") == "tel:13800000000"


def test_a_book_has_its_numbers(client: TestClient) -> None:
    assert facts(page(client, "b:9")) == {"ISBN": "9787010000015", "索书号": "G852/12", "图书分类": "G852"}


def test_buttons_lead_to_web_addresses_only(client: TestClient) -> None:
    shown = page(client, "c:1")
    assert shown.link("我要报名") == "https://example.org/signup"
    assert shown.link("去学习") == "https://example.org/c1"
    assert all("noopener" in node.attributes["rel"] for node in shown.one(cls="ways").all("a"))
    for address in ("javascript:alert(1)", "data:text/html,x", "//example.org", "http://[", "", "/v1"):
        assert list(ways({"kind": "course", "url": address, "signup_url": address})) == []


def test_what_the_record_names_goes_with_it_first(client: TestClient) -> None:
    together = page(client, "c:1").one("section", **{"aria-labelledby": "together"})
    assert [heading.text for heading in together.all("h3")][:2] == ["文化馆", "太极拳谱"]


@pytest.mark.parametrize("id", ["c:1", "b:9", "b:4", "p:1"])
def test_what_goes_with_it_is_what_programs_are_told(client: TestClient, id: str) -> None:
    answer = client.post("/v1/recommend", json={"scene": "item", "item_id": id, "limit": 4}).json()
    rows = [s for s in page(client, id).all("section") if s.attributes["aria-labelledby"] == "together"]
    assert [heading.text for row in rows for heading in row.all("h3")] == [item["title"] for item in answer["items"]]


def test_what_shares_only_a_word_in_passing_does_not_go_with_it(client: TestClient) -> None:
    shown = page(client, "b:4")
    assert "together" not in {section.attributes["aria-labelledby"] for section in shown.all("section")}


def test_similar_ones_are_of_the_same_kind_and_not_shown_twice(client: TestClient) -> None:
    shown = page(client, "b:9")
    beside = {heading.text for heading in shown.one("section", **{"aria-labelledby": "together"}).all("h3")}
    near = [section for section in shown.all("section") if section.attributes["aria-labelledby"] == "near"]
    assert "太极拳与养生" in beside | {heading.text for section in near for heading in section.all("h3")}
    assert not any(heading.text in beside for section in near for heading in section.all("h3"))


def test_what_is_over_is_said_to_be_over(client: TestClient) -> None:
    shown = page(client, "a:1")
    assert "已经结束" in shown.one(cls="notice").text
    assert shown.all("section") == []


def test_every_id_has_an_address(client: TestClient) -> None:
    assert page(client, "odd/id：一?#&%").one("h1").text == "怪编号"


@pytest.mark.parametrize("id", ["nobody", "h:1"])
def test_what_is_not_there_is_said_kindly(client: TestClient, id: str) -> None:
    response = client.get(item_address(id), headers={"Accept": "text/html"})
    assert response.status_code == 404
    assert "没有找到" in read_page(response.text).one("h1").text


def test_the_page_names_its_data(client: TestClient) -> None:
    [alternate] = page(client, "odd/id：一?#&%").all("link", rel="alternate")
    response = client.get(alternate.attributes["href"], headers={"Accept": alternate.attributes["type"]})
    assert response.json()["name"] == "怪编号"
