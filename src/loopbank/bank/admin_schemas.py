"""HTTP shapes of the event face's admin part."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, Field, StringConstraints

from loopbank.access import ApiKey, AuditEntry
from loopbank.bank.lists import ITEMS_MAX
from loopbank.bank.platform_schemas import CoinAmount, GivenReason
from loopbank.bank.schemas import (
    FACTION_LENGTH_MAX,
    AccountNumber,
    CharacterName,
    JsonAmount,
    Time,
    Transaction,
    User,
)
from loopbank.coins import Coins, to_json_number
from loopbank.foundation.clock import to_rfc3339
from loopbank.foundation.requests import KnownBody, PlainText, SignedAmount

KEY_NAME_LENGTH_MAX = 100
_PASSWORD_LENGTH_MAX = 256


Difference = Annotated[SignedAmount, Field(description="Coins to give, or below zero to take.", examples=[-25])]
FactionName = Annotated[
    PlainText,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=FACTION_LENGTH_MAX),
    Field(examples=["Netrunners"]),
]


_NewPassword = Annotated[str, Field(min_length=1, max_length=_PASSWORD_LENGTH_MAX, examples=["chrome-rain-4417"])]


class ResetPasswordBody(KnownBody):
    """The new password; none for a one-time slip."""

    new_password: (
        Annotated[str, Field(min_length=1, max_length=_PASSWORD_LENGTH_MAX, examples=["rain-4417"])] | None
    ) = None


class AdjustBody(KnownBody):
    """A correction of a balance, and why."""

    amount: Difference
    reason: GivenReason


class FactionBody(KnownBody):
    """A faction to found."""

    name: FactionName
    description: Annotated[PlainText, StringConstraints(max_length=500), Field(examples=["They know things."])] = ""


class CreditBody(KnownBody):
    """What everybody of a faction gets, and why."""

    amount: CoinAmount
    reason: GivenReason


class TerminalKeyBody(KnownBody):
    """A key for a terminal."""

    description: Annotated[
        PlainText, StringConstraints(min_length=1, max_length=KEY_NAME_LENGTH_MAX), Field(examples=["Bar terminal"])
    ]
    permissions: Annotated[list[str], Field(max_length=3, examples=[["write"]])] | str | None = None


class UsersAnswer(BaseModel):
    """People who were found."""

    users: list[User]


class LookupBody(KnownBody):
    """Account numbers to look up."""

    accounts: Annotated[
        list[Annotated[PlainText, StringConstraints(min_length=1, max_length=40)]],
        Field(min_length=1, max_length=ITEMS_MAX, examples=[["NC-7K2M-Q9XD"]]),
    ]


class HolderName(BaseModel):
    """Who holds an account."""

    account_number: AccountNumber
    character_name: CharacterName


class LookupAnswer(BaseModel):
    """Who holds the accounts; numbers that nobody holds are absent."""

    users: list[HolderName]


class UserDetailsAnswer(BaseModel):
    """A person, and how often they paid and were paid."""

    user: User
    total_sent: int = Field(examples=[12])
    total_received: int = Field(examples=[7])


class MessageAnswer(BaseModel):
    """What was done."""

    message: str = Field(examples=["Done"])


class ResetAnswer(MessageAnswer):
    """What was done; a slip is shown here once."""

    slip: str | None = Field(None, examples=["NGI0ZjZmNWU"])


class UserActAnswer(MessageAnswer):
    """A person after an act."""

    user: User


class AdjustedAnswer(MessageAnswer):
    """A correction that is in the books."""

    transaction: Transaction


class JournalAnswer(BaseModel):
    """Transactions of everybody, newest first."""

    transactions: list[Transaction]
    limit: int = Field(examples=[50])
    offset: int = Field(examples=[0])
    next_cursor: str | None = Field(examples=["42"])


class AuditView(BaseModel):
    """What somebody of the staff, or one of their programs, did."""

    id: int = Field(examples=[17])
    admin: str = Field(examples=["Night Runner"])
    action: str = Field(examples=["adjust_balance"])
    target: str = Field(examples=["NC-7K2M-Q9XD"])
    details: str = Field(examples=["amount: 25, reason: Lost bet"])
    timestamp: Time


class AuditAnswer(BaseModel):
    """The audit log, newest first."""

    logs: list[AuditView]
    limit: int = Field(examples=[50])
    offset: int = Field(examples=[0])
    next_cursor: str | None = Field(examples=["17"])


class FactionView(BaseModel):
    """A faction."""

    faction: str = Field(examples=["Netrunners"])
    user_count: int = Field(examples=[23])
    total_balance: JsonAmount


class FactionsAnswer(BaseModel):
    """All factions."""

    factions: list[FactionView]


class FactionMadeAnswer(MessageAnswer):
    """A faction that was founded."""

    faction: str = Field(examples=["Netrunners"])


class CreditedAnswer(MessageAnswer):
    """A faction whose people got coins."""

    affected_users: int = Field(examples=[23])
    users_affected: int = Field(examples=[23])
    faction: str = Field(examples=["Netrunners"])


class TerminalKey(BaseModel):
    """A key; `key_value` is in clear only in the answer to the request that made it."""

    id: str = Field(examples=["key_4b4f6f5e3d594c399a666f7a0f2f9c11"])
    key_value: str = Field(examples=["lb_live_4b4f…"])
    description: str = Field(examples=["Bar terminal"])
    permissions: list[str] = Field(examples=[["read", "write"]])
    is_active: bool = Field(examples=[True])
    created_at: Time
    created_by: str = Field(examples=["Night Runner"])
    last_used: str | None = Field(examples=["2026-01-31T12:00:00.000000Z"])
    usage_count: int = Field(examples=[41])


class TerminalKeysAnswer(BaseModel):
    """All keys."""

    api_keys: list[TerminalKey]


class TerminalKeyMadeAnswer(MessageAnswer):
    """A new key, shown once."""

    api_key: TerminalKey


def terminal_key_view(key: ApiKey, text: str | None = None) -> dict[str, Any]:
    """Show a key; `text` is the key itself, right after it was made."""
    return {
        "id": key.id,
        "key_value": text or f"{key.prefix}…",
        "description": key.name,
        "permissions": key.permission.names,
        "is_active": key.revoked_at is None,
        "created_at": to_rfc3339(key.created_at),
        "created_by": key.owner_name,
        "last_used": None if key.last_used_at is None else to_rfc3339(key.last_used_at),
        "usage_count": key.use_count,
    }


def audit_view(entry: AuditEntry) -> dict[str, Any]:
    """Show an act as people read it."""
    return {
        "id": entry.sequence,
        "admin": entry.actor.name,
        "action": entry.action,
        "target": entry.target,
        "details": ", ".join(f"{name}: {_shown(name, value)}" for name, value in entry.details.items()),
        "timestamp": to_rfc3339(entry.at),
    }


def audit_details(details: Mapping[str, object]) -> dict[str, object]:
    """Show what an act was done with; amounts as coins."""
    return {name: _shown(name, value) for name, value in details.items()}


def _shown(name: str, value: object) -> object:
    return to_json_number(Coins(value)) if name == "amount" and isinstance(value, int) else value
