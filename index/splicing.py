"""Arrays put together out of what an older state had and what is new, by whole stretches."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.arrays import Arrays, Int64, UInt64, offsets_of
from index.strings import LongerTable, StringTable, string_hashes


@dataclass(frozen=True, slots=True, kw_only=True)
class Splice:
    """Which items a state consists of, in their order."""

    order: Int64
    """(n,) the number of each among the older ones; new ones are numbered on behind them."""
    older: int
    """How many older ones there are."""
    newer: int

    def items(self, older: NDArray[Any], newer: NDArray[Any]) -> Any:
        """(n, ...) one value, or line of values, for each."""
        return np.concatenate([older, newer])[self.order]

    def stretches(self, older: NDArray[Any], lengths: Any, newer: NDArray[Any], newer_lengths: Any) -> Any:
        """Several values for each, one behind the other: all of each side, and how many each has, (n,) of them."""
        offsets = offsets_of(np.concatenate([lengths, newer_lengths]), np.int64)
        ends = len(older)
        copied = [
            older[offsets[start] : offsets[stop]]
            if stop <= self.older
            else newer[offsets[start] - ends : offsets[stop] - ends]
            for start, stop in self._runs()
        ]
        return np.concatenate([older[:0], *copied])

    def _runs(self) -> Iterator[tuple[int, int]]:
        """Numbers that follow each other on one side, as start and stop."""
        order = self.order
        if not len(order):
            return
        broken = (order[1:] != order[:-1] + 1) | (order[1:] == self.older)
        firsts = np.flatnonzero(np.concatenate([[True], broken]))
        lasts = np.append(firsts[1:], len(order)) - 1
        yield from zip(order[firsts].tolist(), (order[lasts] + 1).tolist(), strict=True)

    @property
    def places(self) -> Int64:
        """(older + newer,) where each stands now, -1 where it does not."""
        places = np.full(self.older + self.newer, -1, np.int64)
        places[self.order] = np.arange(len(self.order))
        return places


def spliced_table(splice: Splice, table: StringTable | LongerTable, texts: Sequence[str]) -> Arrays:
    """The arrays of a table of strings as `string_table` makes them, of an older table and new strings."""
    assert isinstance(table, StringTable)
    encoded = [text.encode() for text in texts]
    newer = np.array([len(text) for text in encoded], np.uint64)
    lengths = np.diff(table.offsets)
    hashes: UInt64 = np.empty(len(table), np.uint64)
    hashes[table.numbers] = table.hashes
    hashes = splice.items(hashes, string_hashes(texts))
    order = np.argsort(hashes, kind="stable").astype(np.uint32)
    return {
        "text": splice.stretches(table.text, lengths, np.frombuffer(b"".join(encoded), np.uint8), newer),
        "offsets": offsets_of(splice.items(lengths, newer), np.uint64),
        "hashes": hashes[order],
        "numbers": order,
    }
