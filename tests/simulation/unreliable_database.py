"""A real database whose connection breaks at moments that a seed chooses, before and after the commit."""

import random
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from enum import StrEnum

from sqlalchemy import Executable, Table

from loopbank.foundation.database import AnyRow, Database, Parameters, Statement, Transaction
from loopbank.foundation.database_errors import DatabaseUnavailable


class Fate(StrEnum):
    """When the connection of a transaction breaks."""

    NEVER = "never"
    AT_BEGIN = "at begin"
    AFTER_A_STATEMENT = "after a statement"
    BEFORE_COMMIT = "before the commit reached the server"
    AFTER_COMMIT = "after the commit, before its answer"


TROUBLES = (Fate.AT_BEGIN, Fate.AFTER_A_STATEMENT, Fate.BEFORE_COMMIT, Fate.AFTER_COMMIT)

STATEMENTS_MAX = 8
"""A connection that breaks after a statement does so within this many."""


class UnreliableDatabase(Database):
    """Writes through the database beneath and loses the connection in a share of all transactions."""

    def __init__(self, beneath: Database, seed: object, *, trouble: float) -> None:
        self.dialect = beneath.dialect
        self.fates: Counter[Fate] = Counter()
        self._beneath = beneath
        self._dice = random.Random(repr(seed))
        self._trouble = trouble

    @asynccontextmanager
    async def transaction(self, *, turnstile: int | None = None) -> AsyncIterator[Transaction]:
        fate = self._dice.choice(TROUBLES) if self._dice.random() < self._trouble else Fate.NEVER
        statements = self._dice.randint(1, STATEMENTS_MAX)
        if fate is Fate.AT_BEGIN:
            self._lose(fate)
        async with self._beneath.transaction(turnstile=turnstile) as tx:
            yield FatefulTransaction(tx, self, statements if fate is Fate.AFTER_A_STATEMENT else None)
            if fate is Fate.BEFORE_COMMIT:
                self._lose(fate)
        if fate is Fate.AFTER_COMMIT:
            self._lose(fate)
        self.fates[Fate.NEVER] += 1

    def reading(self) -> AbstractAsyncContextManager[Transaction]:
        return self._beneath.reading()

    def snapshot(self) -> AbstractAsyncContextManager[Transaction]:
        return self._beneath.snapshot()

    async def close(self) -> None:
        await self._beneath.close()

    def become_reliable(self) -> None:
        """Lose no more connections."""
        self._trouble = 0.0

    def _lose(self, fate: Fate) -> None:
        self.fates[fate] += 1
        raise DatabaseUnavailable


class FatefulTransaction(Transaction):
    """Breaks after so many statements have been executed beneath; None means that it does not."""

    def __init__(self, beneath: Transaction, database: UnreliableDatabase, statements_left: int | None) -> None:
        super().__init__(beneath._statements)
        self._beneath = beneath
        self._database = database
        self._left = statements_left

    async def rows(self, statement: Statement, parameters: Parameters | None = None) -> Sequence[AnyRow]:
        rows = await self._beneath.rows(statement, parameters)
        self._count()
        return rows

    async def run(self, statement: Executable, parameters: Parameters | None = None) -> int:
        changed = await self._beneath.run(statement, parameters)
        self._count()
        return changed

    async def insert(self, table: Table, columns: Sequence[str], rows: Sequence[tuple[object, ...]]) -> None:
        await self._beneath.insert(table, columns, rows)
        self._count()

    async def update(
        self, table: Table, match: Sequence[str], change: Sequence[str], rows: Sequence[tuple[object, ...]]
    ) -> int:
        changed = await self._beneath.update(table, match, change, rows)
        self._count()
        return changed

    def _count(self) -> None:
        if self._left is not None:
            self._left -= 1
            if self._left == 0:
                self._database._lose(Fate.AFTER_A_STATEMENT)
