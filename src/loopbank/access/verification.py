"""Verification of access tokens (RFC 9068): signed with RS256 by a key that the Authentication Service publishes."""

import asyncio
import binascii
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey
from joserfc.util import json_b64decode

from loopbank.access.errors import InvalidToken
from loopbank.access.principals import COINS_SPEND, Grant, Principal, Role
from loopbank.coins import COINS_MAX, Coins
from loopbank.foundation.clock import MICROSECONDS_PER_SECOND, Clock, Instant
from loopbank.foundation.errors import Refusal, Unavailable
from loopbank.foundation.memory import Memory

TOKEN_TYPE = "at+jwt"  # noqa: S105 -- the media type of RFC 9068, not a secret
ALGORITHM = "RS256"
FIRST_PARTY_AUDIENCE = "loopbank"
PARTNER_AUDIENCE = "loopbank-coins"
"""The audience of tokens for partners' programs; such a token opens nothing but the routes that take grants."""

JwksDocument = Mapping[str, Any]
"""A JSON Web Key Set (RFC 7517, section 5)."""

FetchKeys = Callable[[], Awaitable[JwksDocument]]
"""Gives the key set that the Authentication Service publishes at this moment."""

_CACHED_TOKENS_MAX = 20_000
_TOKEN_CHARACTERS_MAX = 4_096
_KEY_BITS_MIN = 2_048
_KEYS_SECONDS_BETWEEN_FETCHES = 5
_KEYS_SECONDS_MAX = 30
"""How long a withdrawn key's tokens may live on here, those included that were verified before."""

_CLOCK_SKEW_SECONDS = 5
_FETCH_ERRORS = (httpx.HTTPError, Refusal, OSError, ValueError)
_BEGINNINGS = ("iat", "nbf")
_HEADERS = {"alg", "kid", "typ"}
_GRANT_CLAIMS = ("exp", "sub", "sid", "name", "client_id", "grant_id", "family", "scope")


def token_issuer(public_url: str) -> str:
    """Give the issuer of an installation's tokens: its public address, or the product's name where it has none."""
    return public_url.rstrip("/") or "loopbank"


class TokenVerifier:
    """Turns an access token into the principal it stands for.

    A token that was verified once costs a dictionary lookup and a comparison until it expires. Neither the
    algorithm nor the key is ever taken from the token: only RS256 counts, and `kid` merely picks a published key.
    """

    def __init__(
        self, *, fetch_keys: FetchKeys, issuer: str, clock: Clock, audience: str = FIRST_PARTY_AUDIENCE
    ) -> None:
        self._keys = _PublishedKeys(fetch_keys, clock, forget=self._forget)
        self._clock = clock
        self._verified: Memory[str, Principal | Grant] = Memory(_CACHED_TOKENS_MAX)
        required = {name: {"essential": True} for name in _GRANT_CLAIMS}
        self._partner_claims = jwt.JWTClaimsRegistry(
            now=lambda: clock() // MICROSECONDS_PER_SECOND,
            iss={"essential": True, "value": issuer},
            aud={"essential": True, "value": PARTNER_AUDIENCE},
            **required,  # type: ignore[arg-type]  # the options of a claim are a dictionary of its own type
        )
        self._claims = jwt.JWTClaimsRegistry(
            now=lambda: clock() // MICROSECONDS_PER_SECOND,
            iss={"essential": True, "value": issuer},
            aud={"essential": True, "value": audience},
            exp={"essential": True},
            sub={"essential": True},
            sid={"essential": True},
            role={"essential": True, "values": [role.name for role in Role]},
            name={"essential": True},
        )

    async def verify(self, token: str) -> Principal:
        """Give the principal of a token. Raises InvalidToken, or Unavailable when no key can be had to judge it."""
        bearer = await self.verify_any(token)
        if isinstance(bearer, Grant):
            raise InvalidToken("This access token is for partners' programs.")
        return bearer

    async def verify_any(self, token: str) -> Principal | Grant:
        """Give the principal, or the grant, that a token stands for. Raises as `verify`."""
        await self._keys.keep_fresh()
        principal = self._verified.get(token)
        if principal is None:
            principal = await self._verify_anew(token)
            self._verified[token] = principal
        elif self._clock() >= principal.expires_at:
            del self._verified[token]
            raise InvalidToken("Your sign-in has expired. Please sign in again.")
        else:
            self._verified.move_to_end(token)
        return principal

    async def _verify_anew(self, token: str) -> Principal | Grant:
        if len(token) > _TOKEN_CHARACTERS_MAX:
            raise InvalidToken("This is not a valid access token.")
        key = await self._keys.get(_key_id(token))
        try:
            claims = jwt.decode(token, key, algorithms=[ALGORITHM]).claims
            is_partner = claims.get("aud") == PARTNER_AUDIENCE
            registry = self._partner_claims if is_partner else self._claims
            registry.validate({name: value for name, value in claims.items() if name not in _BEGINNINGS})
        except (JoseError, ValueError) as error:
            raise InvalidToken("This is not a valid access token.") from error
        self._refuse_future(claims)
        return _grant(claims) if is_partner else _principal(claims)

    def _refuse_future(self, claims: Mapping[str, Any]) -> None:
        """Refuse a token that is not valid yet; two machines' clocks may differ a little (but never stretch `exp`)."""
        for name in _BEGINNINGS:
            begins = claims.get(name)
            if type(begins) is not int or (begins - _CLOCK_SKEW_SECONDS) * MICROSECONDS_PER_SECOND > self._clock():
                raise InvalidToken("This access token is not valid yet.")

    def _forget(self) -> None:
        self._verified.clear()


class _PublishedKeys:
    """The published keys by id: fetched when an id is unknown, and anew twice a minute, never in a burst."""

    def __init__(self, fetch: FetchKeys, clock: Clock, *, forget: Callable[[], None]) -> None:
        self._fetch = fetch
        self._clock = clock
        self._forget_tokens = forget
        self._keys: dict[str, RSAKey] = {}
        self._tried_at = Instant(0)
        self._fetched_at = Instant(0)
        self._turn = asyncio.Lock()

    async def keep_fresh(self) -> None:
        """Look whether a known key was withdrawn meanwhile; one request looks, the others go on."""
        if self._keys and self._seconds_since(self._fetched_at) > _KEYS_SECONDS_MAX and not self._turn.locked():
            async with self._turn:
                await self._refresh_unless_tried()

    async def get(self, key_id: str) -> RSAKey:
        """Give the key. Raises InvalidToken when it is not published, Unavailable when that cannot be known."""
        if key_id not in self._keys:
            async with self._turn:
                if key_id not in self._keys:
                    await self._refresh_unless_tried()
        key = self._keys.get(key_id)
        if key is not None:
            return key
        if self._fetched_at < self._tried_at:
            raise Unavailable("Sign-ins cannot be checked at the moment. Please try again.")
        raise InvalidToken("This is not a valid access token.")

    async def _refresh_unless_tried(self) -> None:
        """Fetch the keys; those known stay in use while the Authentication Service does not answer."""
        if self._seconds_since(self._tried_at) < _KEYS_SECONDS_BETWEEN_FETCHES:
            return
        self._tried_at = self._clock()
        try:
            keys = _usable_keys(await self._fetch())
        except _FETCH_ERRORS:
            return
        if self._keys.keys() - keys.keys():
            # A key was withdrawn, and with it every token that it signed.
            self._forget_tokens()
        self._keys = keys
        self._fetched_at = self._tried_at

    def _seconds_since(self, instant: Instant) -> float:
        return (self._clock() - instant) / MICROSECONDS_PER_SECOND


def _usable_keys(document: JwksDocument) -> dict[str, RSAKey]:
    """Pick the RSA signing keys out of a key set. Raises ValueError when it is none."""
    try:
        entries = [entry for entry in document["keys"] if entry.get("kty") == "RSA" and entry.get("use") == "sig"]
        keys = {str(entry["kid"]): RSAKey.import_key(entry) for entry in entries}
    except (KeyError, TypeError, AttributeError, JoseError) as error:
        raise ValueError("This is not a key set.") from error
    return {key_id: key for key_id, key in keys.items() if key.public_key.key_size >= _KEY_BITS_MIN}


def _key_id(token: str) -> str:
    """Read the id of the key from a token's header, refusing every header that our tokens do not have."""
    try:
        header = json_b64decode(token.partition(".")[0].encode())
    except (ValueError, binascii.Error, json.JSONDecodeError, RecursionError) as error:
        raise InvalidToken("This is not a valid access token.") from error
    if not isinstance(header, dict) or header.keys() != _HEADERS:
        raise InvalidToken("This is not a valid access token.")
    if header["alg"] != ALGORITHM or header["typ"] != TOKEN_TYPE or not isinstance(header["kid"], str):
        raise InvalidToken("This is not a valid access token.")
    return header["kid"]


def _principal(claims: Mapping[str, Any]) -> Principal:
    subject, session, name = claims["sub"], claims["sid"], claims["name"]
    if not (isinstance(subject, str) and isinstance(session, str) and isinstance(name, str)):
        raise InvalidToken("This is not a valid access token.")
    expires_at = Instant(int(claims["exp"]) * MICROSECONDS_PER_SECOND)
    return Principal(subject, session, name, Role[claims["role"]], expires_at)


def _grant(claims: Mapping[str, Any]) -> Grant:
    """Read what a partner may do; whoever may spend has a limit (docs/integrating/partner-tokens.md)."""
    texts = [claims[name] for name in _GRANT_CLAIMS if name != "exp"]
    scopes = frozenset(str(claims["scope"]).split())
    limit = claims.get("spend_limit", 0)
    is_limited = type(limit) is int and 0 <= limit <= COINS_MAX and (limit > 0 or COINS_SPEND not in scopes)
    if not is_limited or not all(isinstance(text, str) and text for text in texts):
        raise InvalidToken("This is not a valid access token.")
    return Grant(
        id=claims["grant_id"],
        family_id=claims["family"],
        person_id=claims["sub"],
        session_id=claims["sid"],
        name=claims["name"],
        client_id=claims["client_id"],
        scopes=scopes,
        spend_limit=Coins(limit),
        expires_at=Instant(int(claims["exp"]) * MICROSECONDS_PER_SECOND),
    )
