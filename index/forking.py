"""Worker processes that share what their parent has loaded, and that end with it."""

import ctypes
import multiprocessing
import os
import signal
from concurrent.futures import ProcessPoolExecutor


def forked_pool(workers: int) -> ProcessPoolExecutor:
    """A pool of forked processes; they find the parent's objects as they were when the first task was given."""
    context = multiprocessing.get_context("fork")
    return ProcessPoolExecutor(workers, mp_context=context, initializer=die_with_parent, initargs=(os.getpid(),))


def die_with_parent(parent: int) -> None:
    """Ends this process with its parent, also after kill -9; an interruption is the parent's matter alone.

    To be called in a process that the parent's main thread has forked: it ends with that thread.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    death_signal = 1  # PR_SET_PDEATHSIG
    ctypes.CDLL(None).prctl(death_signal, signal.SIGKILL)
    if os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGKILL)
