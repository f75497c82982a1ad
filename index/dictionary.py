"""A compiled dictionary: its words as a tree of prefixes, and jieba's hidden Markov model, in memory-mapped arrays.

Prefixes are numbered from 1 by length, then by code points, so that those one letter longer stand side by side and a
search among their letters finds one. Opening it reads nothing; processes share its pages.
"""

import fcntl
import math
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from corpus.errors import Unavailable
from index import cutting
from index.arrays import CODE_POINTS, Arrays, Float64, Int64, UInt8, UInt32, code_points, offsets_of
from index.characters import character_kinds
from index.cutting_tables import FIRST_HAN, HIDDEN_STATES, LAST_HAN, Tables
from index.whole_directory import finish_directory, open_array, read_manifest, unfinished_directory

FORMAT: Final = 1
"""Raised when an older compiled dictionary can no longer be read; it is then compiled anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HiddenMarkovModel:
    """Logarithms of the odds of jieba's model; states are named as in `HIDDEN_STATES`."""

    first: Mapping[str, float]
    """Of the first state."""
    transitions: Mapping[str, Mapping[str, float]]
    """From state to state; what is not there cannot be."""
    emissions: Mapping[str, Mapping[str, float]]
    """Of each character in each state."""
    unseen: float
    """Of every other character."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dictionary:
    """Words with their frequencies, and what cuts a text into them. It never changes, and threads may share it."""

    tables: Tables
    frequencies: Int64
    """(P + 1,) of each prefix, 0 for what only begins a word."""

    def token_ends(self, text: str) -> list[int]:
        """Where each token of a text ends; together they are the text."""
        ends: list[int] = cutting.token_ends(self.tables, code_points(text)).tolist()
        return ends

    def tokens_at(self, codes: UInt32, starts: Int64, ends: Int64, doubts: UInt8) -> Int64:
        """(2, n) start and end of what stands where n words were found, as `cutting.tokens_at` tells."""
        return cutting.tokens_at(self.tables, codes, starts, ends, doubts)

    def word_bounds(self, text: str) -> tuple[list[int], list[int]]:
        """Where the tokens with a letter or digit begin, and where they end."""
        starts, ends = cutting.word_bounds(self.tables, code_points(text)).tolist()
        return starts, ends

    def words_of_texts(self, codes: UInt32, offsets: Int64, longest: int) -> tuple[UInt32, Int64]:
        """The words of many texts with the parts inside them, as `cutting.words_of_texts` gives them."""
        return cutting.words_of_texts(self.tables, codes, offsets, longest)

    def part_bounds(self, text: str, longest: int) -> tuple[list[int], list[int]]:
        """Where the shorter words of 2 to `longest` characters inside a text begin, by length, and where they end."""
        starts, ends = cutting.part_bounds(self.tables, code_points(text), longest).tolist()
        return starts, ends

    def frequency(self, text: str) -> int | None:
        """How often a word stands in the texts the dictionary was made from, 0 for what only begins one or was removed.

        None for what no word begins with.
        """
        number = cutting.prefix(self.tables, code_points(text), 0, len(text)) if text else 0
        return int(self.frequencies[number]) if number else None


def open_dictionary(directory: Path, name: str, compiled: Callable[[], Arrays]) -> Dictionary:
    """The dictionary of a name; where it is not there yet, one process compiles it and the others wait."""
    folder = directory / f"{name}-{unicodedata.unidata_version}"
    try:
        return _open(folder)
    except Unavailable:
        with (directory / "dictionary.lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            try:
                return _open(folder)
            except Unavailable:
                _write(folder, compiled())
            return _open(folder)


def compile_dictionary(frequencies: Mapping[str, int], total: int, model: HiddenMarkovModel) -> Arrays:
    """The arrays of a dictionary: those of `Tables`, and `frequencies`. A word's share is its frequency in `total`."""
    numbers, parents, letters = _prefixes([*frequencies])
    singles = np.flatnonzero(parents[1:] == 0) + 1
    starters = np.zeros(CODE_POINTS, np.uint32)
    starters[letters[singles]] = singles
    children = np.bincount(parents[1:], minlength=len(parents))
    counts = np.zeros(len(parents), np.int64)
    counts[numbers] = [*frequencies.values()]
    of_all = math.log(total)
    weights = [math.log(1) - of_all, *(math.log(n) - of_all if n else math.inf for n in counts[1:].tolist())]
    return {
        "kinds": character_kinds(),
        "starters": starters,
        "letters": letters,
        "children": (1 + offsets_of(children, np.int64)).astype(np.uint32),
        "weights": np.array(weights, np.float64),
        "frequencies": counts,
        "emissions": _emissions(model),
        "transitions": _transitions(model),
    }


def _prefixes(words: Sequence[str]) -> tuple[Int64, Int64, UInt32]:
    """The prefixes of distinct words, and the words among them, numbered letter by letter.

    Returns: (words,) the number of each; (P + 1,) the number of each prefix without its last letter, and that letter.
    """
    codes, lengths = code_points("".join(words)).astype(np.int64), np.array([*map(len, words)], np.int64)
    starts, numbers = offsets_of(lengths, np.int64)[:-1], np.zeros(len(words), np.int64)
    parents, letters, first = [np.zeros(1, np.int64)], [np.zeros(1, np.uint32)], 1
    for depth in range(lengths.max(initial=0)):
        longer = np.flatnonzero(lengths > depth)
        keys, places = np.unique(numbers[longer] * CODE_POINTS + codes[starts[longer] + depth], return_inverse=True)
        numbers[longer] = first + places
        parents.append(keys // CODE_POINTS)
        letters.append((keys % CODE_POINTS).astype(np.uint32))
        first += len(keys)
    return numbers, np.concatenate(parents), np.concatenate(letters)


def _emissions(model: HiddenMarkovModel) -> Float64:
    emissions = np.full((len(HIDDEN_STATES), LAST_HAN + 1 - FIRST_HAN), model.unseen)
    for state, name in enumerate(HIDDEN_STATES):
        for character, odds in model.emissions[name].items():
            if FIRST_HAN <= ord(character) <= LAST_HAN:
                emissions[state, ord(character) - FIRST_HAN] = odds
    return emissions


def _transitions(model: HiddenMarkovModel) -> Float64:
    states = HIDDEN_STATES
    rows = [[model.transitions[earlier].get(state, -math.inf) for state in states] for earlier in states]
    return np.array([*rows, [model.first[state] for state in states]], np.float64)


def _write(folder: Path, arrays: Arrays) -> None:
    unfinished = unfinished_directory(folder)
    for name, array in arrays.items():
        np.save(unfinished / f"{name}.npy", array, allow_pickle=False)
    finish_directory(unfinished, folder, {"format": FORMAT})


def _open(folder: Path) -> Dictionary:
    read_manifest(folder, format=FORMAT)
    tables = Tables(*(open_array(folder / f"{name}.npy") for name in Tables._fields))
    return Dictionary(tables=tables, frequencies=open_array(folder / "frequencies.npy"))
