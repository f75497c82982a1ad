import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta, timezone
from pathlib import Path

import pytest

import corpus
from corpus.catalogue import Catalogue
from corpus.demo import EXAMPLE, SOURCE, demo_resources, load_demo, remove_demo
from corpus.resource import KINDS, Resource
from corpus.revision import Revision
from corpus.validation import parse_resource
from index.query import Query
from index.search import search
from index.snapshot import Snapshot

SHIPPED = Path(corpus.__file__).parent / "shipped" / "demo"
TODAY = date(2026, 3, 3)
BEIJING = timezone(timedelta(hours=8))
TIMING = {"starts_in_days", "weekdays", "at", "minutes", "weeks", "signup_closes_days_before", "published_days_ago"}

THEMES = {
    "职业技能": {"职业技能"},
    "健康养生": {"健康", "养生"},
    "智慧助老": {"智慧助老"},
    "亲子家庭": {"亲子", "家庭"},
    "传统文化": {"传统文化"},
    "艺术": {"艺术"},
    "语言": {"语言"},
    "法律与理财": {"法律", "理财"},
    "科技": {"科技"},
    "文学": {"文学"},
    "历史": {"历史"},
}


def shipped_records() -> list[dict[str, object]]:
    return [json.loads(line) for file in sorted(SHIPPED.iterdir()) for line in file.read_text("utf-8").splitlines()]


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.fixture(scope="module")
def demo() -> dict[str, Resource]:
    return {resource.id: resource for resource in demo_resources(TODAY)}


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    catalogue = Catalogue.open(f"sqlite:///{tmp_path / 'catalogue.db'}")
    yield catalogue
    catalogue.close()


def test_every_record_is_valid_without_a_warning(revision: Revision) -> None:
    for row, record in enumerate(shipped_records(), start=1):
        known = {name: value for name, value in record.items() if name not in TIMING}
        resource, problems = parse_resource(known, row=row, source=SOURCE, subjects=revision.subject_of)
        assert resource is not None
        assert problems == []


def test_the_demo_is_of_its_size_and_every_kind(demo: dict[str, Resource]) -> None:
    counts = Counter(resource.kind for resource in demo.values())
    assert set(counts) == set(KINDS)
    assert 280 <= counts.total() <= 320
    assert counts["story"] == 2
    assert min(counts["course"], counts["book"]) >= 95
    assert counts["activity"] >= 45
    assert counts["place"] >= 25


def test_ids_are_unique_and_say_demo_and_kind() -> None:
    records = shipped_records()
    assert len({record["id"] for record in records}) == len(records)
    assert [r["id"] for r in records if not str(r["id"]).startswith(f"{SOURCE}:{r['kind']}-")] == []


def test_related_resources_exist_and_are_others(demo: dict[str, Resource]) -> None:
    for resource in demo.values():
        assert set(resource.related) <= demo.keys() - {resource.id}, resource.id


def test_subjects_are_the_controlled_names(demo: dict[str, Resource], revision: Revision) -> None:
    names = {subject.name for subject in revision.subjects}
    assert {subject for resource in demo.values() for subject in resource.subjects} <= names
    assert [resource.id for resource in demo.values() if not resource.subjects] == []


@pytest.mark.parametrize("theme", THEMES)
def test_every_theme_has_courses_books_and_activities_enough(demo: dict[str, Resource], theme: str) -> None:
    counts = Counter(resource.kind for resource in demo.values() if THEMES[theme] & set(resource.tags))
    assert counts.total() >= 12
    assert counts["course"] >= 4
    assert counts["activity"] >= 2
    assert counts["book"] >= 4 or theme == "智慧助老"


def test_descriptions_are_own_short_and_distinct(demo: dict[str, Resource]) -> None:
    descriptions = [resource.description for resource in demo.values()]
    assert len(set(descriptions)) == len(descriptions)
    assert [text for text in descriptions if not 40 <= len(text) <= 120] == []


def test_what_is_not_real_says_so_and_nothing_is_invented_beyond(demo: dict[str, Resource]) -> None:
    for resource in demo.values():
        invented = resource.kind in ("course", "activity", "story")
        assert (resource.platform == EXAMPLE) is invented
        assert resource.rating is None
        assert {resource.isbn, resource.phone, resource.url, resource.image, resource.hours} == {""}
        assert (resource.popularity is not None) is (resource.kind in ("course", "activity"))


@pytest.mark.parametrize("today", [date(2026, 1, 1) + timedelta(days=n) for n in range(0, 730, 73)])
def test_activities_lie_ahead_on_any_day_and_most_for_a_month(today: date) -> None:
    loaded = datetime.combine(today, time(23, 59), BEIJING)
    activities = [resource for resource in demo_resources(today) if resource.kind == "activity"]
    assert [a.id for a in activities if moment(a.starts_at) <= loaded] == []
    assert [a.id for a in activities if a.signup_until and moment(a.signup_until) <= loaded] == []
    lasting = [a for a in activities if moment(a.ends_at) > loaded + timedelta(days=30)]
    assert len(lasting) > 0.6 * len(activities)
    assert max(moment(a.ends_at) for a in activities) > loaded + timedelta(days=80)


def test_moments_are_of_beijing_and_agree_with_the_schedule(demo: dict[str, Resource]) -> None:
    for resource in demo.values():
        if not (resource.starts_at and resource.schedule):
            continue
        starts, ends = (moment(text).astimezone(BEIJING) for text in (resource.starts_at, resource.ends_at))
        days = re.findall("周([一二三四五六日])", resource.schedule)
        assert "一二三四五六日"[starts.weekday()] in days
        assert "一二三四五六日"[ends.weekday()] in days
        assert f"{starts.hour}:{starts:%M}–{ends.hour}:{ends:%M}" in resource.schedule


def test_a_series_runs_for_all_its_sessions(demo: dict[str, Resource]) -> None:
    """周二、周四 for four weeks: three days after a Tuesday the first is the next Tuesday, the last a Thursday."""
    course = demo["demo:course-baduanjin-rumen"]
    assert course.schedule == "每周二、周四 8:30–9:30，共 8 次"
    assert moment(course.starts_at) == datetime(2026, 3, 10, 0, 30, tzinfo=UTC)
    assert moment(course.ends_at) == datetime(2026, 4, 2, 1, 30, tzinfo=UTC)
    assert moment(course.signup_until) == datetime(2026, 3, 9, 9, 0, tzinfo=UTC)
    assert course.published < "2026-03-03"


def test_loading_twice_on_a_day_changes_nothing(catalogue: Catalogue, demo: dict[str, Resource]) -> None:
    assert load_demo(catalogue, TODAY).created == len(demo)
    again = load_demo(catalogue, TODAY)
    assert (again.created, again.updated, again.unchanged) == (0, 0, len(demo))


def test_loading_later_renews_the_dates(catalogue: Catalogue) -> None:
    load_demo(catalogue, TODAY)
    later = load_demo(catalogue, TODAY + timedelta(days=60))
    assert later.created == 0
    assert later.updated > 100
    activity = catalogue.get("demo:activity-guanxing")
    assert activity is not None
    assert moment(activity.starts_at).date() > TODAY + timedelta(days=60)


def test_loading_drops_what_an_older_demo_had(catalogue: Catalogue, demo: dict[str, Resource]) -> None:
    catalogue.write([Resource(id="demo:book-gone", kind="book", title="旧的", source=SOURCE)])
    load_demo(catalogue, TODAY)
    assert catalogue.get("demo:book-gone") is None
    assert catalogue.count() == len(demo)


def test_removing_takes_all_of_the_demo_and_nothing_else(catalogue: Catalogue, demo: dict[str, Resource]) -> None:
    own = Resource(id="own:1", kind="book", title="自己的书", source="own")
    catalogue.write([own])
    load_demo(catalogue, TODAY)
    withdrawn, hidden = (demo[f"demo:book-{name}"].as_dict() for name in ("huozhe", "hongloumeng"))
    for record, status in ((withdrawn, "withdrawn"), (hidden, "hidden")):
        resource, _ = parse_resource({**record, "status": status}, row=1, source=SOURCE, subjects=lambda text: text)
        assert resource is not None
        catalogue.write([resource])
    assert remove_demo(catalogue) == len(demo)
    assert [count.source for count in catalogue.counts()] == ["own"]
    assert catalogue.get("own:1") == own
    assert remove_demo(catalogue) == 0


@pytest.fixture(scope="module")
def snapshot(snapshot_of: Callable[..., Snapshot], demo: dict[str, Resource]) -> Snapshot:
    return snapshot_of(*demo.values())


AT = int(datetime.combine(TODAY, time(12), BEIJING).timestamp())


def found(snapshot: Snapshot, text: str, *, limit: int = 50) -> list[str]:
    return [hit.id for hit in search(snapshot, Query(text=text, limit=limit, at=AT)).hits]


@pytest.mark.parametrize(
    ("text", "other", "id"),
    [
        ("手机", "智能手机", "demo:course-zhineng-shouji-rumen"),
        ("智能手机", "手机", "demo:activity-shouji-menzhen"),
        ("电脑", "计算机", "demo:book-bianma"),
        ("计算机", "电脑", "demo:activity-diannao-dayi"),
        ("养生", "保健", "demo:book-shanshi-zhinan"),
        ("保健", "养生", "demo:book-laolao-hengyan"),
    ],
)
def test_words_that_mean_the_same_find_each_other(snapshot: Snapshot, text: str, other: str, id: str) -> None:
    assert id in found(snapshot, text)
    assert id in found(snapshot, other)


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("红楼梦", "demo:book-hongloumeng"),
        ("活着", "demo:book-huozhe"),
        ("金鸡湖", "demo:place-jinjihu"),
        ("怎么用手机挂号", "demo:course-shouji-guahao"),
        ("老年人学电脑", "demo:course-diannao-cong-kaiji-xueqi"),
        ("电工证", "demo:course-diya-diangong"),
        ("苏州博物馆", "demo:place-suzhou-bowuguan"),
        ("防诈骗", "demo:course-fang-zhapian"),
    ],
)
def test_what_a_resident_asks_for_comes_first(snapshot: Snapshot, text: str, first: str) -> None:
    assert found(snapshot, text, limit=1) == [first]


@pytest.mark.parametrize(
    "texts",
    [
        ("太极", "书法", "苏绣", "评弹", "昆曲", "园林"),
        ("余华", "绘本", "医保", "理财"),
        ("Python", "英语", "烘焙", "摄影", "育儿"),
    ],
)
def test_an_everyday_word_finds_more_than_one_kind(snapshot: Snapshot, texts: tuple[str, ...]) -> None:
    for text in texts:
        assert len({id.split("-")[0] for id in found(snapshot, text)}) >= 2, text
