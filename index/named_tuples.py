"""Many named tuples at once."""

from collections.abc import Iterable, Iterator
from itertools import repeat
from typing import Any, TypeVar

Kind = TypeVar("Kind", bound=tuple[Any, ...])


def named(kind: type[Kind], rows: Iterable[tuple[Any, ...]]) -> Iterator[Kind]:
    """Each row as a named tuple of a kind, in half the time of its constructor; a row has all its fields."""
    return map(tuple.__new__, repeat(kind), rows)
