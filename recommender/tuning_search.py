"""Looks for better ranking numbers by cross-validation on judged questions."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from itertools import compress
from statistics import NormalDist
from typing import Final

import numpy as np
from numpy.typing import NDArray

from corpus.errors import InvalidInput
from corpus.tuning import highest, numbers_of
from index.snapshot import Snapshot
from recommender.paired_differences import Comparison, Difference, Values, compared, difference
from recommender.question_sets import QuestionSet
from recommender.trials import Numbers, Trials

Progress = Callable[[int, int, int], None]
"""Called with the round, from 1, how many numbers have been tried in it, and of how many."""

_STEPS: Final = (1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0)
"""Of a decade; each is up to one and a half times the one before."""
_DECADES: Final = 3
_DOWN: Final = (2, 1000)
_UP: Final = (2, 5)
"""How many steps from the present value are tried; down also what would do without the number at all."""
_MOST_ROUNDS: Final = 5
_FALSE_GAINS: Final = 0.5
"""How many of a round's tries may pass for a gain by mere chance: the more is tried, the higher the bar."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A number that another value would do better for."""

    key: str
    old: float
    new: float
    folds: int
    """How many of the folds' choices move it the same way; all of them is a sign of a robust one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What the search came to."""

    tried: tuple[str, ...]
    folds: int
    changes: tuple[Change, ...]
    """Chosen on all questions."""
    held_out: Comparison
    """Each question answered with the numbers that were chosen without its fold."""


def propose(
    snapshot: Snapshot,
    sets: Sequence[QuestionSet],
    *,
    keys: Sequence[str] = (),
    folds: int = 5,
    progress: Progress = lambda round, done, of: None,
) -> Proposal:
    """Chooses numbers once on all questions, and for each fold on the other folds, on which they are then measured.

    Coordinate ascent: one number after the other moves to the best of the values around it, as long as its gain is
    beyond chance and no set really loses.

    Args:
        keys: only these numbers may move; empty for all.
        folds: at least 2.
    Raises: InvalidInput if none of the numbers acts on any of the questions.
    """
    old = numbers_of(snapshot.revision.tuning)
    keys = [key for key in keys or old if any(each.acted_on_by(key) for each in sets)]
    if not keys:
        raise InvalidInput("这些数字不影响评判集里的问题。")
    fold_of = [np.array([fold_number(id, folds) for id in each.ids]) for each in sets]
    parts = [_Part(sets, [own != fold for own in fold_of]) for fold in range(folds)]
    parts.append(_Part(sets, [own >= 0 for own in fold_of]))
    with Trials(snapshot, sets) as trials:
        *by_fold, new = _ascend(trials, keys, old, parts, progress)
        values = [trials.values(numbers) for numbers in by_fold]
        held_out = [
            np.select([own == fold for fold in range(folds)], [own_fold[place] for own_fold in values])
            for place, own in enumerate(fold_of)
        ]
        comparison = compared(sets, trials.values(old), held_out)
    return Proposal(
        tried=tuple(keys),
        folds=folds,
        changes=tuple(_change(key, old[key], new[key], by_fold) for key in keys if new[key] != old[key]),
        held_out=comparison,
    )


def compare(snapshot: Snapshot, sets: Sequence[QuestionSet], new: Numbers) -> Comparison:
    """Measures given numbers against those of the snapshot's revision."""
    with Trials(snapshot, sets) as trials:
        old = trials.values(numbers_of(snapshot.revision.tuning))
        return compared(sets, old, trials.values(new))


def fold_number(id: str, folds: int) -> int:
    """The fold of a question, by a hash of its id: what several sets ask in their own ways stays together."""
    return int.from_bytes(blake2b(id.encode("utf-8", "surrogatepass"), digest_size=8).digest()) % folds


def values_around(present: float, highest: float) -> list[float]:
    """Round values to try in place of a present one, on both sides of it, within 0 and the highest."""
    smallest = 0.01 if highest <= 1 else 0.1
    steps = sorted({0.0, highest} | {value for value in _round_values(smallest) if value < highest})
    below, above = steps[: bisect_left(steps, present)], steps[bisect_right(steps, present) :]
    return [*_reached(below[::-1], _DOWN), *_reached(above, _UP)]


def _reached(steps: Sequence[float], strides: Sequence[int]) -> Iterable[float]:
    """Where strides lead, at most to the last step."""
    return dict.fromkeys(steps[min(stride, len(steps)) - 1] for stride in strides if steps)


def _round_values(smallest: float) -> Iterator[float]:
    for decade in range(_DECADES):
        yield from (round(step * smallest * 10**decade, 6) for step in _STEPS)


def _ascend(
    trials: Trials, keys: Sequence[str], numbers: Numbers, parts: Sequence["_Part"], progress: Progress
) -> list[Numbers]:
    """The numbers that each part chooses, beginning with the same; they share what is measured."""
    chosen = [numbers] * len(parts)
    tries = sum(len(values_around(numbers[key], highest(key))) for key in keys)
    bar = NormalDist().inv_cdf(1 - min(_FALSE_GAINS / tries, 0.5))
    for round in range(1, _MOST_ROUNDS + 1):
        before = chosen
        progress(round, 0, len(keys))
        for done, key in enumerate(keys, start=1):
            tried = [[{**now, key: value} for value in values_around(now[key], highest(key))] for now in chosen]
            trials.prepare([option for options in tried for option in options])
            chosen = [
                part.best(trials, now, options, bar=bar)
                for part, now, options in zip(parts, chosen, tried, strict=True)
            ]
            progress(round, done, len(keys))
        if chosen == before:
            break
    return chosen


class _Part:
    """Some of the questions, by which numbers are chosen."""

    def __init__(self, sets: Sequence[QuestionSet], taken: Sequence[NDArray[np.bool_]]) -> None:
        self._taken = taken
        self._ids = [list(compress(each.ids, own)) for each, own in zip(sets, taken, strict=True)]

    def best(self, trials: Trials, now: Numbers, options: Sequence[Numbers], *, bar: float) -> Numbers:
        """The option with the largest gain above the bar that harms no set; where there is none, the present numbers.

        Args:
            bar: in standard errors of the gain.
        """
        best, most = now, 0.0
        for option in options:
            gain, *by_set = self._gains(trials.values(now), trials.values(option))
            real = gain.mean > bar * gain.standard_error
            if real and gain.mean > most and not any(own.worse for own in by_set):
                best, most = option, gain.mean
        return best

    def _gains(self, old: Sequence[Values], new: Sequence[Values]) -> Iterator[Difference]:
        """Of all sets together, then of each."""
        old, new = ([value[own] for value, own in zip(values, self._taken, strict=True)] for values in (old, new))
        yield difference(old, new, self._ids)
        for o, n, ids in zip(old, new, self._ids, strict=True):
            yield difference([o], [n], [ids])


def _change(key: str, old: float, new: float, by_fold: Sequence[Numbers]) -> Change:
    same_way = sum((numbers[key] - old) * (new - old) > 0 for numbers in by_fold)
    return Change(key=key, old=old, new=new, folds=same_way)
