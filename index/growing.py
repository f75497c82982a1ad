"""Arrays that grow at their end, so that a state that holds a few rows more shares all others with the one before."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from index.arrays import read_only

_ROOM: Final = 4096
"""Values for which room is made at once."""


class Growing:
    """An array with room behind it. Views given out before never change."""

    def __init__(self, start: NDArray[Any]) -> None:
        self._buffer = start
        self._used = len(start)

    @property
    def view(self) -> Any:
        """(n,) what it holds, not to be written to."""
        return read_only(self._buffer[: self._used])

    def extend(self, more: NDArray[Any]) -> None:
        """Puts values behind the others."""
        used = self._used + len(more)
        if used > len(self._buffer) or not self._buffer.flags.writeable:
            self._move(used + _ROOM + used // 8)
        self._buffer[self._used : used] = more
        self._used = used

    def change(self, places: Any, values: Any) -> None:
        """Replaces values; who holds a view keeps what it saw."""
        self._move(len(self._buffer))
        self._buffer[places] = values

    def _move(self, room: int) -> None:
        buffer = np.empty(room, self._buffer.dtype)
        buffer[: self._used] = self._buffer[: self._used]
        self._buffer = buffer
