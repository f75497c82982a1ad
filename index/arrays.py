"""Names for the array types the index is made of."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

UInt8 = NDArray[np.uint8]
UInt16 = NDArray[np.uint16]
UInt32 = NDArray[np.uint32]
UInt64 = NDArray[np.uint64]
Int64 = NDArray[np.int64]
Float32 = NDArray[np.float32]
Float64 = NDArray[np.float64]
RowMask = NDArray[np.uint8]
"""(rows,) 1 allows a row, 0 hides it."""
Number = Any
"""A scalar inside a compiled loop; numba gives it its exact type."""
Arrays = Mapping[str, NDArray[Any]]
"""Arrays by the name they are stored under."""
CODE_POINTS: Final = 0x110000
"""How many there can be."""


def read_only(array: NDArray[Any]) -> Any:
    """A view of an array that refuses to be written to, as what is mapped from a file does."""
    view = array.view(np.ndarray)
    view.setflags(write=False)
    return view


def offsets_of(lengths: Sequence[int] | NDArray[Any], dtype: Any) -> Any:
    """(n + 1,) where each of n stretches of these lengths begins, and the end of the last."""
    offsets = np.zeros(len(lengths) + 1, dtype)
    np.cumsum(lengths, out=offsets[1:])
    return offsets


def code_points(text: str) -> UInt32:
    """(n,) of the n characters of a text, not to be written to."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


def text_of(codes: UInt32) -> str:
    """The text of some code points."""
    return codes.tobytes().decode("utf-32-le", "surrogatepass")
