"""Connections break before and after commits, and still: acknowledged is written once, unacknowledged at most once."""

import asyncio
from collections import Counter
from typing import Any

import asyncpg
import pytest
from sqlalchemy.schema import CreateTable

from loopbank.foundation.database import Database, connect_database
from loopbank.foundation.metrics import Metrics
from loopbank.ledger import HoldChanged, Ledger, posting
from loopbank.ledger.core import CaptureHold, Post, Posted, Reverse
from loopbank.ledger.tables import hold
from loopbank.ledger.tables import posting as posting_table
from tests.ledger.running_ledger import RunningLedger, findings, running
from tests.simulation.clients import WALLETS, Client, Memory, receipt
from tests.simulation.unreliable_database import Fate, UnreliableDatabase

SEEDS = (1, 2, 3)
CLIENTS = 10
STEPS = 100
CUT_STEPS = 20
CUT_SECONDS = 0.05
TROUBLE = 0.3
COINS_EACH = 300

pytestmark = [pytest.mark.slow]


async def prepare(bank: RunningLedger) -> None:
    """Open the wallets and make the clients' own table."""
    async with bank.database.transaction() as tx:
        await tx.run(CreateTable(receipt))
    await bank.open(**dict.fromkeys(WALLETS, COINS_EACH))


async def simulate(replicas: list[Ledger], seed: int, steps: int = STEPS) -> Memory:
    memory = Memory()
    await asyncio.gather(*(Client(f"client {n}", seed, replicas, memory).act(steps) for n in range(CLIENTS)))
    return memory


async def assert_exactly_once(bank: RunningLedger, memory: Memory) -> None:
    """Hold what is written against what the clients know."""
    assert await findings(bank.database) == []
    numbers = await numbers_by_key(bank.database)
    assert max(Counter(key for key, _ in numbers).values()) == 1
    written = dict(numbers)
    for key, outcome in memory.done.items():
        assert written[key] == (outcome.hold_id if isinstance(outcome, HoldChanged) else outcome.posting.id)
    assert set(written) <= set(memory.done) | memory.unknown, "something refused or poisonous is written"
    async with bank.database.reading() as tx:
        receipts = {(row.key, row.posting_id) for row in await tx.rows(receipt.select())}
    assert receipts == set(numbers), "a companion is not as its command"


async def numbers_by_key(database: Database) -> list[tuple[str, int]]:
    """List what the clients' commands left: keys with the numbers of their postings or holds."""
    async with database.reading() as tx:
        rows = [*await tx.rows(posting_table.select()), *await tx.rows(hold.select())]
    return [(row.key, row.id) for row in rows if not row.key.startswith("mint:")]


async def assert_answers_stand(bank: RunningLedger, memory: Memory) -> None:
    """Send everything that was done once more: each command gets the answer it had."""
    before = await bank.everything()
    answers = await bank.submit_together([memory.sent[key] for key in memory.done])
    for first, again in zip(memory.done.values(), answers, strict=True):
        assert getattr(again, "is_replay", False)
        assert getattr(again, "posting", None) == getattr(first, "posting", None)
    assert await bank.everything() == before


@pytest.mark.parametrize("seed", SEEDS)
async def test_every_acknowledged_command_is_written_once_whatever_the_connection_does(
    database: Database, database_url: str, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(posting, "_RETRY_SECONDS", (0.0,))
    unreliable = [UnreliableDatabase(connect_database(database_url), (seed, n), trouble=TROUBLE) for n in range(2)]
    async with running(database) as bank:
        await prepare(bank)
        replicas = [Ledger(one, bank.clock, Metrics()) for one in unreliable]
        for replica in replicas:
            replica._queue.start()
        memory = await simulate(replicas, seed)
        for replica, one in zip(replicas, unreliable, strict=True):
            one.become_reliable()
            await replica.close()
            await one.close()
        await assert_exactly_once(bank, memory)
        await assert_answers_stand(bank, memory)
    assert_worth_it(memory, unreliable[0].fates + unreliable[1].fates)


def assert_worth_it(memory: Memory, fates: Counter[Fate]) -> None:
    """A simulation in which nothing goes wrong would prove nothing."""
    assert min(fates[fate] for fate in Fate) >= 5, fates
    kinds = Counter(type(memory.sent[key]) for key in memory.done)
    assert min(kinds[kind] for kind in (Post, CaptureHold, Reverse)) >= 10, kinds
    assert sum(isinstance(one, Posted) and one.is_replay for one in memory.done.values()) >= 5
    assert memory.unknown
    assert len(memory.refused) >= 10
    assert memory.poisonous
    assert memory.attempts > CLIENTS * STEPS


async def test_every_acknowledged_command_is_written_once_though_the_server_cuts_connections(
    postgres_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Whatever is cut is told to the client, which has to find out: a second try within the queue would hide most cuts.
    monkeypatch.setattr(posting, "_RETRY_SECONDS", ())
    database = connect_database(postgres_database_url)
    async with running(database) as bank:
        await prepare(bank)
        others = [connect_database(postgres_database_url) for _ in range(2)]
        replicas = [Ledger(one, bank.clock, Metrics()) for one in others]
        for replica in replicas:
            replica._queue.start()
        cutter = asyncio.create_task(cut_connections(postgres_database_url))
        ignore_what_the_driver_forgets()
        memory = await simulate(replicas, seed=9, steps=CUT_STEPS)
        cutter.cancel()
        (cuts,) = await asyncio.gather(cutter, return_exceptions=True)
        assert isinstance(cuts, asyncio.CancelledError)
        for replica, one in zip(replicas, others, strict=True):
            await replica.close()
            await one.close()
        await assert_exactly_once(bank, memory)
        await assert_answers_stand(bank, memory)
    await database.close()
    assert memory.attempts > CLIENTS * CUT_STEPS, "no client ever noticed a cut"


def ignore_what_the_driver_forgets() -> None:
    """A connection cut during COPY leaves the driver an inner future that it never asks; the outer error is raised."""
    loop = asyncio.get_running_loop()
    told_before = loop.get_exception_handler()

    def tell(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        if not isinstance(context.get("exception"), asyncpg.ConnectionDoesNotExistError) and told_before is not None:
            told_before(loop, context)

    loop.set_exception_handler(tell)


async def cut_connections(database_url: str) -> None:
    """Cut every connection that is in a transaction, again and again, as a failing server does."""
    connection = await asyncpg.connect(database_url)
    try:
        while True:
            await connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
                "AND application_name = 'loopbank' AND state <> 'idle' AND pid <> pg_backend_pid()"
            )
            await asyncio.sleep(CUT_SECONDS)
    finally:
        await connection.close()
