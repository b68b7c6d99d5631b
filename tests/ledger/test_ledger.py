"""The ledger on both databases: both sides, zero sum, replay harmless, refusals without trace."""

from dataclasses import replace

import pytest

from loopbank.coins import Coins
from loopbank.foundation.database import Database
from loopbank.ledger import (
    AccountCode,
    AccountStatus,
    CaptureHold,
    ChangeStatus,
    HoldId,
    LedgerRefusal,
    Post,
    Reason,
    ReleaseHold,
    TransferId,
)
from loopbank.ledger.core import Command
from loopbank.ledger.tables import posting
from tests.ledger.running_ledger import HandClock, RunningLedger, running
from tests.ledger.stories import (
    FIXER,
    HOUR,
    ISSUANCE,
    MEDTECH,
    NOON,
    RUNNER,
    line,
    opening,
    payment,
    reservation,
    reversal,
)


async def test_a_payment_changes_both_sides_and_the_sum_stays_zero(bank: RunningLedger) -> None:
    await bank.open(runner=100, fixer=5)
    posted = await bank.ledger.post(payment("k", RUNNER, FIXER, 30))
    assert await bank.balances(RUNNER, FIXER, ISSUANCE) == (70, 35, -105)
    (transfer,) = posted.posting.transfers
    assert (transfer.debit_balance, transfer.credit_balance) == (70, 35)


async def test_a_payment_sent_again_is_answered_as_the_first_time_by_any_replica(
    bank: RunningLedger, second_bank: RunningLedger
) -> None:
    await bank.open(runner=100, fixer=0)
    command = Post(
        key="k", kind="split", lines=(line(RUNNER, FIXER, 3), line(RUNNER, FIXER, 2, "fee")), memo="m", reference="r",
        metadata="{}", actor="a", credential="c",
    )  # fmt: skip
    first = await bank.ledger.post(command)
    await bank.ledger.post(payment("other", RUNNER, FIXER, 95))
    before = await bank.everything()
    for replica in (bank, second_bank):
        again = await replica.ledger.post(command)
        assert again.is_replay
        assert again.posting == first.posting
    assert await bank.everything() == before


async def test_a_key_used_with_another_body_is_refused_by_name(bank: RunningLedger) -> None:
    await bank.open(runner=100, fixer=0)
    await bank.ledger.post(payment("k", RUNNER, FIXER, 30))
    with pytest.raises(LedgerRefusal) as refused:
        await bank.ledger.post(payment("k", RUNNER, FIXER, 31))
    assert (refused.value.status, refused.value.code) == (422, "idempotency_key_reused")
    assert refused.value.subject == "amount"
    assert "amount" in refused.value.detail


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        (payment("k", RUNNER, FIXER, 101), Reason.INSUFFICIENT_COINS),
        (payment("k", RUNNER, "nobody", 1), Reason.UNKNOWN_ACCOUNT),
        (payment("k", RUNNER, RUNNER, 1), Reason.SAME_ACCOUNT),
        (payment("k", RUNNER, FIXER, 0), Reason.AMOUNT_OUT_OF_RANGE),
        (Post(key="k", kind="x", lines=(line(RUNNER, FIXER, 1), line(RUNNER, FIXER, 100))), Reason.INSUFFICIENT_COINS),
        (reservation("k", RUNNER, FIXER, 101), Reason.INSUFFICIENT_COINS),
        (CaptureHold(key="k", hold_id=HoldId(9)), Reason.UNKNOWN_HOLD),
        (ReleaseHold(hold_id=HoldId(9)), Reason.UNKNOWN_HOLD),
        (reversal("k", 9), Reason.UNKNOWN_POSTING),
        (ChangeStatus(code=RUNNER, status=AccountStatus.CLOSED), Reason.ACCOUNT_NOT_EMPTY),
    ],
)
async def test_a_refused_command_writes_nothing(bank: RunningLedger, command: Command, reason: Reason) -> None:
    await bank.open(runner=100, fixer=0)
    before = await bank.everything()
    with pytest.raises(LedgerRefusal) as refused:
        await bank.ledger._submit(command)
    assert refused.value.reason is reason
    assert await bank.everything() == before


async def test_a_hold_lives_through_capture_and_release(bank: RunningLedger) -> None:
    await bank.open(runner=100, fixer=0)
    hold = await bank.ledger.place_hold(reservation("h", RUNNER, FIXER, 60))
    assert (await bank.balance(RUNNER), await bank.held(RUNNER)) == (100, 60)
    with pytest.raises(LedgerRefusal):
        await bank.ledger.post(payment("k", RUNNER, FIXER, 41))
    captured = await bank.ledger.capture_hold(CaptureHold(key="c", hold_id=hold.hold_id, amount=Coins(25)))
    assert captured.posting.hold_id == hold.hold_id
    released = await bank.ledger.release_hold(ReleaseHold(hold_id=hold.hold_id))
    assert (released.captured, released.released) == (25, 35)
    assert (await bank.balances(RUNNER, FIXER), await bank.held(RUNNER)) == ((75, 25), 0)


async def test_a_hold_and_its_capture_are_harmless_to_repeat(bank: RunningLedger, second_bank: RunningLedger) -> None:
    await bank.open(runner=100, fixer=0)
    place = reservation("h", RUNNER, FIXER, 60)
    hold = await bank.ledger.place_hold(place)
    capture = CaptureHold(key="c", hold_id=hold.hold_id, amount=Coins(25))
    await bank.ledger.capture_hold(capture)
    before = await bank.everything()
    assert (await second_bank.ledger.place_hold(place)).is_replay
    assert (await second_bank.ledger.capture_hold(capture)).is_replay
    assert await bank.everything() == before


async def test_a_payment_is_given_back_in_parts_and_never_more(bank: RunningLedger) -> None:
    await bank.open(runner=100, fixer=50, medtech=0)
    lines = (line(RUNNER, FIXER, 30), line(FIXER, MEDTECH, 10))
    original = (await bank.ledger.post(Post(key="k", kind="split", lines=lines))).posting
    first = original.transfers[0]
    await bank.ledger.reverse(reversal("r1", original.id, transfer_id=first.id, amount=12))
    with pytest.raises(LedgerRefusal, match="more than is left"):
        await bank.ledger.reverse(reversal("r2", original.id, transfer_id=first.id, amount=19))
    rest = await bank.ledger.reverse(reversal("r3", original.id))
    assert [(t.amount, t.reversed_before) for t in rest.posting.transfers] == [(10, 0), (18, 12)]
    with pytest.raises(LedgerRefusal, match="reversed already"):
        await bank.ledger.reverse(reversal("r4", original.id))
    assert await bank.balances(RUNNER, FIXER, MEDTECH) == (100, 50, 0)


async def test_a_partial_reversal_sent_again_is_a_replay(bank: RunningLedger) -> None:
    await bank.open(runner=100, fixer=0)
    original = (await bank.ledger.post(payment("k", RUNNER, FIXER, 30))).posting.id
    first = await bank.ledger.reverse(reversal("r1", original, amount=12))
    await bank.ledger.reverse(reversal("r2", original))
    again = await bank.ledger.reverse(reversal("r1", original, amount=12))
    assert again.is_replay
    assert again.posting == first.posting


async def test_a_frozen_account_stays_frozen_for_every_replica(bank: RunningLedger, second_bank: RunningLedger) -> None:
    await bank.open(runner=100, fixer=0)
    await bank.ledger.change_status(ChangeStatus(code=RUNNER, status=AccountStatus.FROZEN))
    with pytest.raises(LedgerRefusal, match="frozen"):
        await second_bank.ledger.post(payment("k", RUNNER, FIXER, 1))
    assert (await bank.ledger.change_status(ChangeStatus(code=RUNNER, status=AccountStatus.FROZEN))).is_replay


async def test_an_account_is_opened_once_though_two_replicas_draw_different_numbers(
    bank: RunningLedger, second_bank: RunningLedger
) -> None:
    await bank.open(runner=0)
    first = await bank.ledger.open_account(replace(opening("NC-1"), key="person:1"))
    second = await second_bank.ledger.open_account(replace(opening("NC-2"), key="person:1"))
    assert (first.code, second.code, second.is_replay) == ("NC-1", "NC-1", True)
    assert await bank.ledger.balance(AccountCode("NC-2")) is None


async def test_time_never_runs_backwards_in_the_journal(
    bank: RunningLedger, second_bank: RunningLedger, clock: HandClock
) -> None:
    await bank.open(runner=100, fixer=0)
    created = []
    for number, now in enumerate((NOON + 5 * HOUR, NOON, NOON + 5 * HOUR + 1, 0, NOON + 6 * HOUR)):
        clock.now = now
        replica = second_bank if number % 2 else bank
        created.append((await replica.ledger.post(payment(f"k{number}", RUNNER, FIXER, 1))).posting.created_at)
    assert created == [NOON + 5 * HOUR] * 2 + [NOON + 5 * HOUR + 1] * 2 + [NOON + 6 * HOUR]


async def test_a_hold_does_not_come_back_to_life_when_the_clock_steps_back(
    bank: RunningLedger, clock: HandClock
) -> None:
    await bank.open(runner=100, fixer=0)
    hold = await bank.ledger.place_hold(reservation("h", RUNNER, FIXER, 60, expires_at=NOON + HOUR))
    clock.now = NOON + 2 * HOUR
    await bank.ledger.post(payment("k", RUNNER, FIXER, 1))
    clock.now = NOON
    with pytest.raises(LedgerRefusal, match="expired"):
        await bank.ledger.capture_hold(CaptureHold(key="c", hold_id=hold.hold_id))


async def test_the_numbers_go_on_where_they_were_when_a_ledger_starts_again(database: Database) -> None:
    ids = []
    for round_number in range(3):
        async with running(database) as bank:
            await bank.open(runner=100, fixer=0)
            ids.append((await bank.ledger.post(payment(f"k{round_number}", RUNNER, FIXER, 1))).posting.id)
    assert ids == [2, 3, 4]
    async with database.reading() as tx:
        assert [row.id for row in await tx.rows(posting.select().order_by(posting.c.id))] == [1, 2, 3, 4]


async def test_an_asset_keeps_its_scale(bank: RunningLedger) -> None:
    await bank.ledger._store.ensure_asset("LBC", 2)
    with pytest.raises(ValueError, match="scale 2, not 3"):
        await bank.ledger._store.ensure_asset("LBC", 3)


async def test_unknown_accounts_have_no_balance(bank: RunningLedger) -> None:
    await bank.open(runner=7)
    assert await bank.ledger.balance(AccountCode("nobody")) is None
    assert await bank.ledger.balances([AccountCode("nobody"), RUNNER]) == {RUNNER: 7}
    assert await bank.ledger.transfer_head() == TransferId(1)
