import gzip
import json
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from itertools import islice, pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from plain_highlights import plain_as_written, plain_highlights

from corpus.resource import LIST_FIELDS, TEXT_FIELDS, Resource
from index.digest import field_texts
from index.folding import fold
from index.highlighting import as_written, highlights
from index.query import Query, Segment
from index.search import search
from index.segmentation import Segmenter
from index.snapshot import Snapshot

TEXTS = st.text(
    st.one_of(
        st.sampled_from("大学会计养生養生太極拳Ｐｙｔｈｏｎ3，。e\u0301ﬁ½㎏ c++葛\U000e0100\u200d、\n"),
        st.characters(codec="utf-8"),
    ),
    max_size=60,
)
LONG = "这里是一段没有意思的文字，" * 12


def shown_of(
    record: Mapping[str, Any], words: Sequence[str], segmenter: Segmenter, loose: Sequence[str] = ()
) -> Mapping[str, Sequence[Segment]]:
    """The highlights of one resource."""
    [shown] = highlights([json.dumps(record).encode()], [words], segmenter, loose=loose)
    return shown


def render(segments: Sequence[Segment]) -> str:
    return "".join(f"[{segment.text}]" if segment.hit else segment.text for segment in segments)


def marked(segmenter: Segmenter, text: str, *words: str, loose: Sequence[str] = ()) -> str:
    """A title with brackets around what is marked."""
    shown = shown_of({"title": text}, words, segmenter, loose)
    return render(shown["title"]) if shown else text


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [
        ("大学会计", ["学会"], "大学会计"),
        ("養生與太極", ["养生"], "[養生]與太極"),
        ("養生", ["养"], "養生"),
        ("太極拳入門", ["太极拳", "入门"], "[太極拳入門]"),
        ("太极拳 入门", ["太极拳", "入门"], "[太极拳] [入门]"),
        ("Ｐｙｔｈｏｎ入门", ["python"], "[Ｐｙｔｈｏｎ]入门"),
        ("在Cafe\u0301喝茶", ["café"], "在[Cafe\u0301]喝茶"),
        ("葛\U000e0100的故事", ["葛"], "[葛\U000e0100]的故事"),
        ("C++ 与 C", ["c"], "C++ 与 [C]"),
        ("养生养生", ["养生"], "[养生养生]"),
    ],
)
def test_marks_fit_the_words_of_the_original(segmenter: Segmenter, text: str, words: list[str], expected: str) -> None:
    assert marked(segmenter, text, *words) == expected


@pytest.mark.parametrize(
    ("text", "loose", "expected"),
    [
        ("论语导读", ["论语", "语导", "论", "语", "导"], "[论语导]读"),
        ("导论与语言", ["论语", "语导", "论", "语", "导"], "[导论]与语言"),
        ("学茶", ["茶"], "学[茶]"),
        ("学会", ["学茶", "学", "茶"], "学会"),
        ("python for r", ["r", "学r"], "python for r"),
        ("python for r", ["r"], "python for [r]"),
    ],
)
def test_without_a_word_runs_are_marked_rather_than_scattered_characters(
    segmenter: Segmenter, text: str, loose: list[str], expected: str
) -> None:
    assert marked(segmenter, text, loose=loose) == expected


def test_only_fields_that_match_are_shown(segmenter: Segmenter) -> None:
    record = {"title": "太极拳", "creators": ["陈老师", "太极学会"], "tags": ["养生"], "description": "学太极。"}
    shown = shown_of(record, ["太极", "养生"], segmenter)
    assert {name: render(segments) for name, segments in shown.items()} == {
        "title": "[太极]拳",
        "creators": "陈老师、[太极]学会",
        "tags": "[养生]",
        "description": "学[太极]。",
    }
    assert shown_of(record, [], segmenter) == {}
    assert shown_of({"title": "余华"}, ["太极"], segmenter) == {}


def test_of_a_long_description_the_best_stretch_is_shown(segmenter: Segmenter) -> None:
    record = {"title": "课", "description": f"养生。{LONG}。学太极拳来养生。{LONG}"}
    [segments] = shown_of(record, ["太极拳", "养生"], segmenter).values()
    assert render(segments).startswith("…学[太极拳]来[养生]。")
    assert render(segments).endswith("…")


@given(st.dictionaries(st.sampled_from(TEXT_FIELDS), TEXTS, min_size=1), st.lists(TEXTS, max_size=2), st.data())
def test_segments_make_up_the_text_and_split_no_cluster(
    segmenter: Segmenter, fields: dict[str, str], others: list[str], data: st.DataObject
) -> None:
    record = {n: t.split("、") if n in ("creators", "subjects", "tags") else t for n, t in fields.items()}
    terms = [t for text in fields.values() for w in segmenter.segment(fold(text)) for t in (w.text, *w.parts)]
    words = [*data.draw(st.lists(st.sampled_from(terms), max_size=4))] if terms else []
    loose = [fold(text)[:2] for text in others if fold(text)]
    for name, segments in shown_of(record, words, segmenter, loose).items():
        text = "".join(segment.text for segment in segments)
        assert text == fields[name]
        assert all(segment.text for segment in segments)
        assert any(segment.hit for segment in segments)
        assert all(a.hit != b.hit for a, b in pairwise(segments))
        at = 0
        for segment in segments[:-1]:
            at += len(segment.text)
            assert not (segment.hit and unicodedata.category(text[at]).startswith("M"))


@given(st.text("大学会养生太极拳，。ab \u0301", min_size=95, max_size=400))
def test_a_snippet_is_a_stretch_of_its_text(segmenter: Segmenter, text: str) -> None:
    for segments in shown_of({"title": "", "description": text}, ["学会", "养生", "太极拳"], segmenter).values():
        inner = list(segments)
        if inner[0].text == "…":
            inner.pop(0)
        if inner[-1].text == "…":
            inner.pop()
        assert "".join(segment.text for segment in inner) in text
        assert any(segment.hit for segment in inner)


@given(TEXTS.map(fold))
def test_every_word_of_a_title_is_marked(segmenter: Segmenter, title: str) -> None:
    for word in segmenter.segment(title):
        assert "[" in marked(segmenter, title, word.text)


@pytest.mark.parametrize(
    "text", ["太极拳", "太極拳", "太级拳", "taijiquan", "ＴａｉＪｉＱｕａｎ", "有没有讲太极拳的书"]
)
def test_what_was_meant_is_marked_as_the_title_writes_it(snapshot_of: Callable[..., Snapshot], text: str) -> None:
    snapshot = snapshot_of(Resource(id="b:1", kind="book", title="《太極拳》圖譜", tags=("Ｐｙｔｈｏｎ",)))
    [hit] = search(snapshot, Query(text=text)).hits
    assert [segment.text for segment in hit.highlights["title"] if segment.hit] == ["太極拳"]


RECORDS = st.dictionaries(st.sampled_from(TEXT_FIELDS), st.one_of(TEXTS, TEXTS.map(lambda text: text * 4)), min_size=1)


@given(st.lists(RECORDS, max_size=3), st.lists(TEXTS.map(fold), max_size=2), st.data())
def test_many_resources_are_marked_as_each_is_the_plain_way(
    segmenter: Segmenter, resources: list[dict[str, str]], others: list[str], data: st.DataObject
) -> None:
    records = [{n: t.split("、") if n in LIST_FIELDS else t for n, t in fields.items()} for fields in resources]
    words = []
    for fields in resources:
        terms = [t for text in fields.values() for w in segmenter.segment(fold(text)) for t in (w.text, *w.parts)]
        words.append(data.draw(st.lists(st.sampled_from(terms), max_size=4)) if terms else [])
    loose = [text[:2] for text in others if text[:1].isalnum() and "\n" not in text[:2]]
    blobs = [json.dumps(record).encode() for record in records]
    shown = highlights(blobs, words, segmenter, loose=loose)
    assert shown == [plain_highlights(b, own, segmenter, loose) for b, own in zip(blobs, words, strict=True)]
    for record, own in zip(records, words, strict=True):
        for word in own:
            assert as_written(record, word, segmenter) == plain_as_written(record, word, segmenter)


@pytest.mark.slow
def test_real_resources_are_marked_the_plain_way(segmenter: Segmenter, shared_data: Path) -> None:
    """Ten at a time, with every third word of theirs."""
    with gzip.open(shared_data / "catalogue" / "small.jsonl.gz", "rt", encoding="utf-8") as lines:
        records = [json.loads(line) for line in islice(lines, 2000)]
    blobs = [json.dumps(record, ensure_ascii=False).encode() for record in records]
    words = [
        [
            term
            for name in ("title", "creators", "description")
            for text in field_texts(record, name)
            for word in segmenter.segment(fold(text))[::3]
            for term in (word.text, *word.parts)
        ]
        for record in records
    ]
    for first in range(0, len(blobs), 10):
        some, own = blobs[first : first + 10], words[first : first + 10]
        expected = [plain_highlights(blob, asked, segmenter, ()) for blob, asked in zip(some, own, strict=True)]
        assert highlights(some, own, segmenter) == expected


@pytest.mark.parametrize(
    ("record", "word", "written"),
    [
        ({"title": "在家养生", "tags": ["Ｐｙｔｈｏｎ"]}, "python", "Ｐｙｔｈｏｎ"),
        ({"title": "養生", "description": "养生"}, "养生", "養生"),
        ({"title": "太极拳"}, "养生", "养生"),
        ({"title": "公司法", "tags": ["司法"]}, "司法", "公司法"),
    ],
)
def test_a_word_is_told_as_the_resource_writes_it(
    segmenter: Segmenter, record: dict[str, Any], word: str, written: str
) -> None:
    assert as_written(record, word, segmenter) == written
