"""What accounts sent and received, against a naive sum, with and without a mark on the way."""

import asyncio
from itertools import pairwise

import pytest
from sqlalchemy import func, select

from loopbank.foundation.database import Database
from loopbank.ledger import AccountCode, TransferId
from loopbank.ledger.core import Post
from loopbank.ledger.flow_store import Flow, FlowMark, keep_flow_mark, read_flow_mark
from loopbank.ledger.tables import flow_mark
from tests.ledger.running_ledger import RunningLedger, findings
from tests.ledger.stories import FIXER, ISSUANCE, MEDTECH, RUNNER, line

CODES = (RUNNER, FIXER, MEDTECH, ISSUANCE, AccountCode("nobody"))


@pytest.fixture
def marked_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """A look at five transfers is worth a mark."""
    monkeypatch.setattr("loopbank.ledger.service._FLOW_MARKED_AFTER", 5)


async def pay_around(bank: RunningLedger, rounds: range) -> None:
    for number in rounds:
        for payer, receiver in pairwise((RUNNER, FIXER, MEDTECH, RUNNER)):
            await bank.ledger.post(Post(key=f"{payer}-{number}", kind="transfer", lines=(line(payer, receiver, 3),)))


async def naive(bank: RunningLedger, code: AccountCode) -> Flow:
    lines = await bank.ledger.transfers_after(TransferId(0), limit=10_000)
    sent = [one.transfer.amount for one in lines if one.transfer.debit == code]
    received = [one.transfer.amount for one in lines if one.transfer.credit == code]
    return Flow(len(sent), sum(sent), len(received), sum(received))  # type: ignore[arg-type]  # sums of coins


async def marks(database: Database) -> int:
    async with database.reading() as tx:
        return int(await tx.value(select(func.count()).select_from(flow_mark)) or 0)


@pytest.mark.usefixtures("marked_soon")
async def test_a_flow_is_the_sum_of_the_journal_whatever_was_marked(bank: RunningLedger, database: Database) -> None:
    await bank.open(runner=1_000, fixer=1_000, medtech=1_000)
    for rounds in (range(2), range(2, 6), range(6, 7), range(7, 12)):
        await pay_around(bank, rounds)
        for code in CODES:
            assert await bank.ledger.flow(code) == await naive(bank, code)
    assert await marks(database) == 3
    assert await findings(database) == []


async def test_a_short_history_is_worth_no_mark(bank: RunningLedger, database: Database) -> None:
    await bank.open(runner=1_000, fixer=1_000, medtech=1_000)
    await pay_around(bank, range(3))
    assert (await bank.ledger.flow(RUNNER)).count == 7
    assert await marks(database) == 0


@pytest.mark.usefixtures("marked_soon")
async def test_looks_at_once_agree_while_payments_go_on(bank: RunningLedger) -> None:
    await bank.open(runner=1_000, fixer=1_000, medtech=1_000)
    await asyncio.gather(
        pay_around(bank, range(5)), *(bank.ledger.flow(code) for _ in range(5) for code in (RUNNER, FIXER))
    )
    for code in CODES:
        assert await bank.ledger.flow(code) == await naive(bank, code)


async def test_a_mark_does_not_go_back(database: Database) -> None:
    early, late = (FlowMark(TransferId(upto), Flow(upto, upto, 0, 0)) for upto in (5, 9))  # type: ignore[arg-type]  # counts of coins
    async with database.transaction() as tx:
        for mark in (early, late, early):
            await keep_flow_mark(tx, RUNNER, mark)
        assert await read_flow_mark(tx, RUNNER) == late
