"""What the books answer: done, done before, or a refusal with a stable reason."""

from dataclasses import dataclass, field
from enum import StrEnum

from loopbank.coins import Coins
from loopbank.ledger.core.words import AccountCode, AccountStatus, HoldId, PostingId, TransferId
from loopbank.values import value


class Reason(StrEnum):
    """Why a command is refused; stable codes."""

    UNKNOWN_ACCOUNT = "unknown_account"
    ACCOUNT_EXISTS = "account_exists"
    ACCOUNT_FROZEN = "account_frozen"
    ACCOUNT_CLOSED = "account_closed"
    ACCOUNT_NOT_EMPTY = "account_not_empty"
    SAME_ACCOUNT = "same_account"
    ASSET_MISMATCH = "asset_mismatch"
    NO_LINES = "no_lines"
    AMOUNT_OUT_OF_RANGE = "amount_out_of_range"
    BALANCE_OUT_OF_RANGE = "balance_out_of_range"
    INSUFFICIENT_COINS = "insufficient_coins"
    UNKNOWN_HOLD = "unknown_hold"
    HOLD_EXPIRED = "hold_expired"
    HOLD_NOT_EXPIRED = "hold_not_expired"
    HOLD_SETTLED = "hold_settled"
    HOLD_TOO_SMALL = "hold_too_small"
    UNKNOWN_POSTING = "unknown_posting"
    NOT_REVERSIBLE = "not_reversible"
    ALREADY_REVERSED = "already_reversed"
    REVERSAL_TOO_LARGE = "reversal_too_large"
    KEY_REUSED = "idempotency_key_reused"


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing was written. `subject` names the account or field that the refusal is about, `line` which line."""

    reason: Reason
    subject: str = ""
    # Which line it was is told beside the refusal; two refusals for the same reason are the same.
    line: int = field(default=0, compare=False)


@value()
class Transfer:
    """One line of the journal, with both balances and both versions after it."""

    id: TransferId
    posting_id: PostingId
    kind: str
    debit: AccountCode
    credit: AccountCode
    amount: Coins
    debit_balance: Coins
    credit_balance: Coins
    debit_version: int
    credit_version: int
    reverses_id: TransferId | None = None
    reversed_before: Coins | None = None


@value()
class Posting:
    """One immutable business fact with its transfers."""

    id: PostingId
    key: str
    kind: str
    memo: str
    reference: str
    metadata: str
    actor: str
    credential: str
    created_at: int
    transfers: tuple[Transfer, ...]
    reverses_id: PostingId | None = None
    hold_id: HoldId | None = None


@dataclass(frozen=True, slots=True)
class HoldChanged:
    """A hold was placed or released; amounts in minor units."""

    hold_id: HoldId
    account: AccountCode
    amount: Coins
    captured: Coins
    released: Coins
    expires_at: int
    is_replay: bool = False


@value()
class Posted:
    """The posting is in the journal; `is_replay` when it was there before, `hold` as placed or as a capture left it."""

    posting: Posting
    is_replay: bool = False
    hold: HoldChanged | None = None


@dataclass(frozen=True, slots=True)
class AccountOpened:
    """The account is open; `is_replay` when the key had opened it before (perhaps under another code)."""

    code: AccountCode
    is_replay: bool = False


@dataclass(frozen=True, slots=True)
class StatusChanged:
    """The account has the status; `is_replay` when it had it before."""

    code: AccountCode
    status: AccountStatus
    is_replay: bool = False


Outcome = Posted | AccountOpened | StatusChanged | HoldChanged | Refused
