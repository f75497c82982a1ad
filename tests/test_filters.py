"""Filters and facets against what one would count by hand, resource by resource."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from corpus.resource import Resource
from corpus.revision import Revision
from corpus.weekdays import read_weekdays
from index.filters import COUNTED, allowed_rows, facet_counts
from index.folding import fold
from index.query import Filter, Query
from index.search import search
from index.snapshot import Snapshot

BEIJING = timezone(timedelta(hours=8))
MONDAY = datetime(2026, 11, 23, tzinfo=BEIJING)
SUBJECTS = {"体育健身": "健身", "书画": "书法与国画"}
"""Two of the controlled list; what they are also called is looked up below."""
VALUES: dict[str, list[Any]] = {
    "kind": ["course", "book", "activity"],
    "source": ["甲校", "乙校"],
    "subject": ["体育健身", "书画", "自编主题"],
    "provider": ["社区学院", "ＡＢＣ大学"],
    "platform": ["云课堂"],
    "audience": ["老年人", "亲子"],
    "level": ["入门", "高级"],
    "format": ["online", "offline"],
    "language": ["zh-Hans", "en"],
    "district": ["姑苏区", "工业园区"],
    "venue": ["文化馆", "图书馆"],
    "free": [True, False],
}
SCHEDULES = ["", "每周二 9:00", "周六、周日", "9:00-11:00"]


def moment(hours: int) -> str:
    """So many hours after Monday's first."""
    return (MONDAY + timedelta(hours=hours)).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def drawn(random: Random, number: int) -> Resource:
    """A resource that has some of the values, or none."""

    def one(name: str) -> Any:
        return random.choice([*VALUES[name], None if name == "free" else ""])

    def some(name: str) -> tuple[str, ...]:
        return tuple(value for value in VALUES[name] if random.random() < 0.4)

    starts = random.choice([None, random.randint(-200, 200)])
    ends = random.choice([None, (starts or 0) + random.choice([0, 1, 30, 200, 2000])])
    return Resource(
        id=f"x:{number}",
        kind=random.choice(VALUES["kind"]),
        title=random.choice(["书法入门", "太极拳", "书法与太极拳"]),
        subjects=some("subject"),
        audience=some("audience"),
        format=some("format"),
        free=one("free"),
        published=random.choice(["", "1999", "2005-03", "2012-12-31", "2026"]),
        starts_at="" if starts is None else moment(starts),
        ends_at="" if ends is None else moment(ends),
        schedule=random.choice(SCHEDULES),
        status=random.choice(["active", "active", "active", "hidden"]),
        **{name: one(name) for name in ("source", "provider", "platform", "level", "language", "district", "venue")},
    )


RESOURCES = [drawn(Random(number), number) for number in range(120)]


@pytest.fixture(scope="module")
def snapshot(snapshot_of: Callable[..., Snapshot]) -> Snapshot:
    return snapshot_of(*RESOURCES)


conditions = st.fixed_dictionaries(
    {},
    optional={
        **{
            name: st.lists(st.sampled_from([*values, "没有这个"]), max_size=2, unique=True).map(tuple)
            for name, values in VALUES.items()
            if name != "free"
        },
        "free": st.sampled_from([True, False, None]),
        "year_from": st.sampled_from([None, 1, 1999, 2005, 2013]),
        "year_to": st.sampled_from([None, 1998, 2005, 2012, 9999]),
        "date_from": st.none() | st.integers(-300, 300).map(lambda hours: seconds(moment(hours))),
        "date_to": st.none() | st.integers(-300, 300).map(lambda hours: seconds(moment(hours))),
    },
).map(lambda chosen: Filter(**chosen))
moments = st.integers(-400, 2500).map(lambda hours: seconds(moment(hours)))


def seconds(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())


def midnight_after(at: int) -> int:
    day = datetime.fromtimestamp(at, BEIJING).replace(hour=0, minute=0, second=0)
    return int((day + timedelta(days=1)).timestamp())


def span(resource: Resource) -> tuple[float, float] | None:
    """From when until when something takes place; None without a date."""
    if not resource.starts_at and not resource.ends_at:
        return None
    starts = seconds(resource.starts_at) if resource.starts_at else float("-inf")
    if not resource.ends_at:
        return starts, midnight_after(int(starts))
    return starts, seconds(resource.ends_at)


def is_visible(resource: Resource, at: int) -> bool:
    taking_place = span(resource)
    over = resource.kind == "activity" and taking_place is not None and taking_place[1] <= at
    return resource.status == "active" and not over


def takes_place(resource: Resource, first: int | None, last: int | None) -> bool:
    taking_place = span(resource)
    if taking_place is None:
        return False
    starts, ends = taking_place[0], max(taking_place[1], taking_place[0] + 1)
    begins = max(starts, float("-inf") if first is None else first)
    stops = min(ends, float("inf") if last is None else last)
    if begins >= stops:
        return False
    if ends - starts <= 86_400 or begins == float("-inf"):
        return True
    days, day = set(), datetime.fromtimestamp(begins, BEIJING)
    while day.timestamp() < stops and len(days) < 7:
        days.add(day.weekday())
        day = (day + timedelta(days=1)).replace(hour=0, minute=0, second=0)
    return bool(days & read_weekdays(resource.schedule))


def values_of(resource: Resource, name: str) -> tuple[str, ...]:
    if name == "year":
        return (resource.published[:4],) if resource.published else ()
    value = getattr(resource, {"subject": "subjects"}.get(name, name))
    if isinstance(value, bool):
        return ("true" if value else "false",)
    return value if isinstance(value, tuple) else (value,) if value else ()


def meets(resource: Resource, filter: Filter, *, but: str = "") -> bool:
    """Whether a resource meets every condition, or every one but a facet's own."""
    for name in VALUES:
        wanted = getattr(filter, name)
        if name == but or wanted in ((), None):
            continue
        texts = wanted if isinstance(wanted, tuple) else ("true" if wanted else "false",)
        if not {fold(text) for text in texts} & {fold(text) for text in values_of(resource, name)}:
            return False
    if but != "year":
        year = int(resource.published[:4] or 0)
        if (filter.year_from is not None or filter.year_to is not None) and not year:
            return False
        if not (filter.year_from or 0) <= year <= (filter.year_to or 9999):
            return False
    dated = filter.date_from is not None or filter.date_to is not None
    return not dated or takes_place(resource, filter.date_from, filter.date_to)


@given(filter=conditions, at=moments)
def test_a_filter_lets_through_what_meets_every_condition(snapshot: Snapshot, filter: Filter, at: int) -> None:
    expected = [is_visible(resource, at) and meets(resource, filter) for resource in RESOURCES]
    assert allowed_rows(snapshot, filter, at=at).astype(bool).tolist() == expected


@given(filter=conditions, at=moments, works=st.booleans())
def test_facets_count_what_meets_every_condition_but_their_own(
    snapshot: Snapshot, filter: Filter, at: int, *, works: bool
) -> None:
    everywhere = np.flatnonzero(snapshot.visible(at)[::2]).astype(np.uint32) * np.uint32(2)
    found = everywhere[allowed_rows(snapshot, filter, at=at)[everywhere] == 1]
    counted = facet_counts(snapshot, COUNTED, filter, found, lambda: everywhere, at=at, works=works)
    for name in COUNTED:
        having: dict[str, set[int]] = {}
        for row in everywhere.tolist():
            resource = RESOURCES[row]
            if is_visible(resource, at) and meets(resource, filter, but=name):
                for value in values_of(resource, name):
                    having.setdefault(value, set()).add(int(snapshot.base.editions[row]) if works else row)
        assert {value.value: value.count for value in counted[name]} == {v: len(s) for v, s in having.items()}, name
        order = [value.value if name == "year" else value.count for value in counted[name]]
        assert order == sorted(order, reverse=True), name


def choosing(filter: Filter, name: str, value: str) -> Filter:
    if name == "year":
        return replace(filter, year_from=int(value), year_to=int(value))
    return replace(filter, **{name: value == "true" if name == "free" else (value,)})


@pytest.mark.parametrize("text", ["", "书法", "太极拳"])
@given(filter=conditions, at=moments)
def test_a_count_is_what_choosing_it_gives(snapshot: Snapshot, text: str, filter: Filter, at: int) -> None:
    query = Query(text=text, filter=filter, facets=COUNTED, limit=0, at=at)
    result = search(snapshot, query)
    assume(not result.interpretation.relaxed)
    for name, values in result.facets.items():
        for value in values:
            chosen = replace(query, filter=choosing(filter, name, value.value), facets=())
            assert search(snapshot, chosen).total == value.count, (name, value.value)


def test_a_subject_is_chosen_by_its_other_names_as_well(snapshot: Snapshot, revision: Revision) -> None:
    at = seconds(moment(0))
    for subject in revision.subjects:
        if subject.name in VALUES["subject"]:
            named = allowed_rows(snapshot, Filter(subject=(subject.name,)), at=at)
            assert named.any()
            assert subject.aliases
            for alias in subject.aliases:
                assert (allowed_rows(snapshot, Filter(subject=(alias,)), at=at) == named).all()


def test_every_year_is_counted(snapshot_of: Callable[..., Snapshot]) -> None:
    years = range(1900, 2027)
    snapshot = snapshot_of(*(Resource(id=f"b:{y}", kind="book", title="年鉴", published=str(y)) for y in years))
    counted = search(snapshot, Query(facets=("year",))).facets["year"]
    assert [value.value for value in counted] == [str(year) for year in reversed(years)]


def test_what_is_not_free_still_shows_what_is(snapshot: Snapshot) -> None:
    free = search(snapshot, Query(filter=Filter(free=False), facets=("free",), at=seconds(moment(0)))).facets["free"]
    assert {value.value for value in free} == {"true", "false"}


WEEK, DAY = 7 * 24, 24
SERIES = {"starts_at": moment(-WEEK), "ends_at": moment(9 * WEEK)}
RANGES: list[tuple[dict[str, str], int, int, bool]] = [
    ({"starts_at": moment(9), "ends_at": moment(11)}, 0, DAY, True),
    ({"starts_at": moment(9), "ends_at": moment(11)}, 10, 12, True),
    ({"starts_at": moment(9), "ends_at": moment(11)}, 11, 12, False),
    ({"starts_at": moment(9), "ends_at": moment(11)}, 0, 9, False),
    ({"starts_at": moment(-WEEK), "ends_at": moment(WEEK)}, 0, DAY, True),
    ({"starts_at": moment(-WEEK), "ends_at": moment(0)}, 0, DAY, False),
    ({"starts_at": moment(9)}, 0, DAY, True),
    ({"starts_at": moment(9)}, 20, DAY, True),
    ({"starts_at": moment(9)}, DAY, 2 * DAY, False),
    ({"starts_at": moment(9), "ends_at": moment(9)}, 9, 10, True),
    ({"ends_at": moment(WEEK)}, 0, DAY, True),
    ({"ends_at": moment(WEEK)}, WEEK, 2 * WEEK, False),
    ({"schedule": "每周一"}, 0, DAY, False),
    ({**SERIES, "schedule": "每周二"}, 0, DAY, False),
    ({**SERIES, "schedule": "每周二"}, DAY, 2 * DAY, True),
    ({**SERIES, "schedule": "每周二"}, 5 * DAY, WEEK, False),
    ({**SERIES, "schedule": "周末"}, 5 * DAY, WEEK, True),
    ({**SERIES, "schedule": "每周日"}, 0, WEEK, True),
    ({**SERIES, "schedule": "晚上"}, 0, DAY, True),
]


def test_what_takes_place_in_a_range(snapshot_of: Callable[..., Snapshot]) -> None:
    kinds: tuple[Any, ...] = ("activity", "course")
    resources = [
        Resource(id=f"{kind}:{number}", kind=kind, title="讲座", **dates)
        for kind in kinds
        for number, (dates, *_) in enumerate(RANGES)
    ]
    snapshot = snapshot_of(*resources)
    for resource, (dates, first, last, found) in zip(resources, RANGES * len(kinds), strict=True):
        filter = Filter(date_from=seconds(moment(first)), date_to=seconds(moment(last)))
        allowed = allowed_rows(snapshot, filter, at=seconds(moment(-WEEK)))
        assert bool(allowed[snapshot.row_of(resource.id)]) == found, (resource.kind, dates, first, last)


def test_what_has_no_date_is_never_over(snapshot_of: Callable[..., Snapshot]) -> None:
    snapshot = snapshot_of(Resource(id="x", kind="activity", title="讲座", schedule="每周一"))
    assert snapshot.visible(seconds("2999-01-01T00:00:00Z"))[0]
