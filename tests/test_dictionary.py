from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.arrays import Arrays
from index.cutting_tables import ALNUM
from index.dictionary import HiddenMarkovModel, compile_dictionary, open_dictionary

MODEL = HiddenMarkovModel(
    first={"B": -0.5, "E": -1e100, "M": -1e100, "S": -1.0},
    transitions={
        "B": {"E": -0.5, "M": -1.0},
        "E": {"B": -0.5, "S": -1.0},
        "M": {"E": -0.5, "M": -1.0},
        "S": {"B": -0.5, "S": -1.0},
    },
    emissions={"B": {"甲": -1.0}, "E": {"乙": -1.0}, "M": {}, "S": {"丙": -1.0}},
    unseen=-1e100,
)


def compiled() -> Arrays:
    return compile_dictionary({"太极": 3, "太极拳": 5, "太": 2, "极": 0}, 10, MODEL)


def test_the_likeliest_words_are_found(tmp_path: Path) -> None:
    assert open_dictionary(tmp_path, "tiny", compiled).token_ends("学太极拳") == [1, 4]


def test_the_model_sees_words_that_the_dictionary_has_not(tmp_path: Path) -> None:
    assert open_dictionary(tmp_path, "tiny", compiled).token_ends("甲乙丙甲乙") == [2, 3, 5]


def test_frequencies_of_words_and_beginnings(tmp_path: Path) -> None:
    dictionary = open_dictionary(tmp_path, "tiny", compiled)
    asked = ["太极拳", "太", "极", "拳", "太极拳法", ""]
    assert [dictionary.frequency(text) for text in asked] == [5, 2, 0, None, None, None]


@given(st.dictionaries(st.text("太极拳a𠮷", min_size=1, max_size=5), st.integers(0, 9), min_size=1), st.data())
def test_words_and_what_begins_them_are_known(
    tmp_path_factory: pytest.TempPathFactory, words: dict[str, int], data: st.DataObject
) -> None:
    dictionary = open_dictionary(tmp_path_factory.mktemp("dict"), "any", lambda: compile_dictionary(words, 10, MODEL))
    text = data.draw(st.one_of(st.sampled_from([*words]), st.text("太极拳a𠮷", min_size=1, max_size=6)))
    begins = any(word.startswith(text) for word in words)
    assert dictionary.frequency(text) == words.get(text, 0 if begins else None)


def test_every_character_has_its_kind() -> None:
    kinds = compiled()["kinds"]
    assert all(bool(kinds[code] & ALNUM) == chr(code).isalnum() for code in range(len(kinds)))


def test_the_shorter_words_inside_a_text_come_by_length(tmp_path: Path) -> None:
    assert open_dictionary(tmp_path, "tiny", compiled).part_bounds("太极太极拳", 3) == ([0, 2, 2], [2, 4, 5])


def test_it_is_compiled_once(tmp_path: Path) -> None:
    open_dictionary(tmp_path, "tiny", compiled)
    assert open_dictionary(tmp_path, "tiny", lambda: pytest.fail("compiled again")).frequency("太极") == 3


def test_a_damaged_one_is_compiled_anew(tmp_path: Path) -> None:
    open_dictionary(tmp_path, "tiny", compiled)
    [weights] = tmp_path.glob("*/weights.npy")
    weights.write_bytes(b"")
    assert open_dictionary(tmp_path, "tiny", compiled).token_ends("学太极拳") == [1, 4]
