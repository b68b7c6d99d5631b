"""What the Authentication Service asks of the bank; only with a service token, absent from the public contract."""

from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import Field, StringConstraints
from starlette.requests import Request

from loopbank.access import ServiceTokens
from loopbank.bank.schemas import FACTION_LENGTH_MAX, balance_view
from loopbank.bank.service import Bank
from loopbank.bank.words import Holder
from loopbank.foundation.errors import NotFound
from loopbank.foundation.requests import PlainText, StrictBody, StrictRoute

_INSTANT_MAX = 2**62

PersonId = Annotated[PlainText, StringConstraints(min_length=1, max_length=64)]


class HolderBody(StrictBody):
    """A person the Authentication Service has registered."""

    person_id: PersonId
    display_name: Annotated[PlainText, StringConstraints(min_length=1, max_length=100)]
    faction: Annotated[PlainText, StringConstraints(max_length=FACTION_LENGTH_MAX)] | None = None
    joined_at: Annotated[int, Field(ge=0, le=_INSTANT_MAX)] | None = None


class InternalRoutes:
    """Routes under /internal."""

    def __init__(self, bank: Bank, service_tokens: ServiceTokens) -> None:
        self._bank = bank
        self._service_tokens = service_tokens
        self.router = APIRouter(prefix="/internal", route_class=StrictRoute, include_in_schema=False)
        self.router.add_api_route("/holders", self.open, methods=["POST"])
        self.router.add_api_route("/holders/{person_id}", self.view, methods=["GET"])

    async def open(self, request: Request, body: HolderBody) -> dict[str, Any]:
        """Open the person's account if the bank has none for them."""
        self._service_tokens.require_service(request)
        holder = await self._bank.holders.open(
            body.person_id, body.display_name, faction=body.faction or "", joined_at=body.joined_at
        )
        return await self._view(holder)

    async def view(self, request: Request, person_id: PersonId) -> dict[str, Any]:
        """Show the person's account."""
        self._service_tokens.require_service(request)
        holder = await self._bank.holders.find(person_id)
        if holder is None:
            raise NotFound("The bank does not know this person.")
        return await self._view(holder)

    async def _view(self, holder: Holder) -> dict[str, Any]:
        balance = await self._bank.balance(holder.account_number)
        return {
            "account_number": holder.account_number,
            "faction": holder.faction,
            "profile_picture": holder.profile_picture,
            "free_spins": await self._bank.free_spins(holder.account_number),
            **balance_view(balance),
        }
