"""How often keys are used and when last: counted in memory and written every few seconds, not with every request."""

import asyncio
from contextlib import suppress

import structlog

from loopbank.access import store
from loopbank.foundation.clock import Clock, Instant
from loopbank.foundation.database import Database
from loopbank.foundation.errors import Unavailable

FLUSH_SECONDS = 5.0

log = structlog.get_logger("loopbank.access")


class KeyUsage:
    """The uses that this process has not written yet. What a crash loses is some seconds of counting, no more."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._uses: dict[str, tuple[int, Instant]] = {}
        self._writing = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None

    def note(self, key_id: str) -> None:
        """Count one use."""
        count, _ = self._uses.get(key_id, (0, 0))
        self._uses[key_id] = (count + 1, self._clock())

    async def flush(self) -> None:
        """Write what was counted. While the database is away the counts wait in memory."""
        async with self._writing:
            uses, self._uses = self._uses, {}
            if not uses:
                return
            try:
                async with self._database.transaction() as tx:
                    await store.count_uses(tx, uses)
            except Unavailable as error:
                log.warning("uses of keys not written", keys=len(uses), reason=repr(error.__cause__ or error))
                for key_id, (count, at) in uses.items():
                    since, latest = self._uses.get(key_id, (0, at))
                    self._uses[key_id] = (count + since, latest)

    def start(self) -> None:
        """Begin to write every few seconds."""
        self._task = asyncio.create_task(self._repeat(), name="uses of keys")

    async def stop(self) -> None:
        """Write what is left and stop."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
            self._task = None
        await self.flush()

    async def _repeat(self) -> None:
        while True:
            await asyncio.sleep(FLUSH_SECONDS)
            await self.flush()
