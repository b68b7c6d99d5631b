"""What the database itself refuses, whoever asks: changing the journal, and rows that the core would never write."""

import pytest
from sqlalchemy import Executable, Table, delete, insert, text, update

from loopbank.foundation.database import Dialect
from loopbank.foundation.database_errors import ConstraintViolated
from loopbank.ledger import HoldId, ReleaseHold
from loopbank.ledger.tables import account, hold, posting, transfer
from tests.ledger.running_ledger import RunningLedger
from tests.ledger.stories import FIXER, RUNNER, payment, reservation, reversal

Row = dict[str, object]

ACCOUNT: Row = {
    "id": 99, "code": "new", "asset": "LBC", "purpose": "wallet", "floor": 0, "balance": 0, "held": 0, "version": 0,
    "status": "open", "opening_key": "new", "opened_at": 0,
}  # fmt: skip
POSTING: Row = {
    "id": 99, "key": "new", "kind": "", "memo": "", "reference": "", "metadata": "", "actor": "", "credential": "",
    "reverses_id": None, "hold_id": None, "created_at": 0,
}  # fmt: skip
TRANSFER: Row = {
    "id": 99, "posting_id": 99, "kind": "", "debit_id": 1, "credit_id": 2, "amount": 1, "debit_balance": 0,
    "credit_balance": 0, "debit_version": 0, "credit_version": 0, "reverses_id": None, "reversed_before": None,
}  # fmt: skip
HOLD: Row = {
    "id": 99, "key": "new", "account_id": 2, "beneficiary_id": 3, "amount": 5, "captured": 0, "released": 0,
    "expires_at": 0, "created_at": 0, "reference": "", "memo": "", "actor": "", "credential": "",
}  # fmt: skip

CHANGES: list[Executable] = [
    update(posting).values(memo="forged"),
    update(posting).values(memo=posting.c.memo),
    update(posting).where(posting.c.reverses_id.is_(None)).values(reverses_id=None, hold_id=None),
    update(posting).values(created_at=0),
    delete(posting),
    delete(posting).where(posting.c.reverses_id.is_not(None)),
    update(transfer).values(amount=1),
    update(transfer).values(reverses_id=None, reversed_before=None),
    update(transfer).where(transfer.c.reverses_id.is_not(None)).values(reversed_before=7),
    delete(transfer),
    delete(account),
    delete(account).where(account.c.floor.is_(None)),
]

IMPOSSIBLE: list[tuple[Table, Row, Row]] = [
    (account, ACCOUNT, {"held": -1}),
    (account, ACCOUNT, {"balance": -1}),
    (account, ACCOUNT, {"balance": 5, "held": 6}),
    (account, ACCOUNT, {"balance": 5, "floor": 6}),
    (account, ACCOUNT, {"status": "lost"}),
    (account, ACCOUNT, {"version": -1}),
    (account, ACCOUNT, {"code": RUNNER}),
    (account, ACCOUNT, {"opening_key": "open:runner"}),
    (account, ACCOUNT, {"id": 1}),
    (account, ACCOUNT, {"balance": None}),
    (posting, POSTING, {"key": "k"}),
    (posting, POSTING, {"id": 1}),
    (posting, POSTING, {"key": None}),
    (transfer, TRANSFER, {"amount": 0}),
    (transfer, TRANSFER, {"amount": -1}),
    (transfer, TRANSFER, {"amount": 10**15}),
    (transfer, TRANSFER, {"amount": None}),
    (transfer, TRANSFER, {"credit_id": 1}),
    (transfer, TRANSFER, {"reverses_id": 1}),
    (transfer, TRANSFER, {"reversed_before": 0}),
    (transfer, TRANSFER, {"reverses_id": 2, "reversed_before": 0}),
    (transfer, TRANSFER, {"id": 1}),
    (hold, HOLD, {"amount": 0}),
    (hold, HOLD, {"captured": -1}),
    (hold, HOLD, {"released": -1, "captured": 1}),
    (hold, HOLD, {"captured": 3, "released": 3}),
    (hold, HOLD, {"key": "h"}),
]


@pytest.fixture
async def busy_bank(bank: RunningLedger, anyio_backend: str) -> RunningLedger:
    """A bank whose every table has rows, among them a reversal."""
    await bank.open(runner=100, fixer=0)
    original = await bank.ledger.post(payment("k", RUNNER, FIXER, 10))
    await bank.ledger.reverse(reversal("r", original.posting.id, amount=4))
    await bank.ledger.place_hold(reservation("h", RUNNER, FIXER, 5))
    await bank.ledger.release_hold(ReleaseHold(hold_id=HoldId(1)))
    return bank


async def is_refused(bank: RunningLedger, statement: Executable) -> None:
    before = await bank.everything()
    with pytest.raises(ConstraintViolated):
        async with bank.database.transaction() as tx:
            await tx.run(statement)
    assert await bank.everything() == before


async def test_the_journal_cannot_be_changed_nor_accounts_removed(busy_bank: RunningLedger) -> None:
    for change in CHANGES:
        await is_refused(busy_bank, change)


async def test_the_journal_cannot_be_emptied(busy_bank: RunningLedger) -> None:
    if busy_bank.database.dialect is Dialect.SQLITE:
        replacing = insert(posting).prefix_with("OR REPLACE").values({**POSTING, "id": 2})
        await is_refused(busy_bank, replacing)
        await is_refused(busy_bank, insert(transfer).prefix_with("OR REPLACE").values({**TRANSFER, "id": 2}))
        await is_refused(busy_bank, insert(account).prefix_with("OR REPLACE").values({**ACCOUNT, "code": RUNNER}))
    else:
        for table in ("posting", "transfer", "account"):
            await is_refused(busy_bank, text(f"TRUNCATE coin.{table}"))
        await is_refused(busy_bank, text("TRUNCATE coin.hold, coin.transfer CASCADE"))


async def test_rows_that_the_core_would_never_write_are_refused(busy_bank: RunningLedger) -> None:
    for table, row, wrong in IMPOSSIBLE:
        await is_refused(busy_bank, insert(table).values({**row, **wrong}))


async def test_the_same_rows_without_their_mistake_are_taken(busy_bank: RunningLedger) -> None:
    """Show that each refusal above is about the mistake. The last row undoes everything, so the books stay sound."""
    rows = ((account, ACCOUNT), (posting, POSTING), (transfer, TRANSFER), (hold, HOLD))
    sound = [insert(table).values(row) for table, row in rows]
    written: list[int] = []

    async def write() -> None:
        async with busy_bank.database.transaction() as tx:
            written.extend([await tx.run(statement) for statement in sound])
            await tx.run(insert(account).values(ACCOUNT))

    with pytest.raises(ConstraintViolated):
        await write()
    assert written == [1, 1, 1, 1]


async def test_balances_cannot_be_pushed_below_the_floor(busy_bank: RunningLedger) -> None:
    await is_refused(busy_bank, update(account).where(account.c.code == RUNNER).values(balance=-1))
    await is_refused(busy_bank, update(account).where(account.c.code == RUNNER).values(held=1_000))
