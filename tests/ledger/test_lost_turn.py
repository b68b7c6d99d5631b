"""If somebody else ever writes accounts under a turn, the turn notices and leaves nothing behind."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import asyncpg
import pytest
from sqlalchemy import Table

from loopbank.foundation.database import Transaction, connect_database
from loopbank.ledger.store import LostTurn
from loopbank.ledger.tables import account
from tests.ledger.counting_database import CountingDatabase, CountingTransaction
from tests.ledger.running_ledger import findings, running
from tests.ledger.stories import FIXER, RUNNER, payment


class Intruded(CountingDatabase):
    """Lets an intruder in between the turn's reading of accounts and its writing; only PostgreSQL's doors allow it."""

    intruder: asyncpg.Connection | None = None

    @asynccontextmanager
    async def transaction(self, *, turnstile: int | None = None) -> AsyncIterator[Transaction]:
        async with self._beneath.transaction(turnstile=turnstile) as tx:
            yield IntrudedTransaction(tx, self)


class IntrudedTransaction(CountingTransaction):
    async def update(
        self, table: Table, match: Sequence[str], change: Sequence[str], rows: Sequence[tuple[object, ...]]
    ) -> int:
        intruder = getattr(self._database, "intruder", None)
        if table is account and intruder is not None:
            await intruder.execute("UPDATE coin.account SET version = version + 1 WHERE code = 'runner'")
        return await super().update(table, match, change, rows)


async def test_a_turn_that_lost_its_accounts_to_an_intruder_leaves_nothing_behind(postgres_database_url: str) -> None:
    database = Intruded(connect_database(postgres_database_url))
    intruder = await asyncpg.connect(postgres_database_url)
    async with running(database) as bank:
        await bank.open(runner=100, fixer=0)
        before = await bank.everything()
        database.intruder = intruder
        with pytest.raises(LostTurn):
            await bank.ledger.post(payment("k", RUNNER, FIXER, 1))
        database.intruder = None
        await intruder.execute("UPDATE coin.account SET version = version - 1 WHERE code = 'runner'")
        assert await bank.everything() == before
        await bank.ledger.post(payment("k", RUNNER, FIXER, 1))
    assert await findings(database) == []
    await intruder.close()
    await database.close()
