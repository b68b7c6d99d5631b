"""The ledger's check passes: each finds nothing on sound books and names what it finds otherwise."""

import json
from collections.abc import AsyncIterator
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, func, literal, or_, select, union_all

from loopbank.events import outbox_payloads, read_entries
from loopbank.foundation.checks import CheckPass, Finding
from loopbank.foundation.database import Database, Transaction
from loopbank.ledger.events import TRANSACTION_CREATED, posting_payload
from loopbank.ledger.journal_store import postings_where
from loopbank.ledger.tables import account, flow_mark, hold, posting, transfer

_CHUNK = 1_000
_FINDINGS_MAX = 100


def ledger_checks() -> list[CheckPass]:
    """Give every pass over the books."""
    queries = {
        "account chain": _broken_chains(),
        "account head": _wrong_heads(),
        "zero sum": _unbalanced_assets(),
        "floor": _below_floor(),
        "held": _wrong_held(),
        "orphan": _orphans(),
        "reversal": _wrong_reversals(),
        "flow mark": _wrong_flow_marks(),
    }
    passes = [_query_pass(name, query) for name, query in queries.items()]
    return [*passes, CheckPass("journal numbering", _check_numbering), CheckPass("journal in log", _check_log)]


def _query_pass(name: str, query: Select[Any]) -> CheckPass:
    """Make a pass from a statement whose every row is a finding, told by its columns."""

    async def run(database: Database) -> AsyncIterator[Finding]:
        async with database.snapshot() as tx:
            names = query.selected_columns.keys()
            for row in await tx.rows(query.limit(_FINDINGS_MAX)):
                yield Finding(name, ", ".join(f"{key} {value}" for key, value in zip(names, row, strict=True)))

    return CheckPass(name, run)


def _steps() -> Subquery:
    """List every change of every account: its version, the balance after it and the difference it made."""
    debit = select(
        transfer.c.debit_id.label("account"),
        transfer.c.debit_version.label("version"),
        transfer.c.debit_balance.label("balance"),
        (-transfer.c.amount).label("difference"),
        transfer.c.id.label("transfer"),
    )
    credit = select(
        transfer.c.credit_id,
        transfer.c.credit_version,
        transfer.c.credit_balance,
        transfer.c.amount,
        transfer.c.id,
    )
    return union_all(debit, credit).subquery("step")


def _broken_chains() -> Select[Any]:
    """Find changes that do not continue the one before: a gap in versions or a balance that does not add up."""
    step = _steps()
    link = select(
        step,
        _before(step, step.c.version).label("version_before"),
        _before(step, step.c.balance).label("balance_before"),
    ).subquery("link")
    return select(link.c.account, link.c.version, link.c.transfer).where(
        or_(
            link.c.version != link.c.version_before + 1,
            link.c.balance != link.c.balance_before + link.c.difference,
        )
    )


def _before(step: Subquery, column: ColumnElement[int]) -> ColumnElement[int]:
    """Give a column's value in the account's step before this one; 0 before the first."""
    window = func.lag(column).over(partition_by=step.c.account, order_by=(step.c.version, step.c.transfer))
    return func.coalesce(window, 0)


def _wrong_heads() -> Select[Any]:
    """Find accounts whose stored balance or version is not what the journal's last change left."""
    step = _steps()
    summed = (
        select(
            step.c.account,
            func.sum(step.c.difference).label("balance"),
            func.max(step.c.version).label("version"),
        )
        .group_by(step.c.account)
        .subquery("summed")
    )
    return (
        select(account.c.code, account.c.balance, summed.c.balance.label("journal_balance"))
        .outerjoin(summed, summed.c.account == account.c.id)
        .where(
            or_(
                account.c.balance != func.coalesce(summed.c.balance, 0),
                account.c.version != func.coalesce(summed.c.version, 0),
            )
        )
    )


def _unbalanced_assets() -> Select[Any]:
    total = func.sum(account.c.balance)
    return select(account.c.asset, total.label("total")).group_by(account.c.asset).having(total != 0)


def _below_floor() -> Select[Any]:
    return select(account.c.code, account.c.balance, account.c.held, account.c.floor).where(
        account.c.floor.is_not(None), account.c.balance - account.c.held < account.c.floor
    )


def _wrong_held() -> Select[Any]:
    reserved = (
        select(hold.c.account_id, func.sum(hold.c.amount - hold.c.captured - hold.c.released).label("left"))
        .group_by(hold.c.account_id)
        .subquery("reserved")
    )
    return (
        select(account.c.code, account.c.held, reserved.c.left.label("open_holds"))
        .outerjoin(reserved, reserved.c.account_id == account.c.id)
        .where(account.c.held != func.coalesce(reserved.c.left, 0))
    )


def _wrong_flow_marks() -> Select[Any]:
    """Find marks that say of an account's flow what the journal does not."""

    def told(aggregate: ColumnElement[int], side: ColumnElement[int]) -> ColumnElement[int]:
        summed = select(aggregate).where(side == account.c.id, transfer.c.id <= flow_mark.c.upto)
        return summed.correlate(account, flow_mark).scalar_subquery()

    count, amount = func.count(), func.coalesce(func.sum(transfer.c.amount), 0)
    return (
        select(flow_mark.c.code, flow_mark.c.upto)
        .outerjoin(account, account.c.code == flow_mark.c.code)
        .where(
            or_(
                flow_mark.c.sent_count != told(count, transfer.c.debit_id),
                flow_mark.c.sent != told(amount, transfer.c.debit_id),
                flow_mark.c.received_count != told(count, transfer.c.credit_id),
                flow_mark.c.received != told(amount, transfer.c.credit_id),
            )
        )
    )


def _orphans() -> Select[Any]:
    """Find transfers without their posting or accounts, and postings without transfers."""
    debit, credit = account.alias("debit"), account.alias("credit")
    lost_transfer = (
        select(literal("transfer").label("kind"), transfer.c.id)
        .outerjoin(posting, posting.c.id == transfer.c.posting_id)
        .outerjoin(debit, debit.c.id == transfer.c.debit_id)
        .outerjoin(credit, credit.c.id == transfer.c.credit_id)
        .where(or_(posting.c.id.is_(None), debit.c.id.is_(None), credit.c.id.is_(None)))
    )
    empty_posting = (
        select(literal("posting"), posting.c.id)
        .outerjoin(transfer, transfer.c.posting_id == posting.c.id)
        .where(transfer.c.id.is_(None))
    )
    found = union_all(lost_transfer, empty_posting).subquery("found")
    return select(found)


def _wrong_reversals() -> Select[Any]:
    """Find transfers that give back more than is left, to others, out of turn, or without saying what."""
    earlier = func.sum(transfer.c.amount).over(
        partition_by=transfer.c.reverses_id, order_by=transfer.c.id, rows=(None, -1)
    )
    back = (
        select(transfer, func.coalesce(earlier, 0).label("earlier"))
        .where(transfer.c.reverses_id.is_not(None))
        .subquery("back")
    )
    reversing = posting.alias("reversing")
    wrong = (
        select(back.c.id, back.c.reverses_id, back.c.amount, back.c.earlier)
        .outerjoin(transfer, transfer.c.id == back.c.reverses_id)
        .outerjoin(reversing, reversing.c.id == back.c.posting_id)
        .where(
            or_(
                transfer.c.id.is_(None),
                transfer.c.reverses_id.is_not(None),
                transfer.c.debit_id != back.c.credit_id,
                transfer.c.credit_id != back.c.debit_id,
                back.c.reversed_before != back.c.earlier,
                back.c.earlier + back.c.amount > transfer.c.amount,
                reversing.c.reverses_id.is_(None),
                reversing.c.reverses_id != transfer.c.posting_id,
            )
        )
    )
    silent = (
        select(transfer.c.id, transfer.c.reverses_id, transfer.c.amount, literal(0))
        .join(reversing, reversing.c.id == transfer.c.posting_id)
        .where(reversing.c.reverses_id.is_not(None), transfer.c.reverses_id.is_(None))
    )
    found = union_all(wrong, silent).subquery("found")
    return select(found.c.id.label("transfer"), found.c.reverses_id.label("reverses"), found.c.amount, found.c.earlier)


async def _check_numbering(database: Database) -> AsyncIterator[Finding]:
    """Prove that no row was taken out: numbers run from 1 to the count."""
    async with database.snapshot() as tx:
        for table in (account, posting, transfer, hold):
            row = await tx.row(select(func.count(), func.coalesce(func.max(table.c.id), 0)).select_from(table))
            assert row is not None
            if row[0] != row[1]:
                yield Finding("journal numbering", f"{table.name} has {row[0]} rows up to number {row[1]}")


async def _check_log(database: Database) -> AsyncIterator[Finding]:
    """Prove that the log tells every posting once, in order and as the journal has it."""
    async with database.snapshot() as tx:
        sequence, told = 0, 0
        while entries := await read_entries(tx, sequence, _CHUNK, (TRANSACTION_CREATED,)):
            sequence = entries[-1].sequence
            payloads = [entry.payload for entry in entries]
            async for finding in _compare(tx, told, payloads):
                yield finding
            told += len(payloads)
        waiting = await outbox_payloads(tx, TRANSACTION_CREATED)
        async for finding in _compare(tx, told, waiting):
            yield finding
        told += len(waiting)
        count = await tx.value(select(func.count()).select_from(posting))
        if count != told:
            yield Finding("journal in log", f"the journal has {count} postings, the log tells {told}")


async def _compare(tx: Transaction, told: int, payloads: list[str]) -> AsyncIterator[Finding]:
    """Compare the log's next payloads with the journal's next postings."""
    expected = range(told + 1, told + 1 + len(payloads))
    journal = {p.id: posting_payload(p) for p in await postings_where(tx, list(expected))}
    for number, payload in zip(expected, payloads, strict=True):
        if json.loads(payload) != journal.get(number):  # type: ignore[call-overload]  # PostingId is an int
            yield Finding("journal in log", f"posting {number} differs from what the log tells in its place")
