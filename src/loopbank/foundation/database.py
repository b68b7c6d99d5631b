"""The SQLite/PostgreSQL port: engines, transactions and set-based writes.

Laws:
 - `Database.transaction` is the only place that commits (the posting queue commits through it).
 - SQLite statements run on the event loop's thread: they take microseconds, and a thread would pay more for
   the interpreter lock than for the work (see docs/adr). COMMIT, which waits for the disk, runs in a thread.
 - PostgreSQL connections are in autocommit mode; a transaction begins and ends in so many words.
"""

import asyncio
import sqlite3
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from enum import StrEnum
from typing import Any, NoReturn, cast

import asyncpg
from sqlalchemy import Connection, Executable, Result, Table, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from loopbank.foundation.database_errors import ConstraintViolated, translate
from loopbank.foundation.errors import Unavailable
from loopbank.foundation.prepared import AnyRow as AnyRow  # noqa: PLC0414 -- rows are part of this module's face
from loopbank.foundation.prepared import Prepared
from loopbank.foundation.set_statements import SetStatements

SCHEMAS = ("auth", "coin", "log")
"""PostgreSQL schemas; on SQLite the same tables live side by side without one."""

_NO_SCHEMAS: Mapping[str, None] = dict.fromkeys(SCHEMAS)
_LOCK_WAIT_SECONDS_MAX = 15.0
_STATEMENT_SECONDS_MAX = 60.0

Parameters = Mapping[str, object]
"""Bound values of one statement."""

Statement = Executable | Prepared
"""A statement as composed, or one that is prepared for a hot path."""


class Dialect(StrEnum):
    """The two databases."""

    SQLITE = "sqlite"
    POSTGRESQL = "postgresql"


class Transaction(ABC):
    """One open connection, inside a transaction unless it came from `Database.reading`."""

    def __init__(self, statements: SetStatements) -> None:
        self._statements = statements

    @abstractmethod
    async def rows(self, statement: Statement, parameters: Parameters | None = None) -> Sequence[AnyRow]:
        """Execute a statement that gives rows, and give them all."""

    @abstractmethod
    async def run(self, statement: Executable, parameters: Parameters | None = None) -> int:
        """Execute a statement and give the number of rows it changed."""

    @abstractmethod
    async def insert(self, table: Table, columns: Sequence[str], rows: Sequence[tuple[object, ...]]) -> None:
        """Insert many rows set-based: one COPY on PostgreSQL, one executemany on SQLite."""

    @abstractmethod
    async def update(
        self, table: Table, match: Sequence[str], change: Sequence[str], rows: Sequence[tuple[object, ...]]
    ) -> int:
        """Update many rows set-based; a row holds the values to match, then those to set. Gives rows changed."""

    async def row(self, statement: Statement, parameters: Parameters | None = None) -> AnyRow | None:
        """Execute a statement that gives at most one row."""
        found = await self.rows(statement, parameters)
        return found[0] if found else None

    async def value(self, statement: Statement, parameters: Parameters | None = None) -> Any:
        """Execute a statement that gives one value; None when there is no row."""
        found = await self.row(statement, parameters)
        return None if found is None else found[0]


class Database(ABC):
    """One database; make it with `connect_database`."""

    dialect: Dialect

    @abstractmethod
    def transaction(self, *, turnstile: int | None = None) -> AbstractAsyncContextManager[Transaction]:
        """Open a writing transaction that commits when the block ends and rolls back when it raises.

        `turnstile` names an advisory lock that is held until the end: of all transactions with the same number only
        one runs at a time, in every process. SQLite has one writer anyway. Raises Unavailable when the database
        cannot be reached or the commit's outcome is unknown, ConstraintViolated when a constraint refuses.
        """

    @abstractmethod
    def reading(self) -> AbstractAsyncContextManager[Transaction]:
        """Open a connection for reading; every statement sees what is committed when it starts."""

    @abstractmethod
    def snapshot(self) -> AbstractAsyncContextManager[Transaction]:
        """Open a read-only transaction in which all statements see the same state."""

    @abstractmethod
    async def close(self) -> None:
        """Close every connection."""


def connect_database(url: str, *, connections_max: int = 10) -> Database:
    """Connect to `sqlite:///path` or `postgresql://…` lazily, with at most `connections_max` server connections."""
    if make_url(url).get_backend_name() == "sqlite":
        return _SqliteDatabase(url)
    return _PostgresDatabase(url, connections_max)


# ---------------------------------------------------------------- SQLite


class _SqliteTransaction(Transaction):
    def __init__(self, connection: Connection, statements: SetStatements) -> None:
        super().__init__(statements)
        self._connection = connection
        self._driver = _sqlite_driver(connection)

    async def rows(self, statement: Statement, parameters: Parameters | None = None) -> Sequence[AnyRow]:
        try:
            if isinstance(statement, Prepared):
                prepared = statement.on(self._connection.dialect, _NO_SCHEMAS)
                arguments = prepared.arguments(parameters or {})
                return prepared.records(self._driver.execute(prepared.sql, arguments).fetchall())
            return _records(self._connection.execute(statement, parameters))
        except Exception as error:
            _raise_translated(error)

    async def run(self, statement: Executable, parameters: Parameters | None = None) -> int:
        try:
            return self._connection.execute(statement, parameters).rowcount
        except Exception as error:
            _raise_translated(error)

    async def insert(self, table: Table, columns: Sequence[str], rows: Sequence[tuple[object, ...]]) -> None:
        if rows:
            self._many(self._statements.insert(table, tuple(columns)), rows)

    async def update(
        self, table: Table, match: Sequence[str], change: Sequence[str], rows: Sequence[tuple[object, ...]]
    ) -> int:
        if not rows:
            return 0
        ordered = [row[len(match) :] + row[: len(match)] for row in rows]
        return self._many(self._statements.update(table, tuple(match), tuple(change)), ordered)

    def _many(self, sql: str, rows: Sequence[tuple[object, ...]]) -> int:
        try:
            return self._driver.executemany(sql, rows).rowcount
        except Exception as error:
            _raise_translated(error)


class _SqliteDatabase(Database):
    dialect = Dialect.SQLITE

    def __init__(self, url: str) -> None:
        # An idle connection costs little and a wait for one would block the loop, so the pool has no upper bound.
        self._engine = create_engine(
            url,
            pool_size=5,
            max_overflow=-1,
            pool_use_lifo=True,  # the connection used last still has its pages in memory
            connect_args={"check_same_thread": False, "timeout": 0.05, "cached_statements": 256},
        ).execution_options(schema_translate_map=_NO_SCHEMAS)
        event.listen(self._engine, "connect", _prepare_sqlite)
        self._statements = SetStatements(self._engine.dialect)
        self._writer = asyncio.Lock()
        self._disk = ThreadPoolExecutor(1, thread_name_prefix="commit")

    @asynccontextmanager
    async def transaction(self, *, turnstile: int | None = None) -> AsyncIterator[Transaction]:  # noqa: ARG002 -- SQLite has one writer anyway
        async with self._writer:
            with self._connection() as connection:
                await self._begin_immediate(connection)
                try:
                    yield _SqliteTransaction(connection, self._statements)
                    commit = _sqlite_driver(connection).commit
                    await asyncio.get_running_loop().run_in_executor(self._disk, commit)
                except BaseException as error:
                    with suppress(sqlite3.Error):
                        connection.connection.rollback()
                    if isinstance(error, sqlite3.Error):
                        _raise_translated(error)
                    raise

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Transaction]:
        with self._connection() as connection:
            yield _SqliteTransaction(connection, self._statements)

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[Transaction]:
        with self._connection() as connection:
            connection.exec_driver_sql("BEGIN")
            try:
                yield _SqliteTransaction(connection, self._statements)
            finally:
                connection.connection.rollback()

    async def close(self) -> None:
        self._disk.shutdown()
        self._engine.dispose()

    def _connection(self) -> Connection:
        try:
            return self._engine.connect()
        except Exception as error:
            _raise_translated(error)

    async def _begin_immediate(self, connection: Connection) -> None:
        """Take the file's one writing lock; another process may hold it for a while."""
        deadline = asyncio.get_running_loop().time() + _LOCK_WAIT_SECONDS_MAX
        while True:
            try:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
                return
            except Exception as error:
                if "locked" not in str(error) or asyncio.get_running_loop().time() > deadline:
                    _raise_translated(error)
            await asyncio.sleep(0.005)


def _sqlite_driver(connection: Connection) -> sqlite3.Connection:
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    return driver


def _records(result: Result[*tuple[object, ...]]) -> Sequence[AnyRow]:
    # SQLAlchemy's rows are tuples with the columns as attributes, as a AnyRow is.
    return cast("Sequence[AnyRow]", result.all())


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    """Make a connection durable and strict; transactions begin in so many words."""
    connection.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "cache_size=-16000",
        "temp_store=MEMORY",
        "trusted_schema=OFF",
        "recursive_triggers=ON",  # else INSERT OR REPLACE deletes journal rows past their triggers
    ):
        connection.execute(f"PRAGMA {pragma}")


# ---------------------------------------------------------------- PostgreSQL


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
            return _records(await self._connection.execute(statement, parameters))
        except Exception as error:
            _raise_translated(error)

    async def run(self, statement: Executable, parameters: Parameters | None = None) -> int:
        try:
            return (await self._connection.execute(statement, parameters)).rowcount
        except Exception as error:
            _raise_translated(error)

    async def insert(self, table: Table, columns: Sequence[str], rows: Sequence[tuple[object, ...]]) -> None:
        if not rows:
            return
        try:
            await self._driver.copy_records_to_table(
                table.name, schema_name=table.schema, columns=columns, records=rows
            )
        except Exception as error:
            _raise_translated(error)

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
            _raise_translated(error)


class _PostgresDatabase(Database):
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
        begin = "BEGIN" if turnstile is None else f"BEGIN; SELECT pg_advisory_xact_lock({turnstile:d})"
        async with self._begun(begin, end="COMMIT") as transaction:
            yield transaction

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Transaction]:
        async with self._connected() as (connection, driver):
            yield _PostgresTransaction(connection, driver, self._statements)

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[Transaction]:
        async with self._begun("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", end="ROLLBACK") as transaction:
            yield transaction

    async def close(self) -> None:
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
            _raise_translated(error)


async def _roll_back(driver: asyncpg.Connection) -> None:
    """End a failed transaction; a connection that cannot even do that is cut."""
    try:
        if not driver.is_closed():
            await asyncio.shield(driver.execute("ROLLBACK"))
    except BaseException:
        driver.terminate()


def _raise_translated(error: Exception) -> NoReturn:
    translated = translate(error)
    if translated is None:
        raise error
    raise translated from error
