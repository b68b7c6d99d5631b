"""A turn costs by what it looks up, not by how long the journal is."""

import asyncio

import asyncpg
import pytest

from loopbank.foundation.database import connect_database
from tests.ledger.running_ledger import HandClock, running
from tests.ledger.stories import FIXER, RUNNER, payment

_SCANS = "SELECT seq_scan, idx_scan FROM pg_stat_user_tables WHERE relname = 'posting'"


@pytest.mark.parametrize("size", [1, 30])
async def test_a_young_bank_never_reads_its_whole_journal(postgres_database_url: str, size: int) -> None:
    database = connect_database(postgres_database_url)
    async with running(database, HandClock()) as bank:
        await bank.open(runner=1_000, fixer=0)
        # PostgreSQL keeps a statement's plan from its sixth use on.
        for turn in range(10):
            commands = [payment(f"{turn}-{n}", RUNNER, FIXER, 1) for n in range(size)]
            await bank.ledger.post_each(commands, [()] * size)
    await database.close()
    observer = await asyncpg.connect(postgres_database_url)
    scans = await observer.fetchrow(_SCANS)
    while scans["idx_scan"] == 0:
        # A backend tells its counts when it ends.
        await asyncio.sleep(0.05)
        scans = await observer.fetchrow(_SCANS)
    await observer.close()
    assert scans["seq_scan"] == 0
