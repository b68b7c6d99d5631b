"""The guard at the door of every route that needs to know who calls."""

from starlette.requests import Request

from loopbank.access.errors import InvalidToken, RoleTooLow
from loopbank.access.principals import Grant, Principal, Role
from loopbank.access.revocations import Revocations
from loopbank.access.verification import TokenVerifier


class Guard:
    """Knows who sent a request and what they may do."""

    def __init__(self, verifier: TokenVerifier, revocations: Revocations) -> None:
        self._verifier = verifier
        self._revocations = revocations

    async def person(self, request: Request) -> Principal:
        """Give the person whose access token the request bears. Raises InvalidToken or Unavailable."""
        return self._revocations.admit(await self._verifier.verify(bearer_token(request)))

    async def person_or_partner(self, request: Request) -> Principal | Grant:
        """Give the person, or what a person granted to the program that sends the request. Raises as `person`."""
        bearer = await self._verifier.verify_any(bearer_token(request))
        if isinstance(bearer, Grant):
            return self._revocations.admit_grant(bearer)
        return self._revocations.admit(bearer)

    async def at_least(self, request: Request, role: Role) -> Principal:
        """Give the person when their role is the given one or above. Raises RoleTooLow, InvalidToken or Unavailable."""
        principal = await self.person(request)
        if principal.role < role:
            raise RoleTooLow("Your role does not allow this.")
        return principal


def bearer_token(request: Request) -> str:
    """Give the token of the Authorization header. Raises InvalidToken when there is none."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    token = token.strip()
    if not token or scheme.lower() != "bearer":
        raise InvalidToken("Please sign in.")
    return token
