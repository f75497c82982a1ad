import gzip
import re
import subprocess
import sys
from collections.abc import Callable
from itertools import islice
from pathlib import Path

import jieba
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.revision import Revision, Word
from index.characters import is_han
from index.folding import fold
from index.segmentation import Segmenter, base_frequencies, open_segmenter

texts = st.text(
    st.one_of(st.sampled_from("学太极拳养生课程入门第2课c++#语言r ab3，。（）-_é"), st.characters(codec="utf-8"))
)


mixed_texts = st.lists(
    st.one_of(
        st.sampled_from("学太极拳养生课程入门的中国图书馆管理社会主义苏州工业园区夜话园鞲翀囧龘〇㐀㽘𠮷𡟠鿖鿿"),
        st.sampled_from(
            ["c++", "c#", "c语言", "t恤", "at&t", "10.5%", "3.14", "1.2.3", "a-b", "w_x", "++", "#1", "\r\n"]
        ),
        st.sampled_from("abcxyzABZ019+#&._%-，。 \t\n\r（）é☯️😀👩‍🎓γß①Ⅷ٣"),
        st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF),
        st.characters(codec="utf-8"),
    ),
    max_size=30,
).map("".join)

HIDDEN = ["图书馆", "管理", "中", "社会主义", "学"]
ADDED = [
    Word(text="园区夜话", frequency=50_000),
    Word(text="的学", frequency=1_000_000),
    Word(text="a", frequency=9),
    Word(text="10.5%", frequency=7),
]

Cut = Callable[[str], list[str]]


def jieba_cut(frequencies: dict[str, int], directory: Path) -> Cut:
    """How jieba itself cuts with a dictionary whose total is that of its own words, runs put together again."""
    file = directory / "oracle.dict"
    file.write_text("".join(f"{word} {count}\n" for word, count in frequencies.items()), encoding="utf-8")
    tokenizer = jieba.Tokenizer(dictionary=str(file))
    tokenizer.tmp_dir = str(directory)
    tokenizer.initialize()
    tokenizer.total = sum(base_frequencies().values())
    needs_joining = re.compile(r"[^\W_㐀-鿿\U00020000-\U0003ffff][^\W_㐀-鿿\U00020000-\U0003ffff]|[a-z][+#]")

    def cut(text: str) -> list[str]:
        tokens = list(tokenizer.cut(text))
        return joined(tokens) if needs_joining.search(text) else tokens

    return cut


def joined(tokens: list[str]) -> list[str]:
    whole: list[str] = []
    for token, following in zip(tokens, [*tokens[1:], ""], strict=True):
        if whole and belongs(whole[-1][-1], token, following):
            whole[-1] += token
        else:
            whole.append(token)
    return whole


def belongs(before: str, token: str, following: str) -> bool:
    if token[0] in "+#":
        goes_on = before in "+#" or (before.isascii() and before.isalpha())
        return goes_on and set(token) <= {"+", "#"} and not re.match("[a-zA-Z0-9]", following)
    return before.isalnum() and token[0].isalnum() and not is_han(before) and not is_han(token[0])


@pytest.fixture(scope="module")
def shipped(revision: Revision, tmp_path_factory: pytest.TempPathFactory) -> Cut:
    """jieba with the dictionary of the shipped revision."""
    directory, base = tmp_path_factory.mktemp("jieba"), base_frequencies()
    plain = jieba.Tokenizer()
    beginnings = dict.fromkeys((word[:length] for word in base for length in range(1, len(word))), 0)
    plain.FREQ, plain.total, plain.initialized = {**beginnings, **base}, sum(base.values()), True
    words = {
        fold(w.text): plain.suggest_freq(fold(w.text)) if w.frequency is None else w.frequency for w in revision.words
    }
    return jieba_cut({**base, **words, **dict.fromkeys(map(fold, revision.removed_words), 0)}, directory)


@pytest.fixture(scope="module")
def changed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Segmenter, Cut]:
    """A segmenter with words added and frequent ones removed, and jieba with the same."""
    directory = tmp_path_factory.mktemp("changed")
    added = {word.text: word.frequency or 0 for word in ADDED}
    oracle = jieba_cut({**base_frequencies(), **added, **dict.fromkeys(HIDDEN, 0)}, directory)
    return open_segmenter(ADDED, HIDDEN, directory), oracle


@pytest.mark.slow
@given(st.one_of(mixed_texts, mixed_texts.map(fold)))
def test_texts_are_cut_as_jieba_cuts_them(segmenter: Segmenter, shipped: Cut, text: str) -> None:
    assert segmenter.tokens(text) == shipped(text)


@pytest.mark.slow
@given(st.one_of(mixed_texts, mixed_texts.map(fold)))
def test_a_changed_dictionary_cuts_as_jieba_does_with_it(changed: tuple[Segmenter, Cut], text: str) -> None:
    segmenter, oracle = changed
    assert segmenter.tokens(text) == oracle(text)


@pytest.mark.slow
def test_real_texts_are_cut_as_jieba_cuts_them(segmenter: Segmenter, shipped: Cut, shared_data: Path) -> None:
    with gzip.open(shared_data / "catalogue" / "small.jsonl.gz", "rt", encoding="utf-8") as lines:
        texts = [fold(line) for line in islice(lines, 1000)]
    assert [text for text in texts if segmenter.tokens(text) != shipped(text)] == []


@given(mixed_texts)
def test_words_are_the_tokens_with_a_letter_or_digit(segmenter: Segmenter, text: str) -> None:
    words = [segmenter.word(token) for token in segmenter.tokens(text)]
    assert segmenter.segment(text) == tuple(word for word in words if word)


@given(mixed_texts)
def test_parts_are_the_shorter_dictionary_words_in_their_order(segmenter: Segmenter, text: str) -> None:
    for word in segmenter.segment(text):
        token, size = word.text, len(word.text)
        grams = [token[at : at + n] for n in (2, 3) if n < size for at in range(size - n + 1)]
        known = [] if token.isascii() else [gram for gram in grams if segmenter.knows(gram)]
        assert list(word.parts[: len(known)]) == known


def test_frequencies_tell_words_from_what_begins_one_and_from_the_rest(segmenter: Segmenter) -> None:
    assert segmenter.frequency("太极拳") > 0
    assert segmenter.frequencies["马克思主"] == 0
    assert segmenter.frequencies["拳极太"] is None
    assert segmenter.frequencies[""] is None


def test_a_compiled_dictionary_is_cut_with_without_jieba(segmenter: Segmenter, dictionaries: Path) -> None:
    program = f"""
import sys
from pathlib import Path
from corpus.revision import shipped_revision
from index.segmentation import open_segmenter
shipped = shipped_revision()
segmenter = open_segmenter(shipped.words, shipped.removed_words, Path({str(dictionaries)!r}))
print(len(segmenter.segment("学太极拳")), "jieba" in sys.modules)
"""
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert told.stdout.split() == ["2", "False"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("学太极拳", ["学", "太极拳"]),
        ("R语言入门", ["r语言", "入门"]),
        ("X语言入门", ["x", "语言", "入门"]),
        ("第2课", ["第", "2", "课"]),
        ("C++ 和 C#", ["c++", "和", "c#"]),
        ("C语言程序设计", ["c语言", "程序设计"]),
        ("Working with this", ["working", "with", "this"]),
        ("a+b 等于几", ["a", "b", "等于", "几"]),
        ("Café 之夜", ["café", "之夜"]),
        ("，。！", []),
        ("", []),
    ],
)
def test_words_of_a_text(segmenter: Segmenter, text: str, words: list[str]) -> None:
    assert [word.text for word in segmenter.segment(fold(text))] == words


def test_search_mode_adds_the_words_inside_a_word(segmenter: Segmenter) -> None:
    parts = {word.text: word.parts for word in segmenter.segment(fold("清华大学的C语言程序设计"))}
    assert {"清华", "大学"} <= set(parts["清华大学"])
    assert {"c", "语言"} <= set(parts["c语言"])
    assert {"程序", "设计"} <= set(parts["程序设计"])


@given(texts)
def test_no_letter_and_no_digit_is_lost(segmenter: Segmenter, text: str) -> None:
    folded = fold(text)
    kept = "".join(word.text for word in segmenter.segment(folded))
    assert [c for c in kept if c.isalnum()] == [c for c in folded if c.isalnum()]


@given(texts)
def test_a_text_is_cut_the_same_each_time(segmenter: Segmenter, text: str) -> None:
    assert segmenter.segment(fold(text)) == segmenter.segment(fold(text))


@given(texts.map(fold))
def test_tokens_make_up_the_text(segmenter: Segmenter, folded: str) -> None:
    assert "".join(segmenter.tokens(folded)) == folded


def test_a_word_stays_whole_or_not(segmenter: Segmenter) -> None:
    assert segmenter.is_whole("太极拳")
    assert segmenter.is_whole("with")
    assert not segmenter.is_whole("学太极拳")


@pytest.mark.slow
def test_a_curators_word_is_kept_whole_and_its_parts_stay_findable(tmp_path: Path) -> None:
    plain = open_segmenter([], [], tmp_path)
    added = open_segmenter([Word(text="甲乙丙学", frequency=None)], [], tmp_path)
    assert "甲乙丙学" not in [word.text for word in plain.segment("学甲乙丙学吧")]
    assert "甲乙丙学" in [word.text for word in added.segment("学甲乙丙学吧")]


@pytest.mark.slow
def test_a_new_word_cuts_only_the_texts_that_contain_it(tmp_path: Path) -> None:
    plain = open_segmenter([], [], tmp_path)
    added = open_segmenter([Word(text="园区夜话", frequency=50_000)], [], tmp_path)
    text = "苏州工业园区图书馆的夜间读书活动，适合老年人和企业职工，学习智能手机与书法"
    assert plain.segment(text) == added.segment(text)
    assert "园区夜话" in [word.text for word in added.segment("听园区夜话去")]


def test_a_removed_word_is_no_longer_one(tmp_path: Path) -> None:
    removed = open_segmenter([], ["长江大桥"], tmp_path)
    assert "长江大桥" not in [word.text for word in removed.segment("武汉长江大桥")]


@pytest.mark.slow
def test_the_lexicon_names_what_decides_the_cut(tmp_path: Path) -> None:
    word = Word(text="园区夜话", frequency=3)
    lexicons = {open_segmenter(words, [], tmp_path).lexicon for words in ([], [word], [word])}
    assert len(lexicons) == 2


def test_jiebas_own_tokenizer_is_left_alone(segmenter: Segmenter) -> None:
    assert jieba.dt.initialized is False
    assert segmenter.segment("太极拳")
    assert jieba.dt.initialized is False
