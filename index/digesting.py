"""Digests many resources, in worker processes where it is worth their time."""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from itertools import islice
from typing import Final

from index.digest import Digest, Stored
from index.forking import forked_pool

Digesting = Callable[[list[Stored]], Digest]

_BATCH: Final = 1000


def digests(rows: Iterable[Stored], digest: Digesting, *, parallel: bool) -> Iterator[Digest]:
    """The digests of resources in batches, in their order; of no resources an empty one."""
    batches = _batches(rows)
    if not parallel:
        yield from map(digest, batches)
        return
    _Worker.digest = digest  # forked workers find it here, with its dictionary loaded
    workers = os.cpu_count() or 1
    with forked_pool(workers) as pool:
        pending: deque[Future[Digest]] = deque()
        for batch in batches:
            pending.append(pool.submit(_digest, batch))
            if len(pending) > 2 * workers:
                yield pending.popleft().result()
        while pending:
            yield pending.popleft().result()


class _Worker:
    digest: Digesting


def _digest(batch: list[Stored]) -> Digest:
    return _Worker.digest(batch)


def _batches(rows: Iterable[Stored]) -> Iterator[list[Stored]]:
    iterator = iter(rows)
    yield list(islice(iterator, _BATCH))  # of an empty catalogue too: an empty base has its arrays as well
    while batch := list(islice(iterator, _BATCH)):
        yield batch
