"""The bank's own words: who holds an account, what kinds of transactions there are, which accounts are its own."""

from dataclasses import dataclass
from enum import StrEnum

from loopbank.coins import Coins
from loopbank.ledger import AccountCode


class TransactionType(StrEnum):
    """What a transaction is for, as clients read it."""

    TRANSFER = "transfer"
    WELCOME_BONUS = "welcome_bonus"
    MINT = "mint"
    BURN = "burn"
    REVERSAL = "reversal"
    TREASURY_PAYMENT = "treasury_payment"
    TREASURY_PAYOUT = "treasury_payout"
    TREASURY_TRANSFER = "treasury_transfer"
    CAPTURE = "capture"
    ALLOWANCE = "allowance"
    ADMIN_ADJUSTMENT = "admin_adjustment"
    CASINO_BET = "casino_bet"
    CASINO_WIN = "casino_win"


class Treasury(StrEnum):
    """The four treasuries."""

    COURSE = "COURSE"
    SUBSCRIPTION = "SUBSCRIPTION"
    REWARD = "REWARD"
    GENERAL = "GENERAL"

    @property
    def account(self) -> AccountCode:
        """Give the treasury's account."""
        return AccountCode(f"TREASURY-{self.value}")


@dataclass(frozen=True, slots=True)
class Holder:
    """A person as the bank knows them: what the Authentication Service last told, and what they chose here."""

    person_id: str
    account_number: AccountCode
    display_name: str
    faction: str
    profile_picture: str
    role: str
    is_active: bool
    opened_at: int


@dataclass(frozen=True, slots=True)
class BankTerms:
    """What an installation chose: its currency, its own accounts, its welcome."""

    product_name: str
    profile: str
    theme: str
    currency_code: str
    currency_symbol: str
    currency_scale: int
    account_prefix: str
    house_account: AccountCode
    bank_account: AccountCode
    house_start: Coins
    welcome_bonus: Coins
    factions: tuple[str, ...]
    password_length_min: int
    transfers_per_minute: int
    public_url: str = ""
    house_underwriting: Coins = Coins(0)
    """How far below zero the house may go: the bank pays what the house cannot."""

    @property
    def issuance(self) -> AccountCode:
        """Give the account that all coins come from: its balance is minus the supply."""
        return AccountCode(f"ISSUANCE-{self.currency_code}")

    @property
    def system_names(self) -> dict[AccountCode, str]:
        """Name the bank's own accounts for people."""
        names = {self.issuance: "Mint", self.bank_account: self.product_name, self.house_account: "Casino"}
        return names | {treasury.account: f"Treasury {treasury.value.title()}" for treasury in Treasury}
