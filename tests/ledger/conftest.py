"""Running ledgers for the tests that need one."""

from collections.abc import AsyncIterator

import pytest

from loopbank.foundation.database import Database, connect_database
from tests.ledger.running_ledger import HandClock, RunningLedger, findings, running


@pytest.fixture
def clock() -> HandClock:
    """The clock of the test's ledgers."""
    return HandClock()


@pytest.fixture
async def bank(database: Database, clock: HandClock, anyio_backend: str) -> AsyncIterator[RunningLedger]:
    """A ledger on a database of either kind; its books must be sound when the test is over."""
    async with running(database, clock) as replica:
        yield replica
    assert await findings(database) == []


@pytest.fixture
async def second_bank(
    bank: RunningLedger, database_url: str, clock: HandClock, anyio_backend: str
) -> AsyncIterator[RunningLedger]:
    """Another replica: a ledger of its own with connections of its own to the same database."""
    database = connect_database(database_url)
    async with running(database, clock) as replica:
        yield replica
    await database.close()
