"""Finding spellings against the plain way of doing it, and the store they are found in."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

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
from index.spelling_lookup import (
    LONGEST,
    Match,
    Patterns,
    find,
    letters_of,
    one_after_the_other,
    rows_titled,
    stands,
)
from index.spelling_matching import ANY, BEGINS, ENDS, MIXING
from index.spelling_store import SpellingArrays, SpellingStore

LETTERS = "太极拳书ab1"
Wanted = Sequence[Mapping[str, float] | None]
NOW, LATER = 10, 20


class Text(NamedTuple):
    """A text of a store."""

    letters: str
    edges: bytes
    weight: float = 1
    ends: int = LATER


def plain(letters: str) -> Text:
    """A text in which every letter is a word."""
    return Text(letters, bytes([BEGINS | ENDS] * len(letters)))


def store_of(texts: Sequence[Text]) -> SpellingStore:
    """A store of texts, each the title of a row."""
    count = len(texts)
    arrays = SpellingArrays(
        **letter_arrays([text.letters for text in texts], [text.edges for text in texts]),
        weights=np.array([text.weight for text in texts], np.float32),
        title_offsets=np.arange(count + 1, dtype=np.uint32),
        title_rows=np.arange(count, dtype=np.uint32),
        holder_offsets=np.arange(count + 1, dtype=np.uint32),
        holder_rows=np.arange(count, dtype=np.uint32),
        held_offsets=np.arange(count + 1, dtype=np.uint32),
        held=np.arange(count, dtype=np.uint32),
        ends=np.array([text.ends for text in texts], np.int64),
        latin=np.empty(0, np.uint8),
        latin_offsets=np.zeros(1, np.uint32),
        latin_texts=np.empty(0, np.uint32),
    )
    return SpellingStore(arrays, "")


def looked_up(
    store: SpellingStore, *patterns: Wanted, whole_only: bool = False, at: int = NOW, most: int = 10_000
) -> list[Match]:
    """What fits patterns; a choice is told by its letters with their qualities, any letter by None."""
    choices: list[int] = []
    numbered: list[list[int]] = []
    for wanted in patterns:
        numbered.append([])
        for choice in wanted:
            numbered[-1].append(ANY if choice is None else len(choices))
            if choice is not None:
                known = {store.choices.numbers[a]: q for a, q in choice.items() if a in store.choices.numbers}
                choices.append(store.choices.of(tuple(known.items()), lambda known=known: known))
    return find(store, choices, Patterns.of(numbered, [whole_only] * len(patterns)), at=at, most=most)


class Expected(NamedTuple):
    weight: float
    quality: float
    is_whole: bool


def plainly(texts: Sequence[Text], wanted: Wanted) -> dict[str, Expected]:
    """What each spelling that fits counts, text by text and letter by letter."""
    found: dict[str, Expected] = {}
    for text in texts:
        for start in range(len(text.letters) - len(wanted) + 1) if text.ends > NOW else ():
            end = start + len(wanted)
            letters = text.letters[start:end]
            qualities = [1 if choice is None else choice.get(a, 0) for a, choice in zip(letters, wanted, strict=True)]
            if all(qualities):
                begins, stops = bool(text.edges[start] & BEGINS), bool(text.edges[end - 1] & ENDS)
                weight = np.float32([0.05, 0.3, 1][begins + stops]) * np.float32(2 if letters == text.letters else 1)
                before = found.get(letters, Expected(0.0, 0.0, False))
                found[letters] = Expected(
                    before.weight + float(weight * np.float32(text.weight)),
                    float(np.prod(np.array(qualities, np.float32))),
                    before.is_whole or (begins and stops),
                )
    return found


def in_order(store: SpellingStore, found: Mapping[str, Expected]) -> list[str]:
    """Spellings, the best first; equals by one number for all their letters."""

    def place(letters: str) -> tuple[float, int]:
        numbers = np.array([store.choices.numbers[letter] for letter in letters], np.uint64)
        return -found[letters].weight * found[letters].quality, int(numbers @ MIXING[: len(letters)])

    return sorted(found, key=place)


def texts_of(letters: str) -> st.SearchStrategy[Text]:
    sized = st.lists(st.tuples(st.sampled_from(letters), st.integers(0, 3)), max_size=8)
    weights, ends = st.sampled_from([0.1, 1, 3.5]), st.sampled_from([NOW, LATER, LATER])
    return st.builds(
        lambda own, weight, end: Text("".join(a for a, _ in own), bytes(e for _, e in own), weight, end),
        sized,
        weights,
        ends,
    )


some_texts = st.lists(texts_of(LETTERS), min_size=1, max_size=40)
choices = st.none() | st.dictionaries(st.sampled_from(LETTERS + "缺"), st.sampled_from([0.25, 0.5, 1.0]), max_size=4)
patterns = st.lists(choices, min_size=1, max_size=5).filter(lambda wanted: any(c is not None for c in wanted))


@given(some_texts, patterns)
def test_find_gives_what_the_plain_way_gives(texts: list[Text], wanted: Wanted) -> None:
    store = store_of(texts)
    matches = looked_up(store, wanted)
    expected = plainly(texts, wanted)
    assert {match.letters: Expected(match.weight, match.quality, match.is_whole) for match in matches} == expected
    assert [match.letters for match in matches] == in_order(store, expected)


@given(some_texts, st.lists(patterns, max_size=4), st.integers(1, 3), st.booleans())
def test_several_patterns_at_once_are_as_one_after_the_other(
    texts: list[Text], several: list[Wanted], most: int, whole_only: bool
) -> None:
    store = store_of(texts)
    together = looked_up(store, *several, most=most, whole_only=whole_only)
    apart = [
        match._replace(pattern=number)
        for number, wanted in enumerate(several)
        for match in looked_up(store, wanted)[:most]
        if match.is_whole or not whole_only
    ]
    assert together == apart


@given(some_texts, st.data())
def test_rows_by_what_stands_in_their_titles(texts: list[Text], data: st.DataObject) -> None:
    text = data.draw(st.sampled_from(texts)).letters
    start = data.draw(st.integers(0, len(text)))
    letters = text[start : data.draw(st.integers(start, len(text)))] + data.draw(
        st.sampled_from(["", "", *LETTERS, "缺"])
    )
    store = store_of(texts)
    holding = [row for row, text in enumerate(texts) if letters and letters in text.letters]
    assert stands(store, letters, at=NOW) == any(texts[row].ends > NOW for row in holding)
    assert rows_titled(store, letters, 1.0)[0].tolist() == (holding if len(letters) > 1 else [])


def test_one_row_for_each_resource_with_the_title(snapshot_of: Callable[..., Snapshot]) -> None:
    titles = ["太极拳", "书法", "太极拳", "太极拳入门"]
    store = snapshot_of(*(Resource(id=f"c:{i}", kind="course", title=t) for i, t in enumerate(titles))).spellings
    assert store is not None
    rows, worth = rows_titled(store, "太极拳", 0.1)
    assert sorted(rows.tolist()) == [0, 2, 3]
    assert worth.tolist() == [np.float32(0.1)] * 3
    assert rows_titled(store, "", 1.0)[0].tolist() == []
    assert rows_titled(store, "太" * (LONGEST + 1), 1.0)[0].tolist() == []


def test_of_a_long_text_the_beginning_must_stand() -> None:
    title = "".join(chr(ord("一") + i) for i in range(2 * LONGEST))
    store = store_of([plain(title)])
    assert stands(store, title, at=NOW)
    assert not stands(store, "太" + title, at=NOW)


def test_what_is_over_stands_nowhere() -> None:
    store = store_of([plain("太极拳")._replace(ends=NOW), plain("太极")])
    assert stands(store, "太极", at=NOW)
    assert not stands(store, "太极拳", at=NOW)
    assert stands(store, "太极拳", at=NOW - 1)


def test_a_word_of_its_own_weighs_more_than_what_lies_across_words() -> None:
    texts = ["书太极法", "书极太法"]
    split = bytes([3, BEGINS, ENDS, 3])
    across = bytes([BEGINS, ENDS, BEGINS, ENDS])
    store = store_of([Text(texts[0], split), Text(texts[1], across)])
    matches = looked_up(store, [{"太": 1, "极": 1}, {"太": 1, "极": 1}])
    assert [(match.letters, match.is_whole) for match in matches] == [("太极", True), ("极太", False)]
    assert matches[0].weight > matches[1].weight


def test_a_spelling_is_written_as_at_its_first_place() -> None:
    apart, together = bytes([BEGINS, ENDS, BEGINS, ENDS]), bytes([BEGINS, 0, 0, ENDS])
    for first, second, written in ((apart, together, "ab ab"), (together, apart, "abab")):
        store = store_of([Text("abab", first), Text("abab", second)])
        [match] = looked_up(store, [{"a": 1}, {"b": 1}, {"a": 1}, {"b": 1}])
        assert match.written == written


def test_the_letters_that_were_typed_are_the_likeliest() -> None:
    store = store_of([plain("太级拳"), plain("太极拳")])
    alike = store.choices.sounding_like("太极拳", southern=False)
    matches = find(store, alike, one_after_the_other((3,)), at=NOW, most=9)
    assert {match.letters: match.quality for match in matches} == {"太极拳": 1, "太级拳": pytest.approx(0.33)}


def test_latin_words_are_written_apart(segmenter: Segmenter) -> None:
    [(letters, edges, latin)] = spell(["Java Web开发：C++ 11 入门"], segmenter)
    assert latin == ("java", "web")
    assert letters == "javaweb开发c++11入门"
    [match] = looked_up(store_of([Text(letters, edges)]), [{letter: 1} for letter in letters])
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
    store = store_of([plain(text) for text in (*texts, "太极拳" * 3, texts[0])])
    assert stands(store, "极拳太", at=NOW)
    assert stands(store, texts[0][:9], at=NOW)
    assert not stands(store, texts[-1][-9:], at=NOW)
    assert looked_up(store, [None, {"极": 1}])[0].letters == "太极"


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
