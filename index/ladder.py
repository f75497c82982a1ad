"""What else may have been meant where a query does not find well: by pinyin, by sound, by shape, by one letter.

Nothing here touches a query that finds well, and every guess says that it is one.
"""

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, pairwise
from typing import Final, NamedTuple

import numpy as np

from corpus.resource import TEXT_FIELDS
from index.analysis import bigram_terms
from index.arrays import UInt32
from index.characters import is_han
from index.digest import field_texts
from index.folding import fold
from index.forward import held
from index.query import Step
from index.segmentation import Word
from index.snapshot import Snapshot
from index.spelling import Correction, likeliest, merged, misheard, misspelt, read_aloud
from index.spelling_lookup import letters_of, stands
from index.spelling_store import SpellingStore
from index.strings import MISSING

_LEAST_QUALITY: Final = 0.1
"""Of a guess for what consists of known words: it sounds or looks alike, or letters are swapped, doubled or missing."""
_LEAST_WEIGHT: Final = 0.3
"""Of the same: it must be no rare name either."""
_LEAST_INSIDE: Final = 0.3
"""Of a guess for a part of a longer text: it must sound or look very much alike."""
_OTHERS: Final = 3
"""Further guesses that are searched as well."""
_OTHERS_FROM: Final = 0.1
"""Their weight against the best one's."""
_LANGUAGE: Final = 0.1
"""What ten times the frequency in the language adds to the weight of a guess."""
_MOST_COMMON: Final = 2.0
"""More than commonness makes of any weight: such a word would stand 10¹⁰ times where the dictionary was made from."""
_MOST_CHUNKS: Final = 8
_MOST_WINDOWS: Final = 8
_BETWEEN: Final = re.compile(r"[^\w+#']+|_")
_HAN_RUN: Final = re.compile("[㐀-鿿\U00020000-\U0003ffff〇]{3,}")
_LATIN: Final = re.compile("[a-z]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """What was probably meant."""

    text: str
    by: Step
    others: Mapping[str, float] = field(default_factory=dict)
    """What else may have been meant, the likelier first: how likely against the best one, 0 to 1."""


def guess(snapshot: Snapshot, folded: str, *, at: int, parts: bool = True) -> Guess | None:
    """A better text for one that does not find well; None where it stands in some name as it is, or nothing is better.

    What consists of known words is only taken for a name that sounds or looks alike as a whole; where a word is
    unknown, or has fallen into single characters, also for one that differs in any letter, and part by part.

    Args:
        parts: False takes the text for one name or leaves it.
    """
    stores = snapshot.spelling_stores
    letters = letters_of(folded)
    if not stores or len(letters) < 2 or _stand(stores, letters, at):
        return None
    text = _Text(snapshot, stores, at)
    chunks = [chunk for chunk in _BETWEEN.split(folded) if chunk]
    doubtful = any(map(text.is_doubtful, chunks))
    found = text.whole(folded, doubtful=doubtful)
    if found or not doubtful or not parts:
        return found
    return text.inside(folded) if chunks == [folded] else text.by_chunks(chunks)


def stands_in_name(snapshot: Snapshot, folded: str, *, at: int) -> bool:
    """Whether a text stands in a title, a creator, a subject or a tag as it was typed."""
    letters = letters_of(folded)
    return bool(letters) and _stand(snapshot.spelling_stores, letters, at)


def _stand(stores: Sequence[SpellingStore], letters: str, at: int) -> bool:
    return any(stands(store, letters, at=at) for store in stores)


def broken_runs(snapshot: Snapshot, folded: str) -> list[str]:
    """Runs of characters that fall into single ones: 也生动物, 近现代使."""
    return [run for run in _HAN_RUN.findall(folded) if any(len(w.text) == 1 for w in snapshot.segmenter.segment(run))]


def unknown_words(snapshot: Snapshot, words: Sequence[str]) -> list[str]:
    """Those of some words that neither the dictionary has, which is asked first, nor the catalogue."""
    frequencies = snapshot.segmenter.frequencies
    strange = [word for word in words if not frequencies[word]]
    if not strange:
        return strange
    found = snapshot.base.terms.recall(strange)
    return [word for word, number in zip(strange, found, strict=True) if number == MISSING]


def hold_side_by_side(snapshot: Snapshot, rows: UInt32, runs: Sequence[str]) -> bool:
    """Whether one of the rows holds each of the runs as it is."""
    return any(_holds(snapshot, row, runs) for row in _rows_with_bigrams(snapshot, rows, runs))


def _rows_with_bigrams(snapshot: Snapshot, rows: UInt32, runs: Sequence[str]) -> list[int]:
    """Those of some rows that have all bigrams of runs somewhere: only they can hold the runs."""
    numbers = snapshot.base.terms.recall([*dict.fromkeys(chain.from_iterable(map(bigram_terms, runs)))])
    if not len(rows) or MISSING in numbers:
        return []
    spans, posting_rows, _, tail_rows, _ = snapshot.base.scored.of(np.array(numbers, np.uint32))
    found: list[int] = rows[held(spans, posting_rows, tail_rows, rows).all(axis=1)].tolist()
    return found


def _holds(snapshot: Snapshot, row: int, runs: Sequence[str]) -> bool:
    record, left = json.loads(snapshot.base.blob(row)), set(runs)
    for name in TEXT_FIELDS:
        for text in field_texts(record, name):
            folded = fold(text)
            left = {run for run in left if run not in folded}
            if not left:
                return True
    return False


class _Text(NamedTuple):
    """Guesses for the texts of one query."""

    snapshot: Snapshot
    stores: Sequence[SpellingStore]
    at: int

    def whole(self, folded: str, *, doubtful: bool) -> Guess | None:
        """A name that all of a text may stand for."""
        found = self._corrections(folded, sure=not doubtful)
        if not found:
            return None
        best = found[0]
        others = {c.text: min(1.0, c.weight / best.weight) for c in found[1 : _OTHERS + 1]}
        likely = {text: likelihood for text, likelihood in others.items() if likelihood >= _OTHERS_FROM}
        return Guess(text=best.text, by=best.way, others=likely)

    def by_chunks(self, chunks: Sequence[str]) -> Guess | None:
        """A text in which each chunk that no name holds is replaced by what it may stand for."""
        better = {chunk: self._chunk(chunk) for chunk in list(dict.fromkeys(chunks))[:_MOST_CHUNKS]}
        guessed = {chunk: found for chunk, found in better.items() if found}
        if not guessed:
            return None
        text = " ".join(guessed[chunk].text if chunk in guessed else chunk for chunk in chunks)
        return Guess(text=text, by=next(iter(guessed.values())).by)

    def _chunk(self, chunk: str) -> Guess | None:
        letters = letters_of(chunk)
        if len(letters) < 2 or _stand(self.stores, letters, self.at) or not self.is_doubtful(chunk):
            return None
        return self.whole(chunk, doubtful=True) or self.inside(chunk)

    def is_doubtful(self, chunk: str) -> bool:
        """Whether a word is unknown, or one of several single characters."""
        words = [word.text for word in self.snapshot.segmenter.segment(chunk)]
        return bool(unknown_words(self.snapshot, words)) or any(_fallen_apart(self.snapshot, words))

    def _corrections(self, folded: str, *, sure: bool) -> list[Correction]:
        """What a text may stand for, the likeliest first, but for what cannot be among the first ones.

        What only some ears take for the same comes last of all.
        """
        letters = letters_of(folded)
        found = merged([misspelt(store, letters, at=self.at) for store in self.stores])
        if _LATIN.search(folded):
            aloud = merged([read_aloud(store, folded, at=self.at) for store in self.stores])
            found = likeliest([*aloud, *found])
        if sure:
            found = [each for each in found if _is_sure(each)]
        if not found:
            heard = merged([misheard(store, folded, at=self.at) for store in self.stores])
            found = [each for each in heard if _is_sure(each)]
        bar = found[_OTHERS].weight / _MOST_COMMON if len(found) > _OTHERS else 0
        likely = [each for each in found if each.weight >= bar]
        return sorted(likely, key=lambda each: -each.weight * self._commonness(each.text))

    def _commonness(self, text: str) -> float:
        """A little more than 1 for a word of the language: it decides between names that stand about equally often."""
        return 1 + _LANGUAGE * math.log10(1 + self.snapshot.segmenter.frequency(text))

    def inside(self, chunk: str) -> Guess | None:
        """A chunk with the part that does not fit replaced: of 智能手几摄影入门 it is 手几 between known words."""
        best: tuple[float, Guess] | None = None
        for start, end in _windows(self.snapshot, chunk)[:_MOST_WINDOWS]:
            window = chunk[start:end]
            if _stand(self.stores, letters_of(window), self.at):
                continue
            for correction in self._corrections(window, sure=False)[:1]:
                if not _is_sure(correction) or correction.quality < _LEAST_INSIDE:
                    continue
                text = chunk[:start] + correction.text + chunk[end:]
                worth = correction.weight * len(window) ** 2
                if best is None or worth > best[0]:
                    best = worth, Guess(text=text, by=correction.way)
        return best[1] if best else None


def _is_sure(correction: Correction) -> bool:
    """Two letters say too little about a name that looks alike, or that only begins or ends as words do."""
    likely = correction.quality >= _LEAST_QUALITY and correction.weight >= _LEAST_WEIGHT
    return likely and (len(correction.text) > 2 or (correction.is_whole and correction.way != "lookalike"))


def _windows(snapshot: Snapshot, chunk: str) -> list[tuple[int, int]]:
    """Stretches around what is no known word, with a known word at either side, both or neither; the longer first."""
    spans = list(_spans(chunk, snapshot.segmenter.segment(chunk)))
    found = set()
    for first, last in _runs(_unknown(snapshot, chunk, spans)):
        for left in (first - 1, first):
            for right in (last, last + 1):
                if left >= 0 and right < len(spans):
                    found.add((spans[left][0], spans[right][1]))
    whole = (0, len(chunk))
    return sorted((span for span in found - {whole} if span[1] - span[0] > 1), key=lambda span: span[0] - span[1])


def _unknown(snapshot: Snapshot, chunk: str, spans: Sequence[tuple[int, int]]) -> list[bool]:
    """For each word whether neither catalogue nor dictionary has it, or it is one of several single characters."""
    words = [chunk[start:end] for start, end in spans]
    unknown = unknown_words(snapshot, words)
    return [apart or word in unknown for apart, word in zip(_fallen_apart(snapshot, words), words, strict=True)]


def _fallen_apart(snapshot: Snapshot, words: Sequence[str]) -> list[bool]:
    """For each word whether it is one of several single characters side by side."""
    single = [len(w) == 1 and is_han(w) and w not in snapshot.revision.stop_words for w in words]
    if sum(single) < 2:
        return [False] * len(words)
    return [single[i] and any(single[max(0, i - 1) : i] + single[i + 1 : i + 2]) for i in range(len(words))]


def _spans(chunk: str, words: Sequence[Word]) -> Iterator[tuple[int, int]]:
    at = 0
    for word in words:
        start = chunk.find(word.text, at)
        if start >= 0:
            at = start + len(word.text)
            yield start, at


def _runs(flags: Sequence[bool]) -> Iterator[tuple[int, int]]:
    """First and last position of each run of True."""
    edges = [False, *flags, False]
    turns = [i for i, (before, after) in enumerate(pairwise(edges)) if before != after]
    for start, end in zip(turns[::2], turns[1::2], strict=True):
        yield start, end - 1
