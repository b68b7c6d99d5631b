"""One batch is one transaction with a number of statements that does not depend on its size."""

from collections.abc import AsyncIterator, Callable

import asyncpg
import pytest

from loopbank.foundation.database import Database, connect_database
from loopbank.ledger import HoldId, Posted
from loopbank.ledger.core import CaptureHold, Command, Post, Refused, ReleaseHold
from tests.ledger.counting_database import CountingDatabase
from tests.ledger.running_ledger import RunningLedger, running
from tests.ledger.stories import FIXER, ISSUANCE, MEDTECH, RUNNER, opening, payment, reservation, reversal

LARGE = 1_000
"""As many commands as one batch takes."""

SEEDS = LARGE + 1

Kind = Callable[[str, int], Command]
"""Makes the n-th command of its kind; no two may refer to the same hold or posting."""

KINDS: dict[str, Kind] = {
    "postings": lambda key, n: payment(key, RUNNER, (FIXER, MEDTECH)[n % 2], 1),
    "replays": lambda _, n: payment(f"seed:{n}", ISSUANCE, RUNNER, 5),
    "openings": lambda key, _: opening(key),
    "holds": lambda key, _: reservation(key, RUNNER, FIXER, 1),
    "captures": lambda key, n: CaptureHold(key=key, hold_id=HoldId(n + 1)),
    "releases": lambda _, n: ReleaseHold(hold_id=HoldId(SEEDS + n + 1)),
    "reversals": lambda key, n: reversal(key, n + 1, amount=1),
}


@pytest.fixture
async def counted(database: Database, anyio_backend: str) -> AsyncIterator[RunningLedger]:
    """A ledger on a counted database, with many postings and holds to refer to."""
    async with running(CountingDatabase(database)) as bank:
        await bank.open(runner=0, fixer=0, medtech=0)
        seeds: list[Command] = [payment(f"seed:{n}", ISSUANCE, RUNNER, 5) for n in range(SEEDS)]
        seeds += [reservation(f"h{n}", RUNNER, FIXER, 1) for n in range(2 * SEEDS)]
        for outcome in await bank.submit_together(seeds):
            assert not isinstance(outcome, BaseException)
        yield bank


async def statements_of(bank: RunningLedger, commands: list[Command]) -> int:
    counting = bank.database
    assert isinstance(counting, CountingDatabase)
    statements, transactions = counting.statements, counting.transactions
    outcomes = await bank.submit_together(commands)
    assert [outcome for outcome in outcomes if isinstance(outcome, Refused | BaseException)] == []
    assert counting.transactions == transactions + 1, "the commands were not one batch"
    return counting.statements - statements


async def test_a_batch_of_a_thousand_commands_takes_as_many_statements_as_one(counted: RunningLedger) -> None:
    for kind, command in KINDS.items():
        one = await statements_of(counted, [command(f"{kind}:0", 0)])
        many = await statements_of(counted, [command(f"{kind}:{n}", n) for n in range(1, LARGE + 1)])
        assert (kind, many) == (kind, one)
        assert one > 0


async def test_a_mixed_batch_takes_as_many_statements_however_large(counted: RunningLedger) -> None:
    def mixed(numbers: range) -> list[Command]:
        return [command(f"{kind}:{n}", n) for n in numbers for kind, command in KINDS.items()]

    assert await statements_of(counted, mixed(range(1))) == await statements_of(counted, mixed(range(1, 100)))


async def test_a_posting_of_many_lines_takes_as_many_statements_as_one_of_one(counted: RunningLedger) -> None:
    one = payment("one", RUNNER, FIXER, 1)
    many = Post(key="many", kind="transfer", lines=one.lines * 500)
    assert await statements_of(counted, [one]) == await statements_of(counted, [many])


async def test_the_server_sees_no_more_statements_for_a_large_batch(
    postgres_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Count on the wire: whatever the port does with a list, PostgreSQL gets it in one piece."""
    seen: list[str] = []
    connect = asyncpg.connect

    async def overheard(*arguments: object, **options: object) -> asyncpg.Connection:
        connection = await connect(*arguments, **options)
        connection.add_query_logger(lambda record: seen.append(record.query))
        return connection

    monkeypatch.setattr(asyncpg, "connect", overheard)
    database = connect_database(postgres_database_url)
    async with running(database) as bank:
        await bank.open(runner=5 * LARGE, fixer=0)
        counts = []
        for name, size in (("warm-up", 2), ("small", 1), ("large", LARGE)):
            seen.clear()
            outcomes = await bank.submit_together([payment(f"{name}:{n}", RUNNER, FIXER, 1) for n in range(size)])
            assert all(isinstance(outcome, Posted) for outcome in outcomes)
            counts.append(len(seen))
    await database.close()
    assert 0 < counts[2] == counts[1]
