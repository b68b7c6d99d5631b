"""Histories against a naive list of everything that happened: pages, filters, balances at any instant."""

import random
from dataclasses import dataclass

import pytest

from loopbank.foundation.clock import Instant
from loopbank.ledger import AccountCode, HistoryPage, StatementLine, TransferId
from loopbank.ledger.core import Post
from tests.ledger.running_ledger import HandClock, RunningLedger
from tests.ledger.stories import FIXER, ISSUANCE, MEDTECH, NOON, RUNNER, line

CODES = (RUNNER, FIXER, MEDTECH, ISSUANCE)
KIND_FILTERS: tuple[tuple[str, ...], ...] = ((), ("fee",), ("transfer", "tip"), ("never",))


@dataclass(frozen=True)
class Happened:
    id: int
    at: int
    kind: str
    debit: str
    credit: str
    amount: int
    memo: str


@pytest.fixture
async def past(bank: RunningLedger, clock: HandClock, anyio_backend: str) -> list[Happened]:
    """A past of many transfers; several share an instant, and some postings have several lines."""
    await bank.open(runner=1_000, fixer=1_000, medtech=1_000)
    happened = [
        Happened(n, NOON, "transfer", ISSUANCE, code, 1_000, "") for n, code in enumerate((RUNNER, FIXER, MEDTECH), 1)
    ]
    dice = random.Random(20_261_121)
    for number in range(60):
        clock.now += dice.choice((0, 0, 1, 1_000_000))
        memo = f"note {number}"
        lines = []
        for _ in range(dice.choice((1, 1, 1, 2, 3))):
            debit, credit = dice.sample((RUNNER, FIXER, MEDTECH), 2)
            kind = dice.choice(("", "", "fee", "tip"))
            lines.append(line(debit, credit, dice.randint(1, 9), kind))
            happened.append(
                Happened(len(happened) + 1, clock.now, kind or "transfer", debit, credit, lines[-1].amount, memo)
            )
        await bank.ledger.post(Post(key=f"k{number}", kind="transfer", lines=tuple(lines), memo=memo))
    return happened


def seen(lines: list[StatementLine]) -> list[Happened]:
    return [
        Happened(
            one.transfer.id, one.created_at, one.transfer.kind, one.transfer.debit, one.transfer.credit,
            one.transfer.amount, one.memo,
        )
        for one in lines
    ]  # fmt: skip


def of(past: list[Happened], code: str) -> list[Happened]:
    return [h for h in reversed(past) if code in (h.debit, h.credit)]


async def test_a_page_holds_what_the_naive_list_holds(bank: RunningLedger, past: list[Happened]) -> None:
    dice = random.Random(1)
    for code in CODES:
        for kinds in KIND_FILTERS:
            for _ in range(6):
                before = dice.choice((None, dice.randint(0, len(past) + 2)))
                after = dice.choice((None, dice.randint(0, len(past) + 2)))
                limit = dice.choice((1, 3, 50, 1_000))
                page = HistoryPage(
                    before=None if before is None else TransferId(before),
                    after=None if after is None else TransferId(after),
                    kinds=kinds,
                    limit=limit,
                )
                expected = [
                    h
                    for h in of(past, code)
                    if (before is None or h.id < before)
                    and (after is None or h.id > after)
                    and (not kinds or h.kind in kinds)
                ]
                assert seen(await bank.ledger.history(code, page)) == expected[:limit]


@pytest.mark.parametrize("limit", [1, 7])
async def test_page_after_page_gives_everything_once(bank: RunningLedger, past: list[Happened], limit: int) -> None:
    for code in (RUNNER, ISSUANCE):
        pages: list[StatementLine] = []
        while page := await bank.ledger.history(code, HistoryPage(before=last_id(pages), limit=limit)):
            pages += page
        assert seen(pages) == of(past, code)


async def test_new_payments_do_not_shift_a_page_that_was_begun(bank: RunningLedger, past: list[Happened]) -> None:
    first = await bank.ledger.history(RUNNER, HistoryPage(limit=5))
    await bank.ledger.post(Post(key="meanwhile", kind="transfer", lines=(line(RUNNER, FIXER, 1),)))
    second = await bank.ledger.history(RUNNER, HistoryPage(before=last_id(first), limit=5))
    assert seen(first + second) == of(past, RUNNER)[:10]


async def test_the_balance_at_any_instant_is_the_naive_sum(bank: RunningLedger, past: list[Happened]) -> None:
    instants = sorted({moment for h in past for moment in (h.at, h.at + 1)} | {0, NOON * 2})
    for code in CODES:
        for instant in instants:
            balance = sum((code == h.credit) * h.amount - (code == h.debit) * h.amount for h in past if h.at < instant)
            assert await bank.ledger.balance_at(code, Instant(instant)) == balance


async def test_a_time_filter_is_a_bound_on_transfers(bank: RunningLedger, past: list[Happened]) -> None:
    for instant in {moment for h in past for moment in (h.at, h.at + 1)}:
        bound = await bank.ledger.transfer_bound(Instant(instant))
        assert bound == max((h.id for h in past if h.at < instant), default=0)


async def test_the_balances_on_a_statement_are_those_after_each_line(bank: RunningLedger, past: list[Happened]) -> None:
    for code in CODES:
        running = 0
        lines = await bank.ledger.history(code, HistoryPage(limit=1_000))
        for version, one in enumerate(reversed(lines), 1):
            t = one.transfer
            is_debit = t.debit == code
            running += -t.amount if is_debit else t.amount
            after = (t.debit_balance, t.debit_version) if is_debit else (t.credit_balance, t.credit_version)
            assert after == (running, version)
        assert running == await bank.balance(code)


async def test_the_journal_reads_forward_from_any_place(bank: RunningLedger, past: list[Happened]) -> None:
    assert seen(await bank.ledger.transfers_after(TransferId(0), 1_000)) == past
    assert seen(await bank.ledger.transfers_after(TransferId(10), 5)) == past[10:15]
    assert await bank.ledger.transfers_after(TransferId(len(past)), 5) == []
    assert await bank.ledger.transfer_head() == len(past)


async def test_an_unknown_account_has_no_history(bank: RunningLedger, past: list[Happened]) -> None:
    nobody = AccountCode("nobody")
    assert await bank.ledger.history(nobody, HistoryPage()) == []
    assert await bank.ledger.balance_at(nobody, Instant(NOON * 2)) == 0


def last_id(lines: list[StatementLine]) -> TransferId | None:
    return lines[-1].transfer.id if lines else None
