"""A clock that is stepped back or far ahead changes no balance and no order: the journal's numbers are the order."""

import pytest

from loopbank.foundation.database import Database
from tests.ledger.running_ledger import HandClock, findings, running
from tests.ledger.stories import FIXER, HOUR, RUNNER, payment

STEPS = (0, -HOUR, -24 * HOUR, 24 * HOUR, 1)


@pytest.mark.parametrize("steps", [STEPS, STEPS[::-1]], ids=["back first", "ahead first"])
async def test_payments_go_on_in_order_whatever_the_clock_says(database: Database, steps: tuple[int, ...]) -> None:
    clock = HandClock()
    async with running(database, clock) as books:
        await books.open(runner=1_000, fixer=0)
        before = len(await books.keys())
        for number, step in enumerate(steps):
            clock.now += step
            await books.ledger.post(payment(f"payment-{number}", RUNNER, FIXER, 10))
        assert (await books.keys())[before:] == [f"payment-{number}" for number in range(len(steps))]
        assert await books.balances(RUNNER, FIXER) == (950, 50)
    assert await findings(database) == []
