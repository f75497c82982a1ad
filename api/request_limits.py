"""How often one may ask: so many requests a minute per key and per address, counted in the memory of each worker."""

import time
from collections import Counter
from collections.abc import Callable
from functools import lru_cache
from ipaddress import IPv6Address, ip_address
from math import ceil
from typing import Final

from limits import RateLimitItemPerMinute
from limits.storage import Storage
from limits.strategies import FixedWindowRateLimiter

from api.problems import TooManyRequests
from api.settings import Settings

USUAL_PER_ADDRESS: Final = 6000
"""A minute, of another machine: a library's computers and telephones share one address, a runaway crawler does not."""
_GUESSES: Final = 30
"""Wrong keys a minute and address; a right one is never refused for another's guesses."""
_OFTEN: Final = "请求太频繁了，请过 {} 秒再试。"
_GUESSED: Final = "从这个地址来的密钥错了太多次，请过 {} 秒再试。"


class MinuteCounts(Storage):
    """Counts within the present minute, and then begins anew for everybody.

    The library's own storage in memory starts a thread for most requests, and its minutes follow the wall clock.
    """

    STORAGE_SCHEME = None

    def __init__(self, clock: Callable[[], float]) -> None:
        super().__init__()
        self._clock = clock
        self._counts: Counter[str] = Counter()
        self._ends = 0.0

    @property
    def base_exceptions(self) -> tuple[type[Exception], ...]:
        return ()

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        now = self._clock()
        if now >= self._ends:
            self._counts.clear()
            self._ends = now + expiry
        self._counts[key] += amount
        return self._counts[key]

    def get(self, key: str) -> int:
        return self._counts[key] if self._clock() < self._ends else 0

    def get_expiry(self, key: str) -> float:
        return self._ends

    def seconds_left(self) -> int:
        """Until the minute is over, at least 1."""
        return max(1, ceil(self._ends - self._clock()))

    def check(self) -> bool:
        return True

    def reset(self) -> int:
        known = len(self._counts)
        self._counts.clear()
        return known

    def clear(self, key: str) -> None:
        self._counts.pop(key, None)


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
        self._counts = MinuteCounts(clock)
        self._limiter = FixedWindowRateLimiter(self._counts)
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

    def _count(self, limit: RateLimitItemPerMinute | None, of: str, name: str, message: str) -> None:
        if limit and not self._limiter.hit(limit, of, name):
            wait = self._counts.seconds_left()
            raise TooManyRequests(message.format(wait), retry_after=wait)


def _share(limit: int, workers: int) -> RateLimitItemPerMinute | None:
    return RateLimitItemPerMinute(max(1, limit // workers)) if limit else None


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
