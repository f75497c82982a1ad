import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.arrays import read_only
from index.latin_words import SHORTEST, LatinWords

USES = {"python": 9, "java": 5, "lava": 1, "word": 7, "words": 2, "sql": 8, "javascript": 4}


def words_of(uses: dict[str, int]) -> LatinWords:
    lines = np.frombuffer("\n".join(uses).encode(), np.uint8)
    return LatinWords(read_only(lines), np.array([*uses.values()], np.uint32))


WORDS = words_of(USES)


def near(words: LatinWords, typed: str) -> list[str]:
    return [word for _, word in words.near(typed)]


@pytest.mark.parametrize("typed", ["pythn", "pyhton", "pytthon", "pythxn", "xython", "pythonn", "ython"])
def test_one_letter_is_wrong_missing_too_many_or_two_are_swapped(typed: str) -> None:
    assert WORDS.near(typed) == [(0, "python")]


def test_the_commonest_comes_first_and_the_word_itself_is_not_near() -> None:
    assert near(WORDS, "kava") == ["java", "lava"]
    assert near(WORDS, "word") == ["words"]


@pytest.mark.parametrize("typed", ["", "sq", "sqx", "pytn", "太极拳", "x" * 500])
def test_short_words_and_far_ones_are_near_to_nothing(typed: str) -> None:
    assert WORDS.near(typed) == []


def test_no_words_at_all() -> None:
    assert words_of({}).near("python") == []


def mistakes(word: str, letters: str) -> set[str]:
    """Every text that one mistake makes of a word."""
    wrong = {word[:i] + other + word[i + 1 :] for i in range(len(word)) for other in letters}
    missing = {word[:i] + word[i + 1 :] for i in range(len(word))}
    too_many = {word[:i] + other + word[i:] for i in range(len(word) + 1) for other in letters}
    swapped = {word[:i] + word[i + 1] + word[i] + word[i + 2 :] for i in range(len(word) - 1)}
    return (wrong | missing | too_many | swapped) - {word}


@given(st.dictionaries(st.text("abc", min_size=3, max_size=7), st.integers(1, 3)), st.text("abc", max_size=8))
def test_near_is_what_one_mistake_makes(uses: dict[str, int], typed: str) -> None:
    made = mistakes(typed, "abc")
    expected = sorted(
        (word for word in uses if word in made), key=lambda word: (-uses[word], len(word), [*uses].index(word))
    )
    assert near(words_of(uses), typed) == (expected[:8] if len(typed) >= SHORTEST else [])
