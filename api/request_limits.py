"""How often one may ask: so many requests a minute per key and per address, counted in the memory of each worker."""

import time
from collections import Counter
from collections.abc import Callable
from functools import lru_cache
from ipaddress import IPv6Address, ip_address
from math import ceil
from typing import Final

from api.problems import TooManyRequests
from api.settings import Settings

USUAL_PER_ADDRESS: Final = 6000
"""A minute, of another machine: a library's computers and telephones share one address, a runaway crawler does not."""
_MINUTE: Final = 60.0
"""Seconds."""
_GUESSES: Final = 30
"""Wrong keys a minute and address; a right one is never refused for another's guesses."""
_OFTEN: Final = "请求太频繁了，请过 {} 秒再试。"
_GUESSED: Final = "从这个地址来的密钥错了太多次，请过 {} 秒再试。"


class _Minute:
    """Counts within the present minute, and then begins anew for everybody."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._counts: Counter[tuple[str, str]] = Counter()
        self._ends = 0.0

    def count(self, of: str, name: str) -> int:
        """How often this was counted in this minute, now included."""
        now = self._clock()
        if now >= self._ends:
            self._counts.clear()
            self._ends = now + _MINUTE
        self._counts[of, name] += 1
        return self._counts[of, name]

    def seconds_left(self) -> int:
        """Until the minute is over, at least 1."""
        return max(1, ceil(self._ends - self._clock()))


class RequestLimits:
    """Counts requests, and refuses those beyond a limit with TooManyRequests.

    Args:
        per_key: requests a minute, of all workers together; 0 for any number.
        per_address: the same for requests without a key. None is the usual number for other machines and no limit for
            this one, where a proxy may stand before everybody.
        workers: among which requests are spread; each counts its own and allows its share.
        clock: seconds that never go back.
    """

    def __init__(
        self,
        *,
        per_key: int = 0,
        per_address: int | None = None,
        workers: int = 1,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._minute = _Minute(clock)
        self._per_key = _share(per_key, workers)
        self._per_address = _share(USUAL_PER_ADDRESS if per_address is None else per_address, workers)
        self._guesses = _share(_GUESSES, workers)
        self._spares_own = per_address is None

    @classmethod
    def of(cls, settings: Settings, *, workers: int = 1) -> "RequestLimits":
        """The limits that the settings say."""
        return cls(per_key=settings.rate_per_key, per_address=settings.rate_per_address, workers=workers)

    def count_key(self, id: str) -> None:
        """Counts a request with a valid key."""
        self._count(self._per_key, "key", id, _OFTEN)

    def count_address(self, host: str) -> None:
        """Counts a request without a key."""
        network, own = _network(host)
        if not (own and self._spares_own):
            self._count(self._per_address, "address", network, _OFTEN)

    def count_guess(self, host: str) -> None:
        """Counts a request with a key that opens nothing."""
        self._count(self._guesses, "guess", _network(host)[0], _GUESSED)

    def _count(self, limit: int, of: str, name: str, message: str) -> None:
        if limit and self._minute.count(of, name) > limit:
            wait = self._minute.seconds_left()
            raise TooManyRequests(message.format(wait), retry_after=wait)


def _share(limit: int, workers: int) -> int:
    return max(1, limit // workers) if limit else 0


@lru_cache(maxsize=4096)
def _network(host: str) -> tuple[str, bool]:
    """What counts as one address, for a household has 2⁶⁴ of IPv6; and whether it is this machine's own."""
    try:
        address = ip_address(host)
    except ValueError:  # a socket of the file system has none
        return host, False
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is None:
            return str(IPv6Address(int(address) >> 64 << 64)), address.is_loopback
        address = address.ipv4_mapped
    return str(address), address.is_loopback
