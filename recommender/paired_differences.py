"""Is one way of answering better than another? Differences question by question, with their 95 % interval."""

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

import numpy as np
from numpy.typing import NDArray

from recommender.question_sets import QuestionSet

Values = NDArray[np.float64]
"""(questions,) a metric of each question of a set."""

_NORMAL: Final = NormalDist().inv_cdf(0.975)


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A mean difference, above 0 where the new way is better, and what chance alone could make of it."""

    mean: float
    standard_error: float
    """Infinite where no set has two questions."""
    low: float
    """Of the 95 % interval."""
    high: float

    @property
    def better(self) -> bool:
        """The whole interval is above 0."""
        return self.low > 0

    @property
    def worse(self) -> bool:
        """The whole interval is below 0."""
        return self.high < 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SetComparison:
    """How well one set is answered with old and new numbers: means of nDCG@10."""

    name: str
    questions: int
    old: float
    new: float
    difference: Difference


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Old numbers against new ones."""

    sets: tuple[SetComparison, ...]
    difference: Difference
    """Of the mean over the sets, each weighing the same."""

    @property
    def worthwhile(self) -> bool:
        """Better as a whole, beyond chance, and no set the worse for it."""
        return self.difference.better and not any(each.difference.worse for each in self.sets)


def difference(old: Sequence[Values], new: Sequence[Values], ids: Sequence[Sequence[str]]) -> Difference:
    """How much better the new values are, each set weighing the same however many questions it has.

    Args:
        old, new: one array for each set, of the same questions in the same order.
        ids: those questions. Sets that ask the same in other ways share ids, and are then no independent witnesses.
    Source: Cameron & Miller 2015, A Practitioner's Guide to Cluster-Robust Inference, §II; one set: a paired t-test.
    """
    gains = [n - o for o, n in zip(old, new, strict=True)]
    sets = sum(len(gain) > 0 for gain in gains)
    mean, enough = 0.0, False
    shares: dict[str, float] = defaultdict(float)
    for gain, names in zip(gains, ids, strict=True):
        if not len(gain):
            continue
        mean += float(gain.mean()) / sets
        enough |= len(gain) > 1
        correction = math.sqrt(len(gain) / (len(gain) - 1)) if len(gain) > 1 else 0.0
        for name, residual in zip(names, (gain - gain.mean()).tolist(), strict=True):
            shares[name] += residual * correction / (len(gain) * sets)
    if not enough:
        return Difference(mean=mean, standard_error=math.inf, low=-math.inf, high=math.inf)
    error = math.sqrt(sum(share * share for share in shares.values()))
    reach = error * _student(len(shares) - 1)
    return Difference(mean=mean, standard_error=error, low=mean - reach, high=mean + reach)


def compared(sets: Sequence[QuestionSet], old: Sequence[Values], new: Sequence[Values]) -> Comparison:
    """The values of several sets, as a whole and one by one."""
    return Comparison(
        sets=tuple(
            SetComparison(
                name=each.name,
                questions=len(o),
                old=float(o.mean()),
                new=float(n.mean()),
                difference=difference([o], [n], [each.ids]),
            )
            for each, o, n in zip(sets, old, new, strict=True)
        ),
        difference=difference(old, new, [each.ids for each in sets]),
    )


def _student(freedom: int) -> float:
    """The 97.5 % point of Student's distribution, within 1 % from 2 degrees of freedom on.

    Source: Abramowitz & Stegun 1964, 26.7.5.
    """
    z: float = _NORMAL
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return z + math.fsum(term / freedom**power for power, term in enumerate(terms, start=1))
