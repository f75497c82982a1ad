"""The demo catalogue that ships with the project, so that a newcomer meets a page that lives.

Books and places are real and carry only what is certain. Courses, activities and stories are typical examples of ours,
their providers and teachers invented: their `platform` says so, a field that ranks nothing. The popularity of courses
and activities is invented with them; ratings, telephone numbers and links are left out.

The files say when relative to the day of loading, so that activities lie ahead for months, and loading again renews
them: `starts_in_days`, moved on to the next of `weekdays`, `at` Beijing's time for `minutes`, through `weeks`;
`signup_closes_days_before`, at 17:00; `published_days_ago`.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Final

from corpus.catalogue import Catalogue, Written
from corpus.errors import InvalidInput
from corpus.exchange import read_lines
from corpus.resource import Resource
from corpus.revision import shipped_revision
from corpus.validation import SubjectOf, parse_resource

SOURCE: Final = "demo"
EXAMPLE: Final = "学径示例"
"""The platform of what is not real."""

_FILES: Final = ("courses", "books", "activities", "places", "stories")
_EXAMPLES: Final = ("course", "activity", "story")
_WEEKDAYS: Final = "一二三四五六日"
_SIGNUP_CLOSES: Final = time(17)


def demo_resources(today: date) -> list[Resource]:
    """The demo as it stands when it is loaded on a day, Beijing's.

    Raises: InvalidInput if a shipped file is damaged.
    """
    subjects = shipped_revision().subject_of
    return [resource for name in _FILES for resource in _resources(name, today, subjects)]


def load_demo(catalogue: Catalogue, today: date) -> Written:
    """Brings the demo's state of a day into the catalogue; what an older demo had beyond it goes."""
    resources = demo_resources(today)
    catalogue.delete(_loaded_ids(catalogue) - {resource.id for resource in resources})
    return catalogue.write(resources)


def remove_demo(catalogue: Catalogue) -> int:
    """Takes the demo out of the catalogue and says how many resources that were."""
    return catalogue.delete(_loaded_ids(catalogue))


def retire_demo(catalogue: Catalogue) -> int:
    """Removes the demo where the catalogue has something of its own."""
    if not catalogue.active_ids(SOURCE) or {count.source for count in catalogue.counts()} == {SOURCE}:
        return 0
    return remove_demo(catalogue)


def _loaded_ids(catalogue: Catalogue) -> set[str]:
    """What is there of the demo, shown, hidden or withdrawn."""
    shipped = [record["id"] for name in _FILES for _, record in _records(name)]
    owners = catalogue.owners(shipped)
    return catalogue.active_ids(SOURCE) | {id for id, owner in owners.items() if owner == SOURCE}


def _resources(name: str, today: date, subjects: SubjectOf) -> Iterator[Resource]:
    for row, record in _records(name):
        resource, problems = parse_resource(_dated(record, today), row=row, source=SOURCE, subjects=subjects)
        if resource is None:
            raise InvalidInput(f"随项目附带的示例文件已损坏：{problems[0].message}", place=f"{name}.jsonl")
        yield resource


def _records(name: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """The rows of a shipped file with their numbers."""
    for line in read_lines(Path(__file__).parent / "shipped" / "demo" / f"{name}.jsonl"):
        if line.record is None:
            message = line.problem.message if line.problem else ""
            raise InvalidInput(f"随项目附带的示例文件已损坏：{message}", place=f"{name}.jsonl")
        yield line.row, line.record


def _dated(record: Mapping[str, Any], today: date) -> dict[str, Any]:
    """A record in exchange form, its offsets turned into days and moments."""
    dated = dict(record)
    if dated["kind"] in _EXAMPLES:
        dated["platform"] = EXAMPLE
    if "published_days_ago" in dated:
        dated["published"] = (today - timedelta(days=dated.pop("published_days_ago"))).isoformat()
    if "starts_in_days" in dated:
        earliest = today + timedelta(days=dated.pop("starts_in_days"))
        weekdays = {_WEEKDAYS.index(name.removeprefix("周")) for name in dated.pop("weekdays")}
        first = _meets(earliest, weekdays, step=1)
        last = _meets(first + timedelta(days=7 * dated.pop("weeks", 1) - 1), weekdays, step=-1)
        at, minutes = time.fromisoformat(dated.pop("at")), dated.pop("minutes")
        dated["starts_at"] = datetime.combine(first, at).isoformat()
        dated["ends_at"] = (datetime.combine(last, at) + timedelta(minutes=minutes)).isoformat()
        if "signup_closes_days_before" in dated:
            closes = first - timedelta(days=dated.pop("signup_closes_days_before"))
            dated["signup_until"] = datetime.combine(closes, _SIGNUP_CLOSES).isoformat()
    return dated


def _meets(day: date, weekdays: set[int], *, step: int) -> date:
    """The day or the nearest one in the direction of `step` that is one of the weekdays (0 Monday)."""
    while day.weekday() not in weekdays:
        day += timedelta(days=step)
    return day
