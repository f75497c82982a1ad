"""What is told of a query before it is ranked, and from a ranking that stands already."""

import json
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tempting_catalogue import AS_TYPED, MEANT, RESOURCES, found, ids

from corpus.resource import TEXT_FIELDS
from corpus.revision import Revision
from index.digest import field_texts
from index.folding import fold
from index.ladder import hold_side_by_side
from index.query import Filter, Query
from index.query_reading import is_hopeless, read_query
from index.snapshot import Snapshot
from index.understanding import understand

TYPED = [*AS_TYPED, *(text for queries in MEANT.values() for text in queries)]
NOW = 1_780_000_000


@pytest.fixture(scope="module")
def snapshot(snapshot_of: Callable[..., Snapshot], revision: Revision) -> Snapshot:
    return snapshot_of(*RESOURCES, revision=replace(revision, phrases=()))


def pieces_of(texts: list[str]) -> st.SearchStrategy[str]:
    """Pieces of texts, put together."""
    cut = st.sampled_from(texts).flatmap(lambda text: st.integers(0, len(text)).map(lambda at: text[at:]))
    return st.lists(cut | st.sampled_from(["", " ", "taiji", "毛笔", "龘龘", "c"]), max_size=3).map("".join)


@given(pieces_of(TYPED))
def test_of_a_hopeless_query_no_row_holds_all_words(snapshot: Snapshot, text: str) -> None:
    matter = fold(text)
    if is_hopeless(snapshot, matter):
        read = understand(snapshot, matter)
        assert not read.whole
        assert not len(read.agreement.exact_rows)


@pytest.mark.parametrize(
    ("text", "hopeless"), [("taijiquan", True), ("pythn", True), ("太极拳", False), ("红楼梦", False), ("", False)]
)
def test_a_word_that_nothing_has_makes_a_query_hopeless(snapshot: Snapshot, text: str, hopeless: bool) -> None:
    assert is_hopeless(snapshot, text) == hopeless


@pytest.mark.parametrize("text", TYPED)
def test_what_is_guessed_at_once_is_what_would_be_guessed_after_a_ranking(snapshot: Snapshot, text: str) -> None:
    asked = read_query(snapshot, Query(text=text), at=NOW)
    read = found(snapshot, text).interpretation
    if asked.guess:
        assert (read.corrected, read.by) == (asked.guess.text, asked.guess.by)
    if asked.in_vain:
        assert not read.guessed


@given(st.lists(st.integers(0, len(RESOURCES) - 1), max_size=3), st.data())
def test_rows_hold_runs_where_their_texts_do(snapshot: Snapshot, rows: list[int], data: st.DataObject) -> None:
    texts = []
    for row in rows:
        record = json.loads(snapshot.base.blob(row))
        texts.append(fold("\n".join(text for name in TEXT_FIELDS for text in field_texts(record, name))))
    runs = []
    for text in data.draw(st.lists(st.sampled_from([*texts, "太极拳入门", "机器人语言"]), min_size=1, max_size=2)):
        start = data.draw(st.integers(0, max(0, len(text) - 3)))
        runs.append(text[start : start + data.draw(st.integers(3, 6))].replace("\n", "园"))
    held = any(all(run in text for run in runs) for text in texts)
    assert hold_side_by_side(snapshot, np.array(rows, np.uint32), runs) == held


@pytest.mark.parametrize("text", TYPED)
def test_a_ranking_that_stands_tells_as_much_as_another(snapshot: Snapshot, text: str) -> None:
    """With a filter that hides nothing, or for another order, rows are ranked once more to doubt what was typed."""
    plain = found(snapshot, text)
    every = Filter(kind=tuple({resource.kind for resource in RESOURCES}))
    for other in (found(snapshot, text, filter=every), found(snapshot, text, limit=1), found(snapshot, text, limit=0)):
        assert other.interpretation == plain.interpretation
        assert other.total == plain.total
    assert ids(found(snapshot, text, filter=every)) == ids(plain)
