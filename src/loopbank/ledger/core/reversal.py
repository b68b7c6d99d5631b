"""Reversal: giving back what a posting moved, whole or in part, never more than is left."""

from loopbank.coins import Coins
from loopbank.ledger.core.books import Books, Changes
from loopbank.ledger.core.commands import Line, Reverse
from loopbank.ledger.core.journal import Entry, ReversingLine, record
from loopbank.ledger.core.outcomes import Outcome, Posted, Posting, Reason, Refused, Transfer

REVERSAL_KIND = "reversal"


def reverse(command: Reverse, books: Books, changes: Changes, now: int) -> Outcome:
    """Decide a reversal."""
    known = books.postings_by_key.get(command.key)
    if known is not None:
        difference = _first_difference(command, known, books)
        return Refused(Reason.KEY_REUSED, difference) if difference else Posted(known, is_replay=True)
    original = books.postings.get(command.posting_id)
    if original is None:
        return Refused(Reason.UNKNOWN_POSTING)
    lines = _lines(command, original, books)
    if isinstance(lines, Refused):
        return lines
    entry = Entry(
        key=command.key,
        kind=REVERSAL_KIND,
        memo=command.memo,
        reference=command.reference,
        actor=command.actor,
        credential=command.credential,
        reverses_id=original.id,
    )
    outcome = record(entry, lines, books, changes, now)
    if isinstance(outcome, Posted):
        for line in lines:
            books.reversed_amounts[line.reverses_id] = Coins(line.reversed_before + line.line.amount)
    return outcome


def _lines(command: Reverse, original: Posting, books: Books) -> list[ReversingLine] | Refused:
    """Mirror the transfers that are to be given back, the last one first."""
    if original.reverses_id is not None:
        return Refused(Reason.NOT_REVERSIBLE)
    chosen = [t for t in original.transfers if command.transfer_id in (None, t.id)]
    if not chosen:
        return Refused(Reason.UNKNOWN_POSTING)
    if command.amount is not None and len(chosen) > 1:
        return Refused(Reason.NOT_REVERSIBLE, "amount")
    left = {t.id: Coins(t.amount - books.reversed_amounts.get(t.id, 0)) for t in chosen}
    if not any(left.values()):
        return Refused(Reason.ALREADY_REVERSED)
    if command.amount is not None:
        only = chosen[0]
        if command.amount < 1:
            return Refused(Reason.AMOUNT_OUT_OF_RANGE)
        if command.amount > left[only.id]:
            return Refused(Reason.REVERSAL_TOO_LARGE)
        left[only.id] = command.amount
    return [_mirror(t, left[t.id], books) for t in reversed(chosen) if left[t.id]]


def _mirror(transfer: Transfer, amount: Coins, books: Books) -> ReversingLine:
    line = Line(transfer.credit, transfer.debit, amount, REVERSAL_KIND)
    return ReversingLine(line, transfer.id, books.reversed_amounts.get(transfer.id, Coins(0)))


def _first_difference(command: Reverse, known: Posting, books: Books) -> str:
    if known.reverses_id != command.posting_id:
        return "posting_id"
    if command.transfer_id is not None and [t.reverses_id for t in known.transfers] != [command.transfer_id]:
        return "transfer_id"
    if not _is_amount_of(command, known, books.postings[command.posting_id]):
        return "amount"
    for name in ("memo", "reference"):
        if getattr(command, name) != getattr(known, name):
            return name
    return ""


def _is_amount_of(command: Reverse, known: Posting, original: Posting) -> bool:
    """Tell whether a reversal gave back what the command asks for; no amount asks for all that was left."""
    if command.amount is not None:
        return [t.amount for t in known.transfers] == [command.amount]
    moved = {t.id: t.amount for t in original.transfers}
    return all(
        t.reverses_id is not None and t.amount + (t.reversed_before or 0) == moved[t.reverses_id]
        for t in known.transfers
    )
