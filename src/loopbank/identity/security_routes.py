"""Second factors and security events (snake_case): one's own, and for administrators everybody's."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field
from starlette.requests import Request

from loopbank.access import Role
from loopbank.foundation import pages
from loopbank.foundation.clock import to_rfc3339
from loopbank.foundation.http import unhurried
from loopbank.foundation.requests import PlainText, StrictBody, StrictRoute
from loopbank.identity.accounts import Accounts
from loopbank.identity.doors import Doors
from loopbank.identity.mail import language_of
from loopbank.identity.personal_routes import add_personal
from loopbank.identity.schemas import MessageAnswer, Password
from loopbank.identity.security import SecurityEvent

_FACTOR_LIMIT = "20/hour"
_TIME_EXAMPLE = "2026-01-31T12:00:00.000000Z"
_SECRET_EXAMPLE = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"  # noqa: S105 -- an example


class OwnPasswordBody(StrictBody):
    """One's own password: whoever merely holds a token changes no way to sign in."""

    password: Password


class FactorCodeBody(StrictBody):
    """The present code of the new app."""

    code: Annotated[PlainText, Field(min_length=6, max_length=6, pattern="^[0-9]{6}$", examples=["402917"])]


class FactorStateAnswer(BaseModel):
    """What one has beside the password; `required_by` tells until when one must have it."""

    has_totp: bool = Field(examples=[True])
    since: str | None = Field(examples=[_TIME_EXAMPLE])
    recovery_codes_left: int = Field(examples=[10])
    required_by: str | None = Field(examples=[_TIME_EXAMPLE])


class EnrolmentAnswer(BaseModel):
    """What goes into the app; `picture` is an SVG in a data address."""

    secret: str = Field(examples=[_SECRET_EXAMPLE])
    uri: str = Field(examples=[f"otpauth://totp/NeoBank:runner?secret={_SECRET_EXAMPLE}&issuer=NeoBank"])
    picture: str = Field(examples=["data:image/svg+xml;charset=utf-8,%3Csvg%3E%3C/svg%3E"])


class RecoveryCodesAnswer(BaseModel):
    """Codes for the day the phone is gone, each good once; they are shown here and never again."""

    recovery_codes: list[str] = Field(examples=[["wq7kma-3zt9xe"]])


class SecurityEventAnswer(BaseModel):
    """An act on somebody's account."""

    id: int = Field(examples=[42])
    person_id: str = Field(examples=["4b4f6f5e-3d59-4c39-9a66-6f7a0f2f9c11"])
    person_name: str = Field("", description="For administrators, who it is now.", examples=["Night Runner"])
    act: str = Field(examples=["signed_in"])
    details: dict[str, str] = Field(examples=[{"device": "Firefox on Android", "means": "pwd"}])
    timestamp: str = Field(examples=[_TIME_EXAMPLE])


class SecurityEventsAnswer(BaseModel):
    """Acts, newest first."""

    events: list[SecurityEventAnswer]
    next_cursor: str | None = Field(examples=["41"])


class SecurityRoutes:
    """Routes under /api/v1/auth about how people sign in."""

    def __init__(self, accounts: Accounts, doors: Doors) -> None:
        self._accounts = accounts
        self._guard = doors.guard
        self._rate_limits = doors.rate_limits
        self.router = APIRouter(prefix="/api/v1/auth", tags=["Security"], route_class=StrictRoute)
        add = partial(add_personal, self.router)
        add("GET /totp", self.show, "Show one's second factor", FactorStateAnswer)
        add("POST /totp", self.enrol, "Begin to use an app", EnrolmentAnswer, 409, 422, 429)
        add("POST /totp/confirm", self.confirm, "Use the app", RecoveryCodesAnswer, 400, 422, 429)
        add("POST /totp/remove", self.remove, "Do without the app", MessageAnswer, 404, 422, 429)
        add("POST /totp/recovery-codes", self.renew, "Get new codes", RecoveryCodesAnswer, 404, 422, 429)
        events = SecurityEventsAnswer
        add("GET /security-events", self.own_events, "List acts on one's account", events, 400, 422)
        add("GET /admin/security-events", self.all_events, "List acts on accounts", events, 400, 403, 422)

    async def show(self, request: Request) -> FactorStateAnswer:
        """Tell whether codes are asked for, and how many recovery codes are left."""
        principal = await self._guard.person(request)
        state = await self._accounts.factors.state(principal.person_id)
        return FactorStateAnswer(
            has_totp=state.since is not None,
            since=None if state.since is None else to_rfc3339(state.since),
            recovery_codes_left=state.recovery_codes_left,
            required_by=None if state.grace_ends_at is None else to_rfc3339(state.grace_ends_at),
        )

    @unhurried
    async def enrol(self, request: Request, body: OwnPasswordBody) -> EnrolmentAnswer:
        """Get a secret for an authenticator app; it counts once its first code was confirmed."""
        person_id = await self._prove(request, body.password)
        enrolled = await self._accounts.factors.enrol(person_id)
        return EnrolmentAnswer(secret=enrolled.secret, uri=enrolled.uri, picture=enrolled.picture)

    async def confirm(self, request: Request, body: FactorCodeBody) -> RecoveryCodesAnswer:
        """Give the app's first code; from now on every sign-in asks for one."""
        principal = await self._guard.person(request)
        self._rate_limits.check("factor", _FACTOR_LIMIT, principal.person_id)
        codes = await self._accounts.factors.confirm(principal.person_id, body.code, language_of(request))
        return RecoveryCodesAnswer(recovery_codes=list(codes))

    @unhurried
    async def remove(self, request: Request, body: OwnPasswordBody) -> MessageAnswer:
        """Sign in with the password alone again."""
        person_id = await self._prove(request, body.password)
        await self._accounts.factors.remove(person_id, language_of(request))
        return MessageAnswer(message="Your authenticator app is removed.")

    @unhurried
    async def renew(self, request: Request, body: OwnPasswordBody) -> RecoveryCodesAnswer:
        """Get new recovery codes; all others are worthless."""
        person_id = await self._prove(request, body.password)
        codes = await self._accounts.factors.renew_codes(person_id, language_of(request))
        return RecoveryCodesAnswer(recovery_codes=list(codes))

    async def own_events(
        self, request: Request, limit: pages.Limit = 50, cursor: pages.Cursor = None
    ) -> SecurityEventsAnswer:
        """Show what was done to one's own account."""
        principal = await self._guard.person(request)
        events, next_cursor = await self._page(principal.person_id, limit, cursor)
        return SecurityEventsAnswer(events=[_shown(event) for event in events], next_cursor=next_cursor)

    async def all_events(
        self, request: Request, limit: pages.Limit = 50, cursor: pages.Cursor = None
    ) -> SecurityEventsAnswer:
        """Show what was done to everybody's accounts."""
        await self._guard.at_least(request, Role.ADMIN)
        events, next_cursor = await self._page(None, limit, cursor)
        names = await self._accounts.names_of({event.person_id for event in events})
        shown = [_shown(event).model_copy(update={"person_name": names.get(event.person_id, "")}) for event in events]
        return SecurityEventsAnswer(events=shown, next_cursor=next_cursor)

    async def _prove(self, request: Request, password: str) -> str:
        """Let only whoever knows the password change how they sign in, and give who it is."""
        principal = await self._guard.person(request)
        self._rate_limits.check("factor", _FACTOR_LIMIT, principal.person_id)
        await self._accounts.passwords.prove(principal, password)
        return principal.person_id

    async def _page(
        self, person_id: str | None, limit: int, cursor: str | None
    ) -> tuple[list[SecurityEvent], str | None]:
        before = pages.read_cursor(cursor)
        found = await self._accounts.security_events.page(person_id=person_id, before=before, limit=limit + 1)
        events = found[:limit]
        return events, str(events[-1].sequence) if len(found) > limit else None


def _shown(event: SecurityEvent) -> SecurityEventAnswer:
    return SecurityEventAnswer(
        id=event.sequence,
        person_id=event.person_id,
        act=event.act,
        details=dict(event.details),
        timestamp=to_rfc3339(event.at),
    )
