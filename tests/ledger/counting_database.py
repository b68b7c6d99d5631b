"""A real database that counts what passes: each statement, each transaction."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from sqlalchemy import Executable, Table

from loopbank.foundation.database import AnyRow, Database, Parameters, Statement, Transaction


class CountingDatabase(Database):
    """Passes everything on to the database beneath."""

    def __init__(self, beneath: Database) -> None:
        self.dialect = beneath.dialect
        self._beneath = beneath
        self.statements = 0
        self.transactions = 0

    @asynccontextmanager
    async def transaction(self, *, turnstile: int | None = None) -> AsyncIterator[Transaction]:
        self.transactions += 1
        async with self._beneath.transaction(turnstile=turnstile) as tx:
            yield CountingTransaction(tx, self)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Transaction]:
        async with self._beneath.reading() as tx:
            yield CountingTransaction(tx, self)

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[Transaction]:
        async with self._beneath.snapshot() as tx:
            yield CountingTransaction(tx, self)

    async def close(self) -> None:
        await self._beneath.close()


class CountingTransaction(Transaction):
    """Counts each statement before it passes it on."""

    def __init__(self, beneath: Transaction, database: CountingDatabase) -> None:
        super().__init__(beneath._statements)
        self._beneath = beneath
        self._database = database

    async def rows(self, statement: Statement, parameters: Parameters | None = None) -> Sequence[AnyRow]:
        self._database.statements += 1
        return await self._beneath.rows(statement, parameters)

    async def run(self, statement: Executable, parameters: Parameters | None = None) -> int:
        self._database.statements += 1
        return await self._beneath.run(statement, parameters)

    async def insert(self, table: Table, columns: Sequence[str], rows: Sequence[tuple[object, ...]]) -> None:
        self._database.statements += 1
        await self._beneath.insert(table, columns, rows)

    async def update(
        self, table: Table, match: Sequence[str], change: Sequence[str], rows: Sequence[tuple[object, ...]]
    ) -> int:
        self._database.statements += 1
        return await self._beneath.update(table, match, change, rows)
