"""Names for the array types the index is made of."""

from collections.abc import Mapping
from typing import Any

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
