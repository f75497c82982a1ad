import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.resource import LIST_FIELDS, TEXT_FIELDS, Resource
from corpus.resource_rows import row_of
from index.blob_texts import read_texts
from index.digest import field_texts

STRINGS = st.text(
    st.one_of(st.sampled_from('"\\/,:[]{}、\n\t\b\f\r é太\u2028👩\U000e0100'), st.characters(codec="utf-8")),
    max_size=12,
)
TEXTS = st.fixed_dictionaries(
    {},
    optional={name: st.lists(STRINGS, max_size=3) if name in LIST_FIELDS else STRINGS for name in TEXT_FIELDS},
)
NAMES = st.one_of(STRINGS, st.sampled_from(["id", "titles", "tag", "price", "free"]))
OTHERS = st.dictionaries(
    NAMES.filter(lambda name: name not in TEXT_FIELDS),
    st.recursive(
        st.one_of(STRINGS, st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.booleans(), st.none()),
        lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(STRINGS, inner, max_size=3)),
        max_leaves=6,
    ),
    max_size=4,
)


def texts_of(*blobs: bytes) -> list[dict[str, str]]:
    """The texts of each resource by field, those that are not empty."""
    read = read_texts(blobs)
    return [
        {name: read.text[start:end] for name, (start, end) in zip(TEXT_FIELDS, fields, strict=True) if start < end}
        for fields in read.fields.tolist()
    ]


def expected(record: dict[str, Any]) -> dict[str, str]:
    texts = {name: "、".join(field_texts(record, name)) for name in TEXT_FIELDS}
    return {name: text for name, text in texts.items() if text}


@given(
    st.lists(st.tuples(TEXTS, OTHERS, st.randoms()), max_size=4),
    st.booleans(),
    st.sampled_from([(",", ":"), (", ", ": "), (" ,\n", " :\t")]),
)
def test_texts_are_read_as_json_reads_them(
    resources: list[tuple[dict[str, Any], dict[str, Any], Any]], ensure_ascii: bool, separators: tuple[str, str]
) -> None:
    records = []
    for texts, others, random in resources:
        names = [*texts, *others]
        random.shuffle(names)
        records.append({name: {**texts, **others}[name] for name in names})
    blobs = [json.dumps(r, ensure_ascii=ensure_ascii, separators=separators).encode() for r in records]
    assert texts_of(*blobs) == [expected(record) for record in records]


def test_every_field_of_a_resource_of_the_catalogue_is_read() -> None:
    resource = Resource(
        id="b:1",
        kind="book",
        title="活着",
        subtitle="小说",
        creators=("余华", "某人"),
        provider="作家出版社",
        subjects=("文学",),
        tags=("经典", "人生"),
        description="一个人的\n一生。",
        url="https://example.com/?title=1",
    )
    assert texts_of(row_of(resource)["body"].encode()) == [
        {
            "title": "活着",
            "subtitle": "小说",
            "creators": "余华、某人",
            "provider": "作家出版社",
            "subjects": "文学",
            "tags": "经典、人生",
            "description": "一个人的\n一生。",
        }
    ]


def test_the_texts_of_resources_stand_one_behind_the_other() -> None:
    read = read_texts([b'{"title":"a","tags":["b","c"]}', b"{}", b'{"title":"d"}'])
    assert read.text == "a\nb、c\nd\n"
    assert read.bounds.tolist() == [0, 6, 6, 8]
    assert "".join(map(chr, read.codes)) == read.text


def test_half_of_a_surrogate_pair_is_kept() -> None:
    assert texts_of(b'{"title":"\\ud83d\\udc69\\ud83d!"}') == [{"title": "👩\ud83d!"}]


@pytest.mark.parametrize("cut", range(1, 60))
def test_a_blob_that_breaks_off_ends_the_reading(cut: int) -> None:
    whole = '{"id":"1","title":"太\\u6781\\"","tags":["拳",{"a":[1]}],"free":true}'.encode()
    assert len(texts_of(whole[:cut])) == 1
