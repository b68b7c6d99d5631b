"""decide: a batch of commands and the books it touches -> an outcome for each and the rows to write.

Laws: commands are decided in order, each seeing those before it; a command happens whole or not at all; a refused
command changes nothing and does not disturb its neighbours; the same key with the same body is answered as the first
time, with another body it is refused with the first field that differs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import assert_never

from loopbank.coins import Coins
from loopbank.ledger.core.books import Account, Books, Changes
from loopbank.ledger.core.commands import (
    CaptureHold,
    ChangeStatus,
    Command,
    Cover,
    OpenAccount,
    PlaceHold,
    Post,
    ReleaseHold,
    Reverse,
)
from loopbank.ledger.core.holds import capture_hold, place_hold, placing_refusal, release_hold
from loopbank.ledger.core.journal import Entry, record
from loopbank.ledger.core.outcomes import (
    AccountOpened,
    HoldChanged,
    Outcome,
    Posted,
    Posting,
    Reason,
    Refused,
    StatusChanged,
)
from loopbank.ledger.core.reversal import reverse
from loopbank.ledger.core.words import AccountStatus

_NOTHING = Coins(0)


@dataclass(frozen=True, slots=True)
class Decision:
    """The outcomes, one per command in order, and what to write."""

    outcomes: list[Outcome]
    changes: Changes


def decide(commands: Sequence[Command], books: Books, now: int) -> Decision:
    """Decide a batch at the instant `now` (microseconds since the epoch). Advances `books` to the state after it."""
    changes = Changes()
    outcomes = [_decide_one(command, books, changes, now) for command in commands]
    return Decision(outcomes, changes)


def _decide_one(command: Command, books: Books, changes: Changes, now: int) -> Outcome:
    match command:
        case Post():
            return _post(command, books, changes, now)
        case Reverse():
            return reverse(command, books, changes, now)
        case CaptureHold():
            return capture_hold(command, books, changes, now)
        case PlaceHold():
            return place_hold(command, books, changes, now)
        case ReleaseHold():
            return release_hold(command, books, changes, now)
        case OpenAccount():
            return _open_account(command, books, changes)
        case ChangeStatus():
            return _change_status(command, books, changes)
        case _:
            assert_never(command)


def _post(command: Post, books: Books, changes: Changes, now: int) -> Outcome:
    known = books.postings_by_key.get(command.key)
    if known is not None:
        difference = _first_difference(command, known)
        return Refused(Reason.KEY_REUSED, difference) if difference else Posted(known, is_replay=True)
    entry = Entry(
        key=command.key,
        kind=command.kind,
        memo=command.memo,
        reference=command.reference,
        metadata=command.metadata,
        actor=command.actor,
        credential=command.credential,
    )
    if command.cover is not None and not _is_covered(command.cover, books):
        return Refused(Reason.INSUFFICIENT_COINS, command.cover.account)
    if command.hold is None:
        return record(entry, command.lines, books, changes, now)
    return _post_with_hold(command, command.hold, entry, books, changes, now)


def _post_with_hold(
    command: Post, hold: PlaceHold, entry: Entry, books: Books, changes: Changes, now: int
) -> Posted | Refused:
    """Place the hold and record the lines, or neither: the lines are judged with the hold's coins out of reach."""
    refusal = placing_refusal(hold, books, now)
    if refusal is not None:
        return refusal
    account = books.accounts[hold.account]
    account.held = Coins(account.held + hold.amount)
    outcome = record(entry, command.lines, books, changes, now)
    account.held = Coins(account.held - hold.amount)
    if isinstance(outcome, Refused):
        return outcome
    placed = place_hold(hold, books, changes, now)
    assert isinstance(placed, HoldChanged), "the coins were kept out of the lines' reach"
    return Posted(outcome.posting, hold=placed)


def _is_covered(cover: Cover, books: Books) -> bool:
    account = books.accounts.get(cover.account)
    if account is None:
        return False
    return account.available is None or account.available >= cover.amount


def _first_difference(command: Post, known: Posting) -> str:
    """Name the first field in which a command differs from the posting that its key recorded."""
    if len(command.lines) != len(known.transfers):
        return "lines"
    for line, transfer in zip(command.lines, known.transfers, strict=True):
        for name in ("debit", "credit", "amount"):
            if getattr(line, name) != getattr(transfer, name):
                return name
        if (line.kind or command.kind) != transfer.kind:
            return "kind"
    for name in ("kind", "memo", "reference", "metadata"):
        if getattr(command, name) != getattr(known, name):
            return name
    return ""


def _open_account(command: OpenAccount, books: Books, changes: Changes) -> Outcome:
    known = books.codes_by_opening_key.get(command.key)
    if known is not None:
        return AccountOpened(known, is_replay=True)
    if command.code in books.accounts:
        return Refused(Reason.ACCOUNT_EXISTS, command.code)
    books.account_id_max += 1
    account = Account(
        id=books.account_id_max,
        code=command.code,
        asset=command.asset,
        purpose=command.purpose,
        floor=command.floor,
        balance=_NOTHING,
        held=_NOTHING,
        version=0,
        status=AccountStatus.OPEN,
        loaded_version=0,
        opening_key=command.key,
    )
    books.accounts[command.code] = changes.opened[command.code] = account
    books.codes_by_opening_key[command.key] = command.code
    return AccountOpened(command.code)


def _change_status(command: ChangeStatus, books: Books, changes: Changes) -> Outcome:
    account = books.accounts.get(command.code)
    if account is None:
        return Refused(Reason.UNKNOWN_ACCOUNT, command.code)
    if account.status is command.status:
        return StatusChanged(account.code, account.status, is_replay=True)
    if account.status is AccountStatus.CLOSED:
        return Refused(Reason.ACCOUNT_CLOSED, account.code)
    if command.status is AccountStatus.CLOSED and (account.balance or account.held):
        return Refused(Reason.ACCOUNT_NOT_EMPTY, account.code)
    account.status = command.status
    changes.touch(account)
    return StatusChanged(account.code, account.status)
