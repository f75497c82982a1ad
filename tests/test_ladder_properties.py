"""What holds for every query, however it is understood."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import opencc
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tempting_catalogue import AS_TYPED, MEANT, RESOURCES, TITLES, book, course, found, ids

from corpus.revision import Revision
from index.filters import preferred_prior
from index.folding import fold
from index.snapshot import Snapshot
from index.spelling_lookup import letters_of


@pytest.fixture(scope="module")
def snapshot(snapshot_of: Callable[..., Snapshot], revision: Revision) -> Snapshot:
    return snapshot_of(*RESOURCES, revision=replace(revision, phrases=()))


ALL_QUERIES = [*AS_TYPED, *(text for queries in MEANT.values() for text in queries), "余华的书", "有什么书", "yuhua"]
CORRECTED = ["太级拳", "yuhua", "适合老年人的养生课", "鲁迅 量子力学", "有什么书", "书发", "机器人对话语言"]


@given(text=st.sampled_from(CORRECTED), size=st.integers(1, 4), sort=st.sampled_from(["relevance", "newest"]))
def test_pages_concatenate_to_the_full_ranking(snapshot: Snapshot, text: str, size: int, sort: str) -> None:
    whole = found(snapshot, text, limit=50, sort=sort)
    pages, offset = [], 0
    while offset is not None and offset < 50:
        page = found(snapshot, text, limit=size, offset=offset, sort=sort)
        assert (page.total, page.interpretation) == (whole.total, whole.interpretation)
        pages += [(hit.rank, hit.id, hit.score) for hit in page.hits]
        offset = page.next_offset
    assert pages[:50] == [(hit.rank, hit.id, hit.score) for hit in whole.hits]


@pytest.mark.parametrize("text", ALL_QUERIES)
def test_how_a_query_is_read_does_not_depend_on_the_page(snapshot: Snapshot, text: str) -> None:
    read = found(snapshot, text).interpretation
    for asked in ({"limit": 0}, {"limit": 1}, {"limit": 50}, {"offset": 40}, {"sort": "newest"}):
        other = found(snapshot, text, **asked).interpretation
        assert (other.corrected, other.by, other.removed, other.preferred) == (
            read.corrected,
            read.by,
            read.removed,
            read.preferred,
        )


@pytest.mark.parametrize("text", ALL_QUERIES)
def test_the_parts_of_a_score_and_the_prior_are_the_score(snapshot: Snapshot, text: str) -> None:
    result = found(snapshot, text, explain=True, limit=50)
    prior = preferred_prior(snapshot, result.interpretation.preferred)
    for hit in result.hits:
        plain = sum(part.score for part in hit.parts if part.kind != "prior")
        assert sum(part.score for part in hit.parts) == pytest.approx(hit.score, rel=1e-4)
        if result.interpretation.words:
            assert plain * prior[hit.row] == pytest.approx(hit.score, rel=1e-3)


_TRADITIONAL = opencc.OpenCC("s2t")
_FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}


@given(
    st.sampled_from(TITLES),
    st.sampled_from(["{}", " {} ", "《{}》", "{}？", "【{}】", "{}。"]),
    st.sampled_from([str, str.upper, lambda t: t.translate(_FULL_WIDTH), _TRADITIONAL.convert, fold]),
)
def test_a_title_is_never_corrected(snapshot: Snapshot, title: str, around: str, form: Callable[[str], str]) -> None:
    result = found(snapshot, around.format(form(title)))
    read = result.interpretation
    assert (read.corrected, read.by, read.removed) == ("", "", ())
    assert result.hits[0].id in {resource.id for resource in RESOURCES if resource.title == title}


@pytest.mark.parametrize(
    "title", ["怎么用手机买火车票和飞机票以及怎么用手机叫车挂号看病交水费电费煤气费的书", "有没有书", "太级拳"]
)
def test_a_title_that_reads_like_a_question_or_a_mistake_is_a_title(
    snapshot_of: Callable[..., Snapshot], title: str
) -> None:
    snapshot = snapshot_of(book(title), *(course(f"太极拳{i}") for i in range(9)), book("手机"))
    result = found(snapshot, title)
    assert (ids(result)[0], result.interpretation.by) == (title, "")


@given(st.sampled_from(TITLES), st.sampled_from("太级卷法嘉xa1 "), st.integers(0, 20), st.integers(0, 2))
def test_every_guess_for_a_whole_text_stands_in_some_name(
    snapshot: Snapshot, title: str, other: str, at: int, cut: int
) -> None:
    text = title[:at] + other + title[at + cut :]
    read = found(snapshot, text).interpretation
    names = [letters_of(fold(name)) for r in RESOURCES for name in (r.title, *r.creators, *r.tags, *r.subjects)]
    for guess in (read.corrected, *read.others) if read.guessed else ():
        chunks = [letters_of(chunk) for chunk in guess.split()]
        typed = letters_of(read.normalized)
        assert all(any(part in name for name in names) or part in typed for chunk in chunks for part in halves(chunk))


def halves(text: str) -> Sequence[str]:
    """A guess may hold a part that was typed and one that was put right."""
    return [text[i : i + 2] for i in range(len(text) - 1)] or [text]


@pytest.mark.parametrize(
    "text",
    [
        "\0",
        "太\0级拳",
        "\u202e拳级太\u202c",
        "\ud800太级拳",
        "太级拳\udfff",
        "😀太级拳😀",
        "😀" * 500,
        "太" * 500,
        "a" * 500,
        "tj" * 250,
        "taiji " * 83,
        "太级拳 " * 125,
        "手几" * 250,
        "1" * 500,
        "怎么" * 250,
        "的书" * 250,
        "𠀀𠀁𠀂",
        "ༀ༁༂",
        "c+" * 250,
    ],
)
def test_strange_texts_get_an_answer(snapshot: Snapshot, text: str) -> None:
    result = found(snapshot, text, facets=("kind",), explain=True)
    assert result.total >= len(result.hits)


@given(st.text("太极级拳书法发怎么学的tjqai 老人红楼1c+", max_size=40))
def test_any_text_gets_an_answer(snapshot: Snapshot, text: str) -> None:
    result = found(snapshot, text)
    literal = found(snapshot, text, correct=False)
    assert literal.interpretation.corrected == ""
    assert result.interpretation.normalized == literal.interpretation.normalized
