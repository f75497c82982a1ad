import gzip
import json
import multiprocessing
import os
import re
import signal
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.errors import InvalidInput, Unavailable
from corpus.resource import TEXT_FIELDS
from index import structured
from index.digest import field_texts
from index.folding import fold
from index.query import MOST_TEXT
from index.segmentation import Segmenter
from index.structured import StructuredIndex, build_structured_index, is_structured

Record = dict[str, Any]

RECORDS: dict[int, Record] = {
    2: {"title": "太极拳入门", "creators": ["王芳"], "provider": "苏州大学", "tags": ["养生", "太极"]},
    3: {"title": "養生太極", "creators": ["李雷", "王芳芳"], "description": "適合老年人的“太極拳”課程。"},
    5: {"title": "活着", "creators": ["余华"], "provider": "作家出版社", "tags": ["小说"]},
    7: {"title": "活着（漫画版）", "creators": ["余华 原著", "[中] 张三"], "tags": ["漫画"]},
    8: {"title": "兄弟", "creators": ["余华"], "provider": "上海文艺出版社", "tags": ["小说"]},
    11: {"title": "Python 编程：从入门到实践", "creators": ["[美] Eric Matthes"], "subjects": ["计算机"]},
    12: {"title": "C++语言程序设计", "provider": "清华大学", "subjects": ["计算机"]},
    13: {"title": "茶道与花道", "tags": ["中国", "文化"]},
    17: {"title": "“爱”的教育", "creators": ["亚米契斯"], "tags": ["小说"]},
    19: {"title": "NOT MAGAZINE", "subtitle": "Windows 7 使用手册"},
    23: {"title": "教师：挑战", "description": "写给王老师"},
}


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory, segmenter: Segmenter) -> Callable[..., StructuredIndex]:
    """Indexes a few records."""

    def make(records: Iterable[tuple[int, Record]]) -> StructuredIndex:
        directory = tmp_path_factory.mktemp("whoosh") / "0-1"
        build_structured_index(records, directory, segmenter=segmenter, progress=lambda done: None)
        return StructuredIndex.open(directory)

    return make


@pytest.fixture(scope="module")
def index(build: Callable[..., StructuredIndex]) -> StructuredIndex:
    return build(RECORDS.items())


@pytest.mark.parametrize(
    ("text", "serials"),
    [
        ("作者:余华", [5, 7, 8]),
        ("author:余华 出版社:作家", [5]),
        ("作者:余华 NOT 漫画", [5, 8]),
        ("活着 AND NOT 标签:漫画", [5]),
        ("书名:活着，作者:张三", [7]),
        ("标签:小说 NOT (作者:余华 OR 标题:教育)", []),
        ("(太极 OR 兄弟) NOT 养生", [8]),
        ("太极 AND 养生", [2, 3]),
        ("標題:太極拳", [2]),
        ("标题:太极", [2, 3]),
        ("作者:王芳", [2]),
        ("作者:(李雷 OR 王芳)", [2, 3]),
        ("作者:eric matthes", [11]),
        ("标题:茶", [13]),
        ("标题:C++", [12]),
        ("副标题:windows7", [19]),
        ("标题:语言", [12]),
        ("学校:大学", [2, 12]),
        ("标题:Pyth*", [11]),
        ("标题:ython*", []),
        ("标题:程序*", [12]),
        ("标题:教育 OR 学科:计算机", [11, 12, 17]),
        ("作者:查无此人", []),
    ],
)
def test_words_and_fields(index: StructuredIndex, segmenter: Segmenter, text: str, serials: list[int]) -> None:
    assert index.answer(text, segmenter).serials.tolist() == serials


@pytest.mark.parametrize(
    ("text", "serials"),
    [
        ('"太极拳"', [2, 3]),
        ('标题:"太極拳"', [2]),
        ('"极拳入"', [2]),
        ('"拳 入"', []),
        ('"从入门到"', [11]),
        ('"PYTHON 编"', [11]),
        ('"thon"', [11]),
        ('"爱"', [17]),
        ("“爱”的教育", [17]),
        ('"："', [11, 23]),
        ('"养生太极"', [3]),
        ('标签:"养生 太极"', []),
        ('作者:"余华"', [5, 7, 8]),
        ('NOT "a" OR "小说"', [2, 3, 5, 7, 8, 12, 13, 17, 23]),
    ],
)
def test_a_phrase_stands_in_one_text(
    index: StructuredIndex, segmenter: Segmenter, text: str, serials: list[int]
) -> None:
    assert index.answer(text, segmenter).serials.tolist() == serials


@pytest.mark.parametrize("serial", [17, 19, 23])
def test_a_title_that_looks_structured_finds_itself(index: StructuredIndex, segmenter: Segmenter, serial: int) -> None:
    assert serial in index.answer(RECORDS[serial]["title"], segmenter).serials


def test_the_answer_says_what_to_rank_by_and_what_was_left_out(index: StructuredIndex, segmenter: Segmenter) -> None:
    answer = index.answer("作者:余华 OR 标题:*着 NOT 漫画", segmenter)
    assert answer.text == "余华 着"
    assert "“*”" in answer.notice


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "*",
        "作者：",
        "NOT",
        "AND AND",
        '"',
        '""',
        "(" * MOST_TEXT,
        '"' * 499,
        "NOT " * 125,
        "\x00\ud800",
        "'; --",
    ],
)
def test_nonsense_is_answered(index: StructuredIndex, segmenter: Segmenter, text: str) -> None:
    index.answer(text, segmenter)


def test_a_text_too_long_is_refused(index: StructuredIndex, segmenter: Segmenter) -> None:
    with pytest.raises(InvalidInput):
        index.answer("太" * (MOST_TEXT + 1), segmenter)


@given(st.text(st.sampled_from('太极拳AND OR NOT作者:"“”（）()*a ，'), max_size=80))
def test_any_query_is_answered_in_order(index: StructuredIndex, segmenter: Segmenter, text: str) -> None:
    serials = index.answer(text, segmenter).serials.tolist()
    assert serials == sorted(set(serials) & RECORDS.keys())


CHARACTERS = st.sampled_from("太极拳養养生a Ａbｃ1 ，。é😀㈠\ufb01")
TEXTS = st.text(CHARACTERS, max_size=8).map(lambda text: " ".join(text.split()))
CATALOGUES = st.lists(
    st.fixed_dictionaries({"title": TEXTS, "tags": st.lists(TEXTS, max_size=3), "description": TEXTS}), max_size=5
).map(lambda records: dict(enumerate(records, start=1)))
PHRASES = TEXTS.filter(lambda text: bool(fold(text).strip()))


def holders(records: dict[int, Record], phrase: str, fields: Iterable[str] = TEXT_FIELDS) -> set[int]:
    """The serials of records with a field whose folded text, or an item's, contains the folded phrase."""
    return {
        serial
        for serial, record in records.items()
        if any(fold(phrase) in fold(text) for field in fields for text in field_texts(record, field))
    }


@pytest.mark.slow
@given(CATALOGUES, PHRASES, PHRASES, PHRASES)
def test_phrases_agree_with_reading_every_text(
    build: Callable[..., StructuredIndex], segmenter: Segmenter, records: dict[int, Record], a: str, b: str, c: str
) -> None:
    index = build(records.items())

    def found(text: str) -> set[int]:
        return set(index.answer(text, segmenter).serials.tolist())

    in_a, in_b, in_c = (holders(records, phrase) for phrase in (a, b, c))
    assert found(f'"{a}"') == in_a
    assert found(f'标签:"{a}"') == holders(records, a, ["tags"])
    assert found(f'"{a}" AND "{b}"') == found(f"“{a}”“{b}”") == in_a & in_b
    assert found(f'"{a}" OR "{b}" NOT "{c}"') == in_a | in_b - in_c
    assert found(f'("{a}" OR "{b}") AND NOT "{c}"') == (in_a | in_b) - in_c
    assert found(f'NOT ("{a}" AND NOT "{b}") "{c}"') == in_c - (in_a - in_b)


def test_parts_written_by_several_processes_answer_as_one(
    build: Callable[..., StructuredIndex], index: StructuredIndex, segmenter: Segmenter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(structured, "_PART_CHARACTERS", 20)
    divided = build(RECORDS.items())
    for text in ("作者:余华 NOT 漫画", '"太极拳" OR "thon"', "标题:茶 OR 学科:计算机", '"："'):
        assert divided.answer(text, segmenter).serials.tolist() == index.answer(text, segmenter).serials.tolist()


def test_threads_share_an_index(index: StructuredIndex, segmenter: Segmenter) -> None:
    wrong: list[object] = []

    def ask() -> None:
        for _ in range(30):
            found = index.answer('"太极拳" OR 作者:余华', segmenter).serials.tolist()
            if found != [2, 3, 5, 7, 8]:
                wrong.append(found)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


@pytest.mark.slow
def test_real_titles_find_themselves(
    build: Callable[..., StructuredIndex], segmenter: Segmenter, shared_data: Path
) -> None:
    with gzip.open(shared_data / "catalogue" / "small.jsonl.gz", "rt", encoding="utf-8") as file:
        records = dict(enumerate(map(json.loads, file), start=1))
    index = build(records.items())
    structured_titles = {serial: r["title"] for serial, r in records.items() if is_structured(r["title"])}
    assert 0 < len(structured_titles) < len(records) / 100
    for serial, title in structured_titles.items():
        assert serial in index.answer(title, segmenter).serials
    for serial in range(1, len(records), 300):
        quoted = re.sub('[“”"„‟＂]', "”“", records[serial]["title"])
        assert serial in index.answer(f"标题:“{quoted}”", segmenter).serials


def test_progress_ends_with_all_resources(tmp_path: Path, segmenter: Segmenter) -> None:
    done: list[int] = []
    build_structured_index(RECORDS.items(), tmp_path / "0-1", segmenter=segmenter, progress=done.append)
    assert done[-1] == len(RECORDS)


def test_an_empty_catalogue_has_an_index(build: Callable[..., StructuredIndex], segmenter: Segmenter) -> None:
    empty = build([])
    for text in ("作者:余华", '"太"', '"太极"', "NOT 太极 OR b"):
        assert empty.answer(text, segmenter).serials.tolist() == []


def test_a_killed_build_leaves_nothing_that_opens(tmp_path: Path, segmenter: Segmenter) -> None:
    directory = tmp_path / "0-1"

    def die(done: int) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    child = multiprocessing.get_context("fork").Process(
        target=build_structured_index,
        args=(RECORDS.items(), directory),
        kwargs={"segmenter": segmenter, "progress": die},
    )
    child.start()
    child.join()
    assert child.exitcode == -signal.SIGKILL
    assert [path.name for path in tmp_path.iterdir()] == ["unfinished-0-1"]
    for path in tmp_path / "0-1", tmp_path / "unfinished-0-1":
        with pytest.raises(Unavailable):
            StructuredIndex.open(path)
    build_structured_index(RECORDS.items(), directory, segmenter=segmenter, progress=lambda done: None)
    assert StructuredIndex.open(directory).answer("作者:余华", segmenter).serials.tolist() == [5, 7, 8]
    assert [path.name for path in tmp_path.iterdir()] == ["0-1"]


def test_a_damaged_index_is_refused(tmp_path: Path, segmenter: Segmenter) -> None:
    build_structured_index(RECORDS.items(), tmp_path / "0-1", segmenter=segmenter, progress=lambda done: None)
    part = next((tmp_path / "0-1" / "part-0").glob("*.pst"))
    part.write_bytes(part.read_bytes()[:-1])
    with pytest.raises(Unavailable, match="已损坏"):
        StructuredIndex.open(tmp_path / "0-1")
    part.unlink()
    with pytest.raises(Unavailable):
        StructuredIndex.open(tmp_path / "0-1")
