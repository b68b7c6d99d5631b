"""HTTP shapes of API keys and of the platform face's lists for staff (camelCase)."""

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from loopbank.access import ApiKey
from loopbank.bank.platform_schemas import CoinAmount, CoinTransaction
from loopbank.bank.schemas import JsonAmount, Time
from loopbank.coins import to_json_number
from loopbank.foundation.clock import to_rfc3339
from loopbank.foundation.requests import CamelAnswer, CamelBody, PlainText

_ACCOUNTS_MAX = 1_000

Permission = Literal["read", "write", "admin"]


class KeyBody(CamelBody):
    """A key to make. `allowedAccounts` are user ids or account numbers it may spend from; `*` is every account."""

    name: Annotated[PlainText, StringConstraints(min_length=1, max_length=100), Field(examples=["Web shop"])]
    permissions: Annotated[list[Permission], Field(min_length=1, max_length=3, examples=[["read", "write"]])]
    expires_at: Annotated[str, Field(max_length=40, examples=["2099-01-01T00:00:00Z"])] | None = None
    allowed_accounts: (
        Annotated[
            list[Annotated[PlainText, StringConstraints(min_length=1, max_length=64)]],
            Field(max_length=_ACCOUNTS_MAX, examples=[["NC-7K2M-Q9XD"]]),
        ]
        | None
    ) = None
    spend_limit_per_day: CoinAmount | None = None


class KeyView(CamelAnswer):
    """A key as lists show it."""

    id: str = Field(examples=["key_4b4f6f5e3d594c399a666f7a0f2f9c11"])
    name: str = Field(examples=["Web shop"])
    prefix: str = Field(description="How the key begins.", examples=["lb_live_4b4f"])
    permissions: list[str] = Field(examples=[["read", "write"]])
    allowed_accounts: list[str] = Field(examples=[["NC-7K2M-Q9XD"]])
    spend_limit_per_day: JsonAmount | None
    created_by: str = Field(examples=["Night Runner"])
    created_at: Time
    expires_at: str | None = Field(examples=["2099-01-01T00:00:00.000000Z"])
    last_used_at: str | None = Field(examples=["2026-01-31T12:00:00.000000Z"])
    usage_count: int = Field(examples=[41])


class MadeKey(KeyView):
    """A key right after it was made: `key` is shown only here."""

    key: str = Field(examples=["lb_live_4b4f6f5e3d594c399a666f7a0f2f9c11aB3dE6"])


class KeyMadeAnswer(CamelAnswer):
    """A new key, shown once."""

    message: str = Field(examples=["API key created. It is shown only this once."])
    api_key: MadeKey


class KeysAnswer(CamelAnswer):
    """Keys that are not revoked, the newest first."""

    api_keys: list[KeyView]


class MessageAnswer(CamelAnswer):
    """What was done."""

    message: str = Field(examples=["API key revoked"])


class LedgerAnswer(CamelAnswer):
    """Transactions of everybody, newest first."""

    transactions: list[CoinTransaction]
    next_cursor: str | None = Field(examples=["42"])


class ActView(CamelAnswer):
    """What somebody of the staff, or one of their programs, did."""

    id: int = Field(examples=[17])
    actor_id: str = Field(examples=["4b4f6f5e-3d59-4c39-9a66-6f7a0f2f9c11"])
    actor: str = Field(examples=["Night Runner"])
    action: str = Field(examples=["mint"])
    target: str = Field(examples=["NC-7K2M-Q9XD"])
    details: dict[str, Any] = Field(examples=[{"amount": 25, "reason": "Season prize"}])
    created_at: Time


class ActsAnswer(CamelAnswer):
    """The audit log, newest first."""

    logs: list[ActView]
    next_cursor: str | None = Field(examples=["17"])


def key_view(key: ApiKey) -> dict[str, Any]:
    """Show a key without the key itself."""
    limit = key.spend_limit_per_day
    return {
        "id": key.id,
        "name": key.name,
        "prefix": key.prefix,
        "permissions": key.permission.names,
        "allowedAccounts": list(key.allowed_accounts),
        "spendLimitPerDay": None if limit is None else to_json_number(limit),
        "createdBy": key.owner_name,
        "createdAt": to_rfc3339(key.created_at),
        "expiresAt": None if key.expires_at is None else to_rfc3339(key.expires_at),
        "lastUsedAt": None if key.last_used_at is None else to_rfc3339(key.last_used_at),
        "usageCount": key.use_count,
    }
