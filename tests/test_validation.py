from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.problem import Problem
from corpus.resource import FIELDS, Resource
from corpus.validation import parse_resource

SUBJECTS = {"医药卫生": "医药卫生", "医学": "医药卫生"}.get
GOOD: dict[str, Any] = {"id": "c:1", "kind": "course", "title": "太极拳入门"}


def parsed(**changes: Any) -> tuple[Resource | None, list[Problem]]:
    record = {name: value for name, value in {**GOOD, **changes}.items() if value is not ...}
    return parse_resource(record, row=12, source="here", subjects=SUBJECTS)


def test_only_id_kind_and_title_are_needed() -> None:
    assert parsed() == (Resource(id="c:1", kind="course", title="太极拳入门", source="here"), [])


@pytest.mark.parametrize(
    ("field", "given_", "kept"),
    [
        ("id", 42, "42"),
        ("id", "課/2：（上）", "課/2：（上）"),
        ("source", "there", "there"),
        ("title", "太極拳", "太極拳"),
        ("creators", "余华", ("余华",)),
        ("tags", ["养生", " 养生 ", "", "太极"], ("养生", "太极")),
        ("subjects", ["医学"], ("医药卫生",)),
        ("published", 1995, "1995"),
        ("published", "1995-06", "1995-06"),
        ("published", "2024-02-29", "2024-02-29"),
        ("isbn", "978-7-5344-2790-9", "9787534427909"),
        ("isbn", "7534427908", "9787534427909"),
        ("starts_at", "2026-08-01 09:00", "2026-08-01T01:00:00Z"),
        ("starts_at", "2026-08-01T09:00:00+09:00", "2026-08-01T00:00:00Z"),
        ("starts_at", "2026-08-01", "2026-07-31T16:00:00Z"),
        ("ends_at", "2026-08-01", "2026-08-01T15:59:59Z"),
        ("signup_until", "2026-08-01", "2026-08-01T15:59:59Z"),
        ("ends_at", "2026-08-01 00:00", "2026-07-31T16:00:00Z"),
        ("source", "", "here"),
        ("source", "  ", "here"),
        ("rating", 9, 9),
        ("popularity", 12.0, 12),
        ("free", False, False),
        ("price", 0, 0),
        ("url", "https://例子.cn/a b", "https://例子.cn/a%20b"),
        ("description", "一\n二", "一\n二"),
        ("format", ["online", "print"], ("online", "print")),
        ("rating", None, None),
        ("audience", [], ()),
    ],
)
def test_values_as_they_are_kept(field: str, given_: Any, kept: Any) -> None:
    resource, problems = parsed(**{field: given_})
    assert problems == []
    assert getattr(resource, field) == kept


@pytest.mark.parametrize(
    ("field", "given_", "code"),
    [
        ("id", ..., "missing"),
        ("id", "  ", "missing"),
        ("id", "a b", "invalid-id"),
        ("id", "a\x00b", "invalid-id"),
        ("id", "a\u202eb", "invalid-id"),
        ("id", "c:1/similar", "invalid-id"),
        ("id", "x" * 201, "too-long"),
        ("id", True, "wrong-type"),
        ("kind", ..., "missing"),
        ("kind", "video", "unknown-kind"),
        ("kind", 3, "wrong-type"),
        ("title", ..., "missing"),
        ("title", "\u200b", "missing"),
        ("title", "长" * 501, "too-long"),
        ("source", "长" * 201, "too-long"),
        ("description", "长" * 20_001, "too-long"),
        ("creators", {"name": "余华"}, "wrong-type"),
        ("tags", ["养生", 3], "wrong-type"),
        ("tags", ["养生"] * 101, "too-many"),
        ("published", "去年", "wrong-date"),
        ("published", "2023-02-29", "wrong-date"),
        ("published", 10**30, "wrong-date"),
        ("published", True, "wrong-type"),
        ("starts_at", "明天", "wrong-time"),
        ("starts_at", "9999-12-31T23:59:59-23:59", "wrong-time"),
        ("rating", 10.5, "out-of-range"),
        ("rating", float("nan"), "out-of-range"),
        ("rating", True, "wrong-type"),
        ("rating", "9", "wrong-type"),
        ("price", -1, "out-of-range"),
        ("popularity", 1.5, "wrong-type"),
        ("popularity", 10**400, "out-of-range"),
        ("free", "是", "wrong-type"),
        ("level", "中级", "unknown-value"),
        ("status", "deleted", "unknown-value"),
        ("format", ["carrier pigeon"], "unknown-value"),
    ],
)
def test_what_is_wrong_keeps_the_row_out_and_is_said_with_its_place(field: str, given_: Any, code: str) -> None:
    resource, problems = parsed(**{field: given_})
    assert resource is None
    (error,) = [found for found in problems if found.severity == "error"]
    assert (error.row, error.field, error.code) == (12, field, code)
    assert error.message.startswith(f"第 12 行“{field}”：")


@pytest.mark.parametrize(
    ("field", "given_", "code", "kept"),
    [
        ("title", "太\x00极\u202e拳", "invisible", "太极拳"),
        ("title", "坏\ud800字", "invisible", "坏字"),
        ("subjects", ["炼金术"], "unknown-subject", ("炼金术",)),
        ("isbn", "9787534427900", "wrong-isbn", ""),
        ("url", "javascript:alert(1)", "wrong-url", ""),
        ("url", "http://[", "wrong-url", ""),
        ("url", "http://a.cn/" + "b " * 490, "wrong-url", ""),
    ],
)
def test_what_is_only_doubtful_comes_in_with_a_warning(field: str, given_: Any, code: str, kept: Any) -> None:
    resource, (warning,) = parsed(**{field: given_})
    assert (warning.severity, warning.code) == ("warning", code)
    assert getattr(resource, field) == kept


def test_an_unknown_field_is_a_warning() -> None:
    resource, (warning,) = parsed(lecturer="王")
    assert resource is not None
    assert (warning.field, warning.code) == ("lecturer", "unknown-field")


def test_a_strange_name_of_a_field_is_shown_short_and_printable() -> None:
    _, (warning,) = parsed(**{"\ud800\x00" + "x" * 1000: 1})
    assert warning.field == "��" + "x" * 38 + "…"


def test_an_activity_may_end_on_the_day_it_starts() -> None:
    resource, problems = parsed(starts_at="2026-08-01 09:00", ends_at="2026-08-01")
    assert problems == []
    assert resource is not None


def test_an_end_before_its_start_is_refused() -> None:
    resource, (error,) = parsed(starts_at="2026-08-02", ends_at="2026-08-01")
    assert (resource, error.code) == (None, "ends-before")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(exclude_categories=[])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(FIELDS) | st.text(max_size=5), json_values))
def test_no_record_is_too_strange(record: dict[str, Any]) -> None:
    resource, problems = parse_resource(record, row=1, source="s", subjects=SUBJECTS)
    assert (resource is None) == any(found.severity == "error" for found in problems)
    for found in problems:
        assert found.message.isprintable()
    if resource is not None:
        again, complaints = parse_resource(resource.as_dict(), row=1, source="s", subjects=SUBJECTS)
        assert again == resource
        assert all(found.code == "unknown-subject" for found in complaints)
