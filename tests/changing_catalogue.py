"""Tiny resources and what may happen to them, for properties of a catalogue that changes."""

from collections.abc import Callable
from dataclasses import replace

from hypothesis import strategies as st

from corpus.catalogue import Catalogue
from corpus.resource import Resource

TITLES = [
    "太极拳入门",
    "太极拳养生功",
    "智能手机摄影",
    "手机使用课堂",
    "Python编程",
    "苏绣欣赏",
    "书法临帖",
    "健康膳食",
]
PEOPLE = ("王老师", "李明", "余华")


@st.composite
def resources(draw: st.DrawFn, id: str = "") -> Resource:
    words = draw(st.lists(st.sampled_from((*TITLES, "评弹", "量子纠缠", "昆曲")), max_size=3))
    return Resource(
        id=id or draw(st.sampled_from("abcdefgh")),
        kind=draw(st.sampled_from(("course", "book"))),
        title=draw(st.sampled_from(TITLES)),
        source=draw(st.sampled_from(("甲", "乙"))),
        creators=tuple(draw(st.lists(st.sampled_from(PEOPLE), max_size=2, unique=True))),
        subjects=tuple(draw(st.lists(st.sampled_from(("健康养生", "科技", "艺术")), max_size=1))),
        district=draw(st.sampled_from(("", "园区", "姑苏区"))),
        description="，".join(words),
        published=draw(st.sampled_from(("", "1999", "2020", "2031"))),
        rating=draw(st.sampled_from((None, 5.0, 9.5))),
        popularity=draw(st.sampled_from((None, 1, 30, 400))),
        status=draw(st.sampled_from(("active", "active", "active", "hidden", "withdrawn"))),
    )


Edit = Callable[[Catalogue], object]


@st.composite
def edits(draw: st.DrawFn) -> Edit:
    """What may happen to a catalogue."""
    id = draw(st.sampled_from("abcdefgh"))
    match draw(st.sampled_from(("write", "write", "fact", "delete"))):
        case "write":
            resource = draw(resources(id))
            return lambda catalogue: catalogue.write([resource])
        case "fact":
            count, status = draw(st.integers(0, 500)), draw(st.sampled_from(("active", "active", "hidden")))
            return lambda catalogue: catalogue.write(
                [replace(found, popularity=count, status=status) for found in catalogue.find([id])]
            )
        case _:
            return lambda catalogue: catalogue.delete([id])
