"""The servers of a PostgreSQL address, and a connection to whichever of them is the right one."""

from collections import deque
from typing import Any

import asyncpg

from loopbank.foundation.database.address import DatabaseAddress

_SECONDS_EACH_MAX = 5.0
"""How long a server may take to let somebody in."""

_NOT_THIS_ONE = (
    OSError,
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.TargetServerAttributeNotMatched,
)


class Servers:
    """The servers that an address names; the one that let somebody in last is asked first.

    The driver asks them in turn too, but with one patience for all, and a machine that died without a word uses it up.
    """

    def __init__(self, address: DatabaseAddress) -> None:
        self._addresses = deque(server.text for server in address.servers)

    async def connect(self, **options: Any) -> asyncpg.Connection:
        """Connect to the first server that is there and has the role that the address asks for.

        `options` are the driver's. Raises what the last server asked gave, TimeoutError when that was nothing.
        """
        *others, last = self._addresses
        for server in others:
            try:
                return await self._connect_to(server, options)
            except _NOT_THIS_ONE:
                continue
        return await self._connect_to(last, options)

    async def _connect_to(self, server: str, options: dict[str, Any]) -> asyncpg.Connection:
        connection = await asyncpg.connect(server, timeout=_SECONDS_EACH_MAX, **options)
        self._addresses.remove(server)
        self._addresses.appendleft(server)
        return connection
