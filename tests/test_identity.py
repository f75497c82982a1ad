"""Ids for rows that have none."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.identity import Identifier, own_id

SHUFA = {"kind": "course", "title": "书法", "creators": ["王建国", "张敏"]}


def ids(*records: dict[str, Any], source: str = "学校") -> list[tuple[str, int | None]]:
    identifier = Identifier(source=source)
    return [identifier.identify(record, row) for row, record in enumerate(records, start=2)]


def first(record: dict[str, Any], source: str = "学校") -> str:
    return ids(record, source=source)[0][0]


def test_a_correction_keeps_the_id() -> None:
    for corrected in (
        {**SHUFA, "description": "零基础", "price": 0},
        {**SHUFA, "title": " 书　法"},
        {**SHUFA, "creators": ["张敏", "王建国"]},
        {**SHUFA, "schedule": "每周二"},
    ):
        assert first(corrected) == first(SHUFA)


def test_another_thing_has_another_id() -> None:
    others = [{**SHUFA, "kind": "book"}, {**SHUFA, "title": "国画"}, {**SHUFA, "creators": ["王建国"]}]
    assert len({first(SHUFA), first(SHUFA, source="别处"), *map(first, others)}) == 5


def test_an_isbn_tells_a_book_whatever_its_title() -> None:
    book = {"kind": "book", "title": "红楼梦", "isbn": "9787020002207"}
    assert first(book) == first({**book, "title": "红楼梦（上）", "creators": ["曹雪芹"]}) == "学校:9787020002207"
    assert first({**book, "isbn": "123"}) == first({"kind": "book", "title": "红楼梦"})


def test_the_same_row_twice_is_a_duplicate() -> None:
    (id, none), (again, row) = ids(SHUFA, {**SHUFA, "price": 20})
    assert (id, none, row) == (again, None, 2)


def test_another_class_of_a_course_is_none() -> None:
    tuesday, friday = {**SHUFA, "schedule": "每周二"}, {**SHUFA, "schedule": "每周五"}
    (a, _), (b, none), (c, row) = ids(tuesday, friday, friday)
    assert (b, none) == (f"{a}-2", None)
    assert (c, row) == (b, 3)


def test_volumes_that_share_an_isbn_are_none() -> None:
    first_volume, second = [{"kind": "book", "title": f"红楼梦{v}册", "isbn": "9787020002207"} for v in "上下"]
    assert [id for id, _ in ids(first_volume, second, first_volume)] == [
        "学校:9787020002207",
        "学校:9787020002207-2",
        "学校:9787020002207",
    ]


@pytest.mark.parametrize(
    ("given_id", "id"), [("12", "春 季:12"), ("KC-12", "KC-12"), ("9787020002207", "9787020002207"), ("c:1", "c:1")]
)
def test_a_mere_number_is_a_tables_own(given_id: str, id: str) -> None:
    assert own_id(given_id, source="春 季") == id.replace(" ", "_")


@given(
    st.dictionaries(st.sampled_from(["title", "description", "schedule", "venue"]), st.text(max_size=5)),
    st.lists(st.text(max_size=4), max_size=4),
    st.randoms(use_true_random=False),
)
def test_an_id_does_not_depend_on_order(cells: dict[str, str], people: list[str], random: Any) -> None:
    record = {"kind": "course", "title": "", **cells, "creators": people}
    names, shuffled = list(record), list(people)
    random.shuffle(names)
    random.shuffle(shuffled)
    assert first({**{name: record[name] for name in names}, "creators": shuffled}) == first(record)
