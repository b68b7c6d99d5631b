"""The worker: what must happen without anybody asking. Several workers are safe beside each other."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

import structlog

from loopbank.bank import Bank
from loopbank.entrypoints.service import Part
from loopbank.foundation.database import Database
from loopbank.foundation.metrics import Metrics
from loopbank.foundation.settings import Installation

_HOLD_SWEEP_SECONDS = 5.0

log = structlog.get_logger("loopbank.worker")


class Schedule:
    """Repeats one act until stopped; trouble is logged and the act tried again at its next time."""

    def __init__(self, name: str, seconds: float, act: Callable[[], Awaitable[object]]) -> None:
        self._name = name
        self._seconds = seconds
        self._act = act
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
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
            except Exception as error:
                log.warning("scheduled act failed", act=self._name, error=repr(error))


def build_worker(settings: Installation, database: Database, bank: Bank, metrics: Metrics) -> Part:
    """Build the worker over a bank that somebody else starts and closes."""
    parts = (Schedule("hold expiry", _HOLD_SWEEP_SECONDS, bank.release_expired_holds),)

    async def start() -> None:
        for part in parts:
            await part.start()

    async def stop() -> None:
        for part in reversed(parts):
            await part.stop()

    return Part(start, stop)
