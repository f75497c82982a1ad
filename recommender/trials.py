"""Answers judged questions with other ranking numbers, no question twice with the numbers that act on it."""

import os
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from types import TracebackType
from typing import Final, Self

import numpy as np

from corpus.tuning import numbers_of, tuning_of
from index.forking import forked_pool
from index.snapshot import Snapshot
from recommender.evaluation import answer
from recommender.metrics import ndcg
from recommender.paired_differences import Values
from recommender.question_sets import QuestionSet

Numbers = Mapping[str, float]
"""Every ranking number by its key in tuning.toml."""

_CUT: Final = 10
_PARALLEL_FROM = 100
"""Questions from which forking workers is worth its time."""


class Trials:
    """`with Trials(snapshot, sets) as trials: trials.values(numbers)`; remembers all it has measured."""

    def __init__(self, snapshot: Snapshot, sets: Sequence[QuestionSet]) -> None:
        self._sets = sets
        self._measured: dict[tuple[int, tuple[float, ...]], Values] = {}
        self._pool: ProcessPoolExecutor | None = None
        _Worker.snapshot, _Worker.sets = snapshot, sets

    def __enter__(self) -> Self:
        """Measures the present numbers here, so that all is compiled and loaded before workers are forked."""
        self.values(numbers_of(_Worker.snapshot.revision.tuning))
        if sum(len(each.judgments) for each in self._sets) >= _PARALLEL_FROM:
            self._pool = forked_pool(os.cpu_count() or 1)
            self._pool.submit(len, ())  # forked now, before a progress bar has a thread
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pool:
            self._pool.shutdown(cancel_futures=True)
        del _Worker.snapshot, _Worker.sets

    def values(self, numbers: Numbers) -> list[Values]:
        """nDCG@10 of every question, by set."""
        self.prepare([numbers])
        return [self._measured[self._key(place, numbers)] for place in range(len(self._sets))]

    def prepare(self, wanted: Iterable[Numbers]) -> None:
        """Measures what is not known yet of several numbers, by as many workers as there are processors."""
        tasks: list[tuple[Numbers, list[int]]] = []
        keys = {*self._measured}
        for numbers in wanted:
            own = {place: self._key(place, numbers) for place in range(len(self._sets))}
            missing = [place for place, key in own.items() if key not in keys]
            keys.update(own.values())
            if missing:
                tasks.append((numbers, missing))
        measured = self._pool.map(_measure, tasks) if self._pool else map(_measure, tasks)
        for (numbers, places), values in zip(tasks, measured, strict=True):
            self._measured |= {self._key(place, numbers): value for place, value in zip(places, values, strict=True)}

    def _key(self, place: int, numbers: Numbers) -> tuple[int, tuple[float, ...]]:
        return place, tuple(value for key, value in numbers.items() if self._sets[place].acted_on_by(key))


class _Worker:
    """What forked workers find; the snapshot is the one with the last numbers, whose arrays the next may share."""

    snapshot: Snapshot
    sets: Sequence[QuestionSet]


def _measure(task: tuple[Numbers, Sequence[int]]) -> list[Values]:
    numbers, places = task
    snapshot = _Worker.snapshot = _Worker.snapshot.with_tuning(tuning_of(numbers))
    return [
        np.array(
            [
                ndcg(answer(snapshot, judgment, diversity=0.0, depth=_CUT), judgment.grades, k=_CUT)
                for judgment in _Worker.sets[place].judgments
            ]
        )
        for place in places
    ]
