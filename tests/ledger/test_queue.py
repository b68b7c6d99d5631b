"""The posting queue: bounded, patient with clients that leave and databases that stumble, drained at the end."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from loopbank.coins import Coins
from loopbank.foundation.database import Database, Transaction
from loopbank.foundation.database_errors import DatabaseUnavailable
from loopbank.foundation.errors import Unavailable
from loopbank.foundation.metrics import Metrics
from loopbank.ledger import Ledger, Posted, posting
from loopbank.ledger.core import Line, Outcome, Post
from loopbank.ledger.posting import BATCH_MAX, PostingQueue
from loopbank.ledger.store import TURNSTILE, LedgerStore
from tests.ledger.counting_database import CountingDatabase
from tests.ledger.running_ledger import HandClock, RunningLedger, findings, running
from tests.ledger.stories import FIXER, ISSUANCE, RUNNER, payment

Task = asyncio.Task[Outcome]


class Stumbling(CountingDatabase):
    """Fails the next transactions before they begin."""

    def __init__(self, beneath: Database) -> None:
        super().__init__(beneath)
        self.failures = 0

    @asynccontextmanager
    async def transaction(self, *, turnstile: int | None = None) -> AsyncIterator[Transaction]:
        if self.failures > 0:
            self.failures -= 1
            raise DatabaseUnavailable
        async with super().transaction(turnstile=turnstile) as tx:
            yield tx


async def submitted(queue: PostingQueue, *commands: Post) -> list[Task]:
    """Submit commands from a task each, and wait until the queue has them."""
    tasks = [asyncio.create_task(queue.submit(command)) for command in commands]
    await asyncio.sleep(0)
    return tasks


def payments(count: int, first: int = 0) -> list[Post]:
    return [payment(f"k{n}", RUNNER, FIXER, 1) for n in range(first, first + count)]


async def test_past_the_bound_the_answer_is_busy_and_what_was_taken_is_written(
    bank: RunningLedger, second_bank: RunningLedger
) -> None:
    await bank.open(runner=100, fixer=0)
    queue = PostingQueue(LedgerStore(bank.database), HandClock(), Metrics(), pending_max=5)
    queue.start()
    async with second_bank.database.transaction(turnstile=TURNSTILE):
        taken = await submitted(queue, *payments(5))
        assert queue.is_full
        with pytest.raises(Unavailable) as busy:
            await queue.submit(payment("one too many", RUNNER, FIXER, 1))
    assert busy.value.status == 503
    assert int(busy.value.headers["Retry-After"]) >= 1
    assert all(isinstance(outcome, Posted) for outcome in await asyncio.gather(*taken))
    assert isinstance(await queue.submit(payment("now there is room", RUNNER, FIXER, 1)), Posted)
    await queue.close()
    assert await bank.balance(FIXER) == 6


async def test_a_list_that_does_not_fit_is_not_begun(bank: RunningLedger, second_bank: RunningLedger) -> None:
    await bank.open(runner=100, fixer=0)
    queue = PostingQueue(LedgerStore(bank.database), HandClock(), Metrics(), pending_max=5)
    queue.start()
    async with second_bank.database.transaction(turnstile=TURNSTILE):
        taken = await submitted(queue, *payments(3))
        with pytest.raises(Unavailable):
            await queue.submit_each(payments(3, first=3), [()] * 3)
    assert all(isinstance(outcome, Posted) for outcome in await asyncio.gather(*taken))
    listed = await queue.submit_each(payments(5, first=3), [()] * 5)
    assert all(isinstance(outcome, Posted) and not outcome.is_replay for outcome in listed)
    await queue.close()
    assert await bank.balance(FIXER) == 8


async def test_a_client_that_leaves_does_not_cancel_its_posting(
    bank: RunningLedger, second_bank: RunningLedger
) -> None:
    await bank.open(runner=100, fixer=0)
    async with second_bank.database.transaction(turnstile=TURNSTILE):
        leaving, staying = await submitted(bank.ledger._queue, *payments(2))
        leaving.cancel()
        await asyncio.wait([leaving])
    assert leaving.cancelled()
    assert isinstance(await staying, Posted)
    assert await bank.keys() == ["mint:runner", "k0", "k1"]


async def test_closing_writes_everything_that_was_taken(database: Database) -> None:
    async with running(database) as bank:
        await bank.open(runner=5_000, fixer=0)
        tasks = await submitted(bank.ledger._queue, *payments(2 * BATCH_MAX + 1))
    assert all(isinstance(task.result(), Posted) for task in tasks), "close returns when all is written"
    assert await bank.balance(FIXER) == 2 * BATCH_MAX + 1
    assert await findings(database) == []


async def test_a_closed_or_unstarted_ledger_takes_nothing(database: Database) -> None:
    async with running(database) as bank:
        await bank.open(runner=5, fixer=0)
    with pytest.raises(Unavailable):
        await bank.ledger.post(payment("late", RUNNER, FIXER, 1))
    with pytest.raises(Unavailable):
        await Ledger(database, HandClock(), Metrics()).post(payment("early", RUNNER, FIXER, 1))


async def test_a_batch_is_bounded_in_commands_and_in_lines(database: Database) -> None:
    counting = CountingDatabase(database)
    async with running(counting) as bank:
        await bank.open(runner=0)
        before = counting.transactions
        await bank.submit_together([payment(f"k{n}", ISSUANCE, RUNNER, 1) for n in range(2 * BATCH_MAX + 1)])
        assert counting.transactions - before == 3
        before = counting.transactions
        thousand = (Line(ISSUANCE, RUNNER, Coins(1)),) * 1_000
        await bank.submit_together([Post(key=f"wide:{n}", kind="mint", lines=thousand) for n in range(8)])
        assert counting.transactions - before == 2


async def test_a_stumbling_database_delays_an_answer_and_changes_nothing_else(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(posting, "_RETRY_SECONDS", (0.0, 0.0, 0.0))
    stumbling = Stumbling(database)
    async with running(stumbling) as bank:
        await bank.open(runner=100, fixer=0)
        stumbling.failures = 3
        outcomes = await bank.submit_together(payments(3))
        assert [isinstance(outcome, Posted) and outcome.is_replay for outcome in outcomes] == [False] * 3
        assert await bank.balance(FIXER) == 3


async def test_a_database_that_stays_away_is_told_to_each_caller_and_its_return_is_noticed(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(posting, "_RETRY_SECONDS", (0.0, 0.0, 0.0))
    stumbling = Stumbling(database)
    async with running(stumbling) as bank:
        await bank.open(runner=100, fixer=0)
        stumbling.failures = 4
        outcomes = await bank.submit_together(payments(3))
        assert [type(outcome) for outcome in outcomes] == [DatabaseUnavailable] * 3
        assert [getattr(outcome, "status", None) for outcome in outcomes] == [503] * 3
        assert isinstance(await bank.ledger.post(payment("k0", RUNNER, FIXER, 1)), Posted)
        assert await bank.balance(FIXER) == 1


async def test_listeners_hear_of_every_batch_after_it_is_committed(bank: RunningLedger) -> None:
    heard: list[int] = []
    await bank.open(runner=100, fixer=0)
    bank.ledger.on_commit(lambda: heard.append(1))
    await bank.ledger.post(payment("a", RUNNER, FIXER, 1))
    await bank.submit_together(payments(10))
    assert len(heard) == 2
