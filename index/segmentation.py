"""Words of a folded text: jieba's search mode over a dictionary of our own.

Each revision compiles into one dictionary file with explicit frequencies, loaded by a Tokenizer of its own,
so that nothing here touches jieba's process-wide state or its cache in the temporary directory.
"""

import hashlib
import logging
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import jieba

from corpus.revision import Word as DictionaryWord
from index.folding import fold

LONGEST_PART = 3
"""Characters of the longest word that search mode sees inside another; runs of letters or digits may be longer."""

_FORMAT = 1
"""Raised when the same revision would compile into another dictionary or cut otherwise."""

_RUNS = re.compile(r"[a-z]+|[0-9]+")
_MIXED = re.compile(r"[a-z0-9一-鿿]+")
_LATIN = re.compile(r"[^\W_]", re.ASCII)
_NEEDS_JOINING = re.compile(r"[^\W_㐀-鿿\U00020000-\U0003ffff][^\W_㐀-鿿\U00020000-\U0003ffff]|[a-z][+#]")
_MOST_CACHED_WORDS = 500_000
_MOST_OPENED = 2
"""Dictionaries kept: the one in force and the next."""
_MOST_WHOLE = 5000

jieba.setLogLevel(logging.WARNING)


class Word(NamedTuple):
    """A word as a reader would cut it, and the shorter words inside it that search mode adds."""

    text: str
    parts: tuple[str, ...]


class Segmenter:
    """Cuts folded texts into words. Make it with `open_segmenter`."""

    def __init__(self, tokenizer: jieba.Tokenizer, lexicon: str) -> None:
        self._tokenizer = tokenizer
        self._words: dict[str, Word | None] = {}
        self._whole: dict[str, bool] = {}
        self.lexicon = lexicon
        """Hash of everything that decides how a text is cut."""

    @property
    def frequencies(self) -> Mapping[str, int]:
        """Of each dictionary word; 0 for what only begins one, or was removed."""
        frequencies: Mapping[str, int] = self._tokenizer.FREQ
        return frequencies

    def segment(self, folded: str) -> list[Word]:
        """The words of a folded text in their order; punctuation is left out, single letters and digits stay."""
        known = self._words
        words = []
        for token in self.tokens(folded):
            word = known[token] if token in known else self.word(token)
            if word is not None:
                words.append(word)
        return words

    def knows(self, folded: str) -> bool:
        """Whether the dictionary has a word."""
        return self.frequency(folded) > 0

    def frequency(self, folded: str) -> int:
        """How often a word stands in the texts the dictionary was made from; 0 for what is no word of it."""
        return self._tokenizer.FREQ.get(folded) or 0

    def tokens(self, folded: str) -> Iterable[str]:
        """A folded text cut between its words and at all else; joined they are the text."""
        tokens: Iterable[str] = self._tokenizer.cut(folded, HMM=True)
        return _join_runs(list(tokens)) if _NEEDS_JOINING.search(folded) else tokens

    def word(self, token: str) -> Word | None:
        """A token with its parts; None if it is punctuation or space."""
        known = self._words
        if token not in known:
            if len(known) >= _MOST_CACHED_WORDS:
                known.clear()
            known[token] = self._word(token)
        return known[token]

    def is_whole(self, word: str) -> bool:
        """Whether a word stays in one piece where nothing stands around it."""
        known = self._whole
        if word not in known:
            if len(known) >= _MOST_WHOLE:
                known.clear()
            known[word] = [word] == list(self.tokens(word))
        return known[word]

    def _word(self, token: str) -> Word | None:
        if not any(map(str.isalnum, token)):
            return None
        parts: list[str] = []
        frequencies = self._tokenizer.FREQ
        for length in range(2, LONGEST_PART + 1):
            if len(token) > length and not token.isascii():
                grams = (token[i : i + length] for i in range(len(token) - length + 1))
                parts.extend(gram for gram in grams if frequencies.get(gram))
        if _MIXED.fullmatch(token):  # c语言 is also c, windows7 also windows
            parts.extend(run for run in _RUNS.findall(token) if run != token and run not in parts)
        return Word(token, tuple(parts))


def open_segmenter(words: Sequence[DictionaryWord], removed: Sequence[str], directory: Path) -> Segmenter:
    """The segmenter of a revision's words; compiles its dictionary into `directory` where it is not there yet.

    The last ones are shared within a process: loading a dictionary takes half a second.
    """
    directory.mkdir(parents=True, exist_ok=True)
    entries = [(fold(word.text), word.frequency) for word in words]
    hidden = [fold(word) for word in removed]
    lexicon = _lexicon_hash(entries, hidden)
    key = directory.resolve(), lexicon
    segmenter = _opened.get(key)
    if segmenter is None:
        segmenter = _compiled(entries, hidden, lexicon, directory)
        while len(_opened) >= _MOST_OPENED:
            _opened.pop(next(iter(_opened)), None)
        _opened[key] = segmenter
    return segmenter


_opened: dict[tuple[Path, str], Segmenter] = {}


def _compiled(
    entries: Sequence[tuple[str, int | None]], hidden: Sequence[str], lexicon: str, directory: Path
) -> Segmenter:
    dictionary, total = directory / f"{lexicon}.dict", directory / f"{lexicon}.total"
    if not dictionary.exists() or not total.exists():
        base = _base_dictionary()
        _write(total, str(sum(base.values())))
        if any(frequency is None for _, frequency in entries):
            _write_dictionary(directory / "base.dict", base)
            plain = _tokenizer(directory / "base.dict", sum(base.values()))
            entries = [(word, plain.suggest_freq(word) if f is None else f) for word, f in entries]
        _write_dictionary(dictionary, {**base, **dict(entries), **dict.fromkeys(hidden, 0)})
    return Segmenter(_tokenizer(dictionary, int(total.read_text())), lexicon)


def _join_runs(tokens: list[str]) -> list[str]:
    """Puts back together what a dictionary entry cut inside a run: w·it·h is with, c·+·+ is c++."""
    joined: list[str] = []
    for i, token in enumerate(tokens):
        if joined and _belongs(joined[-1], token, tokens[i + 1] if i + 1 < len(tokens) else ""):
            joined[-1] += token
        else:
            joined.append(token)
    return joined


def _belongs(left: str, right: str, following: str) -> bool:
    before, after = left[-1], right[0]
    if after in "+#":  # c++ and c#, but not a+b
        ends = not following or not _LATIN.match(following)
        return (before in "+#" or (before.isascii() and before.isalpha())) and set(right) <= {"+", "#"} and ends
    return before.isalnum() and after.isalnum() and not is_han(before) and not is_han(after)


def is_han(character: str) -> bool:
    """Whether a character is a Chinese one."""
    return "一" <= character <= "鿿" or "㐀" <= character <= "䶿" or character >= "\U00020000" or character == "〇"


def _base_dictionary() -> dict[str, int]:
    """jieba's own entries, folded; entries that become one add their frequencies."""
    with jieba.get_dict_file() as file:
        lines = [line.split(" ") for line in file.read().decode("utf-8").splitlines()]
    folded = fold("\n".join(line[0] for line in lines)).split("\n")
    frequencies: dict[str, int] = {}
    for word, line in zip(folded, lines, strict=True):
        frequencies[word] = frequencies.get(word, 0) + int(line[1])
    return frequencies


def _lexicon_hash(entries: Sequence[tuple[str, int | None]], hidden: Sequence[str]) -> str:
    content = repr((_FORMAT, jieba.__version__, sorted(entries, key=str), sorted(hidden)))
    return hashlib.sha256(content.encode()).hexdigest()[:16]


def _write_dictionary(path: Path, frequencies: Mapping[str, int | None]) -> None:
    _write(path, "".join(f"{word} {frequency}\n" for word, frequency in frequencies.items()))


def _write(path: Path, text: str) -> None:
    unfinished = path.with_name(f"{path.name}.{os.getpid()}")
    unfinished.write_text(text, encoding="utf-8")
    unfinished.replace(path)


def _tokenizer(dictionary: Path, total: int) -> jieba.Tokenizer:
    """A private tokenizer; `total` stays the base dictionary's, so that a new word re-cuts only its own texts."""
    tokenizer = jieba.Tokenizer(dictionary=str(dictionary))
    tokenizer.tmp_dir = str(dictionary.parent)
    tokenizer.cache_file = dictionary.with_suffix(".cache").name
    tokenizer.initialize()
    tokenizer.total = total
    return tokenizer
