"""Exact BM25 in plain numpy and double precision: what every engine's ten best are compared with.

score(d) = Σ ln(1 + (N − n + ½) / (n + ½)) · tf / (tf + k1 · (1 − b + b · |d| / avgdl)), the formula of Lucene:
N documents, n of them with the word, tf how often d holds it, |d| words in d, avgdl of all documents on average.
"""

from collections.abc import Sequence

import numpy as np

from benchmarks.corpus import Corpus
from benchmarks.own_engine import K1, B
from index.arrays import Float32, Float64, UInt8, UInt32

_SAME = 1e-5
"""Scores that differ by no more than this share are equal: engines calculate in single precision."""


class Oracle:
    """Scores of all documents, one query at a time."""

    def __init__(self, corpus: Corpus) -> None:
        self._offsets, self._documents, self._counts = corpus.postings
        lengths = np.diff(corpus.offsets).astype(np.float64)
        self._norms = K1 * (1 - B + B * lengths / lengths.mean())
        self._idf = np.log1p((len(corpus) - corpus.found_in + 0.5) / (corpus.found_in + 0.5))
        self.size = len(corpus)

    def scores(self, terms: UInt32, weights: Float32 | None = None) -> tuple[Float64, UInt8]:
        """(N,) scores, and how many of the words each document holds."""
        scores, held = np.zeros(self.size), np.zeros(self.size, np.uint8)
        for place, term in enumerate(terms.tolist()):
            own = slice(int(self._offsets[term]), int(self._offsets[term + 1]))
            documents, counts = self._documents[own], self._counts[own].astype(np.float64)
            weight = self._idf[term] * (1 if weights is None else float(weights[place]))
            scores[documents] += weight * counts / (counts + self._norms[documents])
            held[documents] += 1
        return scores, held


def agreement(found: Sequence[int], scores: Float64) -> float:
    """The share of the ten best documents that were found; one that scores as much as the tenth counts as well."""
    n = min(10, int(np.count_nonzero(scores > 0)))
    if not n:
        return 1.0
    bar = np.partition(scores, -n)[-n] * (1 - _SAME)
    return sum(1 for document in dict.fromkeys(found) if scores[document] >= bar) / n
