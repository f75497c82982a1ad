"""Memory: the garbage collector is kept away from what lives as long as the process, and what is free is given back."""

import ctypes
import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def unobserved() -> Iterator[None]:
    """What is loaded meanwhile stays for good; looking through it again and again takes a sixth of a start."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def settle() -> None:
    """Collects what is garbage by now; what is left is not written to any more, so that forks share its pages."""
    gc.collect()
    gc.freeze()
    give_back()


def give_back() -> None:
    """Gives the system what is free by now; the C library would keep it for later, in every process anew."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
