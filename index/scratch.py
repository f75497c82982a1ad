"""The kernel's working arrays, which a thread keeps from request to request."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from index.arrays import Float32, UInt32

_ROOM: Final = 4096
"""Rows of a tail for which there is room."""


@dataclass(slots=True, kw_only=True)
class Scratch:
    """Working arrays of one thread; accumulator and sums are zero between two calls of the kernel."""

    rows: int
    accumulator: Float32
    """(rows,)"""
    sums: Float32
    """(rows,)"""
    known: UInt32
    """(rows + 1,) as a row is written before it is known whether it counts."""
    candidates: UInt32
    """(rows + 1,)"""

    @classmethod
    def of(cls, rows: int, before: "Scratch | None") -> "Scratch":
        """Arrays for so many rows; those used before where they have the room, for a tail grows by few rows."""
        whole: dict[str, Any]
        if before is None or before.known.base is None or rows >= len(before.known.base):
            room = rows + _ROOM
            whole = {name: np.zeros(room, np.float32) for name in ("accumulator", "sums")}
            whole |= {name: np.empty(room + 1, np.uint32) for name in ("known", "candidates")}
        else:
            whole = {name: getattr(before, name).base for name in ("accumulator", "sums", "known", "candidates")}
        return cls(
            rows=rows,
            accumulator=whole["accumulator"][:rows],
            sums=whole["sums"][:rows],
            known=whole["known"][: rows + 1],
            candidates=whole["candidates"][: rows + 1],
        )
