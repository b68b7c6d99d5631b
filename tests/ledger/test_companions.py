"""Companion rows: written in the transaction of their outcome, or not at all; a poisonous one hurts nobody else."""

import asyncio
from collections.abc import Awaitable

import pytest
from sqlalchemy import BigInteger, CheckConstraint, Column, MetaData, Table, Text
from sqlalchemy.schema import CreateTable

from loopbank.foundation.database_errors import ConstraintViolated
from loopbank.ledger import Companion, LedgerRefusal, OpenAccount, Outcome, Posted
from loopbank.ledger.tables import posting
from tests.ledger.running_ledger import RunningLedger
from tests.ledger.stories import FIXER, RUNNER, opening, payment

ticket = Table(
    "ticket",
    MetaData(schema="coin"),
    Column("posting_id", BigInteger, nullable=False),
    Column("seat", Text, nullable=False, unique=True),
    CheckConstraint("seat <> 'broken'", name="ticket_seat_usable"),
)


def seat(name: str) -> Companion:
    def row(outcome: Outcome) -> tuple[object, ...]:
        assert isinstance(outcome, Posted)
        return (outcome.posting.id, name)

    return Companion(ticket, ("posting_id", "seat"), row)


@pytest.fixture
async def theatre(bank: RunningLedger, anyio_backend: str) -> RunningLedger:
    """A bank beside which a theatre keeps its own table of tickets."""
    async with bank.database.transaction() as tx:
        await tx.run(CreateTable(ticket))
    await bank.open(runner=100, fixer=0)
    return bank


async def tickets(theatre: RunningLedger) -> list[tuple[object, ...]]:
    async with theatre.database.reading() as tx:
        return [tuple(row) for row in await tx.rows(ticket.select().order_by(ticket.c.seat))]


async def gathered(*submitted: Awaitable[Outcome]) -> list[Outcome | BaseException]:
    return await asyncio.gather(*submitted, return_exceptions=True)


async def test_a_companion_is_written_with_its_posting(theatre: RunningLedger) -> None:
    posted = await theatre.ledger.post(payment("k", RUNNER, FIXER, 10), [seat("A1"), seat("A2")])
    assert await tickets(theatre) == [(posted.posting.id, "A1"), (posted.posting.id, "A2")]


async def test_a_companion_of_a_refused_posting_is_not_written(theatre: RunningLedger) -> None:
    with pytest.raises(LedgerRefusal):
        await theatre.ledger.post(payment("k", RUNNER, FIXER, 101), [seat("A1")])
    assert await tickets(theatre) == []


async def test_a_companion_is_not_written_again_for_a_replay(theatre: RunningLedger) -> None:
    for _ in range(2):
        await theatre.ledger.post(payment("k", RUNNER, FIXER, 10), [seat("A1")])
    assert len(await tickets(theatre)) == 1


async def test_a_posting_whose_companion_is_refused_does_not_happen(theatre: RunningLedger) -> None:
    await theatre.ledger.post(payment("first", RUNNER, FIXER, 10), [seat("A1")])
    before = await theatre.everything()
    with pytest.raises(ConstraintViolated):
        await theatre.ledger.post(payment("second", RUNNER, FIXER, 10), [seat("A1")])
    assert await theatre.everything() == before
    assert len(await tickets(theatre)) == 1


async def test_a_poisonous_command_fails_alone(theatre: RunningLedger) -> None:
    seats = ["A1", "broken", "A2", "A1", "A3"]
    queue = theatre.ledger._queue
    answers = await gathered(
        *(queue.submit(payment(f"k{n}", RUNNER, FIXER, 1), [seat(name)]) for n, name in enumerate(seats))
    )
    assert [type(answer).__name__ for answer in answers] == [
        "Posted", "ConstraintViolated", "Posted", "ConstraintViolated", "Posted",
    ]  # fmt: skip
    assert [name for _, name in await tickets(theatre)] == ["A1", "A2", "A3"]
    assert await theatre.balances(RUNNER, FIXER) == (97, 3)
    assert await theatre.keys() == ["mint:runner", "k0", "k2", "k4"]


async def test_a_command_that_cannot_even_be_written_fails_alone(theatre: RunningLedger) -> None:
    lone_surrogate = "\ud800"
    memos = ["", lone_surrogate, "noodles"]
    commands = [payment(f"k{n}", RUNNER, FIXER, 1, memo=memo) for n, memo in enumerate(memos)]
    first, poisonous, third = await theatre.submit_together(commands)
    assert isinstance(first, Posted)
    assert isinstance(poisonous, ValueError) or "invalid input" in str(poisonous)
    assert isinstance(third, Posted)


async def test_a_companion_that_fails_to_make_its_row_fails_alone(theatre: RunningLedger) -> None:
    def stumble(outcome: Outcome) -> tuple[object, ...]:
        raise LookupError(repr(outcome))

    queue = theatre.ledger._queue
    stumbling = Companion(ticket, ("posting_id", "seat"), stumble)
    bad, good = await gathered(
        queue.submit(payment("bad", RUNNER, FIXER, 1), [stumbling]), queue.submit(payment("good", RUNNER, FIXER, 1))
    )
    assert isinstance(bad, LookupError)
    assert isinstance(good, Posted)
    assert await theatre.keys() == ["mint:runner", "good"]


async def test_an_opening_has_companions_too(theatre: RunningLedger) -> None:
    opened: OpenAccount = opening("newcomer")
    row = Companion(ticket, ("posting_id", "seat"), lambda _: (0, "B1"))
    for _ in range(2):
        await theatre.ledger.open_account(opened, [row])
    assert await tickets(theatre) == [(0, "B1")]
    assert len(await theatre.rows(posting)) == 1
