"""Looks for better ranking numbers by cross-validation on judged questions."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from itertools import compress
from typing import Final

import numpy as np
from numpy.typing import NDArray

from corpus.errors import InvalidInput
from corpus.tuning import highest, numbers_of
from index.snapshot import Snapshot
from recommender.paired_differences import Difference, Values, difference
from recommender.trials import Numbers, QuestionSet, Trials

Progress = Callable[[int, int, int], None]
"""Called with the round, from 1, how many numbers have been tried in it, and of how many."""

_STEPS: Final = (1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0)
"""Of a decade; each is up to one and a half times the one before."""
_DECADES: Final = 3
_DOWN: Final = (1, 3, 1000)
_UP: Final = (1, 3, 8)
"""How many steps from the present value are tried; down also what would do without the number at all."""
_MOST_ROUNDS: Final = 5
_REAL: Final = 2.5
"""Standard errors from which a gain is taken for one: of some 170 values tried in a round, several pass 2 by chance."""

_Chosen = NDArray[np.bool_]
"""(questions,) which questions of a set are meant."""


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
    training: list[list[_Chosen]] = [[own != fold for own in fold_of] for fold in range(folds)]
    training.append([np.ones(len(own), np.bool_) for own in fold_of])
    with Trials(snapshot, sets) as trials:
        *held_out, new = _ascend(trials, sets, keys, [old] * (folds + 1), training, progress)
        trials.prepare(held_out)
        values = [trials.values(numbers) for numbers in held_out]
        measured = [
            np.choose(own, [by_set[place] for by_set in values]) if len(own) else own.astype(np.float64)
            for place, own in enumerate(fold_of)
        ]
        comparison = _compared(sets, trials.values(old), measured)
    return Proposal(
        tried=tuple(keys),
        folds=folds,
        changes=tuple(_change(key, old[key], new[key], held_out) for key in keys if new[key] != old[key]),
        held_out=comparison,
    )


def compare(snapshot: Snapshot, sets: Sequence[QuestionSet], new: Numbers) -> Comparison:
    """Measures given numbers against those of the snapshot's revision."""
    with Trials(snapshot, sets) as trials:
        old = trials.values(numbers_of(snapshot.revision.tuning))
        return _compared(sets, old, trials.values(new))


def fold_number(id: str, folds: int) -> int:
    """The fold of a question, by a hash of its id: what several sets ask in their own ways stays together."""
    return int.from_bytes(blake2b(id.encode(), digest_size=8).digest()) % folds


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
    trials: Trials,
    sets: Sequence[QuestionSet],
    keys: Sequence[str],
    chosen: list[Numbers],
    training: Sequence[Sequence[_Chosen]],
    progress: Progress,
) -> list[Numbers]:
    """Moves several choices at once, each on its own questions; they share what they measure."""
    for round in range(1, _MOST_ROUNDS + 1):
        before = chosen
        progress(round, 0, len(keys))
        for done, key in enumerate(keys, start=1):
            tried = [[{**now, key: value} for value in values_around(now[key], highest(key))] for now in chosen]
            trials.prepare([numbers for options in tried for numbers in options])
            chosen = [
                _best(trials, sets, now, options, own)
                for now, options, own in zip(chosen, tried, training, strict=True)
            ]
            progress(round, done, len(keys))
        if chosen == before:
            break
    return chosen


def _best(
    trials: Trials, sets: Sequence[QuestionSet], now: Numbers, options: Sequence[Numbers], chosen: Sequence[_Chosen]
) -> Numbers:
    """The option with the largest real gain on the chosen questions; none: the present numbers."""
    ids = [list(compress(each.ids, own)) for each, own in zip(sets, chosen, strict=True)]
    old = _taken(trials.values(now), chosen)
    best, most = now, 0.0
    for option in options:
        new = _taken(trials.values(option), chosen)
        gain = difference(old, new, ids)
        real = gain.mean > _REAL * gain.standard_error
        if real and gain.mean > most and not _harms(old, new, ids):
            best, most = option, gain.mean
    return best


def _harms(old: Sequence[Values], new: Sequence[Values], ids: Sequence[Sequence[str]]) -> bool:
    """Whether some set gets worse beyond chance."""
    return any(difference([o], [n], [own]).worse for o, n, own in zip(old, new, ids, strict=True))


def _taken(values: Sequence[Values], chosen: Sequence[_Chosen]) -> list[Values]:
    return [value[own] for value, own in zip(values, chosen, strict=True)]


def _compared(sets: Sequence[QuestionSet], old: Sequence[Values], new: Sequence[Values]) -> Comparison:
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


def _change(key: str, old: float, new: float, held_out: Sequence[Numbers]) -> Change:
    same_way = sum((numbers[key] - old) * (new - old) > 0 for numbers in held_out)
    return Change(key=key, old=old, new=new, folds=same_way)
