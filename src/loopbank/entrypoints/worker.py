"""The worker: what must happen without anybody asking. Several workers are safe beside each other."""

import asyncio
import os
import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress

import structlog

from loopbank.access import ApiKeys
from loopbank.bank import PEOPLE_TOPICS, Bank, PeopleNews
from loopbank.entrypoints.casino import build_casino
from loopbank.entrypoints.service import Part
from loopbank.entrypoints.webhooks import build_couriers
from loopbank.events import LogConsumer, LogKey, LogMetrics, Sealer
from loopbank.foundation.clock import system_clock
from loopbank.foundation.database import Database
from loopbank.foundation.metrics import Metrics
from loopbank.foundation.settings import Installation

_HOLD_SWEEP_SECONDS = 5.0
_CASINO_SWEEP_SECONDS = 60.0

log = structlog.get_logger("loopbank.worker")


class Schedule:
    """Repeats one act until stopped; trouble is logged and the act tried again at its next time."""

    def __init__(self, name: str, seconds: float, act: Callable[[], Awaitable[object]]) -> None:
        self._name = name
        self._seconds = seconds
        self._act = act
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to repeat."""
        self._task = asyncio.create_task(self._repeat(), name=self._name)

    async def stop(self) -> None:
        """Stop; an act that runs is cut off between its transactions."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def _repeat(self) -> None:
        while True:
            await asyncio.sleep(self._seconds)
            try:
                await self._act()
            except Exception as error:  # noqa: BLE001 -- one act's trouble must not end the schedule
                log.warning("scheduled act failed", act=self._name, error=repr(error))


def build_worker(settings: Installation, database: Database, bank: Bank, metrics: Metrics) -> Part:
    """Build the worker over a bank that somebody else starts and closes."""
    holder, log_metrics = f"{socket.gethostname()}:{os.getpid()}", LogMetrics(metrics)
    key = LogKey(settings.secret_key)
    sealer = Sealer(database, key, holder=holder, clock=system_clock, metrics=log_metrics)
    people = LogConsumer(
        database,
        "people",
        PeopleNews(bank.holders, ApiKeys(database, system_clock)).handle,
        holder=holder,
        clock=system_clock,
        metrics=log_metrics,
        topics=PEOPLE_TOPICS,
    )
    hold_expiry = Schedule("hold expiry", _HOLD_SWEEP_SECONDS, bank.release_expired_holds)
    casino = build_casino(settings, bank)
    casino_sweeps = (
        Schedule("forgotten free spins", _CASINO_SWEEP_SECONDS, casino.settle_forgotten),
        Schedule("long epochs", _CASINO_SWEEP_SECONDS, casino.end_long_epochs),
    )
    bank.on_commit(sealer.wake)
    couriers = build_couriers(settings, bank, holder=holder)
    sealer.on_seal(people.wake)
    sealer.on_seal(couriers.wake)

    async def start() -> None:
        sealer.start()
        people.start()
        couriers.start()
        hold_expiry.start()
        for sweep in casino_sweeps:
            sweep.start()

    async def stop() -> None:
        for sweep in casino_sweeps:
            await sweep.stop()
        await hold_expiry.stop()
        await couriers.stop()
        await people.stop()
        await sealer.stop()

    return Part(start, stop)
