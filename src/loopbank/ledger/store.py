"""Every statement that writes the books: one batch of commands is one turn, one transaction.

The number of statements of a turn depends on the kinds of commands in it, never on how many there are.
"""

from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from sqlalchemy import Table, bindparam, func, literal, select

from loopbank.coins import Coins
from loopbank.events import record
from loopbank.foundation.clock import Instant
from loopbank.foundation.database import Database, Transaction
from loopbank.foundation.prepared import AnyRow, Prepared
from loopbank.foundation.set_statements import one_of
from loopbank.ledger.core import (
    Account,
    AccountCode,
    AccountStatus,
    Books,
    CaptureHold,
    Changes,
    ChangeStatus,
    Command,
    Hold,
    HoldId,
    OpenAccount,
    Outcome,
    PlaceHold,
    Post,
    Posting,
    PostingId,
    Refused,
    ReleaseHold,
    Reverse,
    TransferId,
    decide,
)
from loopbank.ledger.events import facts_of
from loopbank.ledger.journal_store import postings_where
from loopbank.ledger.tables import account, asset, hold, posting, transfer

TURNSTILE = 0x10095BA2
"""The advisory lock that every turn takes first: of all processes, one writes the books at a time."""

_ACCOUNT_COLUMNS = (
    "id", "code", "asset", "purpose", "floor", "balance", "held", "version", "status", "opening_key", "opened_at",
)  # fmt: skip
_POSTING_COLUMNS = (
    "id", "key", "kind", "memo", "reference", "metadata", "actor", "credential", "reverses_id", "hold_id", "created_at",
)  # fmt: skip
_TRANSFER_COLUMNS = (
    "id", "posting_id", "kind", "debit_id", "credit_id", "amount", "debit_balance", "credit_balance",
    "debit_version", "credit_version", "reverses_id", "reversed_before",
)  # fmt: skip
_HOLD_COLUMNS = (
    "id", "key", "account_id", "beneficiary_id", "amount", "captured", "released", "expires_at", "created_at",
    "reference", "memo", "actor", "credential",
)  # fmt: skip

_ACCOUNT_READ = tuple(account.c[name] for name in _ACCOUNT_COLUMNS[:-1])
_ACCOUNTS = Prepared(select(*_ACCOUNT_READ).where(one_of(account.c.code, "codes")))
# Counting uses the keys' index; PostgreSQL may answer EXISTS by reading the table, in the hope of an early hit.
_KEY_COUNT = select(func.count()).select_from(posting).where(one_of(posting.c.key, "keys")).scalar_subquery()
_BOOKS = Prepared(
    select(
        select(func.max(account.c.id)).scalar_subquery().label("account_max"),
        select(func.max(posting.c.id)).scalar_subquery().label("posting_max"),
        select(func.max(transfer.c.id)).scalar_subquery().label("transfer_max"),
        select(func.max(hold.c.id)).scalar_subquery().label("hold_max"),
        select(func.max(posting.c.created_at)).scalar_subquery().label("last_at"),
        _KEY_COUNT.label("known_keys"),
        *_ACCOUNT_READ,
    ).select_from(select(literal(1).label("one")).subquery().outerjoin(account, one_of(account.c.code, "codes")))
)
"""What every turn needs, in one statement of at least one row: where the numbers stand, how many keys were used before,
the accounts."""
_OPENED = Prepared(select(account.c.opening_key, account.c.code).where(one_of(account.c.opening_key, "keys")))
_KNOWN_KEYS = Prepared(select(posting.c.id).where(one_of(posting.c.key, "keys")))
_REVERSED = Prepared(
    select(transfer.c.reverses_id, func.sum(transfer.c.amount))
    .where(one_of(transfer.c.reverses_id, "transfers"))
    .group_by(transfer.c.reverses_id)
)
_owner = account.alias("owner")
_beneficiary = account.alias("beneficiary")
_HOLD_QUERY = (
    select(
        hold.c.id, hold.c.key, _owner.c.code, _beneficiary.c.code, hold.c.amount, hold.c.captured, hold.c.released,
        hold.c.expires_at, hold.c.created_at, hold.c.reference, hold.c.memo, hold.c.actor, hold.c.credential,
    )
    .join(_owner, _owner.c.id == hold.c.account_id)
    .join(_beneficiary, _beneficiary.c.id == hold.c.beneficiary_id)
)  # fmt: skip
_HOLDS = Prepared(_HOLD_QUERY.where(one_of(hold.c.id, "holds") | one_of(hold.c.key, "keys")))


class LostTurn(RuntimeError):
    """An account changed under a turn: somebody else writes the books. Nothing of the turn remains."""


@dataclass(frozen=True, slots=True)
class Companion:
    """A row of the caller's own table, written with the outcome or not at all; not written for a replay."""

    table: Table
    columns: tuple[str, ...]
    row: Callable[[Outcome], tuple[object, ...]]


@dataclass(slots=True)
class _Wanted:
    """What the commands of one batch refer to."""

    keys: list[str] = field(default_factory=list)
    codes: set[AccountCode] = field(default_factory=set)
    more_codes: set[AccountCode] = field(default_factory=set)
    opening_keys: list[str] = field(default_factory=list)
    hold_ids: list[HoldId] = field(default_factory=list)
    hold_keys: list[str] = field(default_factory=list)
    posting_ids: list[PostingId] = field(default_factory=list)

    def add(self, command: Command) -> None:
        match command:
            case Post(key=key, lines=lines):
                self.keys.append(key)
                for line in lines:
                    self.codes.add(line.debit)
                    self.codes.add(line.credit)
            case Reverse(key=key, posting_id=posting_id):
                self.keys.append(key)
                self.posting_ids.append(posting_id)
            case CaptureHold(key=key, hold_id=hold_id):
                self.keys.append(key)
                self.hold_ids.append(hold_id)
            case ReleaseHold(hold_id=hold_id):
                self.hold_ids.append(hold_id)
            case PlaceHold(key=key, account=owner, beneficiary=beneficiary):
                self.hold_keys.append(key)
                self.codes |= {owner, beneficiary}
            case OpenAccount(key=key, code=code):
                self.opening_keys.append(key)
                self.codes.add(code)
            case ChangeStatus(code=code):
                self.codes.add(code)


class Turn:
    """The ledger's turn: the right to read and write the books until the transaction ends."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def apply(
        self, commands: Sequence[Command], companions: Sequence[Sequence[Companion]], now: Instant
    ) -> list[Outcome]:
        """Decide a batch and write what it changes. Raises LostTurn, ConstraintViolated, DatabaseUnavailable."""
        wanted = _Wanted()
        for command in commands:
            wanted.add(command)
        books, at = await self._load(wanted, now)
        decision = decide(commands, books, at)
        await self._write(decision.changes, books, at)
        await record(self._transaction, facts_of(decision.outcomes, books, at))
        await self._write_companions(decision.outcomes, companions)
        return decision.outcomes

    async def _load(self, wanted: _Wanted, now: Instant) -> tuple[Books, Instant]:
        """Load what the batch touches; time never runs backwards in the journal, whatever the clock does."""
        tx = self._transaction
        found = await tx.rows(_BOOKS, {"keys": wanted.keys, "codes": list(wanted.codes)})
        first = found[0]
        numbers = (first.account_max, first.posting_max, first.transfer_max, first.hold_max)
        books = Books({}, {}, {}, {}, {}, {}, {}, *(number or 0 for number in numbers))
        _take_accounts(books, found)
        if first.known_keys or wanted.posting_ids:
            known = await tx.rows(_KNOWN_KEYS, {"keys": wanted.keys})
            await self._load_postings(books, [row.id for row in known] + wanted.posting_ids, wanted)
        if wanted.hold_ids or wanted.hold_keys:
            await self._load_holds(books, wanted)
        if wanted.opening_keys:
            opened = await tx.rows(_OPENED, {"keys": wanted.opening_keys})
            books.codes_by_opening_key = {row[0]: row[1] for row in opened}
        if wanted.more_codes:
            _take_accounts(books, await tx.rows(_ACCOUNTS, {"codes": list(wanted.more_codes)}))
        return books, Instant(max(now, first.last_at or 0))

    async def _load_postings(self, books: Books, ids: Sequence[int], wanted: _Wanted) -> None:
        targets = set(wanted.posting_ids)
        reversible: list[TransferId] = []
        for found in await postings_where(self._transaction, ids):
            books.postings_by_key[found.key] = books.postings[found.id] = found
            if found.id in targets:
                reversible += [t.id for t in found.transfers]
                wanted.more_codes |= {code for t in found.transfers for code in (t.debit, t.credit)}
        if reversible:
            for transfer_id, amount in await self._transaction.rows(_REVERSED, {"transfers": reversible}):
                books.reversed_amounts[transfer_id] = Coins(int(amount))

    async def _load_holds(self, books: Books, wanted: _Wanted) -> None:
        rows = await self._transaction.rows(_HOLDS, {"holds": wanted.hold_ids, "keys": wanted.hold_keys})
        for row in rows:
            found = Hold(*row)
            books.holds[found.id] = books.holds_by_key[found.key] = found
            wanted.more_codes |= {found.account, found.beneficiary}

    async def _write(self, changes: Changes, books: Books, at: Instant) -> None:
        tx = self._transaction
        await tx.insert(account, _ACCOUNT_COLUMNS, [_account_row(a, at) for a in changes.opened.values()])
        changed = [
            (a.id, a.loaded_version, a.balance, a.held, a.version, a.status.value) for a in changes.changed.values()
        ]
        written = await tx.update(account, ("id", "version"), ("balance", "held", "version", "status"), changed)
        if written != len(changed):
            raise LostTurn(f"{len(changed) - written} accounts changed under the ledger's turn")
        await tx.insert(posting, _POSTING_COLUMNS, [_posting_row(p) for p in changes.postings])
        ids = {code: a.id for code, a in books.accounts.items()}
        await tx.insert(
            transfer,
            _TRANSFER_COLUMNS,
            [
                (
                    t.id, t.posting_id, t.kind, ids[t.debit], ids[t.credit], t.amount, t.debit_balance,
                    t.credit_balance, t.debit_version, t.credit_version, t.reverses_id, t.reversed_before,
                )
                for t in changes.transfers
            ],
        )  # fmt: skip
        await tx.insert(hold, _HOLD_COLUMNS, [_hold_row(h, ids) for h in changes.placed.values()])
        settled = [(h.id, h.captured, h.released) for h in changes.settled.values()]
        await tx.update(hold, ("id",), ("captured", "released"), settled)

    async def _write_companions(self, outcomes: Sequence[Outcome], companions: Sequence[Sequence[Companion]]) -> None:
        rows: dict[tuple[Table, tuple[str, ...]], list[tuple[object, ...]]] = {}
        for outcome, given in zip(outcomes, companions, strict=True):
            if given and not isinstance(outcome, Refused) and not outcome.is_replay:
                for companion in given:
                    rows.setdefault((companion.table, companion.columns), []).append(companion.row(outcome))
        for (table, columns), values in rows.items():
            await self._transaction.insert(table, columns, values)


class LedgerStore:
    """Opens turns on one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[Turn]:
        """Wait for the ledger's turn; what is applied is committed when the block ends."""
        async with self._database.transaction(turnstile=TURNSTILE) as transaction:
            yield Turn(transaction)

    async def ensure_asset(self, code: str, scale: int) -> None:
        """Make an asset known; harmless to repeat. Raises ValueError when it exists with another scale."""
        async with self._database.transaction(turnstile=TURNSTILE) as transaction:
            query = select(asset.c.scale).where(asset.c.code == bindparam("code"))
            known = await transaction.value(query, {"code": code})
            if known is None:
                await transaction.insert(asset, ("code", "scale"), [(code, scale)])
            elif known != scale:
                raise ValueError(f"The asset {code} has scale {known}, not {scale}.")


def _take_accounts(books: Books, rows: Iterable[AnyRow]) -> None:
    """Put accounts into the books; the one row of an outer join that found none holds no account."""
    for row in rows:
        if row.code is not None:
            books.accounts[row.code] = Account(
                row.id, row.code, row.asset, row.purpose, row.floor, row.balance, row.held, row.version,
                AccountStatus(row.status), row.version,
            )  # fmt: skip


def _account_row(opened: Account, at: Instant) -> tuple[object, ...]:
    return (
        opened.id, opened.code, opened.asset, opened.purpose, opened.floor, opened.balance, opened.held,
        opened.version, opened.status.value, opened.opening_key, at,
    )  # fmt: skip


def _posting_row(p: Posting) -> tuple[object, ...]:
    return (
        p.id, p.key, p.kind, p.memo, p.reference, p.metadata, p.actor, p.credential, p.reverses_id, p.hold_id,
        p.created_at,
    )  # fmt: skip


def _hold_row(h: Hold, ids: dict[AccountCode, int]) -> tuple[object, ...]:
    return (
        h.id, h.key, ids[h.account], ids[h.beneficiary], h.amount, h.captured, h.released, h.expires_at, h.created_at,
        h.reference, h.memo, h.actor, h.credential,
    )  # fmt: skip
