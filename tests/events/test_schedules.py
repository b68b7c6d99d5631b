"""Schedules: a daily act is done once for each of its times, by whichever worker comes first."""

import asyncio
from collections.abc import Callable

import pytest

from loopbank.events import Schedules, Timetable, note_run
from loopbank.events.leases import Lease
from loopbank.events.schedules import LEASE_SECONDS
from loopbank.foundation.clock import Instant, from_rfc3339, later
from loopbank.foundation.database import Database
from loopbank.foundation.metrics import Metrics

AT_TWO = Timetable("02:00", "UTC")
EVENING = from_rfc3339("2026-07-01T22:00:00Z")
HOUR = 3_600


class Worker:
    """One worker with a clock of its own and an act that counts."""

    def __init__(self, database: Database, name: str, now: Instant = EVENING) -> None:
        self.now = now
        self.done = 0
        self.metrics = Metrics()
        self.act: Callable[[], None] = lambda: None
        self.schedules = Schedules(database, holder=name, clock=lambda: self.now, metrics=self.metrics)
        self._lease = Lease("schedule:backup", name, lambda: self.now, seconds=LEASE_SECONDS)

    async def look(self) -> bool:
        return await self.schedules.do_if_due("backup", AT_TWO, self._lease, self._act)

    async def _act(self) -> None:
        self.act()
        await asyncio.sleep(0.01)
        self.done += 1


async def test_a_bank_never_seen_before_owes_nothing_and_each_night_is_done_once(database: Database) -> None:
    worker = Worker(database, "a")
    assert not await worker.look()
    worker.now = later(EVENING, 4 * HOUR)
    assert [await worker.look() for _ in range(3)] == [True, False, False]
    worker.now = later(EVENING, 28 * HOUR)
    assert await worker.look()
    assert worker.done == 2


async def test_nights_that_passed_without_a_worker_are_made_up_for_once(database: Database) -> None:
    worker = Worker(database, "a")
    await worker.look()
    worker.now = later(EVENING, 24 * HOUR * 5)
    assert [await worker.look() for _ in range(2)] == [True, False]


async def test_of_several_workers_one_does_it(database: Database) -> None:
    workers = [Worker(database, name) for name in "abcd"]
    await workers[0].look()
    for worker in workers:
        worker.now = later(EVENING, 5 * HOUR)
    assert sorted(await asyncio.gather(*(worker.look() for worker in workers))) == [False, False, False, True]
    assert sum(worker.done for worker in workers) == 1


async def test_what_was_done_is_noted_before_another_may_begin(database: Database) -> None:
    first, second = Worker(database, "a"), Worker(database, "b")
    await first.look()
    first.now = second.now = later(EVENING, 5 * HOUR)
    give_back = first._lease.give_back
    seconds: list[bool] = []

    async def give_back_and_be_slow(bank: Database) -> None:
        await give_back(bank)
        seconds.append(await second.look())

    first._lease.give_back = give_back_and_be_slow  # type: ignore[method-assign,assignment]  # the moment between two steps
    assert await first.look()
    assert (seconds, second.done) == ([False], 0)


async def test_schedules_stop_at_whichever_moment_they_are_stopped(database: Database) -> None:
    for moment in range(60):
        schedules = Schedules(database, holder=f"worker {moment}", clock=lambda: EVENING, metrics=Metrics())
        schedules.timed(f"act {moment}", AT_TWO, _nothing_at_all)
        schedules.start()
        await asyncio.sleep(moment / 5_000)
        async with asyncio.timeout(10):
            await schedules.stop()


async def _nothing_at_all() -> None:
    """Do nothing."""


async def test_what_a_dying_worker_began_another_does_after_its_lease(database: Database) -> None:
    dying, other = Worker(database, "a"), Worker(database, "b")
    await dying.look()
    dying.now = other.now = later(EVENING, 5 * HOUR)

    def die() -> None:
        raise RuntimeError("the power went")

    dying.act = die
    dying._lease.give_back = _nothing  # type: ignore[method-assign,assignment]  # the dead give nothing back
    with pytest.raises(RuntimeError):
        await dying.look()
    assert not await other.look()
    other.now = later(other.now, LEASE_SECONDS + 1)
    assert await other.look()


async def _nothing(_database: Database) -> None:
    """Give nothing back."""


async def test_a_clock_that_is_stepped_back_does_nothing_twice(database: Database) -> None:
    worker = Worker(database, "a")
    await worker.look()
    worker.now = later(EVENING, 5 * HOUR)
    assert await worker.look()
    worker.now = EVENING
    assert not await worker.look()
    worker.now = later(EVENING, 6 * HOUR)
    assert not await worker.look()


async def test_every_worker_shows_when_it_was_last_done_by_anybody(database: Database) -> None:
    await note_run(database, "backup", now=EVENING, result=4_711)
    worker = Worker(database, "a", later(EVENING, 60))
    await worker.look()
    shown = worker.metrics.registry.get_sample_value
    assert shown("loopbank_schedule_result", {"schedule": "backup"}) == 4_711
    assert shown("loopbank_schedule_last_success_timestamp_seconds", {"schedule": "backup"}) == EVENING / 1_000_000


@pytest.mark.parametrize(
    ("at", "zone", "now", "due"),
    [
        ("02:00", "UTC", "2026-07-01T02:00:00Z", "2026-07-01T02:00:00Z"),
        ("02:00", "UTC", "2026-07-01T01:59:59Z", "2026-06-30T02:00:00Z"),
        ("02:00", "Europe/Berlin", "2026-07-01T00:30:00Z", "2026-07-01T00:00:00Z"),
        ("02:00", "Europe/Berlin", "2026-01-01T00:30:00Z", "2025-12-31T01:00:00Z"),
        ("02:00", "America/New_York", "2026-07-01T05:00:00Z", "2026-06-30T06:00:00Z"),
        ("20:00,02:00", "UTC", "2026-07-01T03:00:00Z", "2026-07-01T02:00:00Z"),
        ("20:00,02:00", "UTC", "2026-07-01T01:00:00Z", "2026-06-30T20:00:00Z"),
        ("*:30", "UTC", "2026-07-01T00:30:00Z", "2026-07-01T00:30:00Z"),
        ("*:30", "UTC", "2026-07-01T00:29:59Z", "2026-06-30T23:30:00Z"),
        ("*:30", "Asia/Kolkata", "2026-07-01T00:15:00Z", "2026-07-01T00:00:00Z"),
        # The hour from two to three that Berlin has twice.
        ("*:30", "Europe/Berlin", "2026-10-25T01:15:00Z", "2026-10-25T00:30:00Z"),
        ("*:30", "Europe/Berlin", "2026-10-25T01:45:00Z", "2026-10-25T01:30:00Z"),
    ],
)
def test_a_time_of_day_is_meant_where_the_bank_is(at: str, zone: str, now: str, due: str) -> None:
    assert Timetable(at, zone).last_due(from_rfc3339(now)) == from_rfc3339(due)
