"""API keys as the house passes them around: what a key may do, for whom, and how much a day."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from loopbank.access.principals import Role
from loopbank.coins import Coins
from loopbank.foundation.clock import Instant

EVERY_ACCOUNT = "*"
"""In a key's allowed accounts: all of them."""


class KeyPermission(IntEnum):
    """What a key may do; each permission includes those before it."""

    READ = 0
    WRITE = 1
    ADMIN = 2

    @property
    def names(self) -> list[str]:
        """List everything that the permission includes, as clients write it."""
        return [permission.name.lower() for permission in KeyPermission if permission <= self]


def highest_permission(names: Sequence[str]) -> KeyPermission:
    """Give the highest of some permissions as clients write them; READ when there is none."""
    return max((KeyPermission[name.upper()] for name in names), default=KeyPermission.READ)


def permission_of(role: Role) -> KeyPermission | None:
    """Give the highest permission that a role can hand to a key; None when it can make no keys."""
    if role >= Role.ADMIN:
        return KeyPermission.ADMIN
    return KeyPermission.WRITE if role >= Role.DEVELOPER else None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyTerms:
    """What somebody wants a new key to be."""

    name: str
    permission: KeyPermission
    allowed_accounts: tuple[str, ...]
    expires_at: Instant | None = None
    spend_limit_per_day: Coins | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """A key as it is stored; the key itself is known to its holder alone."""

    id: str
    prefix: str
    name: str
    permission: KeyPermission
    owner_id: str
    owner_name: str
    allowed_accounts: tuple[str, ...]
    spend_limit_per_day: Coins | None
    created_at: Instant
    expires_at: Instant | None
    revoked_at: Instant | None
    use_count: int
    last_used_at: Instant | None

    def may_spend_from(self, *names: str) -> bool:
        """Tell whether coins may leave an account, known by its number, its holder's id or any other name."""
        return EVERY_ACCOUNT in self.allowed_accounts or any(name in self.allowed_accounts for name in names)

    def is_alive(self, now: Instant) -> bool:
        """Tell whether the key opens anything."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)
