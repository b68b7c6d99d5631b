"""The state that a batch touches, and the changes it leaves behind."""

from dataclasses import dataclass, field

from loopbank.coins import Coins
from loopbank.ledger.core.outcomes import Posting, Transfer
from loopbank.ledger.core.words import AccountCode, AccountStatus, HoldId, PostingId, TransferId


@dataclass(slots=True)
class Account:
    """An account as the fold sees it; the store compares `loaded_version` before it writes."""

    id: int
    code: AccountCode
    asset: str
    purpose: str
    floor: Coins | None
    balance: Coins
    held: Coins
    version: int
    status: AccountStatus
    loaded_version: int
    opening_key: str = ""

    @property
    def available(self) -> Coins | None:
        """What can be spent: balance - held - floor; None when there is no floor."""
        return None if self.floor is None else Coins(self.balance - self.held - self.floor)


@dataclass(slots=True)
class Hold:
    """A hold as the fold sees it."""

    id: HoldId
    key: str
    account: AccountCode
    beneficiary: AccountCode
    amount: Coins
    captured: Coins
    released: Coins
    expires_at: int
    created_at: int
    reference: str = ""
    memo: str = ""
    actor: str = ""
    credential: str = ""

    @property
    def left(self) -> Coins:
        """What is neither captured nor released."""
        return Coins(self.amount - self.captured - self.released)


@dataclass(slots=True)
class Books:
    """Everything that one batch can see. The highest numbers given so far continue without gaps."""

    accounts: dict[AccountCode, Account]
    postings_by_key: dict[str, Posting] = field(default_factory=dict)
    postings: dict[PostingId, Posting] = field(default_factory=dict)
    reversed_amounts: dict[TransferId, Coins] = field(default_factory=dict)
    holds: dict[HoldId, Hold] = field(default_factory=dict)
    holds_by_key: dict[str, Hold] = field(default_factory=dict)
    codes_by_opening_key: dict[str, AccountCode] = field(default_factory=dict)
    account_id_max: int = 0
    posting_id_max: int = 0
    transfer_id_max: int = 0
    hold_id_max: int = 0


@dataclass(slots=True)
class Changes:
    """What a batch writes. Accounts and holds appear once, in their final state."""

    opened: dict[AccountCode, Account] = field(default_factory=dict)
    changed: dict[AccountCode, Account] = field(default_factory=dict)
    postings: list[Posting] = field(default_factory=list)
    transfers: list[Transfer] = field(default_factory=list)
    placed: dict[HoldId, Hold] = field(default_factory=dict)
    settled: dict[HoldId, Hold] = field(default_factory=dict)

    def touch(self, account: Account) -> None:
        """Note that an account's state is to be written."""
        if account.code not in self.opened:
            self.changed[account.code] = account

    def touch_hold(self, hold: Hold) -> None:
        """Note that a hold's state is to be written."""
        if hold.id not in self.placed:
            self.settled[hold.id] = hold
