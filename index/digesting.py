"""Digests many resources, in worker processes where it is worth their time."""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from itertools import islice
from typing import Any, Final

from corpus.catalogue import StoredResource
from index.digest import Digest
from index.forking import forked_pool

Digesting = Callable[[Sequence[StoredResource]], Digest]

_BATCH: Final = 2000


def digests(rows: Iterable[StoredResource], digest: Digesting, *, parallel: bool) -> Iterator[Digest]:
    """The digests of resources in batches, in their order; of no resources an empty one.

    The first batch is digested here: the workers are forked after it, with all that digesting loads.
    """
    batches = _batches(rows)
    yield digest(next(batches))
    if not parallel:
        yield from map(digest, batches)
        return
    _Worker.digest = digest
    workers = os.cpu_count() or 1
    with forked_pool(workers) as pool:
        pending: deque[Future[Digest]] = deque()
        for batch in batches:
            pending.append(pool.submit(_digest, *zip(*batch, strict=True)))  # columns are sent in less time than rows
            if len(pending) > 2 * workers:
                yield pending.popleft().result()
        while pending:
            yield pending.popleft().result()


class _Worker:
    """What forked workers find."""

    digest: Digesting


def _digest(*columns: Sequence[Any]) -> Digest:
    return _Worker.digest([*map(StoredResource, *columns)])


def _batches(rows: Iterable[StoredResource]) -> Iterator[list[StoredResource]]:
    iterator = iter(rows)
    yield list(islice(iterator, _BATCH))  # of an empty catalogue too: an empty base has its arrays as well
    while batch := list(islice(iterator, _BATCH)):
        yield batch
