"""Work in turns: at once when woken, else at a slow poll, later and later while there is trouble."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

import structlog

from loopbank.foundation.errors import Unavailable

POLL_SECONDS_MIN = 0.2
POLL_SECONDS_MAX = 1.0
_POLL_GROWTH = 1.5
_TROUBLE_SECONDS = (0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 10.0)
_STOP_SECONDS_MAX = 10.0

log = structlog.get_logger("loopbank.events")


class Turns:
    """Runs a turn again and again in a task of its own; after a turn that found work the next one follows at once.

    No failure ends the task: an unreachable database and a broken turn are reported and tried again, ever later.
    """

    def __init__(self, name: str, turn: Callable[[], Awaitable[bool]]) -> None:
        self._name = name
        self._turn = turn
        self._wake = asyncio.Event()
        self._stopping = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._pause_seconds = POLL_SECONDS_MIN
        self._troubles = 0

    def start(self) -> None:
        """Begin to take turns."""
        self._stopping.clear()
        self._task = asyncio.create_task(self._run(), name=self._name)

    def wake(self) -> None:
        """Have the next turn taken at once."""
        self._wake.set()

    async def stop(self) -> None:
        """Let the present turn end and take no more; one that hangs is cancelled."""
        if self._task is None:
            return
        self._stopping.set()
        self._wake.set()
        _, hanging = await asyncio.wait([self._task], timeout=_STOP_SECONDS_MAX)
        if hanging:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        self._task = None

    async def _run(self) -> None:
        while not self._stopping.is_set():
            self._wake.clear()
            if await self._take_turn():
                # A turn on SQLite may never wait, and others want to run between two.
                await asyncio.sleep(0)
                continue
            with suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), self._pause_seconds)
                self._pause_seconds = POLL_SECONDS_MIN

    async def _take_turn(self) -> bool:
        try:
            found_work = await self._turn()
        except Exception as error:  # noqa: BLE001 -- the work must go on after any failure, which is reported
            self._report(error)
            await self._rest()
            return True
        if self._troubles:
            log.info("turns are taken again", work=self._name)
            self._troubles = 0
        self._pause_seconds = POLL_SECONDS_MIN if found_work else self._pause_seconds * _POLL_GROWTH
        self._pause_seconds = min(self._pause_seconds, POLL_SECONDS_MAX)
        return found_work

    def _report(self, error: Exception) -> None:
        if isinstance(error, Unavailable):
            log.warning("turn put off", work=self._name, error=repr(error.__cause__ or error))
        else:
            log.error("turn failed", work=self._name, exc_info=error)

    async def _rest(self) -> None:
        """Pause after trouble, longer each time. Only stopping ends the pause: whoever wakes us knows of no trouble."""
        seconds = _TROUBLE_SECONDS[min(self._troubles, len(_TROUBLE_SECONDS) - 1)]
        self._troubles += 1
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)
