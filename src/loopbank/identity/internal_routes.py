"""What the bank's own services ask the Authentication Service."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field, StringConstraints, field_validator
from starlette.requests import Request

from loopbank.access import RevocationPage, Role, ServiceTokens
from loopbank.foundation.requests import PlainText, StrictBody, StrictRoute
from loopbank.identity.password_rules import PASSWORD_LENGTH_MAX
from loopbank.identity.revocation_log import RevocationLog
from loopbank.identity.staff_acts import StaffActs

_CURSOR_MAX = 2**63 - 1

Cursor = Annotated[int, Query(ge=0, le=_CURSOR_MAX, description="The cursor of the last answer; 0 at first.")]


PersonId = Annotated[PlainText, StringConstraints(min_length=1, max_length=64)]


class RevocationAnswer(BaseModel):
    """One revocation; `ends_at` in microseconds."""

    kind: str
    subject: str
    role: str | None
    ends_at: int


class RevocationsAnswer(BaseModel):
    """What happened after a cursor, in the order of commits."""

    cursor: int
    revocations: list[RevocationAnswer]
    is_last: bool


class RevocationRoutes:
    """The feed of revocations that every service polls."""

    def __init__(self, revocations: RevocationLog, service_tokens: ServiceTokens) -> None:
        self._revocations = revocations
        self._service_tokens = service_tokens
        self.router = APIRouter(prefix="/internal", include_in_schema=False, route_class=StrictRoute)
        self.router.add_api_route(
            "/revocations",
            self.list_revocations,
            methods=["GET"],
            summary="List revocations after a cursor",
            response_model=RevocationsAnswer,
        )

    async def list_revocations(self, request: Request, since: Cursor = 0) -> RevocationsAnswer:
        """Give one page of what happened after the cursor."""
        self._service_tokens.require_service(request)
        return _answer(await self._revocations.after(since))


class RoleBody(StrictBody):
    """A role to give, and who gives it."""

    actor_id: PersonId
    role: Role

    @field_validator("role", mode="before")
    @classmethod
    def _named(cls, given: object) -> object:
        return Role[given] if isinstance(given, str) and given in Role.__members__ else given


class ResetBody(StrictBody):
    """A new password, or none for a slip; and who resets it."""

    actor_id: PersonId
    new_password: Annotated[str, Field(min_length=1, max_length=PASSWORD_LENGTH_MAX)] | None = None


class ActorBody(StrictBody):
    """Who acts."""

    actor_id: PersonId


class StaffRoutes:
    """What the bank's admin pages do to people, on behalf of whoever uses them."""

    def __init__(self, acts: StaffActs, service_tokens: ServiceTokens) -> None:
        self._acts = acts
        self._service_tokens = service_tokens
        self.router = APIRouter(prefix="/internal/people", include_in_schema=False, route_class=StrictRoute)
        self.router.add_api_route("/{person_id}/role", self.change_role, methods=["POST"])
        self.router.add_api_route("/{person_id}/password", self.reset_password, methods=["POST"])
        self.router.add_api_route("/{person_id}/remove-second-factor", self.remove_second_factor, methods=["POST"])

    async def change_role(self, request: Request, person_id: PersonId, body: RoleBody) -> dict[str, str]:
        """Give a person another role."""
        self._service_tokens.require_service(request)
        person = await self._acts.change_role(person_id, body.role, actor_id=body.actor_id)
        return {"role": person.role.name}

    async def reset_password(self, request: Request, person_id: PersonId, body: ResetBody) -> dict[str, str | None]:
        """Choose a person's password, or give a slip with which they choose it themselves."""
        self._service_tokens.require_service(request)
        if body.new_password is None:
            return {"slip": await self._acts.write_slip(person_id, actor_id=body.actor_id)}
        await self._acts.reset_password(person_id, body.new_password, actor_id=body.actor_id)
        return {"slip": None}

    async def remove_second_factor(self, request: Request, person_id: PersonId, body: ActorBody) -> dict[str, str]:
        """Take a person's lost authenticator app away."""
        self._service_tokens.require_service(request)
        await self._acts.remove_second_factor(person_id, actor_id=body.actor_id)
        return {}


def _answer(page: RevocationPage) -> RevocationsAnswer:
    shown = [
        RevocationAnswer(
            kind=given.kind.value,
            subject=given.subject,
            role=None if given.role is None else given.role.name,
            ends_at=given.ends_at,
        )
        for given in page.revocations
    ]
    return RevocationsAnswer(cursor=page.cursor, revocations=shown, is_last=page.is_last)
