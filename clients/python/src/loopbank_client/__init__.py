"""Pays and takes coins of a Loopbank, safely under retries.

    with Bank("https://bank.example", api_key="lb_live_…") as bank:
        bank.transfer("12.50", from_user=ada, to_user=bob, reason="A good answer", key="answer-4711")

`Bank` waits, `AsyncBank` is awaited; both have the same methods. What they raise stands in `errors`.
"""

from loopbank_client.async_bank import AsyncBank
from loopbank_client.bank import Bank
from loopbank_client.calls import Amount, Call, Mint, Prize, Transfer
from loopbank_client.documents import (
    Balance,
    Capture,
    Charge,
    Hold,
    ItemError,
    ItemResult,
    Payment,
    Supply,
    Transaction,
    Treasury,
    TreasuryState,
    Wallet,
    WebhookEvent,
)
from loopbank_client.errors import (
    BankError,
    Conflict,
    InsufficientCoins,
    InvalidSignature,
    KeyReused,
    Malformed,
    NoDefiniteAnswer,
    NotAllowed,
    NotFound,
    NotTheBank,
    Refused,
    SpendLimitReached,
    TooManyRequests,
    Unauthenticated,
    Unreachable,
)
from loopbank_client.webhooks import verify_webhook

__all__ = [
    "Amount",
    "AsyncBank",
    "Balance",
    "Bank",
    "BankError",
    "Call",
    "Capture",
    "Charge",
    "Conflict",
    "Hold",
    "InsufficientCoins",
    "InvalidSignature",
    "ItemError",
    "ItemResult",
    "KeyReused",
    "Malformed",
    "Mint",
    "NoDefiniteAnswer",
    "NotAllowed",
    "NotFound",
    "NotTheBank",
    "Payment",
    "Prize",
    "Refused",
    "SpendLimitReached",
    "Supply",
    "TooManyRequests",
    "Transaction",
    "Transfer",
    "Treasury",
    "TreasuryState",
    "Unauthenticated",
    "Unreachable",
    "Wallet",
    "WebhookEvent",
    "verify_webhook",
]
