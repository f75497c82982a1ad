"""Finding spellings against the plain way of doing it, and the store they are found in."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.errors import Unavailable
from corpus.resource import Resource
from corpus.revision import Revision
from index.query import Query
from index.search import search
from index.segmentation import Segmenter
from index.snapshot import Snapshot
from index.spelling_building import letter_arrays, numbered, spell
from index.spelling_lookup import LONGEST, Choice, Slot, find, letters_of, rows_titled, stands
from index.spelling_store import BEGINS, ENDS, SpellingArrays, SpellingStore

LETTERS = "太极拳书ab1"
WANTED = Sequence[Mapping[str, float] | None]
NOW, LATER = 10, 20


def store_of(texts: Sequence[str], *, edges: Sequence[bytes] = (), ends: Sequence[int] = ()) -> SpellingStore:
    """A store of texts, all of weight 1 and each the title of a row; every letter is a word unless `edges` says."""
    count = len(texts)
    arrays = SpellingArrays(
        **letter_arrays(texts, edges or [bytes([BEGINS | ENDS] * len(text)) for text in texts]),
        weights=np.ones(count, np.float32),
        title_offsets=np.arange(count + 1, dtype=np.uint32),
        title_rows=np.arange(count, dtype=np.uint32),
        holder_offsets=np.arange(count + 1, dtype=np.uint32),
        holder_rows=np.arange(count, dtype=np.uint32),
        held_offsets=np.arange(count + 1, dtype=np.uint32),
        held=np.arange(count, dtype=np.uint32),
        ends=np.array(ends or [LATER] * count, np.int64),
        latin=np.empty(0, np.uint8),
        latin_offsets=np.zeros(1, np.uint32),
        latin_texts=np.empty(0, np.uint32),
    )
    return SpellingStore(arrays, "")


def slots_of(store: SpellingStore, wanted: WANTED) -> list[Slot]:
    slots: list[Slot] = []
    for choice in wanted:
        known = {store.numbers[letter]: q for letter, q in choice.items() if letter in store.numbers} if choice else {}
        numbers, qualities = np.array(list(known), np.uint16), np.array(list(known.values()), np.float32)
        slots.append(None if choice is None else Choice(numbers, qualities))
    return slots


def plainly(texts: Sequence[str], wanted: WANTED) -> dict[str, tuple[float, float]]:
    """Weight and quality of each spelling that fits."""
    found: dict[str, tuple[float, float]] = {}
    for text in texts:
        for start in range(len(text) - len(wanted) + 1):
            letters = text[start : start + len(wanted)]
            qualities = [1 if choice is None else choice.get(a, 0) for a, choice in zip(letters, wanted, strict=True)]
            if all(qualities):
                weight = found.get(letters, (0, 0))[0] + (2 if letters == text else 1)
                found[letters] = weight, float(np.prod(qualities))
    return found


choices = st.none() | st.dictionaries(st.sampled_from(LETTERS + "缺"), st.sampled_from([0.25, 0.5, 1.0]), max_size=4)
patterns = st.lists(choices, min_size=1, max_size=5).filter(lambda wanted: any(c is not None for c in wanted))


@given(st.lists(st.text(LETTERS, max_size=8), min_size=1, max_size=8), patterns)
def test_find_gives_what_the_plain_way_gives(texts: list[str], wanted: WANTED) -> None:
    store = store_of(texts)
    matches = find(store, slots_of(store, wanted), at=NOW, most=10_000)
    assert {m.letters: (m.weight, pytest.approx(m.quality)) for m in matches} == plainly(texts, wanted)
    worth = [match.weight * match.quality for match in matches]
    assert worth == sorted(worth, reverse=True)
    assert len({match.letters for match in matches}) == len(matches)


@given(st.lists(st.text(LETTERS, max_size=8), min_size=1, max_size=8), st.text(LETTERS, min_size=1, max_size=4))
def test_rows_by_what_stands_in_their_titles(texts: list[str], letters: str) -> None:
    store = store_of(texts)
    assert rows_titled(store, letters).tolist() == [row for row, text in enumerate(texts) if letters in text]
    assert stands(store, letters, at=NOW) == any(letters in text for text in texts)


def test_one_row_for_each_resource_with_the_title(snapshot_of: Callable[..., Snapshot]) -> None:
    titles = ["太极拳", "书法", "太极拳", "太极拳入门"]
    store = snapshot_of(*(Resource(id=f"c:{i}", kind="course", title=t) for i, t in enumerate(titles))).spellings
    assert store is not None
    assert sorted(rows_titled(store, "太极拳").tolist()) == [0, 2, 3]
    assert rows_titled(store, "").tolist() == []
    assert rows_titled(store, "太" * (LONGEST + 1)).tolist() == []


def test_of_a_long_text_the_beginning_must_stand() -> None:
    title = "".join(chr(ord("一") + i) for i in range(2 * LONGEST))
    store = store_of([title])
    assert stands(store, title, at=NOW)
    assert not stands(store, "太" + title, at=NOW)


def test_what_is_over_stands_nowhere() -> None:
    store = store_of(["太极拳", "太极"], ends=[NOW, LATER])
    assert stands(store, "太极", at=NOW)
    assert not stands(store, "太极拳", at=NOW)
    assert stands(store, "太极拳", at=NOW - 1)


def test_a_word_of_its_own_weighs_more_than_what_lies_across_words() -> None:
    texts = ["书太极法", "书极太法"]
    split = bytes([3, BEGINS, ENDS, 3])
    across = bytes([BEGINS, ENDS, BEGINS, ENDS])
    store = store_of(texts, edges=[split, across])
    matches = find(store, slots_of(store, [{"太": 1, "极": 1}, {"太": 1, "极": 1}]), at=NOW, most=9)
    assert [(match.letters, match.is_whole) for match in matches] == [("太极", True), ("极太", False)]
    assert matches[0].weight > matches[1].weight


def test_latin_words_are_written_apart(segmenter: Segmenter) -> None:
    letters, edges, latin = spell("Java Web开发：C++ 11 入门", segmenter)
    assert latin == ("java", "web")
    assert letters == "javaweb开发c++11入门"
    store = store_of([letters], edges=[edges])
    [match] = find(store, slots_of(store, [{letter: 1} for letter in letters]), at=NOW, most=1)
    assert match.written == "java web开发c++ 11入门"


@pytest.mark.parametrize(
    ("text", "letters"), [("《红楼梦》（上）", "红楼梦上"), (" c++ ", "c++"), ("，。", ""), ("\0", "")]
)
def test_letters_leave_out_spaces_and_punctuation(text: str, letters: str) -> None:
    assert letters_of(text) == letters


def test_the_rarest_of_too_many_letters_part_what_stands_around_them() -> None:
    """There are more characters in Unicode than numbers."""
    common, rare = range(0x4E00, 0x4E00 + 65_000), range(0x20000, 0x20000 + 100)
    alphabet, numbers = numbered(np.array([*common, *common, *rare, 0], np.uint32))
    assert (len(alphabet), alphabet[0]) == (65_001, 0)
    assert (alphabet[numbers[:65_000]] == np.array(common)).all()
    assert not numbers[-101:].any()


def test_a_catalogue_of_too_many_letters_is_searched_all_the_same() -> None:
    everything = [chr(code) for code in range(0x3400, 0x2FA1D) if chr(code).isalpha()]
    texts = ["".join(everything[i : i + 200]) for i in range(0, len(everything), 200)]
    assert len(everything) > 65_536
    store = store_of([*texts, "太极拳" * 3, texts[0]])
    assert stands(store, "极拳太", at=NOW)
    assert stands(store, texts[0][:9], at=NOW)
    assert not stands(store, texts[-1][-9:], at=NOW)
    assert find(store, [None, *slots_of(store, [{"极": 1}])], at=NOW, most=9)[0].letters == "太极"


@pytest.mark.parametrize(
    "titles", [[], ["Python"], ["。。。", "😀"], ["太" * 10_000], ["a\0b\u202ec太极拳"], ["\ufffd太"]]
)
def test_strange_catalogues_have_spellings_too(
    snapshot_of: Callable[..., Snapshot], revision: Revision, titles: list[str]
) -> None:
    plain = replace(revision, phrases=())
    snapshot = snapshot_of(
        *(Resource(id=f"b:{i}", kind="book", title=title) for i, title in enumerate(titles)), revision=plain
    )
    assert snapshot.spellings is not None
    for text in [*(title[:400] for title in titles), "太级拳", "taiji", "pythn", "怎么学太级拳", "😀", "\ud800"]:
        search(snapshot, Query(text=text))


@pytest.fixture
def whole(snapshot_of: Callable[..., Snapshot]) -> Snapshot:
    return snapshot_of(Resource(id="c:1", kind="course", title="太极拳入门"))


@pytest.mark.parametrize("harm", ["truncated", "missing", "format", "manifest"])
def test_a_damaged_store_is_refused_and_search_answers_without_it(whole: Snapshot, harm: str) -> None:
    directory = spellings_of(whole)
    if harm == "truncated":
        (directory / "letters.npy").write_bytes((directory / "letters.npy").read_bytes()[:-1])
    elif harm == "missing":
        (directory / "pairs.npy").unlink()
    elif harm == "format":
        manifest = json.loads((directory / "manifest.json").read_text())
        (directory / "manifest.json").write_text(json.dumps({**manifest, "format": 1}))
    else:
        (directory / "manifest.json").write_text("{")
    with pytest.raises(Unavailable):
        SpellingStore.open(directory)
    assert whole.spellings is None
    answer = search(whole, Query(text="太级拳"))
    assert answer.interpretation.corrected == ""
    assert [hit.id for hit in answer.hits] == ["c:1"]
    assert search(whole, Query(text="怎么学太极拳")).interpretation.corrected == "太极拳"


def test_a_whole_store_corrects(whole: Snapshot) -> None:
    assert search(whole, Query(text="太级拳")).interpretation.corrected == "太极拳"


def spellings_of(snapshot: Snapshot) -> Path:
    base = snapshot.base.directory
    return base.parent.parent / "spellings" / base.name
