"""Rate limits move with time, keep keys apart, and say when to come back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request

from loopbank.access import RateLimits, client_key
from loopbank.access import rate_limits as rate_limits_module
from loopbank.foundation.errors import TooManyRequests
from tests.access.signing import SettableClock


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock()


@pytest.fixture
def rate_limits(clock: SettableClock) -> RateLimits:
    return RateLimits(is_enabled=True, clock=clock)


def passes(rate_limits: RateLimits, key: str = "runner", name: str = "login", limit: str = "3/minute") -> bool:
    try:
        rate_limits.check(name, limit, key)
    except TooManyRequests:
        return False
    return True


def test_the_limit_is_the_number_that_passes(rate_limits: RateLimits) -> None:
    assert [passes(rate_limits) for _ in range(5)] == [True, True, True, False, False]


def test_each_key_and_each_name_is_counted_apart(rate_limits: RateLimits) -> None:
    for _ in range(4):
        passes(rate_limits)
    assert passes(rate_limits, key="fixer")
    assert passes(rate_limits, name="register")
    assert not passes(rate_limits)


def test_the_window_moves_and_a_refused_try_does_not_prolong_it(rate_limits: RateLimits, clock: SettableClock) -> None:
    assert passes(rate_limits)
    clock.let_pass(30)
    assert passes(rate_limits)
    assert passes(rate_limits)
    for _ in range(29):
        clock.let_pass(1)
        assert not passes(rate_limits)
    clock.let_pass(1)
    assert passes(rate_limits)
    assert not passes(rate_limits)


def test_retry_after_is_when_the_next_try_passes(rate_limits: RateLimits, clock: SettableClock) -> None:
    for _ in range(3):
        passes(rate_limits)
    clock.let_pass(13)
    with pytest.raises(TooManyRequests, match="47 seconds") as refused:
        rate_limits.check("login", "3/minute", "runner")
    assert refused.value.headers["Retry-After"] == "47"
    clock.let_pass(47)
    assert passes(rate_limits)


def test_a_long_wait_is_told_in_minutes(rate_limits: RateLimits) -> None:
    rate_limits.check("setup", "1/hour", "runner")
    with pytest.raises(TooManyRequests, match="60 minutes"):
        rate_limits.check("setup", "1/hour", "runner")


def test_an_installation_may_switch_limits_off(clock: SettableClock) -> None:
    off = RateLimits(is_enabled=False, clock=clock)
    assert all(passes(off) for _ in range(100))


def test_keys_that_are_over_do_not_stay_in_memory(
    rate_limits: RateLimits, clock: SettableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rate_limits_module, "_KEYS_BEFORE_SWEEP", 10)
    for number in range(9):
        passes(rate_limits, key=f"early-{number}")
    clock.let_pass(61)
    for number in range(3):
        passes(rate_limits, key=f"late-{number}")
    assert len(rate_limits._limiter.storage._moments) == 3  # type: ignore[attr-defined]  # our own storage


@given(st.lists(st.integers(0, 40), max_size=60), st.integers(1, 6))
def test_no_window_ever_holds_more_than_the_limit(waits: list[int], limit: int) -> None:
    clock = SettableClock()
    rate_limits = RateLimits(is_enabled=True, clock=clock)
    passed: list[int] = []
    for wait in waits:
        clock.let_pass(wait)
        in_window = [moment for moment in passed if moment > clock.seconds - 60]
        assert passes(rate_limits, limit=f"{limit}/minute") == (len(in_window) < limit)
        if len(in_window) < limit:
            passed.append(clock.seconds)


@pytest.mark.parametrize(
    ("one", "other", "are_the_same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("192.0.2.1", "192.0.2.2", False),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.2", False),
        ("testclient", "testclient", True),
    ],
)
def test_a_household_is_one_client(one: str, other: str, are_the_same: bool) -> None:  # noqa: FBT001 -- a table's column
    def key(host: str) -> str:
        return client_key(Request({"type": "http", "headers": [], "client": (host, 1)}))

    assert (key(one) == key(other)) is are_the_same


def test_a_client_without_an_address_still_has_a_key() -> None:
    assert client_key(Request({"type": "http", "headers": [], "client": None})) == "unknown"
