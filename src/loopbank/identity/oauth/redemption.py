"""The token endpoint's rules: what a client shows, once, and the tokens it gets for it (RFC 6749, 6750, 7636, 8628)."""

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass

from loopbank.foundation.clock import Clock, later
from loopbank.foundation.database import Database, Transaction
from loopbank.foundation.ids import new_secret
from loopbank.identity.oauth import client_store, store
from loopbank.identity.oauth.devices import Devices
from loopbank.identity.oauth.errors import (
    InvalidGrant,
    InvalidScope,
    UnauthorizedClient,
    UnsupportedGrantType,
)
from loopbank.identity.oauth.families import Families
from loopbank.identity.oauth.model import Client, GrantType, LivingFamily, ShownCode, ShownToken
from loopbank.identity.oauth.parameters import Parameters
from loopbank.identity.oauth.scopes import OFFLINE_ACCESS, OPENID, Scopes, read_scopes, write_scopes
from loopbank.identity.oauth.tokens import TokenMint
from loopbank.identity.sessions import REUSE_GRACE_SECONDS
from loopbank.identity.tokens import token_hash

_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """What a client gets; `expires_in` in seconds."""

    access_token: str
    expires_in: int
    scope: str
    refresh_token: str | None = None
    id_token: str | None = None


@dataclass(frozen=True, slots=True)
class _Redeemed:
    """A family that may have tokens now, and the refresh token that was stored with it."""

    living: LivingFamily
    refresh_token: str | None


class Redemption:
    """Gives tokens for codes, refresh tokens, devices and clients' own credentials."""

    def __init__(
        self, *, database: Database, families: Families, devices: Devices, mint: TokenMint, clock: Clock
    ) -> None:
        self._database = database
        self._families = families
        self._devices = devices
        self._mint = mint
        self._clock = clock

    async def tokens(self, client: Client, parameters: Parameters, issuer: str) -> Tokens:
        """Give what a recognised client asks of `issuer`. Raises OAuthRefusal."""
        try:
            grant_type = GrantType(parameters.require("grant_type"))
        except ValueError:
            raise UnsupportedGrantType from None
        if grant_type not in client.grant_types:
            raise UnauthorizedClient
        match grant_type:
            case GrantType.AUTHORIZATION_CODE:
                return await self._by_code(client, parameters, issuer)
            case GrantType.REFRESH_TOKEN:
                return await self._by_refresh_token(client, parameters, issuer)
            case GrantType.DEVICE_CODE:
                return await self._by_device(client, parameters, issuer)
            case GrantType.CLIENT_CREDENTIALS:
                return await self._by_credentials(client, parameters)

    async def _by_code(self, client: Client, parameters: Parameters, issuer: str) -> Tokens:
        """Redeem a code. The same code again ends what it gave: one of the two holds a stolen copy."""
        hashed = token_hash(parameters.require("code"))
        shown = await self._shown_code(hashed, client)
        redeemed = None
        if shown.used_at is None:
            _refuse_unproven(shown, parameters)
            async with self._database.transaction() as tx:
                if await store.use_code(tx, hashed, now=self._clock()):
                    redeemed = await self._redeem(tx, shown.code.family_id, client)
                elif self._clock() >= shown.code.ends_at:
                    raise InvalidGrant
        if redeemed is None:
            await self._families.end(shown.code.family_id, reason="code_reused")
            raise InvalidGrant
        return await self._signed(redeemed, redeemed.living.family.scopes, issuer=issuer, nonce=shown.code.nonce)

    async def _by_refresh_token(self, client: Client, parameters: Parameters, issuer: str) -> Tokens:
        """Exchange a refresh token; the same again within ten seconds is a lost answer, later a stolen copy."""
        hashed = token_hash(parameters.require("refresh_token"))
        shown = await self._shown_token(hashed, client)
        if shown.used_at is not None:
            if self._clock() > later(shown.used_at, REUSE_GRACE_SECONDS):
                await self._families.end(shown.family_id, reason="refresh_token_reused")
            raise InvalidGrant
        now = self._clock()
        async with self._database.transaction() as tx:
            if not await store.use_refresh_token(tx, hashed, now=now):
                raise InvalidGrant
            redeemed = await self._redeem(tx, shown.family_id, client)
            if not await client_store.note_use(tx, redeemed.living.family.grant_id, now=now):
                raise InvalidGrant
            scopes = _narrowed(redeemed.living.family.scopes & client.scopes, parameters)
        return await self._signed(redeemed, scopes, issuer=issuer, nonce=None)

    async def _by_device(self, client: Client, parameters: Parameters, issuer: str) -> Tokens:
        """Redeem the code of a device that its person let in."""
        hashed = token_hash(parameters.require("device_code"))
        await self._devices.poll(hashed, client)
        async with self._database.transaction() as tx:
            family_id = await store.use_device_code(tx, hashed, now=self._clock())
            if family_id is None:
                raise InvalidGrant
            redeemed = await self._redeem(tx, family_id, client)
        return await self._signed(redeemed, redeemed.living.family.scopes, issuer=issuer, nonce=None)

    async def _by_credentials(self, client: Client, parameters: Parameters) -> Tokens:
        """Give a client a token in which it speaks for itself alone."""
        if client.is_public:
            raise UnauthorizedClient
        if read_scopes(parameters.get("scope") or ""):
            raise InvalidScope("Only people grant scopes.")
        signed = await self._mint.client_token(client)
        return Tokens(access_token=signed.text, expires_in=signed.expires_in_seconds, scope="")

    async def _shown_code(self, hashed: str, client: Client) -> ShownCode:
        """Look at a code without touching it. Raises InvalidGrant unless it is the client's."""
        async with self._database.reading() as tx:
            shown = await store.find_code(tx, hashed)
        if shown is None or shown.client_id != client.id:
            raise InvalidGrant
        return shown

    async def _shown_token(self, hashed: str, client: Client) -> ShownToken:
        """Look at a refresh token without touching it. Raises InvalidGrant unless it is the client's."""
        async with self._database.reading() as tx:
            shown = await store.find_refresh_token(tx, hashed)
        if shown is None or shown.client_id != client.id:
            raise InvalidGrant
        return shown

    async def _redeem(self, tx: Transaction, family_id: str, client: Client) -> _Redeemed:
        """Find a family whose parents live, and store its next refresh token. Raises InvalidGrant."""
        living = await store.find_living_family(tx, family_id, now=self._clock())
        if living is None:
            raise InvalidGrant
        if OFFLINE_ACCESS not in living.family.scopes or GrantType.REFRESH_TOKEN not in client.grant_types:
            return _Redeemed(living, None)
        refresh_token = new_secret()
        await store.insert_refresh_token(tx, token_hash(refresh_token), living.family)
        return _Redeemed(living, refresh_token)

    async def _signed(self, redeemed: _Redeemed, scopes: Scopes, *, issuer: str, nonce: str | None) -> Tokens:
        signed = await self._mint.access_token(redeemed.living, scopes)
        id_token = None
        if OPENID in scopes:
            id_token = await self._mint.id_token(redeemed.living, issuer=issuer, access_token=signed.text, nonce=nonce)
        return Tokens(
            access_token=signed.text,
            expires_in=signed.expires_in_seconds,
            scope=write_scopes(scopes),
            refresh_token=redeemed.refresh_token,
            id_token=id_token,
        )


def _refuse_unproven(shown: ShownCode, parameters: Parameters) -> None:
    """Refuse a code from whoever did not ask for it. Raises InvalidGrant; the code stays as it was.

    A code that was asked for with a challenge proves itself (OAuth 2.1); another one needs its address again.
    """
    code, verifier = shown.code, parameters.get("code_verifier")
    redirect_uri = parameters.get("redirect_uri")
    if redirect_uri != code.redirect_uri and (redirect_uri is not None or code.challenge is None):
        raise InvalidGrant
    if code.challenge is None:
        if verifier is not None:
            raise InvalidGrant
        return
    if verifier is None or not _VERIFIER.fullmatch(verifier):
        raise InvalidGrant
    digest = hashlib.sha256(verifier.encode()).digest()
    if not hmac.compare_digest(base64.urlsafe_b64encode(digest).rstrip(b"=").decode(), code.challenge):
        raise InvalidGrant


def _narrowed(scopes: Scopes, parameters: Parameters) -> Scopes:
    """Give the scopes of a refresh: those of the family, or the fewer that were asked for. Raises InvalidScope."""
    asked = parameters.get("scope")
    if asked is None:
        return scopes
    fewer = read_scopes(asked)
    if not fewer or not fewer <= scopes:
        raise InvalidScope("A refresh asks for no more than was granted.")
    return fewer
