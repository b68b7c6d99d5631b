"""PostgreSQL: pooled connections in autocommit mode; a transaction begins and ends in so many words."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import asyncpg
from sqlalchemy import Executable, Table, func, not_, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from loopbank.foundation.database.address import database_address
from loopbank.foundation.database.port import (
    Database,
    Dialect,
    Parameters,
    Statement,
    Transaction,
    raise_translated,
    records_of,
)
from loopbank.foundation.database.servers import Servers
from loopbank.foundation.database_errors import ConstraintViolated, DatabaseUnavailable, translate
from loopbank.foundation.errors import Unavailable
from loopbank.foundation.prepared import AnyRow, Prepared
from loopbank.foundation.set_statements import SetStatements

_STATEMENT_SECONDS_MAX = 60.0
_WAIT_SECONDS_MAX = 5.0
"""How long a request waits for a connection."""
_ROLLBACK_SECONDS_MAX = 0.5
"""How long a server may take to give a transaction up; one that hangs would keep waiting whoever gave up."""

_BY_INDEX = "SET LOCAL enable_seqscan = off"
"""Whoever waits for a turn looks rows up by their keys. A plan that PostgreSQL made and kept while a table was small
would read all of it, at every turn, until somebody analyses it."""


@dataclass(frozen=True, slots=True)
class _Held:
    """One connection: as SQLAlchemy knows it, and the driver's own."""

    connection: AsyncConnection
    driver: asyncpg.Connection


class _Pool:
    """A bounded number of connections, the last used first.

    They stay checked out of SQLAlchemy, whose own pool costs more per use than a short statement.
    """

    def __init__(self, engine: AsyncEngine, connections_max: int) -> None:
        self._engine = engine
        self._free = asyncio.Semaphore(connections_max)
        self._idle: list[_Held] = []

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[_Held]:
        """Lend a connection. Raises DatabaseUnavailable when none can be had in time."""
        await self._wait_for_place()
        try:
            held = await self._open_one()
            try:
                yield held
            finally:
                if held.driver.is_closed():
                    await _discard(held)
                else:
                    self._idle.append(held)
        finally:
            self._free.release()

    async def close(self) -> None:
        """Close every connection that nobody uses."""
        while self._idle:
            await _discard(self._idle.pop())
        await self._engine.dispose()

    async def _wait_for_place(self) -> None:
        if not self._free.locked():
            await self._free.acquire()
            return
        try:
            async with asyncio.timeout(_WAIT_SECONDS_MAX):
                await self._free.acquire()
        except TimeoutError as error:
            raise DatabaseUnavailable from error

    async def _open_one(self) -> _Held:
        """Take an idle connection, or a new one; those whose sockets the server closed meanwhile are dropped."""
        while self._idle:
            held = self._idle.pop()
            if not held.driver.is_closed():
                return held
            await _discard(held)
        try:
            connection = await self._engine.connect()
            driver = (await connection.get_raw_connection()).driver_connection
            assert driver is not None
            return _Held(connection, driver)
        except DBAPIError as error:
            # Whatever the server says of why nobody may enter now, the next request may be let in.
            raise DatabaseUnavailable from error
        except Exception as error:
            raise_translated(error)


class _PostgresTransaction(Transaction):
    def __init__(self, held: "_Held", statements: SetStatements) -> None:
        super().__init__(statements)
        self._connection = held.connection
        self._driver = held.driver

    async def rows(self, statement: Statement, parameters: Parameters | None = None) -> Sequence[AnyRow]:
        try:
            if isinstance(statement, Prepared):
                prepared = statement.on(self._connection.dialect, {})
                arguments = prepared.arguments(parameters or {})
                return prepared.records(await self._driver.fetch(prepared.sql, *arguments))
            return records_of(await self._connection.execute(statement, parameters))
        except Exception as error:
            raise_translated(error)

    async def run(self, statement: Executable, parameters: Parameters | None = None) -> int:
        try:
            return (await self._connection.execute(statement, parameters)).rowcount
        except Exception as error:
            raise_translated(error)

    async def insert(self, table: Table, columns: Sequence[str], rows: Sequence[tuple[object, ...]]) -> None:
        if not rows:
            return
        try:
            await self._driver.copy_records_to_table(
                table.name, schema_name=table.schema, columns=columns, records=rows
            )
        except Exception as error:
            raise_translated(error)

    async def update(
        self, table: Table, match: Sequence[str], change: Sequence[str], rows: Sequence[tuple[object, ...]]
    ) -> int:
        if not rows:
            return 0
        sql = self._statements.update(table, tuple(match), tuple(change))
        try:
            status = await self._driver.execute(sql, *zip(*rows, strict=True))
            return int(status.rpartition(" ")[2])
        except Exception as error:
            raise_translated(error)


class PostgresDatabase(Database):
    """One PostgreSQL database and a pool of connections to it."""

    dialect = Dialect.POSTGRESQL
    # A standby answers every question and takes no write.
    _is_writable = Prepared(select(not_(func.pg_is_in_recovery())))

    def __init__(self, url: str, connections_max: int) -> None:
        servers = Servers(database_address(url))

        async def connect() -> asyncpg.Connection:
            return await servers.connect(
                command_timeout=_STATEMENT_SECONDS_MAX,
                # Every statement of the house is prepared once per connection; plans for arrays are generic.
                server_settings={"application_name": "loopbank", "jit": "off", "timezone": "UTC"},
            )

        engine = create_async_engine(
            "postgresql+asyncpg://",
            async_creator=connect,
            isolation_level="AUTOCOMMIT",
            poolclass=NullPool,
            hide_parameters=True,  # an error's text goes to the log, and values may be secret
        )
        self._pool = _Pool(engine, connections_max)
        self._statements = SetStatements(engine.dialect)

    @asynccontextmanager
    async def transaction(self, *, turnstile: int | None = None) -> AsyncIterator[Transaction]:
        """See `Database.transaction`."""
        begin = "BEGIN" if turnstile is None else f"BEGIN; {_BY_INDEX}; SELECT pg_advisory_xact_lock({turnstile:d})"
        async with self._begun(begin, end="COMMIT") as transaction:
            yield transaction

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Transaction]:
        """See `Database.reading`."""
        async with self._pool.connection() as held:
            yield _PostgresTransaction(held, self._statements)

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[Transaction]:
        """See `Database.snapshot`."""
        async with self._begun("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", end="ROLLBACK") as transaction:
            yield transaction

    async def close(self) -> None:
        """See `Database.close`."""
        await self._pool.close()

    @asynccontextmanager
    async def _begun(self, begin: str, *, end: str) -> AsyncIterator[Transaction]:
        async with self._pool.connection() as held:
            try:
                await held.driver.execute(begin)
                yield _PostgresTransaction(held, self._statements)
                await held.driver.execute(end)
            except BaseException as error:
                await _roll_back(held.driver)
                if isinstance(error, Exception) and not isinstance(error, ConstraintViolated | Unavailable):
                    translated = translate(error)
                    if translated is not None:
                        raise translated from error
                raise


async def _discard(held: _Held) -> None:
    if held.driver.is_closed():
        await held.connection.invalidate()
    await held.connection.close()


async def _roll_back(driver: asyncpg.Connection) -> None:
    """End a failed transaction; a connection that cannot even do that is cut."""
    try:
        if not driver.is_closed():
            async with asyncio.timeout(_ROLLBACK_SECONDS_MAX):
                await driver.execute("ROLLBACK")
    except BaseException:
        driver.terminate()
