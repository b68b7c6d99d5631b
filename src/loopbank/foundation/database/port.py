"""What every part of the house knows of a database: transactions, statements, set-based writes."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from enum import StrEnum
from typing import Any, NoReturn, cast

from sqlalchemy import Executable, Result, Table, literal_column, select

from loopbank.foundation.database_errors import translate
from loopbank.foundation.prepared import AnyRow, Prepared
from loopbank.foundation.set_statements import SetStatements

SCHEMAS = ("auth", "coin", "log")
"""PostgreSQL schemas; on SQLite the same tables live side by side without one."""

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

    async def accepts_writes(self) -> bool:
        """Tell whether a transaction could be written now. Raises Unavailable when the database cannot be reached."""
        async with self.transaction() as tx:
            return bool(await tx.value(self._is_writable))

    _is_writable: Statement = Prepared(select(literal_column("1")))

    @abstractmethod
    async def close(self) -> None:
        """Close every connection."""


def records_of(result: Result[*tuple[object, ...]]) -> Sequence[AnyRow]:
    """Give all rows of a result that SQLAlchemy executed."""
    # SQLAlchemy's rows are tuples with the columns as attributes, as an AnyRow is.
    return cast("Sequence[AnyRow]", result.all())


def raise_translated(error: Exception) -> NoReturn:
    """Raise what a driver's error means to the house; a mistake of ours as it is."""
    translated = translate(error)
    if translated is None:
        raise error
    raise translated from error
