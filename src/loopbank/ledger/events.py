"""What the ledger tells the log: one fact per outcome that changed something."""

from collections.abc import Sequence

from loopbank.events import Fact
from loopbank.foundation.clock import Instant
from loopbank.ledger.core import (
    AccountOpened,
    Books,
    HoldChanged,
    Outcome,
    Posted,
    Posting,
    StatusChanged,
    Transfer,
)

TRANSACTION_CREATED = "transaction.created"


def facts_of(outcomes: Sequence[Outcome], books: Books, at: Instant) -> list[Fact]:
    """Give the facts of a decided batch, in its order. Amounts are minor units."""
    return [
        fact for outcome in outcomes if not getattr(outcome, "is_replay", True) for fact in _facts(outcome, books, at)
    ]


def posting_subject(posting_id: int) -> str:
    """Name a posting in the log."""
    return f"posting:{posting_id}"


def _facts(outcome: Outcome, books: Books, at: Instant) -> list[Fact]:
    match outcome:
        case Posted(posting, hold=hold):
            facts = [Fact(TRANSACTION_CREATED, posting_subject(posting.id), posting_payload(posting), at)]
            if hold is not None:
                facts.append(_hold_fact("hold.captured" if hold.captured else "hold.placed", hold, books, at))
            return facts
        case HoldChanged(released=released):
            return [_hold_fact("hold.released" if released else "hold.placed", outcome, books, at)]
        case AccountOpened(code):
            account = books.accounts[code]
            payload = {"account": code, "asset": account.asset, "purpose": account.purpose}
            return [Fact("account.opened", f"account:{code}", payload, at)]
        case StatusChanged(code, status):
            return [Fact("account.status_changed", f"account:{code}", {"account": code, "status": status.value}, at)]
        case _:
            return []


def posting_payload(posting: Posting) -> dict[str, object]:
    """Tell a posting as the log does; amounts in minor units, empty fields left out."""
    payload: dict[str, object] = {
        "id": posting.id,
        "kind": posting.kind,
        "created_at": posting.created_at,
        "transfers": [_transfer_payload(transfer) for transfer in posting.transfers],
    }
    for name in ("memo", "reference", "metadata", "actor", "credential", "reverses_id", "hold_id"):
        value = getattr(posting, name)
        if value:
            payload[name] = value
    return payload


def _transfer_payload(transfer: Transfer) -> dict[str, object]:
    return {
        "id": transfer.id,
        "kind": transfer.kind,
        "debit": transfer.debit,
        "credit": transfer.credit,
        "amount": transfer.amount,
        "debit_balance": transfer.debit_balance,
        "credit_balance": transfer.credit_balance,
        "debit_version": transfer.debit_version,
        "credit_version": transfer.credit_version,
    }


def _hold_fact(topic: str, then: HoldChanged, books: Books, at: Instant) -> Fact:
    """Tell of a hold as it was after its command, whatever later ones of the batch did to it."""
    hold = books.holds[then.hold_id]
    payload = {
        "id": hold.id,
        "account": hold.account,
        "beneficiary": hold.beneficiary,
        "amount": hold.amount,
        "captured": then.captured,
        "released": then.released,
        "expires_at": hold.expires_at,
        "reference": hold.reference,
    }
    return Fact(topic, f"hold:{hold.id}", payload, at)
