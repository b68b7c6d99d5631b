"""HTTP shapes of the bank's event face."""

from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, Field, StringConstraints

from loopbank.bank.statements import Names
from loopbank.bank.words import Holder
from loopbank.coins import Coins, to_json_number
from loopbank.foundation.clock import Instant, to_rfc3339
from loopbank.foundation.requests import Amount, KnownBody, PlainText
from loopbank.ledger import AccountCode, Balance, StatementLine

MEMO_LENGTH_MAX = 140
FACTION_LENGTH_MAX = 50
_PICTURE_LENGTH_MAX = 500
_EMOJI_LENGTH_MAX = 16

JsonAmount = Annotated[int | float, Field(description="Coins with at most two decimals, exact.", examples=[12.5])]


class TransferBody(KnownBody):
    """A payment to another account."""

    to_account: Annotated[PlainText, StringConstraints(min_length=1, max_length=40)]
    amount: Amount
    memo: Annotated[PlainText, StringConstraints(max_length=MEMO_LENGTH_MAX)] | None = None


def _picture(text: str) -> str:
    if text.startswith("https://") and " " not in text:
        return text
    if len(text) > _EMOJI_LENGTH_MAX or "<" in text or ":" in text:
        raise ValueError("The picture must be an emoji or an https address.")
    return text


class ProfileBody(KnownBody):
    """What a person chooses about themselves; an empty text takes it away."""

    faction: Annotated[PlainText, StringConstraints(max_length=FACTION_LENGTH_MAX)] | None = None
    profile_picture: (
        Annotated[PlainText, StringConstraints(max_length=_PICTURE_LENGTH_MAX), AfterValidator(_picture)] | None
    ) = None


class User(BaseModel):
    """A person and their account."""

    character_name: str
    account_number: str
    faction: str
    created_at: str
    is_admin: bool
    profile_picture: str
    free_spins: int
    balance: JsonAmount
    available: JsonAmount
    held: JsonAmount
    role: str


class Transaction(BaseModel):
    """One transaction as its two parties see it."""

    id: int
    from_account: str
    from_name: str
    to_account: str
    to_name: str
    amount: JsonAmount
    memo: str
    timestamp: str
    type: str
    balance_after: JsonAmount | None = Field(None, description="The own balance after it.")


class AccountAnswer(BaseModel):
    """The own account."""

    account: User


class ProfileAnswer(BaseModel):
    """The own account after a change."""

    message: str
    account: User


class TransferAnswer(BaseModel):
    """A payment that is in the books."""

    message: str
    transaction: Transaction
    new_balance: JsonAmount


class TransactionsAnswer(BaseModel):
    """One page of a statement."""

    transactions: list[Transaction]
    next_cursor: str | None


class SearchAnswer(TransactionsAnswer):
    """What a search found in a statement."""

    query: str


class AccountCard(BaseModel):
    """What anybody who is signed in may see of another account."""

    account_number: str
    character_name: str
    faction: str
    profile_picture: str


class Currency(BaseModel):
    """The closed-loop currency."""

    code: str
    symbol: str
    scale: int


class BankConfiguration(BaseModel):
    """What clients need to know before anybody signs in."""

    profile: str
    product_name: str
    theme: str
    currency: Currency
    password_length_min: int
    memo_length_max: int
    factions: list[str]
    account_number_prefix: str
    welcome_bonus: JsonAmount


class HealthAnswer(BaseModel):
    """That the service is up."""

    status: str
    service: str


def user_view(holder: Holder, balance: Balance, *, is_admin: bool, role: str) -> dict[str, Any]:
    """Show a person and their account."""
    return {
        "character_name": holder.display_name,
        "account_number": holder.account_number,
        "faction": holder.faction,
        "created_at": to_rfc3339(Instant(holder.opened_at)),
        "is_admin": is_admin,
        "profile_picture": holder.profile_picture,
        "free_spins": 0,
        **balance_view(balance),
        "role": role,
    }


def balance_view(balance: Balance) -> dict[str, Any]:
    """Show a balance, what can be spent of it and what is held."""
    available = balance.balance if balance.available is None else balance.available
    return {
        "balance": to_json_number(balance.balance),
        "available": to_json_number(available),
        "held": to_json_number(balance.held),
    }


def transaction_view(line: StatementLine, names: Names, own: AccountCode | None = None) -> dict[str, Any]:
    """Show a transaction; `own` is the account whose balance after it is shown too."""
    transfer = line.transfer
    view: dict[str, Any] = {
        "id": transfer.id,
        "from_account": transfer.debit,
        "from_name": names.get(transfer.debit, transfer.debit),
        "to_account": transfer.credit,
        "to_name": names.get(transfer.credit, transfer.credit),
        "amount": to_json_number(transfer.amount),
        "memo": line.memo,
        "timestamp": to_rfc3339(line.created_at),
        "type": transfer.kind,
    }
    if own is not None:
        after: Coins = transfer.debit_balance if transfer.debit == own else transfer.credit_balance
        view["balance_after"] = to_json_number(after)
    return view
