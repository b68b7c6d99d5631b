"""Routes with which players look after themselves. There are none with which somebody else could lift a limit."""

from typing import Any

from fastapi import APIRouter
from starlette.requests import Request

from loopbank.access import Guard
from loopbank.casino import care_schemas as schemas
from loopbank.casino import views
from loopbank.casino.core import LimitKind
from loopbank.casino.service import Casino
from loopbank.foundation.clock import Clock
from loopbank.foundation.openapi import refusals, signed_in
from loopbank.foundation.requests import StrictRoute
from loopbank.ledger import AccountCode

_KINDS = {
    "spend_per_day": LimitKind.SPEND,
    "loss_per_day": LimitKind.LOSS,
    "session_minutes": LimitKind.SESSION,
}


class CareRoutes:
    """Routes under /api/v1/casino/care."""

    def __init__(self, casino: Casino, guard: Guard, clock: Clock) -> None:
        self._casino = casino
        self._guard = guard
        self._clock = clock
        self.router = APIRouter(prefix="/api/v1/casino/care", route_class=StrictRoute, tags=["Casino"])
        for path, endpoint, method, summary in (
            ("", self.standing, "GET", "The own limits, breaks and session"),
            ("/limits", self.limit, "PUT", "Set or change own limits"),
            ("/break", self.take_break, "POST", "Take a break from betting"),
            ("/exclusion", self.exclude, "POST", "Exclude oneself from betting"),
        ):
            self.router.add_api_route(
                path,
                endpoint,
                methods=[method],
                summary=summary,
                response_model=schemas.CareAnswer,
                responses=refusals(401) if method == "GET" else refusals(401, 413, 415, 422),
                openapi_extra=signed_in(),
            )

    async def standing(self, request: Request) -> dict[str, Any]:
        """Give limits, breaks and the session's net position: a look at reality."""
        return await self._answer(await self._account(request))

    async def limit(self, request: Request, body: schemas.LimitsBody) -> dict[str, Any]:
        """Change the limits that are named: a tighter one counts at once, a looser one in 24 hours."""
        account = await self._account(request)
        await self._casino.care.limit(account, {_KINDS[name]: getattr(body, name) for name in body.model_fields_set})
        return await self._answer(account)

    async def take_break(self, request: Request, body: schemas.BreakBody) -> dict[str, Any]:
        """Bet nothing for a while; free spins that wait can still be shown."""
        account = await self._account(request)
        await self._casino.care.take_break(account, body.minutes)
        return await self._answer(account)

    async def exclude(self, request: Request, body: schemas.ExclusionBody) -> dict[str, Any]:
        """Bet nothing for days or for ever; nobody can lift it."""
        account = await self._account(request)
        await self._casino.care.exclude(account, body.days)
        return await self._answer(account)

    async def _account(self, request: Request) -> AccountCode:
        return (await self._casino.player(await self._guard.person(request))).account

    async def _answer(self, account: AccountCode) -> dict[str, Any]:
        return views.care_view(await self._casino.care.standing(account), self._clock())
