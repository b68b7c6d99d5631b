"""Two at once: parallel spends, crossing payments and the same key through two replicas of one database."""

import asyncio
import random
from collections import Counter

from loopbank.ledger import LedgerRefusal, Posted, Reason
from tests.ledger.running_ledger import RunningLedger
from tests.ledger.stories import FIXER, MEDTECH, RUNNER, payment, reservation, reversal

SPENDS = 50
CROSSING_TASKS = 16
CROSSINGS_PER_TASK = 12
CROSSING_SECONDS_MAX = 60.0


async def test_of_many_parallel_spends_of_one_balance_exactly_one_wins(
    bank: RunningLedger, second_bank: RunningLedger
) -> None:
    await bank.open(runner=100, fixer=0)
    replicas = (bank.ledger, second_bank.ledger)
    answers = await asyncio.gather(
        *(replicas[number % 2].post(payment(f"k{number}", RUNNER, FIXER, 100)) for number in range(SPENDS)),
        return_exceptions=True,
    )
    won = [answer for answer in answers if isinstance(answer, Posted)]
    lost = [answer for answer in answers if isinstance(answer, LedgerRefusal)]
    assert (len(won), len(lost)) == (1, SPENDS - 1)
    assert {refusal.reason for refusal in lost} == {Reason.INSUFFICIENT_COINS}
    assert await bank.balances(RUNNER, FIXER) == (0, 100)


async def test_of_many_parallel_holds_on_one_balance_exactly_one_wins(
    bank: RunningLedger, second_bank: RunningLedger
) -> None:
    await bank.open(runner=100, fixer=0)
    replicas = (bank.ledger, second_bank.ledger)
    answers = await asyncio.gather(
        *(replicas[number % 2].place_hold(reservation(f"h{number}", RUNNER, FIXER, 60)) for number in range(10)),
        return_exceptions=True,
    )
    assert Counter(type(answer).__name__ for answer in answers) == {"HoldChanged": 1, "LedgerRefusal": 9}
    assert await bank.held(RUNNER) == 60


async def test_of_many_parallel_reversals_exactly_one_wins(bank: RunningLedger, second_bank: RunningLedger) -> None:
    await bank.open(runner=100, fixer=1_000)
    original = (await bank.ledger.post(payment("k", RUNNER, FIXER, 100))).posting.id
    replicas = (bank.ledger, second_bank.ledger)
    answers = await asyncio.gather(
        *(replicas[number % 2].reverse(reversal(f"r{number}", original)) for number in range(10)),
        return_exceptions=True,
    )
    assert Counter(type(answer).__name__ for answer in answers) == {"Posted": 1, "LedgerRefusal": 9}
    assert await bank.balances(RUNNER, FIXER) == (100, 1_000)


async def test_the_same_key_through_two_replicas_at_once_happens_once(
    bank: RunningLedger, second_bank: RunningLedger
) -> None:
    await bank.open(runner=100, fixer=0)
    replicas = (bank.ledger, second_bank.ledger)
    answers = await asyncio.gather(
        *(replicas[number % 2].post(payment("k", RUNNER, FIXER, 10)) for number in range(20))
    )
    assert len({answer.posting.id for answer in answers}) == 1
    assert sum(not answer.is_replay for answer in answers) == 1
    assert await bank.balances(RUNNER, FIXER) == (90, 10)


async def test_payments_that_cross_never_lock_each_other_out(bank: RunningLedger, second_bank: RunningLedger) -> None:
    """Tasks pay in both directions and around the triangle through two replicas until all are done."""
    await bank.open(runner=10_000, fixer=10_000, medtech=10_000)
    ways = [(RUNNER, FIXER), (FIXER, RUNNER), (FIXER, MEDTECH), (MEDTECH, RUNNER)]

    async def cross(task: int) -> None:
        dice = random.Random(task)
        replica = (bank, second_bank)[task % 2]
        for number in range(CROSSINGS_PER_TASK):
            debit, credit = ways[(task + number) % len(ways)]
            await replica.ledger.post(payment(f"{task}:{number}", debit, credit, dice.randint(1, 9)))

    async with asyncio.timeout(CROSSING_SECONDS_MAX):
        await asyncio.gather(*(cross(task) for task in range(CROSSING_TASKS)))
    assert sum(await bank.balances(RUNNER, FIXER, MEDTECH)) == 30_000
    assert await bank.ledger.transfer_head() == 3 + CROSSING_TASKS * CROSSINGS_PER_TASK
