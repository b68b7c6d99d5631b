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
AccountNumber = Annotated[str, Field(examples=["NC-7K2M-Q9XD"])]
OwnNumber = Annotated[str, Field(examples=["NC-4R8T-ZP1C"])]
CharacterName = Annotated[str, Field(examples=["Night Runner"])]
Faction = Annotated[str, Field(examples=["Netrunners"])]
Picture = Annotated[str, Field(description="An emoji or an https address; empty for none.", examples=["\U0001f98a"])]
Memo = Annotated[str, Field(examples=["Two stim packs"])]
Time = Annotated[str, Field(description="RFC 3339, UTC.", examples=["2026-01-31T12:00:00.000000Z"])]


class TransferBody(KnownBody):
    """A payment to another account."""

    to_account: Annotated[PlainText, StringConstraints(min_length=1, max_length=40), Field(examples=["NC-7K2M-Q9XD"])]
    amount: Annotated[
        Amount,
        Field(
            description="Coins above zero with at most two decimals, as a number or as text; read exactly.",
            examples=[12.5],
        ),
    ]
    memo: (
        Annotated[PlainText, StringConstraints(max_length=MEMO_LENGTH_MAX), Field(examples=["Two stim packs"])] | None
    ) = None


def _picture(text: str) -> str:
    if text.startswith("https://") and " " not in text:
        return text
    if len(text) > _EMOJI_LENGTH_MAX or "<" in text or ":" in text:
        raise ValueError("The picture must be an emoji or an https address.")
    return text


class ProfileBody(KnownBody):
    """What a person chooses about themselves; an empty text takes it away."""

    faction: (
        Annotated[
            PlainText,
            StringConstraints(strip_whitespace=True, max_length=FACTION_LENGTH_MAX),
            Field(examples=["Netrunners"]),
        ]
        | None
    ) = None
    profile_picture: (
        Annotated[
            PlainText,
            StringConstraints(max_length=_PICTURE_LENGTH_MAX),
            AfterValidator(_picture),
            Field(description="An emoji or an https address.", examples=["\U0001f98a"]),
        ]
        | None
    ) = None


class User(BaseModel):
    """A person and their account."""

    character_name: CharacterName
    account_number: OwnNumber
    faction: Faction
    created_at: Time
    is_admin: bool = Field(examples=[False])
    profile_picture: Picture
    free_spins: int = Field(description="Free spins that wait to be played.", examples=[0])
    balance: JsonAmount = Field(description="What the account holds.", examples=[987.5])
    available: JsonAmount = Field(description="What of it can be spent.", examples=[987.5])
    held: JsonAmount = Field(description="What of it is reserved.", examples=[0])
    role: str = Field(examples=["USER"])


class Transaction(BaseModel):
    """One transaction as its two parties see it."""

    id: int = Field(description="Grows with time.", examples=[42])
    from_account: OwnNumber
    from_name: CharacterName
    to_account: AccountNumber
    to_name: str = Field(examples=["Fixer of the docks"])
    amount: JsonAmount
    memo: Memo
    timestamp: Time
    type: str = Field(
        description="`transfer`, `welcome_bonus`, `mint`, `burn`, `reversal`, `admin_adjustment`, …",
        examples=["transfer"],
    )
    balance_after: JsonAmount | None = Field(None, description="The own balance after it.", examples=[987.5])


class AccountAnswer(BaseModel):
    """The own account."""

    account: User


class ProfileAnswer(BaseModel):
    """The own account after a change."""

    message: str = Field(examples=["Profile updated"])
    account: User


class TransferAnswer(BaseModel):
    """A payment that is in the books."""

    message: str = Field(examples=["Transfer successful"])
    transaction: Transaction
    new_balance: JsonAmount = Field(description="The payer's balance after it.", examples=[987.5])


class TransactionsAnswer(BaseModel):
    """One page of a statement, newest first."""

    transactions: list[Transaction]
    next_cursor: str | None = Field(description="Where the next page begins; null on the last one.", examples=["42"])


class SearchAnswer(TransactionsAnswer):
    """What a search found in a statement."""

    query: str = Field(examples=["stim"])


class AccountCard(BaseModel):
    """What anybody who is signed in may see of another account."""

    account_number: AccountNumber
    character_name: CharacterName
    faction: Faction
    profile_picture: Picture


class Currency(BaseModel):
    """The closed-loop currency."""

    code: str = Field(examples=["LBC"])
    symbol: str = Field(examples=["\u00a4"])
    scale: int = Field(description="Decimals of a coin.", examples=[2])


class BankConfiguration(BaseModel):
    """What clients need to know before anybody signs in."""

    profile: str = Field(examples=["event"])
    product_name: str = Field(examples=["NeoBank"])
    theme: str = Field(examples=["neotropolis"])
    currency: Currency
    password_length_min: int = Field(examples=[6])
    memo_length_max: int = Field(examples=[MEMO_LENGTH_MAX])
    factions: list[str] = Field(examples=[["Netrunners", "Corporate", "Street"]])
    account_number_prefix: str = Field(examples=["NC"])
    welcome_bonus: JsonAmount = Field(examples=[1000])
    public_url: str = Field(
        description="Where the bank lives, and the site its passkeys belong to; empty: wherever it is reached.",
        examples=["https://bank.example.org"],
    )


def user_view(holder: Holder, balance: Balance, *, free_spins: int, is_admin: bool, role: str) -> dict[str, Any]:
    """Show a person and their account."""
    return {
        "character_name": holder.display_name,
        "account_number": holder.account_number,
        "faction": holder.faction,
        "created_at": to_rfc3339(Instant(holder.opened_at)),
        "is_admin": is_admin,
        "profile_picture": holder.profile_picture,
        "free_spins": free_spins,
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
