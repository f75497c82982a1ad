"""Words of a folded text: jieba's search mode over a dictionary of our own.

Each revision compiles into one dictionary with explicit frequencies. jieba gives its words and its model when that is
compiled, and is not asked again: `cutting` cuts as it does.
"""

import hashlib
import math
import re
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from corpus.revision import Word as DictionaryWord
from index.arrays import Arrays, Int64, UInt8, UInt32
from index.cutting_tables import HIDDEN_STATES, LONGEST_PART
from index.dictionary import Dictionary, HiddenMarkovModel, compile_dictionary, open_dictionary
from index.folding import fold, fold_all

if TYPE_CHECKING:
    import jieba

_FORMAT = 1
"""Raised when the same revision would compile into another dictionary or cut otherwise."""

_RUNS = re.compile(r"[a-z]+|[0-9]+")
_MIXED = re.compile(r"[a-z0-9一-鿿]+")
_MOST_REMEMBERED = 50_000
"""Of words, and of what is asked for as one: some 250 bytes each, in every process that answers."""
_MOST_SEGMENTED = 2000
_LONGEST_SEGMENTED = 64
"""Characters of a text whose words are remembered: a query is cut at several steps of a search."""
_MOST_OPENED = 2
"""Dictionaries kept: the one in force and the next."""
_MOST_WHOLE = 5000
_MOST_LONG = 5000


class Word(NamedTuple):
    """A word as a reader would cut it, and the shorter words inside it that search mode adds."""

    text: str
    parts: tuple[str, ...]


class Frequencies(dict[str, int | None]):
    """How often words stand in the texts the dictionary was made from; [] looks up, and remembers, what is asked.

    0 for what only begins a word or was removed, None for what no word begins with.
    """

    def __init__(self, dictionary: Dictionary) -> None:
        self._dictionary = dictionary

    def __missing__(self, text: str) -> int | None:
        if len(self) >= _MOST_REMEMBERED:
            self.clear()
        frequency = self[text] = self._dictionary.frequency(text)
        return frequency


class _Words(dict[str, Word]):
    """The words of tokens with a letter or digit; [] makes, and remembers, what is asked."""

    def __init__(self, dictionary: Dictionary) -> None:
        self._dictionary = dictionary

    def __missing__(self, token: str) -> Word:
        if len(self) >= _MOST_REMEMBERED:
            self.clear()
        word = self[token] = Word(token, tuple(self._parts(token)))
        return word

    def _parts(self, token: str) -> list[str]:
        parts: list[str] = []
        if len(token) > 2 and not token.isascii():
            starts, ends = self._dictionary.part_bounds(token, LONGEST_PART)
            parts += [token[start:end] for start, end in zip(starts, ends, strict=True)]
        if _MIXED.fullmatch(token):  # c语言 is also c, windows7 also windows
            parts.extend(run for run in _RUNS.findall(token) if run != token and run not in parts)
        return parts


class _Borders(dict[str, Sequence[int]]):
    """Where long words are cut into the fewest shorter ones; [] tells, and remembers, what is asked."""

    def __init__(self, frequencies: Frequencies) -> None:
        self._frequencies = frequencies

    def __missing__(self, token: str) -> Sequence[int]:
        if len(self) >= _MOST_LONG:
            self.clear()
        borders = self[token] = self._likeliest(token)
        return borders

    def _likeliest(self, token: str) -> Sequence[int]:
        """Of several ways with as few words the likeliest."""
        frequencies = self._frequencies
        best: list[tuple[int, float, list[int]]] = [(0, 0.0, [])]
        for end in range(1, len(token) + 1):
            ways = []
            for start in range(end):
                part = token[start:end]
                if end - start < len(token) and (frequencies[part] or end - start == 1):
                    pieces, rarity, borders = best[start]
                    ways.append((pieces + 1, rarity - math.log(frequencies[part] or 1), [*borders, end]))
            best.append(min(ways))
        return best[-1][2]


class Segmenter:
    """Cuts folded texts into words. Make it with `open_segmenter`."""

    def __init__(self, dictionary: Dictionary, lexicon: str) -> None:
        self._dictionary = dictionary
        self._words = _Words(dictionary)
        self._segmented: dict[str, tuple[Word, ...]] = {}
        self._whole: dict[str, bool] = {}
        self.frequencies = Frequencies(dictionary)
        self.borders = _Borders(self.frequencies)
        """For each long word where it is cut into the fewest shorter ones."""
        self.lexicon = lexicon
        """Hash of everything that decides how a text is cut."""

    def segment(self, folded: str) -> tuple[Word, ...]:
        """The words of a folded text in their order; punctuation is left out, single letters and digits stay."""
        found = self._segmented.get(folded)
        if found is None:
            words = self._words
            starts, ends = self._dictionary.word_bounds(folded)
            found = tuple([words[folded[start:end]] for start, end in zip(starts, ends, strict=True)])
            if len(folded) <= _LONGEST_SEGMENTED:
                if len(self._segmented) >= _MOST_SEGMENTED:
                    self._segmented.clear()
                self._segmented[folded] = found
        return found

    def segment_all(self, codes: UInt32, offsets: Int64) -> tuple[UInt32, Int64]:
        """The words of folded texts, each followed by its parts, as bounds and as counts by text.

        Args:
            codes: the code points of all texts, `offsets` (texts + 1,) where each text begins.
        Returns: (2, n) where each word or part begins and ends among `codes`, (texts,) how many each text has.
        """
        return self._dictionary.words_of_texts(codes, offsets, LONGEST_PART)

    def knows(self, folded: str) -> bool:
        """Whether the dictionary has a word."""
        return self.frequency(folded) > 0

    def frequency(self, folded: str) -> int:
        """How often a word stands in the texts the dictionary was made from; 0 for what is no word of it."""
        return self.frequencies[folded] or 0

    def tokens(self, folded: str) -> list[str]:
        """A folded text cut between its words and at all else; joined they are the text."""
        ends = self._dictionary.token_ends(folded)
        return [folded[start:end] for start, end in zip([0, *ends], ends, strict=False)]

    def tokens_at(self, codes: UInt32, starts: Int64, ends: Int64, doubts: UInt8) -> Int64:
        """(2, n) start and end of what stands where n words were found, as `cutting.tokens_at` tells.

        Args:
            codes: the code points of a folded text.
            starts, ends: (n,) where the words were found.
            doubts: (n,) what is in doubt of each, in bits of `cutting`.
        """
        return self._dictionary.tokens_at(codes, starts, ends, doubts)

    @property
    def kinds(self) -> UInt8:
        """(code points,) the kind of every character, in bits of `cutting`."""
        return self._dictionary.tables.kinds

    def word(self, token: str) -> Word | None:
        """A token with its parts; None if it is punctuation or space."""
        return self._words[token] if any(map(str.isalnum, token)) else None

    def is_whole(self, word: str) -> bool:
        """Whether a word stays in one piece where nothing stands around it."""
        known = self._whole
        if word not in known:
            if len(known) >= _MOST_WHOLE:
                known.clear()
            known[word] = self.tokens(word) == [word]
        return known[word]


def open_segmenter(words: Sequence[DictionaryWord], removed: Sequence[str], directory: Path) -> Segmenter:
    """The segmenter of a revision's words; compiles its dictionary into `directory` where it is not there yet.

    The last ones are shared within a process, with the words they remember.
    """
    directory.mkdir(parents=True, exist_ok=True)
    entries = [(fold(word.text), word.frequency) for word in words]
    hidden = [fold(word) for word in removed]
    lexicon = _lexicon_hash(entries, hidden)
    key = directory.resolve(), lexicon
    segmenter = _opened.get(key)
    if segmenter is None:
        segmenter = Segmenter(open_dictionary(directory, lexicon, lambda: _compiled(entries, hidden)), lexicon)
        while len(_opened) >= _MOST_OPENED:
            _opened.pop(next(iter(_opened)), None)
        _opened[key] = segmenter
    return segmenter


_opened: dict[tuple[Path, str], Segmenter] = {}


def _lexicon_hash(entries: Sequence[tuple[str, int | None]], hidden: Sequence[str]) -> str:
    content = repr((_FORMAT, version("jieba"), sorted(entries, key=str), sorted(hidden)))
    return hashlib.sha256(content.encode()).hexdigest()[:16]


def _compiled(entries: Sequence[tuple[str, int | None]], hidden: Sequence[str]) -> Arrays:
    """Shares stay those among jieba's own words, so that a new word re-cuts only its own texts."""
    base = base_frequencies()
    total = sum(base.values())
    if any(frequency is None for _, frequency in entries):
        plain = _tokenizer(base, total, [word for word, f in entries if f is None])
        entries = [(word, plain.suggest_freq(word) if f is None else f) for word, f in entries]
    frequencies = {**base, **{word: f or 0 for word, f in entries}, **dict.fromkeys(hidden, 0)}
    return compile_dictionary(frequencies, total, _hidden_markov_model())


def base_frequencies() -> dict[str, int]:
    """jieba's own entries, folded; entries that become one add their frequencies."""
    import jieba  # noqa: PLC0415 - a process that finds its dictionary compiled needs none

    with jieba.get_dict_file() as file:
        fields = file.read().decode("utf-8").split()  # word, frequency and kind of one entry after the other
    frequencies: dict[str, int] = {}
    for word, frequency in zip(fold_all(fields[::3]), map(int, fields[1::3]), strict=True):
        frequencies[word] = frequencies.get(word, 0) + frequency
    return frequencies


def _tokenizer(frequencies: dict[str, int], total: int, texts: Sequence[str]) -> "jieba.Tokenizer":
    """jieba with what a dictionary of its own says of a few texts; neither its process-wide state nor its cache change.

    It has the words that stand in the texts, and their beginnings.
    """
    import jieba  # noqa: PLC0415

    stretches = [text[start:end] for text in texts for end in range(len(text) + 1) for start in range(end)]
    words = {stretch: frequencies[stretch] for stretch in stretches if stretch in frequencies}
    beginnings = dict.fromkeys((word[:length] for word in words for length in range(1, len(word))), 0)
    tokenizer = jieba.Tokenizer()
    tokenizer.FREQ, tokenizer.total, tokenizer.initialized = beginnings | words, total, True
    return tokenizer


def _hidden_markov_model() -> HiddenMarkovModel:
    from jieba import finalseg  # noqa: PLC0415

    return HiddenMarkovModel(
        first=finalseg.start_P,
        transitions=finalseg.trans_P,
        emissions={state: finalseg.emit_P[state] for state in HIDDEN_STATES},
        unseen=finalseg.MIN_FLOAT,
    )
