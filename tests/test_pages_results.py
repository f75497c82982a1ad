"""GET /search as a page: what was found, and how to go on."""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from page_reading import Node, read_page
from starlette.testclient import TestClient

from api.app import create_app
from api.moments import BEIJING, today
from corpus.resource import Resource
from index.snapshot import Snapshot

RESOURCES = (
    Resource(
        id="c:1",
        kind="course",
        title="太极拳入门",
        provider="社区学院",
        description="从站桩讲起，八个动作。",
        subjects=("体育健身",),
        audience=("老年人",),
        level="入门",
        free=True,
    ),
    Resource(id="c:2", kind="course", title="智能手机课堂", subjects=("数字技能",), audience=("老年人",), free=False),
    Resource(id="b:1", kind="book", title="太極拳譜", creators=("王宗岳",), published="1995", subjects=("体育健身",)),
    Resource(id="b:2", kind="book", title="活着", creators=("余华",), published="2012-08"),
    *(Resource(id=f"x:{i}", kind="book", title=f"园林图说 {i}", published="2001") for i in range(25)),
)


@pytest.fixture(scope="module")
def client(snapshot_of: Callable[..., Snapshot]) -> TestClient:
    snapshot = snapshot_of(*RESOURCES)
    return TestClient(create_app(lambda: snapshot))


def page(client: TestClient, address: str) -> Node:
    response = client.get(address)
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    return read_page(response.text)


def titles(found: Node) -> list[str]:
    return [heading.text for heading in found.one("ol", cls="list").all("h2")]


def asked(address: str) -> dict[str, list[str]]:
    return parse_qs(urlsplit(address).query)


def test_hits_are_cards_with_what_matched_marked(client: TestClient) -> None:
    found = page(client, "/search?q=太极拳")
    assert set(titles(found)) == {"太极拳入门", "太極拳譜"}
    assert {mark.text for mark in found.all("mark")} == {"太极拳", "太極拳"}
    assert found.link("太極拳譜") == "/items/b:1"
    assert "共 2 条" in found.one("h1").text
    assert found.one("input", name="q").attributes["value"] == "太极拳"
    assert found.one("title").text == "太极拳 · 学径"


def test_filters_show_what_they_would_leave(client: TestClient) -> None:
    found = page(client, "/search?q=太极拳")
    kinds = found.one("nav", cls="kinds")
    assert [link.text for link in kinds.all("a")] == ["全部 2", "课程 1", "图书 1"]
    book = page(client, kinds.link("图书 1"))
    assert titles(book) == ["太極拳譜"]
    assert [link.text for link in book.one("nav", cls="kinds").all("a")] == ["全部 2", "课程 1", "图书 1"]


def test_a_filter_is_taken_back_where_it_was_chosen(client: TestClient) -> None:
    found = page(client, "/search?subject=体育健身&audience=老年人&page=3")
    removals = found.one("ul", cls="removals")
    without = asked(next(a.attributes["href"] for a in removals.all("a") if "老年人" in a.text))
    assert without == {"subject": ["体育健身"]}
    assert asked(removals.link("全部去掉")) == {}
    chosen = [a for a in found.one("aside").all("a") if a.attributes.get("aria-current")]
    assert asked(chosen[0].attributes["href"]) == {"audience": ["老年人"]}


def test_years_are_offered_by_decade(client: TestClient) -> None:
    found = page(client, "/search?kind=book")
    decade = found.one("aside").link("2000–2009 年25")
    assert asked(decade) == {"kind": ["book"], "year_from": ["2000"], "year_to": ["2009"]}
    narrowed = page(client, decade)
    assert "共 25 条" in narrowed.one("h1").text
    assert "2000–2009 年" in narrowed.one("ul", cls="removals").text


def test_pages_follow_one_another_to_the_end(client: TestClient) -> None:
    seen: list[str] = []
    address = "/search?q=园林&sort=newest"
    for number in (1, 2, 3):
        found = page(client, address)
        seen += titles(found)
        assert f"第 {number} 页，共 3 页" in found.one("nav", cls="pages").text
        following = found.all("a", rel="next")
        assert bool(following) == (number < 3)
        address = following[0].attributes["href"] if following else ""
    assert len(seen) == len(set(seen)) == 25
    beyond = page(client, "/search?q=园林&page=9")
    assert "后面没有了" in beyond.one("main").text


def test_sorting_keeps_the_rest_of_the_address(client: TestClient) -> None:
    found = page(client, "/search?q=太极拳&kind=book&page=2")
    assert asked(found.link("最新")) == {"q": ["太极拳"], "kind": ["book"], "sort": ["newest"]}


def test_synonyms_are_said_and_can_be_left_out(client: TestClient) -> None:
    found = page(client, "/search?q=手机")
    assert "智能手机" in found.one(cls="notice").text
    assert asked(found.link("只找“手机”")) == {"q": ['"手机"']}


def test_words_that_nothing_holds_are_said(client: TestClient) -> None:
    found = page(client, "/search?q=太极拳 qwerty")
    assert "qwerty" in found.one(cls="notice").text


def test_nothing_found_is_no_dead_end(client: TestClient) -> None:
    found = page(client, "/search?q=qwerty asdf&kind=book")
    assert "没有找到" in found.one("h1").text
    assert asked(found.link("去掉筛选条件，再找“qwerty asdf”")) == {"q": ["qwerty asdf"]}
    assert found.link("qwerty") == "/search?q=qwerty"
    assert found.all(cls="themes")
    assert len(found.all("li", cls="card")) == 4


@pytest.fixture(scope="module")
def diary(snapshot_of: Callable[..., Snapshot]) -> TestClient:
    """A lecture a day for forty days, in two places by turns, and one of which no day is known."""
    lectures = [
        Resource(
            id=f"a:{days}",
            kind="activity",
            title=f"讲座 {days}",
            starts_at=datetime.combine(today() + timedelta(days=days), time(), BEIJING).isoformat(),
            venue=("文化馆", "图书馆")[days % 2],
        )
        for days in range(40)
    ]
    snapshot = snapshot_of(*lectures, Resource(id="a:x", kind="activity", title="讲座", schedule="每周二"), *RESOURCES)
    return TestClient(create_app(lambda: snapshot))


def days_left(when: str) -> list[int]:
    sunday = 6 - today().weekday()
    days = {"week": range(sunday + 1), "weekend": range(max(sunday - 1, 0), sunday + 1), "month": range(31)}
    return list(days[when])


@pytest.mark.parametrize(
    ("when", "name"), [("week", "这一周"), ("weekend", "这个周末"), ("month", "一个月内")], ids=ascii
)
def test_activities_are_offered_by_when_they_take_place(diary: TestClient, when: str, name: str) -> None:
    found = page(diary, "/search?q=讲座&kind=activity")
    link = found.one("nav", cls="times").link(f"{name} {len(days_left(when))}")
    assert asked(link) == {"q": ["讲座"], "kind": ["activity"], "when": [when]}
    narrowed = page(diary, link + "&sort=soonest")
    assert titles(narrowed) == [f"讲座 {days}" for days in days_left(when)][:10]
    [chosen] = narrowed.one("nav", cls="times").all("a", **{"aria-current": "true"})
    assert chosen.text == f"{name} {len(days_left(when))}"
    assert asked(narrowed.one("nav", cls="times").link("时间不限 41")).keys() == {"q", "kind", "sort"}
    venues = {link.text for link in narrowed.one("aside").all("a")}
    by_turns = [sum(days % 2 == turn for days in days_left(when)) for turn in (0, 1)]
    if all(by_turns):
        assert {f"文化馆{by_turns[0]}", f"图书馆{by_turns[1]}"} <= venues


def test_a_venue_can_be_chosen_together_with_when(diary: TestClient) -> None:
    found = page(diary, "/search?kind=activity&venue=文化馆&when=month")
    assert "共 16 条" in found.one("h1").text
    assert found.one("h1").text.startswith("一个月内 · 场地：文化馆 · 活动")
    assert asked(found.one("ul", cls="removals").all("a")[0].attributes["href"]).keys() == {"kind", "when"}
    assert found.one("nav", cls="times").link("时间不限 20")


def test_only_activities_are_offered_by_when(diary: TestClient) -> None:
    assert page(diary, "/search?kind=book").all("nav", cls="times") == []
    assert page(diary, "/search?q=讲座").all("nav", cls="times") == []
    assert page(diary, "/search?q=qwerty&kind=activity").all("nav", cls="times") == []
    nothing = page(diary, "/search?q=活着&kind=book&when=week")
    assert "没有找到" in nothing.one("h1").text
    assert nothing.one("nav", cls="times").link("时间不限 1")
    assert asked(nothing.link("去掉筛选条件，再找“活着”")) == {"q": ["活着"]}


def test_the_first_page_leads_to_this_weeks_activities(diary: TestClient) -> None:
    found = page(diary, page(diary, "/").link("本周活动"))
    assert titles(found) == [f"讲座 {days}" for days in days_left("week")]


@pytest.mark.parametrize(
    "address",
    [
        "/search",
        "/search?when=someday",
        "/search?q=",
        "/search?q=%EF%BC%81%EF%BC%9F",
        "/search?q=太极拳&kind=film&year_from=abc&free=maybe&page=-1",
        "/search?q=太极拳&from=singlemessage&isappinstalled=0",
        "/search?q=太极拳&page=99999999999999999999",
        "/search?q=太极拳&sort=best&utm_source=x",
        "/search?q=%FF%FE%00",
        '/search?q="太极拳"',
        "/search?q=作者:余华",
        "/search?subject=没有这个主题",
        "/search?kind=book&kind=course&kind=book",
    ],
)
def test_every_address_gets_a_page(client: TestClient, address: str) -> None:
    assert page(client, address).all("h1")


def test_what_was_left_out_of_an_address_is_said(client: TestClient) -> None:
    assert "没有使用" in page(client, "/search?q=太极拳&kind=film").one(cls="notice").text
    assert "没有使用" not in page(client, "/search?q=太极拳&from=singlemessage").text


def test_a_theme_stands_for_its_subjects(client: TestClient) -> None:
    home = page(client, "/")
    found = page(client, home.link("智慧助老"))
    assert found.one("h1").text.startswith("智慧助老")
    assert titles(found) == ["智能手机课堂"]


def test_a_guess_says_so_and_can_be_taken_back(client: TestClient) -> None:
    found = page(client, "/search?q=太级拳&kind=book")
    assert "按读音为您找到“太极拳”" in found.one(cls="notice").text
    exactly = found.link("只找“太级拳”")
    assert asked(exactly) == {"q": ["太级拳"], "kind": ["book"], "correct": ["false"]}
    assert "为您找到" not in page(client, exactly).text


def test_a_question_says_what_was_looked_for(client: TestClient) -> None:
    found = page(client, "/search?q=有没有讲太极拳的书")
    assert "按“太极拳”为您查找，图书排在前面" in found.one(cls="notice").text
    assert found.all("li", cls="card")[0].all("span", cls="kind")[0].text == "图书"


def test_the_help_line_stands_on_every_page(snapshot_of: Callable[..., Snapshot]) -> None:
    snapshot = snapshot_of(Resource(id="c:1", kind="course", title="太极拳"))
    client = TestClient(create_app(lambda: snapshot, help_line="0512-1234 5678"))
    for address in ("/", "/search?q=没有的", "/items/c:1", "/for-you", "/help", "/nowhere"):
        response = client.get(address, headers={"Accept": "text/html"})
        assert 'href="tel:0512-12345678"' in response.text, address
