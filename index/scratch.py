"""The kernel's working arrays, which a thread keeps from request to request."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from index.arrays import Float32, UInt8, UInt32, UInt64

_ROOM: Final = 4096
"""Rows of a tail for which there is room."""


@dataclass(slots=True, kw_only=True)
class Scratch:
    """Working arrays of one thread; accumulator, second and marks are zero between two calls of the kernel."""

    room: int
    rows: int
    accumulator: Float32
    second: Float32
    marks: UInt64
    matched: UInt32
    candidates: UInt32
    counts: UInt8

    @classmethod
    def of(cls, rows: int, before: "Scratch | None") -> "Scratch":
        """Arrays for so many rows; those used before where they have the room, for a tail grows by few rows."""
        types = {"accumulator": np.float32, "second": np.float32, "marks": np.uint64, "counts": np.uint8}
        types |= dict.fromkeys(("matched", "candidates"), np.uint32)
        if before is None or rows > before.room:
            room = rows + _ROOM
            whole: dict[str, Any] = {name: np.zeros(room, dtype) for name, dtype in types.items()}
        else:
            room, whole = before.room, {name: getattr(before, name).base for name in types}
        return cls(room=room, rows=rows, **{name: array[:rows] for name, array in whole.items()})
