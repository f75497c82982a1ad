import pytest

from index.latin_words import LatinWords

WORDS = LatinWords({"python": 9, "java": 5, "lava": 1, "word": 7, "words": 2, "sql": 8, "javascript": 4})


@pytest.mark.parametrize("typed", ["pythn", "pyhton", "pytthon", "pythxn", "xython", "pythonn", "ython"])
def test_one_letter_is_wrong_missing_too_many_or_two_are_swapped(typed: str) -> None:
    assert WORDS.near(typed) == [("python", 9)]


def test_the_commonest_comes_first_and_the_word_itself_is_not_near() -> None:
    assert WORDS.near("kava") == [("java", 5), ("lava", 1)]
    assert WORDS.near("word") == [("words", 2)]


@pytest.mark.parametrize("typed", ["", "sq", "sqx", "pytn", "太极拳", "x" * 500])
def test_short_words_and_far_ones_are_near_to_nothing(typed: str) -> None:
    assert WORDS.near(typed) == []


def test_no_words_at_all() -> None:
    assert LatinWords({}).near("python") == []
