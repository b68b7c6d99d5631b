"""What a token is worth: told to whoever bears it, to the client it was given to, and withdrawn by that client."""

from typing import Any

from loopbank.access import TOKEN_TYPE, Grant, InvalidToken, Revocations, TokenVerifier
from loopbank.foundation.clock import MICROSECONDS_PER_SECOND, Clock
from loopbank.foundation.database import Database
from loopbank.identity.oauth import store
from loopbank.identity.oauth.errors import InsufficientScope, InvalidAccessToken
from loopbank.identity.oauth.families import Families
from loopbank.identity.oauth.model import Client
from loopbank.identity.oauth.scopes import EMAIL, OPENID, PROFILE, write_scopes
from loopbank.identity.oauth.tokens import TokenMint
from loopbank.identity.tokens import token_hash

_SHOWN_CLAIMS = ("iss", "aud", "sub", "client_id", "scope", "sid", "exp", "iat", "nbf", "jti")
_INACTIVE: dict[str, Any] = {"active": False}


class Inspection:
    """Looks at tokens: userinfo (OpenID Connect Core, 5.3), introspection (RFC 7662), revocation (RFC 7009)."""

    def __init__(
        self,
        *,
        database: Database,
        verifier: TokenVerifier,
        revocations: Revocations,
        families: Families,
        mint: TokenMint,
        clock: Clock,
    ) -> None:
        self._database = database
        self._verifier = verifier
        self._revocations = revocations
        self._families = families
        self._mint = mint
        self._clock = clock

    async def userinfo(self, access_token: str) -> dict[str, Any]:
        """Give what a token's scopes tell of its person. Raises InvalidAccessToken or InsufficientScope."""
        grant = await self._grant(access_token)
        if grant is None:
            raise InvalidAccessToken
        if OPENID not in grant.scopes:
            raise InsufficientScope("This needs the scope openid.")
        async with self._database.reading() as tx:
            profile = await store.find_profile(tx, grant.person_id)
        if profile is None:
            raise InvalidAccessToken
        told: dict[str, Any] = {"sub": grant.person_id}
        if PROFILE in grant.scopes:
            told |= {"name": profile.name, "preferred_username": profile.name}
        if EMAIL in grant.scopes and profile.email is not None:
            told |= {"email": profile.email, "email_verified": profile.is_email_verified}
        return told

    async def introspect(self, client: Client, token: str) -> dict[str, Any]:
        """Tell a client of a token that it was given; of any other it learns that it is not active."""
        grant = await self._grant(token)
        if grant is not None:
            return await self._shown(token) if grant.client_id == client.id else _INACTIVE
        read = await self._mint.read(token)
        if read is not None:
            is_own = read.type == TOKEN_TYPE and read.claims.get("sub") == read.claims.get("aud") == client.id
            is_alive = int(read.claims.get("exp", 0)) * MICROSECONDS_PER_SECOND > self._clock()
            return await self._shown(token) if is_own and is_alive else _INACTIVE
        return await self._refresh_token(client, token)

    async def revoke(self, client: Client, token: str) -> None:
        """End the family of a token that the client was given; every other token stays as it is (RFC 7009, 2.2)."""
        async with self._database.reading() as tx:
            shown = await store.find_refresh_token(tx, token_hash(token))
        if shown is not None:
            if shown.client_id == client.id:
                await self._families.end(shown.family_id, reason="revoked_by_client")
            return
        grant = await self._grant(token)
        if grant is not None and grant.client_id == client.id:
            await self._families.end(grant.family_id, reason="revoked_by_client")

    async def _grant(self, access_token: str) -> Grant | None:
        """Give what an access token stands for; None unless it is a partner's and alive."""
        try:
            bearer = await self._verifier.verify_any(access_token)
            return self._revocations.admit_grant(bearer) if isinstance(bearer, Grant) else None
        except InvalidToken:
            return None

    async def _shown(self, token: str) -> dict[str, Any]:
        read = await self._mint.read(token)
        if read is None:
            return _INACTIVE
        shown = {name: read.claims[name] for name in _SHOWN_CLAIMS if name in read.claims}
        return {"active": True, "token_type": "Bearer", **shown}

    async def _refresh_token(self, client: Client, token: str) -> dict[str, Any]:
        now = self._clock()
        async with self._database.reading() as tx:
            shown = await store.find_refresh_token(tx, token_hash(token))
            if shown is None or shown.client_id != client.id or shown.used_at is not None:
                return _INACTIVE
            living = await store.find_living_family(tx, shown.family_id, now=now)
        if living is None:
            return _INACTIVE
        return {
            "active": True,
            "sub": living.person.id,
            "client_id": client.id,
            "scope": write_scopes(living.family.scopes),
            "sid": living.family.session_id,
            "exp": living.family.ends_at // MICROSECONDS_PER_SECOND,
        }
