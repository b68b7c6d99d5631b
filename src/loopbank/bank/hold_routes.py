"""The platform face of holds: reserve, look, capture, release."""

from typing import Annotated, Any

from fastapi import APIRouter, Path
from starlette.requests import Request
from starlette.responses import Response

from loopbank.access import COINS_READ, COINS_SPEND, Caller, Callers, KeyPermission
from loopbank.bank import platform_schemas as schemas
from loopbank.bank.answers import money_response, people_in
from loopbank.bank.mandates import Parties, Party, idempotency_key, mandate_of
from loopbank.bank.platform_routes import WHO
from loopbank.bank.platform_schemas import coin_transaction, hold_document
from loopbank.bank.service import Bank
from loopbank.bank.words import Treasury
from loopbank.coins import to_json_number
from loopbank.foundation.clock import Clock
from loopbank.foundation.openapi import MONEY_HEADERS, refusals, signed_in
from loopbank.foundation.requests import FaceRoute
from loopbank.ledger import HoldId, HoldView

_NUMBER_MAX = 2**53 - 1
_ERRORS = (400, 401, 403, 404, 409, 422, 429)
_Hold = Annotated[int, Path(ge=1, le=_NUMBER_MAX, description="A hold's number.", examples=[7])]


class HoldRoutes:
    """Routes under /api/coins/holds."""

    def __init__(self, bank: Bank, callers: Callers, parties: Parties, clock: Clock) -> None:
        self._bank = bank
        self._callers = callers
        self._parties = parties
        self._clock = clock
        self.router = APIRouter(prefix="/api/coins/holds", route_class=FaceRoute, tags=["Holds"])
        paying = signed_in(moves_money=True, by=WHO)
        for path, endpoint, summary, answer in (
            ("", self.place, "Reserve coins", schemas.HoldAnswer),
            ("/{hold_id}/capture", self.capture, "Take coins that are reserved", schemas.CaptureAnswer),
        ):
            self.router.add_api_route(
                path,
                endpoint,
                methods=["POST"],
                status_code=201,
                summary=summary,
                response_model=answer,
                responses={201: {"headers": MONEY_HEADERS}, **refusals(*_ERRORS)},
                openapi_extra=paying,
            )
        for method, path, settle, summary in (
            ("POST", "/{hold_id}/release", self.release, "Give back what is reserved"),
            ("GET", "/{hold_id}", self.look, "Look at a hold"),
        ):
            self.router.add_api_route(
                path,
                settle,
                methods=[method],
                summary=summary,
                response_model=schemas.HoldAnswer,
                responses=refusals(*_ERRORS),
                openapi_extra=signed_in(by=WHO),
            )

    async def place(self, request: Request, body: schemas.HoldBody) -> Response:
        """Reserve coins of the own account, or with a key of a person's, until they are captured or released."""
        caller = await self._caller(request)
        source = await self._parties.source(caller, body.from_user_id)
        treasury = body.treasury_type if body.to_user_id is not None else body.treasury_type or Treasury.GENERAL
        target = await self._parties.account(Party(user_id=body.to_user_id, treasury=treasury))
        key = idempotency_key(request)
        placed = await self._bank.holds.place(
            mandate_of(caller),
            source=source,
            target=target,
            amount=body.amount,
            seconds=body.expires_in,
            reference=body.reference,
            reason=body.reason or "",
            key=key,
        )
        answer = await self._answer("Coins held", placed.hold)
        return money_response(answer, key, is_replay=placed.is_replay)

    async def capture(self, request: Request, hold_id: _Hold, body: schemas.CaptureBody) -> Response:
        """Pay what was reserved to its beneficiary, all of it or a part."""
        caller = await self._caller(request)
        key = idempotency_key(request)
        receipt, hold = await self._bank.holds.capture(
            await self._parties.settler(caller),
            HoldId(hold_id),
            amount=body.amount,
            is_final=body.final,
            reason=body.reason or "",
            key=key,
        )
        people = await people_in(self._bank.holders, [receipt.line])
        answer = {
            "message": "Hold captured",
            "transaction": coin_transaction(receipt.line, people),
            "hold": hold_document(hold, people, self._clock()),
            "balance": to_json_number(receipt.new_balance),
        }
        return money_response(answer, key, is_replay=receipt.is_replay)

    async def release(self, request: Request, hold_id: _Hold) -> dict[str, Any]:
        """Give back what is left of a hold; harmless to repeat."""
        caller = await self._caller(request)
        hold = await self._bank.holds.release(await self._parties.settler(caller), HoldId(hold_id))
        return await self._answer("Hold released", hold)

    async def look(self, request: Request, hold_id: _Hold) -> dict[str, Any]:
        """Look at a hold that one may settle or has on one's account."""
        caller = await self._callers.with_coins(request, KeyPermission.READ, COINS_READ)
        hold = await self._bank.holds.find(await self._parties.settler(caller), HoldId(hold_id))
        return await self._answer("Hold found", hold)

    async def _caller(self, request: Request) -> Caller:
        return await self._callers.with_coins(request, KeyPermission.WRITE, COINS_SPEND)

    async def _answer(self, message: str, hold: HoldView) -> dict[str, Any]:
        people = await self._bank.holders.person_ids_of((hold.account, hold.beneficiary))
        return {"message": message, "hold": hold_document(hold, people, self._clock())}
