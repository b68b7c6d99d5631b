"""Who calls: a person with a token, a program with an API key, or a partner whom a person has granted something."""

from dataclasses import dataclass

from starlette.requests import Request

from loopbank.access.api_keys import ApiKeys
from loopbank.access.audit import Actor
from loopbank.access.errors import InvalidApiKey, KeyNotAllowed, ScopeMissing
from loopbank.access.guard import Guard
from loopbank.access.keys import ApiKey, KeyPermission
from loopbank.access.principals import Grant, Principal, Role
from loopbank.access.rate_limits import RateLimits
from loopbank.foundation.errors import Forbidden, Unauthenticated

KEY_HEADER = "x-api-key"


@dataclass(frozen=True, slots=True)
class Caller:
    """Whoever sent a request: exactly one of the three is set."""

    person: Principal | None = None
    key: ApiKey | None = None
    grant: Grant | None = None

    @property
    def actor(self) -> Actor:
        """Give who acts, for the books and the audit log."""
        if self.person is not None:
            return Actor(self.person.person_id, self.person.name)
        if self.key is not None:
            return Actor(self.key.id, self.key.name)
        assert self.grant is not None, "a caller is a person, a key or a partner"
        return Actor(self.grant.client_id, self.grant.client_id)

    @property
    def credential(self) -> str:
        """Give what proved who calls: a session, a key or a grant."""
        if self.person is not None:
            return self.person.session_id
        return self.actor.id if self.grant is None else f"grant:{self.grant.id}"

    @property
    def key_scope(self) -> str:
        """Give the scope of this caller's idempotency keys: the same key from another caller is another key."""
        if self.grant is not None:
            return f"grant:{self.grant.id}"
        return f"person:{self.actor.id}" if self.person is not None else f"key:{self.actor.id}"


class Callers:
    """Knows who sent a request, whichever proof they brought."""

    def __init__(self, guard: Guard, keys: ApiKeys, rate_limits: RateLimits, *, key_limit: str) -> None:
        self._guard = guard
        self._keys = keys
        self._rate_limits = rate_limits
        self._key_limit = key_limit

    async def key(self, request: Request, permission: KeyPermission, *, in_body: str | None = None) -> ApiKey:
        """Give the key that the request bears when it has the permission; the header counts before the body.

        Raises InvalidApiKey, KeyNotAllowed or TooManyRequests.
        """
        text = request.headers.get(KEY_HEADER) or in_body
        if not text:
            raise InvalidApiKey
        key = await self._keys.recognise(text)
        self._rate_limits.check("api key", self._key_limit, key.id)
        if key.permission < permission:
            raise KeyNotAllowed(f"This needs a key with the permission {permission.name.lower()}.")
        return key

    async def at_least(self, request: Request, role: Role, permission: KeyPermission) -> Caller:
        """Give the caller when their key has the permission or their token the role; either suffices.

        Raises InvalidApiKey, InvalidToken, KeyNotAllowed, RoleTooLow, TooManyRequests or Unavailable.
        """
        if KEY_HEADER not in request.headers:
            return Caller(person=await self._guard.at_least(request, role))
        try:
            return Caller(key=await self.key(request, permission))
        except (Unauthenticated, Forbidden):
            if "authorization" not in request.headers:
                raise
        return Caller(person=await self._guard.at_least(request, role))

    async def with_coins(self, request: Request, permission: KeyPermission, scope: str) -> Caller:
        """Give the caller of a route about somebody's coins: a person, a key, or a partner with a grant.

        Raises as `at_least`, and ScopeMissing.
        """
        if KEY_HEADER in request.headers:
            return await self.at_least(request, Role.USER, permission)
        bearer = await self._guard.person_or_partner(request)
        if isinstance(bearer, Principal):
            return Caller(person=bearer)
        if scope not in bearer.scopes:
            raise ScopeMissing(f"This needs the scope {scope}.")
        return Caller(grant=bearer)
