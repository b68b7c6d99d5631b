"""Readiness: whether a process can do its work now, told truly and at little cost."""

import asyncio

from loopbank.foundation.database import Database
from loopbank.foundation.errors import Unavailable
from loopbank.migrations import is_current

_SECONDS_MAX = 2.0
"""How long the database may take to answer; a probe's own patience is seldom longer."""


class DatabaseReadiness:
    """Tells whether the database is there, has this release's tables and takes writes; asked by every probe."""

    def __init__(self, database: Database, database_url: str) -> None:
        self._database = database
        self._database_url = database_url
        self._is_current = False

    async def __call__(self) -> bool:
        """Answer now. A database that was current stays so, because migrations only go forward."""
        try:
            async with asyncio.timeout(_SECONDS_MAX):
                if not self._is_current:
                    self._is_current = await asyncio.to_thread(is_current, self._database_url)
                return self._is_current and await self._database.accepts_writes()
        except (TimeoutError, Unavailable):
            return False
