"""Holds: coins reserved on an account, then captured, released or expired. `held` counts in every balance check."""

from loopbank.coins import COINS_MAX, Coins
from loopbank.ledger.core.books import Account, Books, Changes, Hold
from loopbank.ledger.core.commands import CaptureHold, Line, PlaceHold, ReleaseHold
from loopbank.ledger.core.journal import Entry, check_line, record
from loopbank.ledger.core.outcomes import HoldChanged, Outcome, Posted, Posting, Reason, Refused
from loopbank.ledger.core.words import HoldId


def place_hold(command: PlaceHold, books: Books, changes: Changes, now: int) -> Outcome:
    """Reserve coins if they are available."""
    known = books.holds_by_key.get(command.key)
    if known is not None:
        difference = _first_difference(command, known)
        return Refused(Reason.KEY_REUSED, difference) if difference else changed(known, is_replay=True)
    refusal = placing_refusal(command, books, now)
    if refusal is not None:
        return refusal
    account = books.accounts[command.account]
    books.hold_id_max += 1
    hold = Hold(
        HoldId(books.hold_id_max),
        command.key,
        command.account,
        command.beneficiary,
        command.amount,
        Coins(0),
        Coins(0),
        command.expires_at,
        now,
        command.reference,
        command.memo,
        command.actor,
        command.credential,
    )
    account.held = Coins(account.held + command.amount)
    books.holds[hold.id] = books.holds_by_key[hold.key] = changes.placed[hold.id] = hold
    changes.touch(account)
    return changed(hold)


def placing_refusal(command: PlaceHold, books: Books, now: int) -> Refused | None:
    """Say why coins may not be reserved; None when they may."""
    if not 1 <= command.amount <= COINS_MAX:
        return Refused(Reason.AMOUNT_OUT_OF_RANGE)
    if command.expires_at <= now:
        return Refused(Reason.HOLD_EXPIRED)
    pair = check_line(Line(command.account, command.beneficiary, command.amount), books)
    return pair if isinstance(pair, Refused) else None


def capture_hold(command: CaptureHold, books: Books, changes: Changes, now: int) -> Outcome:
    """Pay from a hold to its beneficiary."""
    known = books.postings_by_key.get(command.key)
    if known is not None:
        difference = _first_capture_difference(command, known, books)
        return Refused(Reason.KEY_REUSED, difference) if difference else Posted(known, is_replay=True)
    hold = books.holds.get(command.hold_id)
    if hold is None:
        return Refused(Reason.UNKNOWN_HOLD)
    amount = hold.left if command.amount is None else command.amount
    refusal = _capture_refusal(hold, amount, now)
    if refusal is not None:
        return refusal
    account = books.accounts[hold.account]
    # The hold's own coins become available for the moment of the posting; a refused posting takes them back.
    account.held = Coins(account.held - amount)
    entry = Entry(
        key=command.key,
        kind=command.kind,
        memo=command.memo or hold.memo,
        reference=hold.reference,
        actor=command.actor,
        credential=command.credential,
        hold_id=hold.id,
    )
    outcome = record(entry, (Line(hold.account, hold.beneficiary, amount),), books, changes, now)
    if isinstance(outcome, Refused):
        account.held = Coins(account.held + amount)
        return outcome
    hold.captured = Coins(hold.captured + amount)
    if command.is_final:
        _release_rest(hold, account)
    changes.touch_hold(hold)
    return Posted(outcome.posting, hold=changed(hold))


def release_hold(command: ReleaseHold, books: Books, changes: Changes, now: int) -> Outcome:
    """Give what is left of a hold back; a second release is a replay."""
    hold = books.holds.get(command.hold_id)
    if hold is None:
        return Refused(Reason.UNKNOWN_HOLD)
    if hold.left == 0:
        return changed(hold, is_replay=True) if hold.released else Refused(Reason.HOLD_SETTLED)
    if command.only_if_expired and hold.expires_at > now:
        return Refused(Reason.HOLD_NOT_EXPIRED)
    account = books.accounts[hold.account]
    _release_rest(hold, account)
    changes.touch(account)
    changes.touch_hold(hold)
    return changed(hold)


def changed(hold: Hold, *, is_replay: bool = False) -> HoldChanged:
    """Give a hold's present amounts as an outcome."""
    return HoldChanged(
        hold.id, hold.account, hold.amount, hold.captured, hold.released, hold.expires_at, is_replay=is_replay
    )


def _release_rest(hold: Hold, account: Account) -> None:
    account.held = Coins(account.held - hold.left)
    hold.released = Coins(hold.released + hold.left)


def _capture_refusal(hold: Hold, amount: Coins, now: int) -> Refused | None:
    if hold.left == 0:
        return Refused(Reason.HOLD_SETTLED)
    if hold.expires_at <= now:
        return Refused(Reason.HOLD_EXPIRED)
    if amount < 1:
        return Refused(Reason.AMOUNT_OUT_OF_RANGE)
    return Refused(Reason.HOLD_TOO_SMALL) if amount > hold.left else None


def _first_difference(command: PlaceHold, known: Hold) -> str:
    # A retry computes its expiry anew, so the expiry is not part of the comparison.
    for name in ("account", "beneficiary", "amount", "reference", "memo"):
        if getattr(command, name) != getattr(known, name):
            return name
    return ""


def _first_capture_difference(command: CaptureHold, known: Posting, books: Books) -> str:
    if known.hold_id != command.hold_id:
        return "hold_id"
    if command.amount is not None and command.amount != known.transfers[0].amount:
        return "amount"
    if command.kind != known.kind:
        return "kind"
    return "memo" if (command.memo or books.holds[command.hold_id].memo) != known.memo else ""
