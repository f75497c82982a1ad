import subprocess
import unicodedata
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import opencc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.arrays import code_points, offsets_of, text_of
from index.folding import FoldedTexts, fold, fold_all, fold_texts, fold_with_offsets

awkward = st.text(
    alphabet=st.one_of(st.characters(exclude_categories=[]), st.sampled_from("ﬁ㎏①Ⅳｱﾞ각가e\u0301İΣ乾坤著養㈱½"))
)


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("Ｐｙｔｈｏｎ", "python"),
        ("養生", "养生"),
        ("極拳", "极拳"),
        ("清華大學", "清华大学"),
        ("锺表", "钟表"),
        ("馀華", "余华"),
        ("乾坤", "乾坤"),
        ("C＋＋", "c++"),
        ("第２課", "第2课"),
        ("ﬁne ①", "fine 1"),
        ("", ""),
    ],
)
def test_spellings_of_one_text_fold_alike(written: str, folded: str) -> None:
    assert fold(written) == folded
    assert fold(folded) == folded


@given(awkward)
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(st.sampled_from("太极拳书本，。 ·ab1沈思坏土答覆藉口瞭解甦醒海哩衹得Ａ極")))
def test_a_text_folds_as_all_steps_in_turn_would_fold_it(text: str) -> None:
    expected, before = text, ""
    while expected != before:
        before, expected = expected, opencc.OpenCC("t2s").convert(unicodedata.normalize("NFKC", expected)).lower()
    assert fold(text) == expected


def test_every_phrase_is_simplified_as_the_installed_dictionary_says(tmp_path: Path) -> None:
    installed = Path(str(find_spec("opencc").origin)).parent / "clib"  # type: ignore[union-attr]
    reader, phrases = installed / "bin" / "opencc_dict", installed / "share" / "opencc" / "TSPhrases.ocd2"
    if not reader.exists():
        pytest.skip("this build of OpenCC cannot write its dictionary as text")
    written = tmp_path / "phrases.txt"
    command = [reader, "--input", phrases, "--output", written, "--from", "ocd2", "--to", "text"]
    subprocess.run(command, check=True, capture_output=True)
    texts = [line.split("\t")[0] for line in written.read_text(encoding="utf-8").splitlines()]
    assert len(texts) > 100
    simplified = opencc.OpenCC("t2s").convert("\n".join(texts)).split("\n")
    assert [fold(text) for text in texts] == [fold(text) for text in simplified]


@given(
    st.lists(
        st.one_of(awkward, st.sampled_from(["", "Ｐｙｔｈｏｎ", "e", "\u0301", "乾", "坤", "ΟΣ", "\ud83d", "\x1f"]))
    )
)
def test_texts_folded_at_once_fold_as_each_alone(texts: list[str]) -> None:
    assert fold_all(texts) == [fold(text) for text in texts]


@given(awkward)
def test_offsets_lead_back_to_the_original(text: str) -> None:
    folded, offsets = fold_with_offsets(text)
    assert folded == fold(text)
    assert len(offsets) == len(folded) + 1
    assert list(offsets) == sorted(offsets)
    assert not offsets or (offsets[0] == 0 and offsets[-1] == len(text))


@pytest.mark.parametrize(
    ("text", "part", "original"),
    [
        ("學太極拳", "太极", "太極"),
        ("㎏与Ｐｙｔｈｏｎ入门", "python", "Ｐｙｔｈｏｎ"),
        ("cafe\u0301之夜", "é", "e\u0301"),
    ],
)
def test_a_part_of_the_folded_text_is_found_in_the_original(text: str, part: str, original: str) -> None:
    folded, offsets = fold_with_offsets(text)
    at = folded.index(unicodedata.normalize("NFKC", part))
    assert text[offsets[at] : offsets[at + len(part)]] == original


def fold_together(texts: list[str]) -> FoldedTexts:
    whole = "".join(texts)
    return fold_texts(whole, code_points(whole), offsets_of([len(text) for text in texts], np.int64))


@given(
    st.lists(
        st.text(st.one_of(st.sampled_from("太極拳Ｐy，。沈思乾坤么么é…①e\u0301\n\0"), st.characters()), max_size=12)
    )
)
def test_texts_fold_together_as_each_does_alone(texts: list[str]) -> None:
    folded = fold_together(texts)
    assert text_of(folded.codes) == folded.text
    for number, text in enumerate(texts):
        alone, offsets = fold_with_offsets(text)
        start, end = folded.starts[number : number + 2]
        assert folded.text[start:end] == alone
        assert list(folded.offsets.get(number, range(len(text) + 1))) == list(offsets)


@pytest.mark.parametrize("beside", ["e{}", "か{}", "ÿ{}", "{}e", "中{}国"])
def test_characters_that_fold_without_a_look_at_others_do_so_beside_any(beside: str) -> None:
    texts = [beside.format(chr(code)) for code in [*range(1, 0xD800), *range(0xE000, 0x10000)]]
    folded = fold_together(texts)
    bounds = folded.starts.tolist()
    plain = [number for number in range(len(texts)) if number not in folded.offsets]
    assert len(plain) > 28_000
    assert [texts[n] for n in plain if folded.text[bounds[n] : bounds[n + 1]] != fold_with_offsets(texts[n])[0]] == []
