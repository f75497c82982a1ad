"""Texts are spelt at once as each alone."""

import re

from hypothesis import given
from hypothesis import strategies as st

from index.folding import fold
from index.segmentation import Segmenter
from index.spelling_building import Spelled, spell
from index.spelling_lookup import is_letter
from index.spelling_matching import BEGINS, ENDS

texts = st.text(
    st.one_of(
        st.sampled_from("太极太极拳中华人民共和国国际标准化组织学习第2课c语言java windows7ab，。（）·+#-é\n"),
        st.characters(codec="utf-8"),
    ),
    max_size=40,
)


def spelled(text: str, segmenter: Segmenter) -> Spelled:
    folded, at = fold(text), 0
    flags = bytearray(len(folded))
    for word in segmenter.segment(folded):
        start = folded.index(word.text, at)
        at = start + len(word.text)
        for part in (word.text, *word.parts):
            inner = start + word.text.index(part)
            flags[inner] |= BEGINS
            flags[inner + len(part) - 1] |= ENDS
    kept = [i for i, letter in enumerate(folded) if is_letter(letter)][:200]
    latin = dict.fromkeys(re.findall("(?<![a-z])[a-z]{3,}(?![a-z])", folded))
    return Spelled("".join([folded[i] for i in kept]), bytes([flags[i] for i in kept]), tuple(latin))


@given(st.lists(texts, max_size=6))
def test_texts_are_spelt_as_each_alone(segmenter: Segmenter, given: list[str]) -> None:
    assert spell(given, segmenter) == [spelled(text, segmenter) for text in given]


def test_a_part_that_stands_twice_in_a_word_counts_where_it_stands_first(segmenter: Segmenter) -> None:
    text = "abc公ab"
    assert spell([text], segmenter) == [spelled(text, segmenter)]


def test_two_hundred_letters_of_a_text_are_looked_at(segmenter: Segmenter) -> None:
    [long, short] = spell(["太极 " * 150, "太极"], segmenter)
    assert (long.letters, short.letters) == ("太极" * 100, "太极")
    assert len(long.edges) == 200
