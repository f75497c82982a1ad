"""Letters that may be meant by what was typed: one of a syllable, of an initial, or what sounds like another.

All choices stand side by side in arrays that compiled loops read. They are made when first asked for, and there
are no more of them than letters, syllables and initials.
"""

import threading
from collections.abc import Callable, Hashable, Mapping, Sequence
from functools import cache, cached_property
from typing import Final

import numpy as np

from index.arrays import Float32, Int64, UInt16, UInt32
from index.growing import Growing
from index.pinyin import is_usual, known_readings_of, readings_of, syllables
from index.syllables import southern_sound

_RARE_READING: Final = 0.01
"""Quality of a reading that few know: 术 is also zhu."""
_INITIAL: Final = 0.3
"""Quality of a character of which only the initial was typed, for each of its letters."""
_SOUNDS_ALIKE: Final = 0.33
"""How likely another character with the same reading was meant, against the one that was typed. Two of them are just
likely enough for a guess: who types pinyin picks a wrong word (平摊 for 评弹), not a wrong character."""
_MISHEARD: Final = 0.4
"""How likely a syllable was meant that southern ears do not tell from the one that was typed, against that one."""


class LetterChoices:
    """The choices of letters of one alphabet, each a number. Threads may share it."""

    def __init__(self, alphabet: UInt32) -> None:
        """
        Args:
            alphabet: (A + 1,) the code point of each letter; that of 0 is no letter's.
        """
        self.numbers = {chr(code): number for number, code in enumerate(alphabet.tolist()) if number}
        """The number of each letter."""
        letters = np.arange(len(alphabet), dtype=np.int64)
        self._letters = Growing(letters.astype(np.uint16))
        self._quality = Growing(np.ones(len(alphabet), np.float32))
        self._spans = Growing(np.column_stack([letters, letters + 1, np.zeros_like(letters)]).ravel())
        self._known: dict[Hashable, int] = {}
        self._sounding: dict[str, int] = {}
        self._southern: dict[str, int] = {}
        self._lock = threading.RLock()
        self.arrays = self._viewed()
        """What compiled loops read, the fields of `spelling_matching.Choices`; to be asked for after the numbers."""

    def exactly(self, letters: str) -> list[int]:
        """Each of some letters by itself; 0, which nothing fits, where no text has it."""
        number = self.numbers.get
        return [number(letter, 0) for letter in letters]

    def of(self, key: Hashable, make: Callable[[], Mapping[int, float]]) -> int:
        """The choice of a key; `make` tells it when it is first asked for: a quality above 0 for numbers of letters."""
        known = self._known.get(key)
        return self._added(key, make) if known is None else known

    def _added(self, key: Hashable, make: Callable[[], Mapping[int, float]]) -> int:
        with self._lock:
            if key not in self._known:
                qualities, start = make(), len(self.arrays[0])
                numbers = sorted(qualities)
                self._letters.extend(np.array(numbers, np.uint16))
                self._quality.extend(np.array([qualities[number] for number in numbers], np.float32))
                self._known[key] = self._spanning(start, start + len(numbers), 0)
            return self._known[key]

    def _spanning(self, start: int, stop: int, typed: int) -> int:
        number = len(self.arrays[2])
        self._spans.extend(np.array([start, stop, typed], np.int64))
        self.arrays = self._viewed()
        return number

    def _viewed(self) -> tuple[UInt16, Float32, Int64]:
        return self._letters.view, self._quality.view, self._spans.view.reshape(-1, 3)

    def read_as(self, syllable: str, *, southern: bool) -> int:
        """What may be meant by a syllable; `southern`: by one, too, that southern ears do not tell from it."""
        return self.of((syllable, southern), lambda: self._read_as(syllable, southern))

    def beginning_with(self, initial: str) -> int:
        """What may be meant by an initial."""
        return self.of(initial, lambda: self._beginning_with(initial))

    def sounding_like(self, letters: str, *, southern: bool) -> list[int]:
        """For each of some letters itself, and what is read as readers know it."""
        known = self._southern if southern else self._sounding
        return [known.get(letter) or self._sounding_like(letter, southern) for letter in letters]

    def _sounding_like(self, letter: str, southern: bool) -> int:
        readings = known_readings_of(letter)
        if not readings:
            return self.numbers.get(letter, 0)
        others = self.of((readings, southern), lambda: self._alike(readings, southern))
        if letter not in self.numbers:
            return others
        known = self._southern if southern else self._sounding
        with self._lock:
            if letter not in known:
                start, stop, _ = self.arrays[2][others].tolist()
                known[letter] = self._spanning(start, stop, self.numbers[letter])
            return known[letter]

    def _read_as(self, syllable: str, southern: bool) -> Mapping[int, float]:
        qualities: dict[int, float] = {}
        for heard in _heard_alike()[southern_sound(syllable)] if southern else (syllable,):
            for number, usual in self._by_reading.get(heard, ()):
                quality = (1 if usual else _RARE_READING) * (1 if heard == syllable else _MISHEARD)
                qualities[number] = max(quality, qualities.get(number, 0))
        return qualities

    def _beginning_with(self, initial: str) -> Mapping[int, float]:
        known = [letters for syllable, letters in self._by_reading.items() if syllable.startswith(initial)]
        return {number: _INITIAL ** len(initial) for letters in known for number, usual in letters if usual}

    def _alike(self, readings: Sequence[str], southern: bool) -> Mapping[int, float]:
        qualities: dict[int, float] = {}
        for syllable in readings:
            for number, quality in self._read_as(syllable, southern).items():
                if quality > _RARE_READING:  # 抖音 is not 抖听, though 听 was once read yin
                    qualities[number] = max(_SOUNDS_ALIKE * quality, qualities.get(number, 0))
        return qualities

    @cached_property
    def _by_reading(self) -> Mapping[str, Sequence[tuple[int, bool]]]:
        """For each syllable the letters read so, each with whether that is a usual reading of it."""
        known: dict[str, list[tuple[int, bool]]] = {}
        for letter, number in self.numbers.items():
            for syllable in readings_of(letter):
                known.setdefault(syllable, []).append((number, is_usual(letter, syllable)))
        return known


@cache
def _heard_alike() -> Mapping[str, Sequence[str]]:
    """Syllables by how southern ears hear them."""
    heard: dict[str, list[str]] = {}
    for syllable in syllables():
        heard.setdefault(southern_sound(syllable), []).append(syllable)
    return heard
