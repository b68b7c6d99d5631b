"""Schedules: acts that a worker repeats all the time, and acts that one worker of all does at its times of day.

Laws:
 - A timed act is done for each of its times by one worker, however many there are; a worker that dies in the middle
   leaves it to the next one, so the act must bear being begun twice.
 - A time that passed while no worker ran is made up for once. A bank that was never seen before owes nothing.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

import structlog
from sqlalchemy import bindparam, select, update
from sqlalchemy.dialects.postgresql import insert  # The construct compiles on SQLite too, whose syntax is the same.

from loopbank.events.leases import Lease
from loopbank.events.tables import schedule
from loopbank.events.times import Timetable
from loopbank.foundation.clock import MICROSECONDS_PER_SECOND, Clock, Instant
from loopbank.foundation.database import Database
from loopbank.foundation.errors import Unavailable
from loopbank.foundation.metrics import Metrics
from loopbank.foundation.prepared import Prepared

Act = Callable[[], Awaitable[object]]

LEASE_SECONDS = 60
_LOOK_SECONDS = 20.0
_AGAIN_SECONDS = 300.0
"""How long a timed act that failed rests before it is tried again."""

_RUN = Prepared(select(schedule).where(schedule.c.name == bindparam("which")))
_FIRST = (
    insert(schedule)
    .values(name=bindparam("which"), done_for=bindparam("due"))
    .on_conflict_do_nothing(index_elements=["name"])
)
_DONE = (
    update(schedule)
    .where(schedule.c.name == bindparam("which"), schedule.c.done_for < bindparam("due"))
    .values(done_for=bindparam("due"))
)
_NOTED = insert(schedule).values(
    name=bindparam("which"), done_for=bindparam("now"), finished_at=bindparam("now"), result=bindparam("outcome")
)
_NOTE = _NOTED.on_conflict_do_update(
    index_elements=["name"], set_={"finished_at": _NOTED.excluded.finished_at, "result": _NOTED.excluded.result}
)

log = structlog.get_logger("loopbank.worker")


async def note_run(database: Database, name: str, *, now: Instant, result: int) -> None:
    """Note that an act ended well, whoever did it, and with which result: bytes of a backup, findings of a check."""
    async with database.transaction() as tx:
        await tx.run(_NOTE, {"which": name, "now": now, "outcome": result})


class Schedules:
    """The schedules of one worker: features hang their acts in, then it is started."""

    def __init__(self, database: Database, *, holder: str, clock: Clock, metrics: Metrics) -> None:
        self._database = database
        self._holder = holder
        self._clock = clock
        self._loops: list[tuple[str, Callable[[], Awaitable[None]]]] = []
        self._tasks: list[asyncio.Task[None]] = []
        names = ("schedule",)
        self._failures = metrics.counter("loopbank_schedule_failures_total", "Acts that failed.", names)
        self._succeeded = metrics.gauge(
            "loopbank_schedule_last_success_timestamp_seconds",
            "When a timed act last ended well, in any process.",
            names,
        )
        self._result = metrics.gauge(
            "loopbank_schedule_result", "What it ended with: bytes of a backup, findings of a check.", names
        )

    def repeat(self, name: str, seconds: float, act: Act) -> None:
        """Have every worker do an act again and again; it must not matter how many do."""

        async def forever() -> None:
            while True:
                await asyncio.sleep(seconds)
                await self._attempt(name, act)

        self._loops.append((name, forever))

    def timed(self, name: str, times: Timetable, act: Act) -> None:
        """Have one worker do an act at its times of day."""
        lease = Lease(f"schedule:{name}", self._holder, self._clock, seconds=LEASE_SECONDS)

        async def forever() -> None:
            while True:
                is_well = await self._attempt(name, lambda: self.do_if_due(name, times, lease, act))
                await asyncio.sleep(_LOOK_SECONDS if is_well else _AGAIN_SECONDS)

        self._loops.append((name, forever))

    def start(self) -> None:
        """Begin with everything that was hung in."""
        self._tasks = [asyncio.create_task(_endless(forever), name=name) for name, forever in self._loops]

    async def stop(self) -> None:
        """Stop; an act that runs is cut off between its transactions, and another worker may begin it anew."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []

    async def do_if_due(self, name: str, times: Timetable, lease: Lease, act: Act) -> bool:
        """Do a timed act if its time has come and no other worker does it; tells whether it was done."""
        due = times.last_due(self._clock())
        async with self._database.reading() as tx:
            run = await tx.row(_RUN, {"which": name})
        if run is not None:
            self._show(name, run.finished_at, run.result)
        if run is not None and run.done_for >= due:
            return False
        async with self._database.transaction() as tx:
            await tx.run(_FIRST, {"which": name, "due": due})
            if not await lease.take(tx):
                return False
        async with _kept(lease, self._database):
            # Only a holder's look is final: whoever held the lease before notes what was done before giving it back.
            async with self._database.reading() as tx:
                run = await tx.row(_RUN, {"which": name})
            if run is None or run.done_for >= due:
                return False
            await act()
            async with self._database.transaction() as tx:
                return await tx.run(_DONE, {"which": name, "due": due}) == 1

    def _show(self, name: str, finished_at: int | None, result: int | None) -> None:
        if finished_at is not None:
            self._succeeded.labels(name).set(finished_at / MICROSECONDS_PER_SECOND)
            self._result.labels(name).set(result or 0)

    async def _attempt(self, name: str, act: Act) -> bool:
        try:
            await act()
        except Exception as error:  # noqa: BLE001 -- one act's trouble must not end its schedule
            self._failures.labels(name).inc()
            log.warning("scheduled act failed", act=name, error=repr(error))
            return False
        return True


async def _endless(forever: Callable[[], Awaitable[None]]) -> None:
    await forever()


@asynccontextmanager
async def _kept(lease: Lease, database: Database) -> AsyncIterator[None]:
    """Prolong a lease while an act runs, and give it back in the end."""

    async def prolong() -> None:
        while True:
            await asyncio.sleep(LEASE_SECONDS / 3)
            with suppress(Unavailable):
                async with database.transaction() as tx:
                    await lease.take(tx)

    prolonging = asyncio.create_task(prolong())
    try:
        yield
    finally:
        prolonging.cancel()
        # Gathered, because whoever is cancelled here must not take that for the end of the prolonging.
        await asyncio.gather(prolonging, return_exceptions=True)
        await lease.give_back(database)
