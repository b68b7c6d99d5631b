"""A running ledger on a real database, with what a test wants to ask about it."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from sqlalchemy import Table, select

from loopbank.coins import Coins
from loopbank.events.tables import outbox
from loopbank.foundation.checks import Finding
from loopbank.foundation.clock import Instant
from loopbank.foundation.database import Database
from loopbank.foundation.metrics import Metrics
from loopbank.ledger import AccountCode, Ledger, ledger_checks
from loopbank.ledger.core import Command, OpenAccount, Outcome, Post
from loopbank.ledger.tables import account, hold, posting, transfer
from tests.ledger.stories import COIN, NOON, opening_batch

JOURNAL = (account, posting, transfer, hold, outbox)


class HandClock:
    """A clock that a test sets by hand."""

    def __init__(self, now: int = NOON) -> None:
        self.now = now

    def __call__(self) -> Instant:
        return Instant(self.now)


class RunningLedger:
    """One replica: a started ledger, its database and its clock."""

    def __init__(self, database: Database, clock: HandClock) -> None:
        self.database = database
        self.clock = clock
        self.ledger = Ledger(database, clock, Metrics())

    async def open(self, **balances: int) -> None:
        """Open issuance and an account per keyword, holding so many coins."""
        for command in opening_batch(balances):
            if isinstance(command, OpenAccount):
                await self.ledger.open_account(command)
            else:
                assert isinstance(command, Post)
                await self.ledger.post(command)

    async def submit_together(self, commands: Sequence[Command]) -> list[Outcome | BaseException]:
        """Submit commands in one moment, so that they reach the queue in this order before it looks."""
        queue = self.ledger._queue
        return await asyncio.gather(*(queue.submit(command) for command in commands), return_exceptions=True)

    async def balance(self, code: str) -> int:
        found = await self.ledger.balance(AccountCode(code))
        assert found is not None
        return found.balance

    async def held(self, code: str) -> int:
        found = await self.ledger.balance(AccountCode(code))
        assert found is not None
        return found.held

    async def balances(self, *codes: str) -> tuple[Coins, ...]:
        known = await self.ledger.balances([AccountCode(code) for code in codes])
        return tuple(known[AccountCode(code)] for code in codes)

    async def rows(self, table: Table) -> list[tuple[object, ...]]:
        async with self.database.reading() as tx:
            return [tuple(row) for row in await tx.rows(select(table).order_by(*table.primary_key))]

    async def everything(self) -> dict[str, list[tuple[object, ...]]]:
        return {table.name: await self.rows(table) for table in JOURNAL}

    async def keys(self) -> list[object]:
        """Give the keys of all postings, in the journal's order."""
        return [row[posting.columns.keys().index("key")] for row in await self.rows(posting)]


@asynccontextmanager
async def running(database: Database, clock: HandClock | None = None) -> AsyncIterator[RunningLedger]:
    """Start a ledger and close it at the end."""
    replica = RunningLedger(database, clock or HandClock())
    await replica.ledger.start(asset=COIN, scale=2)
    try:
        yield replica
    finally:
        await replica.ledger.close()


async def findings(database: Database) -> list[Finding]:
    """Run every check pass of the ledger."""
    return [finding for check in ledger_checks() async for finding in check.run(database)]
