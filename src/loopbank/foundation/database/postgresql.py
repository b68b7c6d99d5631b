"""PostgreSQL: pooled connections in autocommit mode; a transaction begins and ends in so many words."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import asyncpg
from sqlalchemy import Executable, Table
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from loopbank.foundation.database.port import (
    Database,
    Dialect,
    Parameters,
    Statement,
    Transaction,
    raise_translated,
    records_of,
)
from loopbank.foundation.database_errors import ConstraintViolated, translate
from loopbank.foundation.errors import Unavailable
from loopbank.foundation.prepared import AnyRow, Prepared
from loopbank.foundation.set_statements import SetStatements

_STATEMENT_SECONDS_MAX = 60.0


class _PostgresTransaction(Transaction):
    def __init__(self, connection: AsyncConnection, driver: asyncpg.Connection, statements: SetStatements) -> None:
        super().__init__(statements)
        self._connection = connection
        self._driver = driver

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

    def __init__(self, url: str, connections_max: int) -> None:
        dsn = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)

        async def connect() -> asyncpg.Connection:
            return await asyncpg.connect(
                dsn,
                command_timeout=_STATEMENT_SECONDS_MAX,
                # Every statement of the house is prepared once per connection; plans for arrays are generic.
                server_settings={"application_name": "loopbank", "jit": "off", "timezone": "UTC"},
            )

        self._engine = create_async_engine(
            "postgresql+asyncpg://",
            async_creator=connect,
            isolation_level="AUTOCOMMIT",
            pool_size=connections_max,
            max_overflow=0,
            pool_timeout=5,
            pool_use_lifo=True,
        )
        self._statements = SetStatements(self._engine.dialect)

    @asynccontextmanager
    async def transaction(self, *, turnstile: int | None = None) -> AsyncIterator[Transaction]:
        """See `Database.transaction`."""
        begin = "BEGIN" if turnstile is None else f"BEGIN; SELECT pg_advisory_xact_lock({turnstile:d})"
        async with self._begun(begin, end="COMMIT") as transaction:
            yield transaction

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Transaction]:
        """See `Database.reading`."""
        async with self._connected() as (connection, driver):
            yield _PostgresTransaction(connection, driver, self._statements)

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[Transaction]:
        """See `Database.snapshot`."""
        async with self._begun("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", end="ROLLBACK") as transaction:
            yield transaction

    async def close(self) -> None:
        """See `Database.close`."""
        await self._engine.dispose()

    @asynccontextmanager
    async def _begun(self, begin: str, *, end: str) -> AsyncIterator[Transaction]:
        async with self._connected() as (connection, driver):
            try:
                await driver.execute(begin)
                yield _PostgresTransaction(connection, driver, self._statements)
                await driver.execute(end)
            except BaseException as error:
                await _roll_back(driver)
                if isinstance(error, Exception) and not isinstance(error, ConstraintViolated | Unavailable):
                    translated = translate(error)
                    if translated is not None:
                        raise translated from error
                raise

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[tuple[AsyncConnection, asyncpg.Connection]]:
        connection, driver = await self._check_out()
        try:
            yield connection, driver
        finally:
            if driver.is_closed():
                await connection.invalidate()
            await connection.close()

    async def _check_out(self) -> tuple[AsyncConnection, asyncpg.Connection]:
        """Take a pooled connection; one whose socket the server closed meanwhile is replaced."""
        try:
            while True:
                connection = await self._engine.connect()
                driver = (await connection.get_raw_connection()).driver_connection
                assert driver is not None
                if not driver.is_closed():
                    return connection, driver
                await connection.invalidate()
                await connection.close()
        except Exception as error:
            raise_translated(error)


async def _roll_back(driver: asyncpg.Connection) -> None:
    """End a failed transaction; a connection that cannot even do that is cut."""
    try:
        if not driver.is_closed():
            await asyncio.shield(driver.execute("ROLLBACK"))
    except BaseException:
        driver.terminate()
