"""People, sessions and keys as the services pass them around."""

from dataclasses import dataclass

from loopbank.access import Role
from loopbank.foundation.clock import Instant


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who may sign in."""

    id: str
    name: str
    role: Role
    created_at: Instant
    email: str | None = None
    is_verified: bool = False
    staff_since: Instant | None = None
    second_factor_since: Instant | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPerson:
    """Somebody who is about to join, with a name and a password that follow the rules.

    Who joins by mail does so from the client `claimed_from`: their address is only claimed, and others may have
    their name. An address without `claimed_from` is theirs, as somebody who knows has said.
    """

    name: str
    password: str
    faction: str | None = None
    email: str | None = None
    role: Role = Role.USER
    claimed_from: str | None = None
    has_unique_name: bool = True


@dataclass(frozen=True, slots=True)
class Credentials:
    """What is needed to check a password."""

    person_id: str
    password_hash: str
    is_active: bool


@dataclass(frozen=True, slots=True)
class SignInPlace:
    """Where somebody signs in: the device in plain words, the network address, and the client as it is counted."""

    device: str
    address: str
    client: str = ""


@dataclass(frozen=True, slots=True)
class Session:
    """One sign-in on one device."""

    id: str
    person_id: str
    device: str
    address: str
    created_at: Instant
    last_seen_at: Instant
    idle_ends_at: Instant
    ends_at: Instant


@dataclass(frozen=True, slots=True)
class StoredKey:
    """A signing key as it is stored: its private half is sealed, and gone some time after it retired."""

    id: str
    public_jwk: str
    sealed_private_key: str | None
    created_at: Instant
    retired_at: Instant | None


@dataclass(frozen=True, slots=True)
class TokenUse:
    """What is known of a refresh token that was shown."""

    session_id: str
    used_at: Instant | None
    ends_at: Instant
