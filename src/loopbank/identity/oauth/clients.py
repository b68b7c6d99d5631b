"""Clients: registered by developers, recognised by the secret they show, deleted with everything they were granted."""

import base64
import binascii
import hmac
from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import unquote_plus

from loopbank.access import Actor, Principal, Revocation, RevocationKind, acted
from loopbank.events import Fact
from loopbank.foundation.clock import Clock, Instant, later
from loopbank.foundation.database import Database, Transaction
from loopbank.foundation.ids import new_id, new_secret
from loopbank.foundation.requests import is_plain_text
from loopbank.identity.oauth import client_store
from loopbank.identity.oauth.errors import (
    InvalidClient,
    InvalidRequest,
    PublicClient,
    UnacceptableClient,
    UnknownClient,
)
from loopbank.identity.oauth.families import REVOKED_TOKENS_SECONDS_MAX
from loopbank.identity.oauth.model import Client, GrantType, ListedClient
from loopbank.identity.oauth.parameters import Parameters
from loopbank.identity.oauth.redirects import refuse_unusable
from loopbank.identity.oauth.scopes import OFFLINE_ACCESS, Scopes
from loopbank.identity.sessions import Sessions
from loopbank.identity.tokens import token_hash

SECRET_PREFIX = "lbs_"  # noqa: S105 -- what secrets begin with, so that scanners of source code find them

_LISTED_MAX = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """What a developer says of a client."""

    name: str
    redirect_uris: tuple[str, ...]
    post_logout_redirect_uris: tuple[str, ...]
    scopes: Scopes
    grant_types: frozenset[GrantType]
    requires_pkce: bool


@dataclass(frozen=True, slots=True)
class NewClient:
    """A client and the secret that nobody can show again; None for a public one."""

    client: Client
    secret: str | None


class Clients:
    """Registers, lists, changes, deletes and recognises clients."""

    def __init__(self, *, database: Database, sessions: Sessions, clock: Clock, takes_plain_http: bool) -> None:
        self._database = database
        self._sessions = sessions
        self._clock = clock
        self._takes_plain_http = takes_plain_http

    async def register(self, developer: Principal, given: Registration, *, is_public: bool) -> NewClient:
        """Register a client. Raises UnacceptableClient."""
        self._refuse_unusable(given, is_public=is_public)
        secret = None if is_public else _new_secret()
        now = self._clock()
        client = Client(
            id=f"client_{new_id().replace('-', '')}",
            name=given.name,
            owner_id=developer.person_id,
            secret_hash=None if secret is None else token_hash(secret),
            redirect_uris=given.redirect_uris,
            post_logout_redirect_uris=given.post_logout_redirect_uris,
            scopes=given.scopes,
            grant_types=given.grant_types,
            requires_pkce=given.requires_pkce,
            created_at=now,
        )
        async with self._database.transaction() as tx:
            await client_store.insert_client(tx, client)
            await self._sessions.announce(tx, [_act(developer, "create_client", client, now)], [])
        return NewClient(client, secret)

    async def list(self, developer: Principal) -> Sequence[ListedClient]:
        """List one's own clients, or all for administrators."""
        owner_id = None if developer.is_admin else developer.person_id
        async with self._database.reading() as tx:
            return await client_store.list_clients(tx, owner_id=owner_id, limit=_LISTED_MAX)

    async def change(self, developer: Principal, client_id: str, given: Registration) -> Client:
        """Change what is registered. Raises UnknownClient or UnacceptableClient."""
        client = await self._own(developer, client_id)
        self._refuse_unusable(given, is_public=client.is_public)
        changed = replace(
            client,
            name=given.name,
            redirect_uris=given.redirect_uris,
            post_logout_redirect_uris=given.post_logout_redirect_uris,
            scopes=given.scopes,
            grant_types=given.grant_types,
            requires_pkce=given.requires_pkce,
        )
        await self._store(developer, "change_client", changed)
        return changed

    async def rotate_secret(self, developer: Principal, client_id: str) -> NewClient:
        """Give a client a new secret; the old one opens nothing from now on. Raises UnknownClient or PublicClient."""
        client = await self._own(developer, client_id)
        if client.is_public:
            raise PublicClient
        secret = _new_secret()
        changed = replace(client, secret_hash=token_hash(secret))
        await self._store(developer, "rotate_client_secret", changed)
        return NewClient(changed, secret)

    async def delete(self, developer: Principal, client_id: str) -> None:
        """Delete a client; its tokens end everywhere within seconds. Raises UnknownClient."""
        client = await self._own(developer, client_id)
        now = self._clock()
        ends_at = later(now, REVOKED_TOKENS_SECONDS_MAX)
        async with self._database.transaction() as tx:
            if not await client_store.delete_client(tx, client_id, now=now):
                raise UnknownClient
            revocation = Revocation(RevocationKind.CLIENT_REVOKED, client_id, None, ends_at)
            await self._sessions.announce(tx, [_act(developer, "delete_client", client, now)], [revocation])
        await self._sessions.catch_up()

    async def find(self, client_id: str) -> Client | None:
        """Find a client that works."""
        async with self._database.reading() as tx:
            return await client_store.find_working_client(tx, client_id)

    async def recognise(self, authorization: str | None, parameters: Parameters) -> Client:
        """Give the client that sends a request, by the one way in which it proves itself (RFC 6749, 2.3).

        Raises InvalidClient or InvalidRequest.
        """
        if parameters.get("client_assertion") is not None:
            raise InvalidClient
        client_id, secret = parameters.get("client_id"), parameters.get("client_secret")
        if authorization is not None:
            if secret is not None:
                raise InvalidRequest("The client authenticates in two ways at once.")
            basic_id, secret = _basic(authorization)
            if client_id not in (None, basic_id):
                raise InvalidClient
            client_id = basic_id
        client = None if client_id is None else await self.find(client_id)
        if client is None or not _proves(client, secret):
            raise InvalidClient
        return client

    async def _own(self, developer: Principal, client_id: str) -> Client:
        async with self._database.reading() as tx:
            client = await client_store.find_client(tx, client_id)
        if client is None or (client.owner_id != developer.person_id and not developer.is_admin):
            raise UnknownClient
        return client

    async def _store(self, developer: Principal, action: str, client: Client) -> None:
        async with self._database.transaction() as tx:
            if not await client_store.replace_client(tx, client):
                raise UnknownClient
            await self._sessions.announce(tx, [_act(developer, action, client, self._clock())], [])

    def _refuse_unusable(self, given: Registration, *, is_public: bool) -> None:
        for field, uris in (
            ("redirectUris", given.redirect_uris),
            ("postLogoutRedirectUris", given.post_logout_redirect_uris),
        ):
            for uri in uris:
                refuse_unusable(uri, field=field, takes_plain_http=self._takes_plain_http)
        if GrantType.AUTHORIZATION_CODE in given.grant_types and not given.redirect_uris:
            raise UnacceptableClient("redirectUris", "A client that people sign in to needs a redirect address.")
        if is_public and not given.requires_pkce:
            raise UnacceptableClient("requirePkce", "A public client proves its codes (PKCE).")
        if is_public and GrantType.CLIENT_CREDENTIALS in given.grant_types:
            raise UnacceptableClient("grantTypes", "A public client has no credentials of its own.")
        if OFFLINE_ACCESS in given.scopes and GrantType.REFRESH_TOKEN not in given.grant_types:
            raise UnacceptableClient("scopes", "The scope offline_access needs the grant type refresh_token.")


async def rest_clients(tx: Transaction, owner_id: str, *, now: Instant) -> Sequence[Revocation]:
    """Let the clients of somebody who is no developer any more rest; what is given is to be announced last."""
    return await _told(tx, RevocationKind.CLIENT_REVOKED, owner_id, now)


async def wake_clients(tx: Transaction, owner_id: str, *, now: Instant) -> Sequence[Revocation]:
    """Let the clients of somebody who is a developer again work; what is given is to be announced last."""
    return await _told(tx, RevocationKind.CLIENT_RESTORED, owner_id, now)


async def remove_clients(tx: Transaction, owner_id: str, *, now: Instant) -> Sequence[Revocation]:
    """Delete the clients of somebody who is gone for ever; what is given is to be announced last."""
    ended = await rest_clients(tx, owner_id, now=now)
    await client_store.delete_clients(tx, owner_id, now=now)
    return ended


async def _told(tx: Transaction, kind: RevocationKind, owner_id: str, now: Instant) -> Sequence[Revocation]:
    ends_at = later(now, REVOKED_TOKENS_SECONDS_MAX)
    return [Revocation(kind, client_id, None, ends_at) for client_id in await client_store.list_ids(tx, owner_id)]


def _new_secret() -> str:
    return SECRET_PREFIX + new_secret()


def _proves(client: Client, secret: str | None) -> bool:
    """Tell whether the secret is the client's; a public client shows none."""
    if client.secret_hash is None or secret is None:
        return client.secret_hash is None and secret is None
    return hmac.compare_digest(client.secret_hash, token_hash(secret))


def _basic(authorization: str) -> tuple[str, str]:
    """Read client id and secret, each form-encoded, from an Authorization header. Raises InvalidClient."""
    scheme, _, encoded = authorization.partition(" ")
    try:
        if scheme.lower() != "basic":
            raise InvalidClient
        client_id, colon, secret = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
        client_id, secret = unquote_plus(client_id, errors="strict"), unquote_plus(secret, errors="strict")
        if not colon or not is_plain_text(client_id):
            raise InvalidClient
        return client_id, secret
    except (binascii.Error, ValueError) as error:
        raise InvalidClient from error


def _act(developer: Principal, action: str, client: Client, now: Instant) -> Fact:
    return acted(Actor(developer.person_id, developer.name), action, client.id, {"name": client.name}, now)
