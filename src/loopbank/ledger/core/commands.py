"""What the books can be asked to do. A key names a command once for ever; it is scoped to its sender by the caller."""

from dataclasses import dataclass

from loopbank.coins import Coins
from loopbank.ledger.core.words import AccountCode, AccountStatus, HoldId, PostingId, TransferId
from loopbank.values import value


@value()
class Line:
    """One transfer of a posting: `amount` minor units leave `debit` and reach `credit`."""

    debit: AccountCode
    credit: AccountCode
    amount: Coins
    kind: str = ""
    """What the line is for people; empty means the posting's kind."""


@dataclass(frozen=True, slots=True)
class Cover:
    """What must be available on an account before a posting's first line, whatever the lines then move."""

    account: AccountCode
    amount: Coins


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceHold:
    """Reserve coins on an account for a beneficiary until they are captured, released or the hold expires."""

    key: str
    account: AccountCode
    beneficiary: AccountCode
    amount: Coins
    expires_at: int
    reference: str = ""
    memo: str = ""
    actor: str = ""
    credential: str = ""


@value(kw_only=True)
class Post:
    """Record one business fact: all lines happen, in order, or none; its hold is placed before them, or nothing is."""

    key: str
    kind: str
    lines: tuple[Line, ...]
    memo: str = ""
    reference: str = ""
    metadata: str = ""
    actor: str = ""
    credential: str = ""
    cover: Cover | None = None
    hold: PlaceHold | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reverse:
    """Give back what a posting (or one transfer of it) moved, whole or in part, never more than is left."""

    key: str
    posting_id: PostingId
    transfer_id: TransferId | None = None
    amount: Coins | None = None
    memo: str = ""
    reference: str = ""
    actor: str = ""
    credential: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenAccount:
    """Open an account; `floor` None means its balance has no lower bound (issuance)."""

    key: str
    code: AccountCode
    asset: str
    purpose: str
    floor: Coins | None = Coins(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeStatus:
    """Freeze, reopen or close an account; harmless to repeat."""

    code: AccountCode
    status: AccountStatus
    actor: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureHold:
    """Pay from a hold to its beneficiary; `amount` None takes all that is left, `is_final` releases the rest."""

    key: str
    hold_id: HoldId
    amount: Coins | None = None
    is_final: bool = False
    kind: str = "capture"
    memo: str = ""
    actor: str = ""
    credential: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseHold:
    """Give what is left of a hold back to its account; harmless to repeat."""

    hold_id: HoldId
    only_if_expired: bool = False
    actor: str = ""


Command = Post | Reverse | OpenAccount | ChangeStatus | PlaceHold | CaptureHold | ReleaseHold
