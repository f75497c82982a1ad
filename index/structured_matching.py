"""Which rows match a structured query: words and phrases by posting lists, AND, OR and NOT in numpy.

Texts are listed by their words and by the buckets of their pairs of neighbouring characters. A phrase is looked up by
its rarest pairs and then compared with the texts themselves, so that the answer is exact.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from typing import Final, Protocol

import numpy as np

from index.analysis import word_terms
from index.arrays import UInt32
from index.characters import is_han
from index.distinct_texts import DistinctTexts, Rows, TextRange
from index.folding import fold
from index.segmentation import Segmenter, Word
from index.structured_syntax import Combination, Leaf, Negation, Node, Parsed

WORDS: Final = "words"
PAIRS: Final = "pairs"

_BUCKETS = 32_749
"""Pairs share so many terms: as candidates are compared with the phrase anyway, rare pairs need no list each."""
_FIRST_BUCKET = 0x4E00
_LONGEST_WORD = 64
"""Longer ones are in no list; like all that is in none, they are looked for as phrases."""
_MOST_PAIRS = 3
_FEW = 100
"""So few candidates are compared with the phrase rather than sifted by a further pair."""


class Postings(Protocol):
    """The lists of texts by term, in the namespaces WORDS and PAIRS."""

    @property
    def lists_pairs(self) -> bool:
        """Whether there are lists in PAIRS; without them, texts are read from end to end."""

    def count(self, namespace: str, term: str) -> int:
        """How many texts hold a term."""

    def numbers(self, namespace: str, term: str) -> UInt32:
        """The texts that hold a term, ascending."""


def listed_words(folded: str, segmenter: Segmenter) -> set[str]:
    """The terms in WORDS of a folded text."""
    words = word_terms(segmenter.segment(folded))
    return set(filter(is_listed, words))


def is_listed(word: str) -> bool:
    """Whether a word is a term in WORDS."""
    return len(word) <= _LONGEST_WORD and not _is_character(word)


def listed_pairs(folded: str) -> set[str]:
    """The terms in PAIRS of a folded text: one character for the bucket of each pair."""
    codes = map(ord, folded)
    return {chr(_FIRST_BUCKET + (left * 8191 + right) % _BUCKETS) for left, right in pairwise(codes)}


class RowMatcher:
    """Matches trees against texts and their lists."""

    def __init__(self, texts: DistinctTexts, postings: Postings, segmenter: Segmenter) -> None:
        self._texts = texts
        self._postings = postings
        self._segmenter = segmenter
        self._listed: dict[tuple[Word, str], UInt32] = {}
        self._beside: Sequence[RowMatcher] = ()

    @staticmethod
    @contextmanager
    def together(matchers: Sequence["RowMatcher"]) -> Iterator[None]:
        """Has matchers of parts of one catalogue answer as one of all texts would.

        Afterwards they know nothing of each other: in a circle they would keep their base until the collector comes.
        """
        try:
            for matcher in matchers:
                matcher._beside = [other for other in matchers if other is not matcher]
            yield
        finally:
            for matcher in matchers:
                matcher._beside = ()

    def answer(self, parsed: Parsed) -> Rows:
        """(rows,) what a query matches, and what has all of it as it stands in the title."""
        assert parsed.tree is not None
        return self.rows(parsed.tree) | self.rows_with_phrase(fold(parsed.text), "title")

    def rows(self, node: Node) -> Rows:
        """(rows,) whether each row matches."""
        match node:
            case Negation():
                return ~self.rows(node.child)
            case Combination():
                combine = np.logical_and if node.operator == "AND" else np.logical_or
                rows: Rows = combine.reduce([self.rows(child) for child in node.children])
                return rows
            case Leaf():
                return self._rows_of_leaf(node)

    def rows_with_phrase(self, folded: str, field: str) -> Rows:
        """(rows,) whether a folded phrase stands in the field, or in any for an empty name."""
        return self._texts.rows(self._with_phrase(folded, self._texts.range_of(field)))

    def _rows_of_leaf(self, leaf: Leaf) -> Rows:
        folded = fold(leaf.text)
        if leaf.kind == "phrase":
            return self.rows_with_phrase(folded, leaf.field)
        within = self._texts.range_of(leaf.field)
        if leaf.kind == "prefix":
            return self._texts.rows(self._texts.with_word_from(folded, self._with_phrase(folded, within)))
        return self._rows_with_words(folded, leaf.field)

    def _rows_with_words(self, folded: str, field: str) -> Rows:
        """Rows that hold all words; several also match where they stand as typed, however they were cut there."""
        within = self._texts.range_of(field)
        words = self._segmenter.segment(folded)
        found = [self._with_phrase(run, within) for run in _runs_of_characters(folded, words)]
        found += [self._with_word(word, field) for word in dict.fromkeys(words) if not _is_character(word.text)]
        rows: Rows = np.logical_and.reduce([self._texts.rows(numbers) for numbers in found])
        if len(words) > 1:
            rows |= self._texts.rows(self._with_phrase(folded, within))
        return rows

    def _with_word(self, word: Word, field: str) -> UInt32:
        """Texts that hold a word; one that none of all texts holds as a word may stand inside others."""
        found = self._lists(word, field)
        if len(found) or any(len(other._lists(word, field)) for other in self._beside):
            return found
        return self._with_phrase(word.text, self._texts.range_of(field))

    def _lists(self, word: Word, field: str) -> UInt32:
        """Texts that hold a word as a word."""
        if (word, field) not in self._listed:
            within = self._texts.range_of(field)
            found = within.among(self._postings.numbers(WORDS, word.text))
            if _may_be_written_apart(word):
                parts = [self._postings.numbers(WORDS, part) for part in word.parts]
                found = np.union1d(found, within.among(_in_all(parts)))
            self._listed[word, field] = found
        return self._listed[word, field]

    def _with_phrase(self, phrase: str, within: TextRange) -> UInt32:
        """Texts in which a folded phrase stands."""
        if not self._postings.lists_pairs:
            return self._texts.scan(phrase, within)
        counts = {pair: self._postings.count(PAIRS, pair) for pair in listed_pairs(phrase)}
        if not counts:
            return self._texts.scan(phrase, within)
        rarest = sorted(counts, key=counts.__getitem__)[:_MOST_PAIRS]
        if not counts[rarest[0]]:
            return np.empty(0, np.uint32)
        found = within.among(self._postings.numbers(PAIRS, rarest[0]))
        for pair in rarest[1:]:
            if len(found) > _FEW:
                found = _in_all([found, within.among(self._postings.numbers(PAIRS, pair))])
        return self._texts.containing(phrase, found)


def _is_character(word: str) -> bool:
    """Whether a word is one Chinese character; it may stand inside any word, as 茶 in 茶道, so it is in no list."""
    return len(word) == 1 and is_han(word)


def _runs_of_characters(folded: str, words: Iterable[Word]) -> Iterator[str]:
    """What stands there in single characters, each run as one: 于丹 is a name, whether or not jieba knows it."""
    run = ""
    for word in words:
        goes_on = _is_character(word.text) and run + word.text in folded
        if run and not goes_on:
            yield run
            run = ""
        run += word.text if _is_character(word.text) else ""
    if run:
        yield run


def _may_be_written_apart(word: Word) -> bool:
    """Whether a word with letters or digits is spelled by its parts: windows7 and windows 7, c语言 and c 语言."""
    return any(map(str.isascii, word.text)) and sorted("".join(word.parts)) == sorted(word.text)


def _in_all(lists: Sequence[UInt32]) -> UInt32:
    numbers = lists[0]
    for others in lists[1:]:
        numbers = np.intersect1d(numbers, others, assume_unique=True)
    return numbers
