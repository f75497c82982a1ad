import pytest

from index.analysis import bigram_terms, piece_terms, word_terms
from index.segmentation import Segmenter


@pytest.mark.parametrize(
    ("text", "bigrams", "pieces"),
    [
        ("养生太极", ["养生", "生太", "太极"], ["养", "生", "太", "极"]),
        ("学iphone15", [], ["学", "ip", "ph", "ho", "on", "ne", "15"]),
        ("r语言，2课", ["语言"], ["语", "言", "课", "r", "2"]),
        ("", [], []),
    ],
)
def test_bigrams_and_pieces(text: str, bigrams: list[str], pieces: list[str]) -> None:
    assert list(bigram_terms(text)) == ["b:" + bigram for bigram in bigrams]
    assert sorted(piece_terms(text)) == sorted("p:" + piece for piece in pieces)


def test_no_word_can_be_taken_for_another_namespace(segmenter: Segmenter) -> None:
    assert list(word_terms(segmenter.segment("b:太极 p:太 a:b"))) == ["b", "太极", "p", "太", "a", "b"]
