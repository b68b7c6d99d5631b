"""What the provider signs: partners' access tokens (RFC 9068), clients' own, and ID tokens (OpenID Connect Core, 2)."""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from loopbank.access import ALGORITHM, COINS_READ, COINS_SPEND, PARTNER_AUDIENCE, TOKEN_TYPE
from loopbank.foundation.clock import MICROSECONDS_PER_SECOND, Clock
from loopbank.foundation.ids import new_id
from loopbank.identity.keys import KeyRing
from loopbank.identity.oauth.families import ACCESS_SECONDS_MAX
from loopbank.identity.oauth.model import Client, LivingFamily
from loopbank.identity.oauth.scopes import PROFILE, Scopes, write_scopes
from loopbank.identity.tokens import AccessToken

ID_TOKEN_TYPE = "JWT"  # noqa: S105 -- a media type, not a secret

_TELLING_THE_NAME = {PROFILE, COINS_READ, COINS_SPEND}
_HALF_OF_SHA256 = 16


@dataclass(frozen=True, slots=True)
class ReadToken:
    """A token that this installation signed: its type and its claims, whether it has expired or not."""

    type: str
    claims: Mapping[str, Any]


class TokenMint:
    """Signs tokens, and reads those it signed."""

    def __init__(self, *, keys: KeyRing, issuer: str, clock: Clock) -> None:
        self._keys = keys
        self._issuer = issuer
        self._clock = clock

    async def access_token(self, living: LivingFamily, scopes: Scopes) -> AccessToken:
        """Sign a token that a client uses in a person's name (docs/integrating/partner-tokens.md)."""
        family = living.family
        now = self._now()
        ends = min(now + ACCESS_SECONDS_MAX, family.ends_at // MICROSECONDS_PER_SECOND)
        # The coin side knows people by name; a program that asked for neither name nor coins learns no name.
        name = living.person.name if _TELLING_THE_NAME & scopes else living.person.id
        claims = {
            "aud": PARTNER_AUDIENCE,
            "sub": living.person.id,
            "client_id": living.client_id,
            "sid": family.session_id,
            "grant_id": family.grant_id,
            "family": family.id,
            "name": name,
            "scope": write_scopes(scopes),
            "exp": ends,
        }
        if COINS_SPEND in scopes and living.spend_limit is not None:
            claims["spend_limit"] = living.spend_limit
        return AccessToken(await self._sign(TOKEN_TYPE, claims), ends - now)

    async def client_token(self, client: Client) -> AccessToken:
        """Sign a token in which a client speaks for itself; it opens none of the bank's routes."""
        claims = {
            "aud": client.id,
            "sub": client.id,
            "client_id": client.id,
            "exp": self._now() + ACCESS_SECONDS_MAX,
        }
        return AccessToken(await self._sign(TOKEN_TYPE, claims), ACCESS_SECONDS_MAX)

    async def id_token(self, living: LivingFamily, *, issuer: str, access_token: str, nonce: str | None) -> str:
        """Sign what a client learns of the sign-in, as `issuer`; `nonce` only in the first of a family."""
        family = living.family
        claims = {
            "iss": issuer,
            "aud": living.client_id,
            "sub": living.person.id,
            "sid": family.session_id,
            "auth_time": family.authenticated_at // MICROSECONDS_PER_SECOND,
            "amr": family.amr.split(),
            "at_hash": _half_hash(access_token),
            "exp": self._now() + ACCESS_SECONDS_MAX,
        }
        if nonce is not None:
            claims["nonce"] = nonce
        return await self._sign(ID_TOKEN_TYPE, claims)

    async def read(self, token: str) -> ReadToken | None:
        """Read a token that a published key signed, expired or not; None for everything else.

        The algorithm is ours and the key is one of ours; a header that would choose either is refused.
        """
        try:
            keys = KeySet.import_key_set(await self._keys.document())  # type: ignore[arg-type]  # a plain mapping
            decoded = jwt.decode(token, keys, algorithms=[ALGORITHM])
        except (JoseError, ValueError, TypeError, RecursionError):
            return None
        if decoded.header.keys() != {"alg", "typ", "kid"}:
            return None
        kind = str(decoded.header["typ"])
        # An ID token names the address at which its client knows us; whose it is, the key has told already.
        if kind != ID_TOKEN_TYPE and decoded.claims.get("iss") != self._issuer:
            return None
        return ReadToken(kind, decoded.claims)

    async def _sign(self, kind: str, claims: Mapping[str, object]) -> str:
        signing = await self._keys.signing_key()
        now = self._now()
        all_claims = {"iss": self._issuer, **claims, "iat": now, "jti": new_id()}
        if kind == TOKEN_TYPE:
            all_claims["nbf"] = now
        header = {"alg": ALGORITHM, "typ": kind, "kid": signing.id}
        return jwt.encode(header, all_claims, signing.key, algorithms=[ALGORITHM])

    def _now(self) -> int:
        return self._clock() // MICROSECONDS_PER_SECOND


def _half_hash(token: str) -> str:
    """Give `at_hash` (OpenID Connect Core, 3.1.3.6): the left half of the token's SHA-256."""
    digest = hashlib.sha256(token.encode()).digest()[:_HALF_OF_SHA256]
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
