"""The choices of letters: what may be meant by a syllable, an initial, or another letter."""

import threading

import numpy as np
import pytest

from index.letter_choices import LetterChoices

ALPHABET = "a1乐啊太吖急极泰级鸡"


def choices_of(letters: str) -> LetterChoices:
    return LetterChoices(np.array([0, *sorted(map(ord, letters))], np.uint32))


def qualities(choices: LetterChoices, number: int) -> dict[str, float]:
    """The letters of a choice with how likely each is meant."""
    letters, quality, spans = choices.arrays
    start, stop, typed = spans[number].tolist()
    names = {number: letter for letter, number in choices.numbers.items()}
    own = letters[start:stop].tolist()
    assert own == sorted(set(own))
    return {names[n]: 1.0 if n == typed else float(q) for n, q in zip(own, quality[start:stop], strict=True) if n}


@pytest.fixture
def choices() -> LetterChoices:
    return choices_of(ALPHABET)


def test_each_letter_by_itself(choices: LetterChoices) -> None:
    assert [qualities(choices, number) for number in choices.exactly("太a缺")] == [{"太": 1}, {"a": 1}, {}]


def test_what_a_syllable_may_be(choices: LetterChoices) -> None:
    assert qualities(choices, choices.read_as("tai", southern=False)) == {"太": 1, "泰": 1}
    assert qualities(choices, choices.read_as("ji", southern=False)).keys() == {"急", "极", "级", "鸡"}
    assert qualities(choices, choices.read_as("xyz", southern=False)) == {}
    assert qualities(choices, choices.beginning_with("t")) == {letter: pytest.approx(0.3) for letter in "太泰"}


def test_what_sounds_like_a_letter_is_less_likely_than_the_letter(choices: LetterChoices) -> None:
    [own] = choices.sounding_like("级", southern=False)
    found = qualities(choices, own)
    assert found.pop("级") == 1
    assert found == {letter: pytest.approx(0.33) for letter in "急极鸡"}
    assert qualities(choices, *choices.sounding_like("记", southern=False)) == {
        letter: pytest.approx(0.33) for letter in "急极级鸡"
    }


def test_southern_ears_hear_more_with_less_certainty() -> None:
    choices = choices_of("书苏")
    assert qualities(choices, *choices.sounding_like("书", southern=False)) == {"书": 1}
    assert qualities(choices, *choices.sounding_like("书", southern=True)) == {"书": 1, "苏": pytest.approx(0.132)}
    assert qualities(choices, choices.read_as("shu", southern=True)) == {"书": 1, "苏": pytest.approx(0.4)}


def test_a_latin_letter_is_no_syllable(choices: LetterChoices) -> None:
    assert qualities(choices, choices.read_as("a", southern=False)).keys() == {"啊", "吖"}
    assert qualities(choices, *choices.sounding_like("a", southern=False)) == {"a": 1}


def test_threads_get_the_same_choices(choices: LetterChoices) -> None:
    found: list[list[dict[str, float]]] = []

    def ask() -> None:
        own = [choices.read_as(syllable, southern=True) for syllable in ("tai", "ji", "le", "a")]
        own += choices.sounding_like(ALPHABET, southern=True)
        found.append([qualities(choices, number) for number in own])

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert all(each == found[0] for each in found)
    assert qualities(choices, choices.exactly("太")[0]) == {"太": 1}
