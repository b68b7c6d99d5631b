"""SQLite: one file, one writer.

Statements run on the event loop's thread: they take microseconds, and a thread would pay more for the interpreter lock
than for the work (see docs/adr). COMMIT, which waits for the disk, runs in a thread.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from shutil import disk_usage

from sqlalchemy import Connection, Executable, Table, create_engine, event

from loopbank.foundation.database.port import (
    SCHEMAS,
    Database,
    Dialect,
    Parameters,
    Statement,
    Transaction,
    raise_translated,
    records_of,
)
from loopbank.foundation.prepared import AnyRow, Prepared
from loopbank.foundation.set_statements import SetStatements

_NO_SCHEMAS: Mapping[str, None] = dict.fromkeys(SCHEMAS)
_LOCK_WAIT_SECONDS_MAX = 15.0
_ROOM_BYTES_MIN = 8 * 2**20
"""What the disk must have left: the log of writes grows to half of it before its pages move into the file."""


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
            return records_of(self._connection.execute(statement, parameters))
        except Exception as error:
            raise_translated(error)

    async def run(self, statement: Executable, parameters: Parameters | None = None) -> int:
        try:
            return self._connection.execute(statement, parameters).rowcount
        except Exception as error:
            raise_translated(error)

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
            raise_translated(error)


def _has_room(file: Path) -> bool:
    return disk_usage(file.parent).free >= _ROOM_BYTES_MIN


class SqliteDatabase(Database):
    """One SQLite file."""

    dialect = Dialect.SQLITE

    def __init__(self, url: str) -> None:
        # An idle connection costs little and a wait for one would block the loop, so the pool has no upper bound.
        self._engine = create_engine(
            url,
            hide_parameters=True,  # an error's text goes to the log, and values may be secret
            pool_size=5,
            max_overflow=-1,
            pool_use_lifo=True,  # the connection used last still has its pages in memory
            connect_args={"check_same_thread": False, "timeout": 0.05, "cached_statements": 256},
        ).execution_options(schema_translate_map=_NO_SCHEMAS)
        event.listen(self._engine, "connect", _prepare_sqlite)
        self._statements = SetStatements(self._engine.dialect)
        self._path = Path(self._engine.url.database) if self._engine.url.database else None
        self._writer = asyncio.Lock()
        self._disk = ThreadPoolExecutor(1, thread_name_prefix="commit")

    @asynccontextmanager
    async def transaction(self, *, turnstile: int | None = None) -> AsyncIterator[Transaction]:  # noqa: ARG002 -- SQLite has one writer anyway
        """See `Database.transaction`."""
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
                        raise_translated(error)
                    raise

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Transaction]:
        """See `Database.reading`."""
        with self._connection() as connection:
            yield _SqliteTransaction(connection, self._statements)

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[Transaction]:
        """See `Database.snapshot`."""
        with self._connection() as connection:
            connection.exec_driver_sql("BEGIN")
            try:
                yield _SqliteTransaction(connection, self._statements)
            finally:
                connection.connection.rollback()

    async def accepts_writes(self) -> bool:
        """See `Database.accepts_writes`. Beginning a transaction proves less.

        A file that was taken away could still be written to, for nobody to find, and a full disk fails the end only.
        """
        if self._path is not None and not (self._path.exists() and _has_room(self._path)):
            return False
        return await super().accepts_writes()

    async def close(self) -> None:
        """See `Database.close`."""
        self._disk.shutdown()
        self._engine.dispose()

    def _connection(self) -> Connection:
        try:
            return self._engine.connect()
        except Exception as error:
            raise_translated(error)

    async def _begin_immediate(self, connection: Connection) -> None:
        """Take the file's one writing lock; another process may hold it for a while."""
        deadline = asyncio.get_running_loop().time() + _LOCK_WAIT_SECONDS_MAX
        while True:
            try:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
                return
            except Exception as error:
                if "locked" not in str(error) or asyncio.get_running_loop().time() > deadline:
                    raise_translated(error)
            await asyncio.sleep(0.005)


def _sqlite_driver(connection: Connection) -> sqlite3.Connection:
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    return driver


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
