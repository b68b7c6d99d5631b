"""Whole PostgreSQL databases: made, dropped, and put in each other's place by name."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from loopbank.foundation.database import DatabaseAddress
from loopbank.foundation.database.servers import Servers
from loopbank.operations.errors import DatabaseInUse, TargetUnavailable

_MAINTENANCE = ("postgres", "template1")
_VERSION_STEP = 10_000


class PostgresServerDatabases:
    """The databases beside the bank's own, on the same server; needs a role that may create databases."""

    def __init__(self, address: DatabaseAddress) -> None:
        self._address = address

    async def major_version(self) -> int:
        """Give the server's major version."""
        async with self._connected(self._address) as connection:
            return int(await connection.fetchval("SHOW server_version_num")) // _VERSION_STEP

    async def create(self, name: str) -> DatabaseAddress:
        """Create an empty database and give its address."""
        await self._execute(f"CREATE DATABASE {_quoted(name)} TEMPLATE template0")
        return self._address.named(name)

    async def drop(self, name: str) -> None:
        """Drop a database if it is there, whoever is connected to it."""
        await self._execute(f"DROP DATABASE IF EXISTS {_quoted(name)} WITH (FORCE)")

    async def exchange(self, name: str, replacement: str, kept: str) -> None:
        """Rename `name` to `kept` and `replacement` to `name`, both or neither. Raises DatabaseInUse."""
        async with self._maintaining() as connection:
            users = await connection.fetchval("SELECT count(*) FROM pg_stat_activity WHERE datname = $1", name)
            if users:
                raise DatabaseInUse("Somebody is connected to the database. Stop the services and the worker first.")
            await connection.execute(
                f"ALTER DATABASE {_quoted(name)} RENAME TO {_quoted(kept)}; "
                f"ALTER DATABASE {_quoted(replacement)} RENAME TO {_quoted(name)}"
            )

    async def _execute(self, statement: str) -> None:
        async with self._maintaining() as connection:
            await connection.execute(statement)

    @asynccontextmanager
    async def _maintaining(self) -> AsyncIterator[asyncpg.Connection]:
        """Connect to a database of the server that is not the bank's."""
        for name in _MAINTENANCE:
            try:
                async with self._connected(self._address.named(name)) as connection:
                    yield connection
                return
            except asyncpg.InvalidCatalogNameError:
                continue
        raise TargetUnavailable("The server has no database to connect to beside the bank's own.")

    @asynccontextmanager
    async def _connected(self, address: DatabaseAddress) -> AsyncIterator[asyncpg.Connection]:
        connection = await Servers(address).connect()
        try:
            yield connection
        finally:
            await connection.close()


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
