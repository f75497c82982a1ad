import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.folding import fold, fold_all, fold_with_offsets

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
