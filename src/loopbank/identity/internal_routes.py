"""What the bank's own services ask the Authentication Service."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel
from starlette.requests import Request

from loopbank.access import RevocationPage, ServiceTokens
from loopbank.foundation.requests import StrictRoute
from loopbank.identity.revocation_log import RevocationLog

_CURSOR_MAX = 2**63 - 1

Cursor = Annotated[int, Query(ge=0, le=_CURSOR_MAX, description="The cursor of the last answer; 0 at first.")]


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
