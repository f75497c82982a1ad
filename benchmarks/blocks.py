"""Engines that take turns: ratios hold where absolute times only hint, for noise hits a block's engines alike."""

import gc
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

BLOCK = 50
"""Queries an engine answers before the next one's turn."""
LONGEST_TURN = 1.5
"""Seconds; an engine that needs longer for a block is asked less of it."""

Turn = Callable[[range], Sequence[float]]
"""Answers the queries of these numbers, one after the other, and says how many seconds each took."""


@dataclass(slots=True)
class Lap:
    """What one engine did."""

    pace: int
    """Queries of each block that it answered."""
    times: list[Sequence[float]] = field(default_factory=list)
    """Seconds by block and query."""


def take_turns(engines: Mapping[str, Turn], *, blocks: int, block: int = BLOCK) -> dict[str, Lap]:
    """Lets every engine answer every block; another one begins each time."""
    laps = {name: Lap(pace=_pace(turn, block)) for name, turn in engines.items()}
    order = list(engines)
    gc.collect()
    for number in range(blocks):
        for name in order[number % len(order) :] + order[: number % len(order)]:
            start = number * block
            laps[name].times.append(engines[name](range(start, start + laps[name].pace)))
    return laps


def _pace(turn: Turn, block: int) -> int:
    """Warms an engine up, and says how many queries it answers in its turn."""
    turn(range(min(block, 2)))
    return int(np.clip(LONGEST_TURN / max(np.mean(turn(range(min(block, 10)))), 1e-9), min(block, 5), block))


def summary(lap: Lap, own: Lap) -> dict[str, Any]:
    """Milliseconds, and how many times slower than this service on the same queries, with its spread over blocks."""
    times = np.concatenate(lap.times) * 1000
    mine = np.concatenate([block[: lap.pace] for block in own.times]) * 1000
    ratios = [
        np.median(theirs) / np.median(ours[: lap.pace]) for theirs, ours in zip(lap.times, own.times, strict=True)
    ]
    p50, p95, p99 = np.percentile(times, [50, 95, 99]).tolist()
    low, high = np.percentile(ratios, [10, 90]).tolist()
    return {
        "p50": p50,
        "p95": p95,
        "p99": p99,
        "ratio": p50 / float(np.percentile(mine, 50)),
        "ratio95": p95 / float(np.percentile(mine, 95)),
        "low": low,
        "high": high,
        "queries": len(times),
    }
