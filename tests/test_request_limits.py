"""Limits of requests, with a clock that the tests move."""

import threading

import pytest

from api.problems import TooManyRequests
from api.request_limits import USUAL_PER_ADDRESS, RequestLimits
from api.settings import read_settings


class Clock:
    """Seconds that go on only when told."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def allowed(limits: RequestLimits, host: str, *, most: int = 100_000) -> int:
    """How many requests an address has left in this minute."""
    for number in range(most):
        try:
            limits.count_address(host)
        except TooManyRequests:
            return number
    return most


def test_an_address_has_so_many_a_minute(clock: Clock) -> None:
    limits = RequestLimits(per_address=3, clock=clock)
    assert allowed(limits, "10.0.0.1") == 3
    assert allowed(limits, "10.0.0.2") == 3
    clock.now += 59.5
    with pytest.raises(TooManyRequests, match="请过 1 秒再试") as raised:
        limits.count_address("10.0.0.1")
    assert raised.value.retry_after == 1
    clock.now += raised.value.retry_after
    assert allowed(limits, "10.0.0.1") == 3


def test_keys_addresses_and_guesses_are_counted_apart(clock: Clock) -> None:
    limits = RequestLimits(per_key=1, per_address=1, clock=clock)
    limits.count_key("10.0.0.1")
    limits.count_address("10.0.0.1")
    for _ in range(30):
        limits.count_guess("10.0.0.1")
    with pytest.raises(TooManyRequests):
        limits.count_key("10.0.0.1")
    with pytest.raises(TooManyRequests, match="密钥错了太多次"):
        limits.count_guess("10.0.0.1")
    limits.count_key("another")
    limits.count_guess("10.0.0.2")


def test_each_worker_allows_its_share(clock: Clock) -> None:
    assert allowed(RequestLimits(per_address=10, workers=4, clock=clock), "10.0.0.1") == 2
    assert allowed(RequestLimits(per_address=1, workers=4, clock=clock), "10.0.0.1") == 1


def test_a_limit_of_nothing_is_none(clock: Clock) -> None:
    limits = RequestLimits(per_key=0, per_address=0, clock=clock)
    assert allowed(limits, "10.0.0.1", most=1000) == 1000
    for _ in range(1000):
        limits.count_key("a")


def test_unless_it_is_set_this_machine_has_no_limit_and_others_a_generous_one(clock: Clock) -> None:
    settings = read_settings()
    assert (settings.rate_per_key, settings.rate_per_address) == (30_000, None)
    for own in ("127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"):
        assert allowed(RequestLimits.of(settings), own, most=20_000) == 20_000
    for other in ("10.0.0.1", "2001:db8::1", "testclient"):
        assert allowed(RequestLimits(clock=clock), other) == USUAL_PER_ADDRESS
    assert allowed(RequestLimits(per_address=5, clock=clock), "127.0.0.1") == 5


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8::1", "2001:db8::ffff:1:2:3", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("::ffff:10.0.0.1", "10.0.0.1", True),
        ("::ffff:10.0.0.1", "::ffff:10.0.0.2", False),
        ("fe80::1%eth0", "fe80::2%eth0", True),
    ],
)
def test_a_household_is_one_address(clock: Clock, one: str, other: str, same: bool) -> None:
    limits = RequestLimits(per_address=1, clock=clock)
    limits.count_address(one)
    assert allowed(limits, other) == (0 if same else 1)


def test_what_is_counted_is_forgotten_with_its_minute(clock: Clock) -> None:
    limits = RequestLimits(per_address=5, clock=clock)
    threads = threading.active_count()
    for number in range(2000):
        limits.count_address(f"10.0.{number // 250}.{number % 250}")
    assert len(limits._minute._counts) == 2000
    clock.now += 60
    limits.count_address("10.0.0.1")
    assert len(limits._minute._counts) == 1
    assert threading.active_count() == threads
