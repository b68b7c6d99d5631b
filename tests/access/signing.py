"""A signing key with the key set it belongs to, and tokens of every shape, honest and forged."""

from typing import Any

from joserfc import jwt
from joserfc.jwk import RSAKey

from loopbank.access import JwksDocument
from loopbank.foundation.clock import Instant, later, system_clock

ISSUER = "https://bank.example"


class SettableClock:
    """Time that passes when a test says so."""

    def __init__(self) -> None:
        self._now = system_clock()

    def __call__(self) -> Instant:
        return self._now

    def let_pass(self, seconds: int) -> None:
        self._now = later(self._now, seconds)

    @property
    def seconds(self) -> int:
        return self._now // 1_000_000


class Signer:
    """Signs tokens as the Authentication Service does, unless told otherwise."""

    def __init__(self, clock: SettableClock, key_id: str = "first") -> None:
        self.clock = clock
        self.key_id = key_id
        self.key = RSAKey.generate_key(2048, auto_kid=False)
        self.fetches = 0
        self.is_down = False
        self.published = [self]

    def claims(self, **changed: object) -> dict[str, Any]:
        now = self.clock.seconds
        claims = {
            "iss": ISSUER,
            "aud": "loopbank",
            "sub": "person-1",
            "sid": "session-1",
            "name": "Runner",
            "role": "USER",
            "iat": now,
            "nbf": now,
            "exp": now + 3600,
            **changed,
        }
        return {name: value for name, value in claims.items() if value is not None}

    def token(self, header: dict[str, Any] | None = None, **changed: object) -> str:
        full_header = {"alg": "RS256", "typ": "at+jwt", "kid": self.key_id, **(header or {})}
        return jwt.encode(full_header, self.claims(**changed), self.key, algorithms=["RS256"], registry=None)

    def public_key(self) -> dict[str, Any]:
        return {**self.key.as_dict(private=False), "kid": self.key_id, "use": "sig", "alg": "RS256"}

    async def fetch_keys(self) -> JwksDocument:
        self.fetches += 1
        if self.is_down:
            raise OSError("no route to host")
        return {"keys": [signer.public_key() for signer in self.published]}
