"""The part of a round that counts: after the warm-up, for so many seconds."""

import time
from array import array
from collections.abc import Sequence

from benchmarks.plan import Latency

_MILLISECONDS = 1_000.0


class Refused(Exception):
    """The bank refused a request of the benchmark: what was measured would not be what was claimed."""


class NothingMeasured(Exception):
    """A round ended without a single measurement; a zero would look like a very good one."""


class Window:
    """Knows when a round counts and collects the latencies of what was answered in it."""

    def __init__(self, *, warm_up_seconds: float, seconds: float) -> None:
        self.begins = time.perf_counter() + warm_up_seconds
        self.ends = self.begins + seconds
        self._seconds = seconds
        self._latencies = array("d")
        self.requests = 0

    def note(self, *, asked_at: float, status: int, wanted: int, body: bytes) -> bool:
        """Count an answer; gives whether the round goes on. Raises Refused for another status than the wanted."""
        if status != wanted:
            raise Refused(f"{status}: {body[:300]!r}")
        self.requests += 1
        now = time.perf_counter()
        if now >= self.ends:
            return False
        if now >= self.begins:
            self._latencies.append(now - asked_at)
        return True

    @property
    def per_second(self) -> float:
        """Give the answers per second."""
        return len(self._latencies) / self._seconds

    @property
    def latency(self) -> Latency:
        """Give the percentiles of the time between question and answer."""
        return percentiles(self._latencies)


def percentiles(seconds: Sequence[float]) -> Latency:
    """Give the median and the 99th percentile in milliseconds. Raises NothingMeasured."""
    ordered = sorted(seconds)
    if not ordered:
        raise NothingMeasured("not one answer came while the round counted")
    last = len(ordered) - 1
    return Latency(ordered[round(last * 0.5)] * _MILLISECONDS, ordered[round(last * 0.99)] * _MILLISECONDS)
