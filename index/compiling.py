"""How the kernel's small functions are compiled."""

from collections.abc import Callable
from typing import Any, TypeVar

import numba

Function = TypeVar("Function", bound=Callable[..., Any])


def uncounted(function: Function) -> Function:
    """Compiles a function that makes no array, without counting references to those it is given.

    Where many small functions work on slices, counting takes as long as their work.
    """
    options: dict[str, Any] = {"_nrt": False}
    compiled: Function = numba.njit(cache=True, nogil=True, **options)(function)
    return compiled
