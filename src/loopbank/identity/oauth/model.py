"""Clients, grants, families and codes as the provider's parts pass them around."""

from dataclasses import dataclass
from enum import StrEnum

from loopbank.coins import Coins
from loopbank.foundation.clock import Instant
from loopbank.identity.oauth.scopes import Scopes
from loopbank.identity.people import Person


class GrantType(StrEnum):
    """The ways in which a program gets tokens."""

    AUTHORIZATION_CODE = "authorization_code"
    REFRESH_TOKEN = "refresh_token"  # noqa: S105 -- the protocol's word, not a secret
    CLIENT_CREDENTIALS = "client_credentials"
    DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code"


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """A program of somebody else's that people may sign in to; without a secret it is public."""

    id: str
    name: str
    owner_id: str
    secret_hash: str | None
    redirect_uris: tuple[str, ...]
    post_logout_redirect_uris: tuple[str, ...]
    scopes: Scopes
    grant_types: frozenset[GrantType]
    requires_pkce: bool
    created_at: Instant

    @property
    def is_public(self) -> bool:
        """Tell whether the program can keep no secret, as one that runs on people's own devices."""
        return self.secret_hash is None


@dataclass(frozen=True, slots=True)
class ListedClient:
    """A client, and whether it rests because its owner is no developer who may sign in."""

    client: Client
    is_resting: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredGrant:
    """What a person granted a client; other terms are another grant.

    `spend_limit` is how much the client may spend under it altogether, in minor units; None without `coins:spend`.
    """

    id: str
    person_id: str
    client_id: str
    scopes: Scopes
    spend_limit: Coins | None
    created_at: Instant
    used_at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """The tokens that come from one sign-in to one client, which end together at `ends_at` or before."""

    id: str
    grant_id: str
    session_id: str
    scopes: Scopes
    authenticated_at: Instant
    amr: str
    created_at: Instant
    ends_at: Instant


@dataclass(frozen=True, slots=True)
class LivingFamily:
    """A family whose parents all live, with what its tokens say."""

    family: Family
    person: Person
    client_id: str
    spend_limit: Coins | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCode:
    """What an authorization code is bound to."""

    family_id: str
    redirect_uri: str
    challenge: str | None
    nonce: str | None
    ends_at: Instant


@dataclass(frozen=True, slots=True)
class ShownCode:
    """What is known of an authorization code that a client shows."""

    code: NewCode
    client_id: str
    used_at: Instant | None


@dataclass(frozen=True, slots=True)
class ShownToken:
    """What is known of a refresh token that a client shows."""

    family_id: str
    client_id: str
    used_at: Instant | None
    ends_at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceRequest:
    """A device that asks to be let in, as its person is asked about it."""

    user_code_hash: str
    client: Client
    scopes: Scopes


@dataclass(frozen=True, slots=True, kw_only=True)
class PolledDevice:
    """What is known of a device code that its client shows."""

    client_id: str
    is_denied: bool
    is_decided: bool
    is_used: bool
    ends_at: Instant


@dataclass(frozen=True, slots=True)
class Browser:
    """A browser in which somebody is signed in: who, in which session, since when and by which means."""

    person: Person
    session_id: str
    session_ends_at: Instant
    authenticated_at: Instant
    amr: str


@dataclass(frozen=True, slots=True)
class Profile:
    """What the profile and email scopes tell of a person."""

    name: str
    email: str | None
    is_email_verified: bool


@dataclass(frozen=True, slots=True)
class Connection:
    """An app that a person is connected to."""

    grant: StoredGrant
    client_name: str
