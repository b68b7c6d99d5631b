"""Service tokens: how the bank's own services prove themselves to each other on `/internal/**`."""

from collections.abc import Generator

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey
from starlette.requests import Request

from loopbank.access.errors import InvalidServiceToken
from loopbank.foundation.clock import MICROSECONDS_PER_SECOND, Clock
from loopbank.foundation.keys import derive_key

_ALGORITHM = "HS256"
_TYPE = "service+jwt"
_AUDIENCE = "internal"
_SECONDS = 300
_CLOCK_SKEW_SECONDS = 5


class ServiceTokens:
    """Issues and checks the tokens of one installation's services, which share its secret."""

    def __init__(self, *, secret_key: str, clock: Clock) -> None:
        self._key = OctKey.import_key(derive_key(secret_key, "service-token"))
        self._clock = clock
        self._claims = jwt.JWTClaimsRegistry(
            now=lambda: clock() // MICROSECONDS_PER_SECOND,
            leeway=_CLOCK_SKEW_SECONDS,
            aud={"essential": True, "value": _AUDIENCE},
            exp={"essential": True},
            iat={"essential": True},
        )

    def issue(self) -> str:
        """Give a token that is valid for five minutes."""
        now = self._clock() // MICROSECONDS_PER_SECOND
        claims = {"aud": _AUDIENCE, "iat": now, "exp": now + _SECONDS}
        return jwt.encode({"alg": _ALGORITHM, "typ": _TYPE}, claims, self._key)

    def require_service(self, request: Request) -> None:
        """Let only the bank's own services pass. Raises InvalidServiceToken."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        try:
            decoded = jwt.decode(token.strip(), self._key, algorithms=[_ALGORITHM])
            self._claims.validate(decoded.claims)
        except (JoseError, ValueError) as error:
            raise InvalidServiceToken("This address is for the bank's own services.") from error
        if scheme.lower() != "bearer" or decoded.header.get("typ") != _TYPE:
            raise InvalidServiceToken("This address is for the bank's own services.")


class ServiceAuth(httpx.Auth):
    """Puts a fresh service token on every request of an httpx client."""

    def __init__(self, tokens: ServiceTokens) -> None:
        self._tokens = tokens

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Sign one request."""
        request.headers["Authorization"] = f"Bearer {self._tokens.issue()}"
        yield request
