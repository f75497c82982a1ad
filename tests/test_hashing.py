from hashlib import blake2b

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.hashing import text_hashes


def hashed(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "little")


@given(st.lists(st.text(st.characters(codec="utf-8"), max_size=400)))
def test_hashes_are_those_of_the_standard_library(texts: list[str]) -> None:
    assert text_hashes(texts).tolist() == [hashed(text) for text in texts]


@pytest.mark.parametrize("length", [0, 1, 7, 8, 127, 128, 129, 255, 256, 257, 1000])
def test_blocks_end_anywhere(length: int) -> None:
    texts = ["a" * length, "b", "a" * length]
    assert text_hashes(texts).tolist() == [hashed(text) for text in texts]
