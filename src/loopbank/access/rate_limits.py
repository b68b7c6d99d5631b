"""Rate limits: how often one client or person may do one thing within a moving window."""

import math
from collections import deque
from functools import lru_cache
from ipaddress import IPv6Address, ip_address

from limits import RateLimitItem, parse
from limits.storage import MovingWindowSupport, Storage
from limits.strategies import MovingWindowRateLimiter
from starlette.requests import Request

from loopbank.foundation.clock import MICROSECONDS_PER_SECOND, Clock
from loopbank.foundation.errors import TooManyRequests

_KEYS_BEFORE_SWEEP = 10_000
_IPV6_NETWORK_BITS = 64


class RateLimits:
    """Counts what was done in this process; switched off where an installation says so."""

    def __init__(self, *, is_enabled: bool, clock: Clock) -> None:
        self._is_enabled = is_enabled
        self._clock = clock
        self._limiter = MovingWindowRateLimiter(_Windows(clock))

    def check(self, name: str, limit: str, key: str) -> None:
        """Count one more of `name` by `key` against a limit such as "10/minute". Raises TooManyRequests."""
        if not self._is_enabled:
            return
        item = _parsed(limit)
        if self._limiter.hit(item, name, key):
            return
        free_at = self._limiter.get_window_stats(item, name, key).reset_time
        seconds = max(1, math.ceil(free_at - self._clock() / MICROSECONDS_PER_SECOND))
        raise TooManyRequests(
            f"That was too often. Please try again in {_plain_wait(seconds)}.", retry_after_seconds=seconds
        )


def client_address(request: Request) -> str:
    """Give the address that a request came from, as the server's list of trusted proxies sees it."""
    return request.client.host if request.client is not None else "unknown"


def client_key(request: Request) -> str:
    """Give the key under which a client is counted: one household's IPv6 addresses are one client (a /64)."""
    address = client_address(request)
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is None:
        return f"{int(parsed) >> (128 - _IPV6_NETWORK_BITS):x}/{_IPV6_NETWORK_BITS}"
    return address


class _Windows(Storage, MovingWindowSupport):
    """The moments of every window, in memory and by the given clock.

    The library's own memory storage starts a thread per hit and reads the machine's clock; a hot path can have
    neither. Only the moving-window half of the interface is ever used.
    """

    STORAGE_SCHEME = None

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock
        self._moments: dict[str, deque[float]] = {}
        self._ends: dict[str, float] = {}

    @property
    def base_exceptions(self) -> type[Exception]:
        return ValueError

    def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        moments = self._current(key, expiry)
        if len(moments) + amount > limit:
            return False
        now = self._now()
        moments.extend([now] * amount)
        self._moments[key] = moments
        self._ends[key] = now + expiry
        if len(self._moments) >= _KEYS_BEFORE_SWEEP:
            self._sweep(now)
        return True

    def get_moving_window(self, key: str, limit: int, expiry: int) -> tuple[float, int]:  # noqa: ARG002 -- theirs
        moments = self._current(key, expiry)
        return (moments[0], len(moments)) if moments else (self._now(), 0)

    def get(self, key: str) -> int:
        return len(self._moments.get(key, ()))

    def get_expiry(self, key: str) -> float:
        return self._ends.get(key, self._now())

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        raise NotImplementedError("Windows move here; nothing counts in fixed ones.")

    def check(self) -> bool:
        return True

    def reset(self) -> int:
        count = len(self._moments)
        self._moments.clear()
        self._ends.clear()
        return count

    def clear(self, key: str) -> None:
        self._moments.pop(key, None)
        self._ends.pop(key, None)

    def _current(self, key: str, expiry: int) -> deque[float]:
        moments = self._moments.get(key) or deque()
        begins = self._now() - expiry
        while moments and moments[0] <= begins:
            moments.popleft()
        return moments

    def _sweep(self, now: float) -> None:
        for key in [key for key, end in self._ends.items() if end <= now]:
            self.clear(key)

    def _now(self) -> float:
        return self._clock() / MICROSECONDS_PER_SECOND


@lru_cache(maxsize=256)
def _parsed(limit: str) -> RateLimitItem:
    return parse(limit)


def _plain_wait(seconds: int) -> str:
    if seconds < 90:
        return "a second" if seconds == 1 else f"{seconds} seconds"
    return f"{math.ceil(seconds / 60)} minutes"
