"""Recording a posting: the checks of every line and the fold of balances and versions."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from loopbank.coins import COINS_MAX, Coins
from loopbank.ledger.core.books import Account, Books, Changes
from loopbank.ledger.core.commands import Line
from loopbank.ledger.core.outcomes import Posted, Posting, Reason, Refused, Transfer
from loopbank.ledger.core.words import AccountStatus, HoldId, PostingId, TransferId
from loopbank.values import value

BALANCE_MAX = 9_000_000_000_000_000_000
"""No balance grows past this (either way), so that sums stay inside 64 bits."""

_STATUS_REFUSALS = {
    AccountStatus.FROZEN: Reason.ACCOUNT_FROZEN,
    AccountStatus.CLOSED: Reason.ACCOUNT_CLOSED,
}


@value(kw_only=True)
class Entry:
    """What a posting says besides its lines."""

    key: str
    kind: str
    memo: str = ""
    reference: str = ""
    metadata: str = ""
    actor: str = ""
    credential: str = ""
    reverses_id: PostingId | None = None
    hold_id: HoldId | None = None


@dataclass(frozen=True, slots=True)
class ReversingLine:
    """A line that gives back (part of) an earlier transfer, of which `reversed_before` was given back already."""

    line: Line
    reverses_id: TransferId
    reversed_before: Coins


def record(
    entry: Entry, lines: Sequence[Line | ReversingLine], books: Books, changes: Changes, now: int
) -> Posted | Refused:
    """Record a posting if every line may happen; otherwise leave the books as they were."""
    if not lines:
        return Refused(Reason.NO_LINES)
    undo: list[tuple[Account, Coins, int]] = []
    transfers: list[Transfer] = []
    posting_id = PostingId(books.posting_id_max + 1)
    for position, given in enumerate(lines, 1):
        line = given.line if isinstance(given, ReversingLine) else given
        pair = check_line(line, books)
        if isinstance(pair, Refused):
            _restore(undo)
            return replace(pair, line=position - 1)
        debit, credit = pair
        undo += [(debit, debit.balance, debit.version), (credit, credit.balance, credit.version)]
        _move(debit, credit, line.amount)
        transfers.append(
            Transfer(
                TransferId(books.transfer_id_max + position),
                posting_id,
                line.kind or entry.kind,
                line.debit,
                line.credit,
                line.amount,
                debit.balance,
                credit.balance,
                debit.version,
                credit.version,
                given.reverses_id if isinstance(given, ReversingLine) else None,
                given.reversed_before if isinstance(given, ReversingLine) else None,
            )
        )
    for account, _, _ in undo:
        changes.touch(account)
    return Posted(_enter(entry, posting_id, tuple(transfers), books, changes, now))


def check_line(line: Line, books: Books) -> tuple[Account, Account] | Refused:
    """Give the line's two accounts, or say why the line may not happen."""
    if not 1 <= line.amount <= COINS_MAX:
        return Refused(Reason.AMOUNT_OUT_OF_RANGE)
    if line.debit == line.credit:
        return Refused(Reason.SAME_ACCOUNT, line.credit)
    debit = books.accounts.get(line.debit)
    credit = books.accounts.get(line.credit)
    if debit is None or credit is None:
        return Refused(Reason.UNKNOWN_ACCOUNT, line.debit if debit is None else line.credit)
    for account in (debit, credit):
        if account.status is not AccountStatus.OPEN:
            return Refused(_STATUS_REFUSALS[account.status], account.code)
    if debit.asset != credit.asset:
        return Refused(Reason.ASSET_MISMATCH, line.credit)
    available = debit.available
    if available is not None and available < line.amount:
        return Refused(Reason.INSUFFICIENT_COINS, line.debit)
    if credit.balance + line.amount > BALANCE_MAX or debit.balance - line.amount < -BALANCE_MAX:
        return Refused(Reason.BALANCE_OUT_OF_RANGE, line.credit)
    return debit, credit


def _move(debit: Account, credit: Account, amount: Coins) -> None:
    debit.balance = Coins(debit.balance - amount)
    debit.version += 1
    credit.balance = Coins(credit.balance + amount)
    credit.version += 1


def _restore(undo: list[tuple[Account, Coins, int]]) -> None:
    for account, balance, version in reversed(undo):
        account.balance = balance
        account.version = version


def _enter(
    entry: Entry, posting_id: PostingId, transfers: tuple[Transfer, ...], books: Books, changes: Changes, now: int
) -> Posting:
    """Enter a decided posting into the books and the changes."""
    posting = Posting(
        posting_id,
        entry.key,
        entry.kind,
        entry.memo,
        entry.reference,
        entry.metadata,
        entry.actor,
        entry.credential,
        now,
        transfers,
        entry.reverses_id,
        entry.hold_id,
    )
    books.posting_id_max = posting_id
    books.transfer_id_max += len(transfers)
    books.postings_by_key[entry.key] = posting
    books.postings[posting_id] = posting
    changes.postings.append(posting)
    changes.transfers.extend(transfers)
    return posting
