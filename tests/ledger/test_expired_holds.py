"""The sweep gives back what was reserved for too long: all of it, only that, each hold once."""

import asyncio

from loopbank.coins import Coins
from loopbank.ledger import CaptureHold, HoldId, ReleaseHold
from loopbank.ledger.tables import hold
from tests.ledger.running_ledger import HandClock, RunningLedger
from tests.ledger.stories import FIXER, HOUR, NOON, RUNNER, reservation

HOLDS = 8


async def place(bank: RunningLedger, count: int = HOLDS) -> None:
    """Place holds that expire an hour after one another."""
    await bank.open(runner=1_000, fixer=0)
    for n in range(count):
        await bank.ledger.place_hold(reservation(f"h{n}", RUNNER, FIXER, 10, expires_at=NOON + (n + 1) * HOUR))


async def left(bank: RunningLedger) -> list[int]:
    async with bank.database.reading() as tx:
        return [row.amount - row.captured - row.released for row in await tx.rows(hold.select().order_by(hold.c.id))]


async def test_a_sweep_releases_what_has_expired_and_nothing_else(bank: RunningLedger, clock: HandClock) -> None:
    await place(bank)
    clock.now = NOON + 3 * HOUR
    assert await bank.ledger.release_expired_holds() == 3
    assert await left(bank) == [0] * 3 + [10] * 5
    assert await bank.held(RUNNER) == 50
    assert await bank.ledger.release_expired_holds() == 0


async def test_a_sweep_gives_back_only_what_was_not_captured(bank: RunningLedger, clock: HandClock) -> None:
    await place(bank, 3)
    await bank.ledger.capture_hold(CaptureHold(key="c1", hold_id=HoldId(1), amount=Coins(4)))
    await bank.ledger.capture_hold(CaptureHold(key="c2", hold_id=HoldId(2)))
    await bank.ledger.release_hold(ReleaseHold(hold_id=HoldId(3)))
    clock.now = NOON + 9 * HOUR
    assert await bank.ledger.release_expired_holds() == 1
    assert (await bank.balances(RUNNER, FIXER), await bank.held(RUNNER)) == ((986, 14), 0)


async def test_two_sweeps_at_once_release_each_hold_once(
    bank: RunningLedger, second_bank: RunningLedger, clock: HandClock
) -> None:
    await place(bank)
    clock.now = NOON + 9 * HOUR
    counts = await asyncio.gather(bank.ledger.release_expired_holds(), second_bank.ledger.release_expired_holds())
    assert sum(counts) == HOLDS
    assert await left(bank) == [0] * HOLDS
    assert await bank.held(RUNNER) == 0


async def test_a_sweep_and_captures_at_once_move_each_coin_once(
    bank: RunningLedger, second_bank: RunningLedger, clock: HandClock
) -> None:
    """Captures race with the sweep just as the holds expire: each hold is paid or given back, never both."""
    await place(bank)
    clock.now = NOON + 2 * HOUR
    captures = (
        second_bank.ledger.capture_hold(CaptureHold(key=f"c{n}", hold_id=HoldId(n))) for n in range(1, HOLDS + 1)
    )
    released, *_ = await asyncio.gather(bank.ledger.release_expired_holds(), *captures, return_exceptions=True)
    assert released == 2
    assert await bank.balances(RUNNER, FIXER) == (1_000 - 60, 60)
    assert await bank.held(RUNNER) == 0
