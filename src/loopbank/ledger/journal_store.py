"""Every statement that reads the books. Histories are two index ranges, so their cost is the page, not the past."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, bindparam, func, literal_column, select, union_all

from loopbank.coins import Coins
from loopbank.foundation.clock import Instant
from loopbank.foundation.database import Transaction
from loopbank.foundation.prepared import AnyRow, Prepared
from loopbank.foundation.set_statements import one_of
from loopbank.ledger.core import AccountCode, AccountStatus, HoldId, Posting, PostingId, Transfer, TransferId
from loopbank.ledger.tables import account, hold, posting, transfer
from loopbank.values import value

_debit = account.alias("debit")
_credit = account.alias("credit")

_LINE_COLUMNS = (
    transfer.c.id,
    transfer.c.posting_id,
    transfer.c.kind,
    _debit.c.code.label("debit"),
    _credit.c.code.label("credit"),
    transfer.c.amount,
    transfer.c.debit_balance,
    transfer.c.credit_balance,
    transfer.c.debit_version,
    transfer.c.credit_version,
    transfer.c.reverses_id,
    transfer.c.reversed_before,
)
_LINES = (
    select(*_LINE_COLUMNS)
    .join(_debit, _debit.c.id == transfer.c.debit_id)
    .join(_credit, _credit.c.id == transfer.c.credit_id)
)
_TRANSFERS_OF = Prepared(_LINES.where(one_of(transfer.c.posting_id, "postings")).order_by(transfer.c.id))
_POSTINGS = Prepared(select(posting).where(one_of(posting.c.id, "postings")).order_by(posting.c.id))
_ENTRY_COLUMNS = (*_LINE_COLUMNS, posting.c.memo, posting.c.reference, posting.c.created_at)
_ENTRIES = (
    select(*_ENTRY_COLUMNS)
    .join(_debit, _debit.c.id == transfer.c.debit_id)
    .join(_credit, _credit.c.id == transfer.c.credit_id)
    .join(posting, posting.c.id == transfer.c.posting_id)
)
_AFTER = Prepared(_ENTRIES.where(transfer.c.id > bindparam("after")).order_by(transfer.c.id).limit(bindparam("limit")))
_BEFORE = Prepared(
    _ENTRIES.where(transfer.c.id < bindparam("before"), _debit.c.asset == bindparam("asset"))
    .order_by(transfer.c.id.desc())
    .limit(bindparam("limit"))
)
_ONE = Prepared(_ENTRIES.where(transfer.c.id == bindparam("transfer")))
_IDS_OF_KEYS = Prepared(select(posting.c.id).where(one_of(posting.c.key, "keys")))
_BALANCE = Prepared(
    select(account.c.balance, account.c.held, account.c.floor, account.c.version, account.c.status).where(
        account.c.code == bindparam("code")
    )
)
_BALANCES = Prepared(
    select(account.c.code, account.c.balance, account.c.held, account.c.floor).where(one_of(account.c.code, "codes"))
)
_LAST_BEFORE = Prepared(select(func.max(posting.c.id)).where(posting.c.created_at < bindparam("instant")))
_FIRST_TRANSFER_OF = Prepared(select(func.max(transfer.c.id)).where(transfer.c.posting_id == bindparam("posting")))
_COUNT = select(func.count()).select_from(posting).where(posting.c.kind == bindparam("kind"))
_TRANSFER_HEAD = Prepared(select(func.max(transfer.c.id)))
_TOTALS = Prepared(
    select(
        account.c.asset,
        account.c.purpose,
        func.count().label("accounts"),
        func.sum(account.c.balance).label("balance"),
        func.sum(account.c.held).label("held"),
    ).group_by(account.c.asset, account.c.purpose)
)
_HOLD = Prepared(
    select(
        hold.c.id, _debit.c.code.label("account"), _credit.c.code.label("beneficiary"), hold.c.amount, hold.c.captured,
        hold.c.released, hold.c.expires_at, hold.c.created_at, hold.c.reference, hold.c.memo, hold.c.actor,
        hold.c.credential,
    )
    .join(_debit, _debit.c.id == hold.c.account_id)
    .join(_credit, _credit.c.id == hold.c.beneficiary_id)
    .where(hold.c.id == bindparam("hold"))
)  # fmt: skip
_EXPIRED_HOLDS = Prepared(
    select(hold.c.id)
    .where(hold.c.captured + hold.c.released < hold.c.amount, hold.c.expires_at <= bindparam("now"))
    .order_by(hold.c.expires_at)
    .limit(bindparam("limit"))
)


@dataclass(frozen=True, slots=True)
class Balance:
    """An account's present state in minor units; `available` is None when the account has no floor."""

    balance: Coins
    held: Coins
    available: Coins | None
    version: int
    status: AccountStatus


@value()
class StatementLine:
    """One transfer with what its posting says."""

    transfer: Transfer
    memo: str
    reference: str
    created_at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryPage:
    """Which part of an account's history to read, newest first; the ids are exclusive bounds."""

    before: TransferId | None = None
    after: TransferId | None = None
    kinds: tuple[str, ...] = ()
    limit: int = 50


@dataclass(frozen=True, slots=True)
class Total:
    """All accounts of one asset and purpose together, in minor units."""

    asset: str
    purpose: str
    accounts: int
    balance: Coins
    held: Coins


@dataclass(frozen=True, slots=True)
class HoldView:
    """A hold as it stands; `actor` placed it, by `credential`."""

    id: HoldId
    account: AccountCode
    beneficiary: AccountCode
    amount: Coins
    captured: Coins
    released: Coins
    expires_at: Instant
    created_at: Instant
    reference: str
    memo: str
    actor: str
    credential: str

    @property
    def left(self) -> Coins:
        """What is neither captured nor released."""
        return Coins(self.amount - self.captured - self.released)


async def postings_where(tx: Transaction, ids: Sequence[int]) -> list[Posting]:
    """Read postings with their transfers, in two statements."""
    lines: dict[int, list[Transfer]] = {}
    for row in await tx.rows(_TRANSFERS_OF, {"postings": ids}):
        lines.setdefault(row.posting_id, []).append(Transfer(*row))
    return [
        Posting(
            PostingId(row.id), row.key, row.kind, row.memo, row.reference, row.metadata, row.actor, row.credential,
            row.created_at, tuple(lines.get(row.id, ())), row.reverses_id, row.hold_id,
        )
        for row in await tx.rows(_POSTINGS, {"postings": ids})
    ]  # fmt: skip


async def read_balance(tx: Transaction, code: AccountCode) -> Balance | None:
    """Read one account's balance."""
    row = await tx.row(_BALANCE, {"code": code})
    if row is None:
        return None
    available = None if row.floor is None else Coins(row.balance - row.held - row.floor)
    return Balance(row.balance, row.held, available, row.version, AccountStatus(row.status))


async def read_balances(tx: Transaction, codes: Sequence[AccountCode]) -> dict[AccountCode, Coins]:
    """Read many accounts' balances in one statement."""
    return {row.code: row.balance for row in await tx.rows(_BALANCES, {"codes": list(codes)})}


async def read_history(tx: Transaction, code: AccountCode, page: HistoryPage) -> list[StatementLine]:
    """Read an account's transfers, newest first: the debit side's and the credit side's index range, merged."""
    parameters: dict[str, object] = {"code": code}
    length = next((length for length in _PAGE_LENGTHS if length >= page.limit), None)
    if length is None:
        parameters["limit"] = page.limit
    if page.before is not None:
        parameters["before"] = page.before
    if page.after is not None:
        parameters["after"] = page.after
    if page.kinds:
        parameters["kinds"] = list(page.kinds)
    rows = await tx.rows(_history_query(frozenset(parameters), length), parameters)
    return [_statement_line(row) for row in rows[: page.limit]]


async def read_transfers_after(tx: Transaction, after: TransferId, limit: int) -> list[StatementLine]:
    """Read the journal forward from a transfer id."""
    return [_statement_line(row) for row in await tx.rows(_AFTER, {"after": after, "limit": limit})]


async def read_transfers_before(tx: Transaction, asset: str, before: TransferId, limit: int) -> list[StatementLine]:
    """Read the journal of one asset backward from a transfer id."""
    rows = await tx.rows(_BEFORE, {"asset": asset, "before": before, "limit": limit})
    return [_statement_line(row) for row in rows]


async def read_transfer(tx: Transaction, transfer_id: TransferId) -> StatementLine | None:
    """Read one transfer."""
    row = await tx.row(_ONE, {"transfer": transfer_id})
    return None if row is None else _statement_line(row)


async def read_postings_of_keys(tx: Transaction, keys: Sequence[str]) -> list[Posting]:
    """Read the postings that keys name; keys that name none are absent."""
    ids = [row.id for row in await tx.rows(_IDS_OF_KEYS, {"keys": list(keys)})]
    return await postings_where(tx, ids) if ids else []


async def read_totals(tx: Transaction) -> list[Total]:
    """Sum up all accounts by asset and purpose, from one state of the books."""
    rows = await tx.rows(_TOTALS)
    return [Total(row[0], row[1], row[2], Coins(int(row[3])), Coins(int(row[4]))) for row in rows]


async def read_hold(tx: Transaction, hold_id: HoldId) -> HoldView | None:
    """Read one hold."""
    row = await tx.row(_HOLD, {"hold": hold_id})
    return None if row is None else HoldView(*row)


async def read_transfer_head(tx: Transaction) -> TransferId:
    """Read the id of the journal's last transfer; 0 when there is none."""
    return TransferId(await tx.value(_TRANSFER_HEAD) or 0)


async def count_postings(tx: Transaction, kind: str) -> int:
    """Count the postings of a kind, for the check of whoever writes a row of its own beside each."""
    return int(await tx.value(_COUNT, {"kind": kind}))


async def read_transfer_bound(tx: Transaction, instant: Instant) -> TransferId:
    """Give the last transfer recorded before an instant; 0 when there is none. Two index look-ups."""
    last = await tx.value(_LAST_BEFORE, {"instant": instant})
    return TransferId(0) if last is None else TransferId(await tx.value(_FIRST_TRANSFER_OF, {"posting": last}) or 0)


async def read_expired_holds(tx: Transaction, now: Instant, limit: int) -> list[HoldId]:
    """List open holds whose time is over, the oldest first."""
    return [HoldId(row.id) for row in await tx.rows(_EXPIRED_HOLDS, {"now": now, "limit": limit})]


_PAGE_LENGTHS = (1, 11, 21, 51, 101, 501)
"""Lengths that stand in the statement itself. PostgreSQL takes a length that it does not know for a tenth of the
account's history, finds its plan for any value dear, and plans anew for every page: five times the work of the page.
"""

_history_queries: dict[tuple[frozenset[str], int | None], Prepared] = {}


def _history_query(given: frozenset[str], length: int | None) -> Prepared:
    """Compose the history statement for a set of filters and a length of the page, each once."""
    known = _history_queries.get((given, length))
    if known is not None:
        return known
    limit = bindparam("limit") if length is None else literal_column(str(length), Integer)
    sides = [_side(transfer.c.debit_id, given, limit), _side(transfer.c.credit_id, given, limit)]
    ids = union_all(*(select(side.subquery().c.id) for side in sides)).subquery()
    chosen = select(ids.c.id).order_by(ids.c.id.desc()).limit(limit).subquery()
    query = Prepared(_ENTRIES.join(chosen, chosen.c.id == transfer.c.id).order_by(transfer.c.id.desc()))
    return _history_queries.setdefault((given, length), query)


def _side(column: ColumnElement[int], given: frozenset[str], limit: ColumnElement[int]) -> Select[Any]:
    owner = select(account.c.id).where(account.c.code == bindparam("code")).scalar_subquery()
    query = select(transfer.c.id).where(column == owner)
    if "before" in given:
        query = query.where(transfer.c.id < bindparam("before"))
    if "after" in given:
        query = query.where(transfer.c.id > bindparam("after"))
    if "kinds" in given:
        query = query.where(one_of(transfer.c.kind, "kinds"))
    return query.order_by(transfer.c.id.desc()).limit(limit)


def _statement_line(row: AnyRow) -> StatementLine:
    return StatementLine(Transfer(*row[:12]), row.memo, row.reference, row.created_at)
