"""Access tokens (RFC 9068) and the random tokens of which only the hash is stored."""

import hashlib
from dataclasses import dataclass

from joserfc import jwt

from loopbank.access import ALGORITHM, FIRST_PARTY_AUDIENCE, TOKEN_TYPE
from loopbank.foundation.clock import MICROSECONDS_PER_SECOND, Clock
from loopbank.foundation.ids import new_id
from loopbank.identity.keys import KeyRing
from loopbank.identity.people import Person, Session
from loopbank.identity.standing import Standing

FIRST_PARTY_CLIENT = "loopbank"


@dataclass(frozen=True, slots=True)
class AccessToken:
    """A signed token and the seconds it lives."""

    text: str
    expires_in_seconds: int


class TokenIssuer:
    """Signs access tokens for people's sessions."""

    def __init__(self, *, keys: KeyRing, issuer: str, token_seconds: int, standing: Standing, clock: Clock) -> None:
        self._keys = keys
        self._issuer = issuer
        self._token_seconds = token_seconds
        self._standing = standing
        self._clock = clock

    async def issue(self, person: Person, session: Session) -> AccessToken:
        """Sign a token that ends no later than its session."""
        signing = await self._keys.signing_key()
        instant = self._clock()
        now = instant // MICROSECONDS_PER_SECOND
        ends = min(now + self._token_seconds, session.ends_at // MICROSECONDS_PER_SECOND)
        claims = {
            "iss": self._issuer,
            "aud": FIRST_PARTY_AUDIENCE,
            "client_id": FIRST_PARTY_CLIENT,
            "sub": person.id,
            "sid": session.id,
            "jti": new_id(),
            "name": person.name,
            "role": self._standing.role(person, instant).name,
            "iat": now,
            "nbf": now,
            "exp": ends,
        }
        header = {"alg": ALGORITHM, "typ": TOKEN_TYPE, "kid": signing.id}
        return AccessToken(jwt.encode(header, claims, signing.key, algorithms=[ALGORITHM]), ends - now)


def token_hash(token: str) -> str:
    """Give the hash under which a random token is stored; 256 random bits need no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()
