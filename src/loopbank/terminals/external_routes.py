"""The external API: terminals charge accounts and read balances with an API key."""

from typing import Annotated, Any

from fastapi import APIRouter, Path
from starlette.requests import Request
from starlette.responses import Response

from loopbank.access import ApiKey, Caller, Callers, KeyPermission
from loopbank.bank import (
    AccountNotAllowed,
    Bank,
    NotPayable,
    Order,
    TransactionType,
    UnknownAccountNumber,
    account_number,
    idempotency_key,
    mandate_of,
    money_response,
    transaction_view,
)
from loopbank.coins import to_json_number
from loopbank.foundation.http import lean
from loopbank.foundation.openapi import MONEY_HEADERS, refusals, signed_in
from loopbank.foundation.requests import FaceRoute, read_body
from loopbank.ledger import AccountCode
from loopbank.terminals import schemas

_WORDS = {"debit": "from_account", "credit": "to_account"}
_EXAMPLE = {"from_account": "NC-4R8T-ZP1C", "to_account": "NC-7K2M-Q9XD", "amount": 12.5, "memo": "Two coffees"}
_Number = Annotated[str, Path(max_length=40, description="An account number.", examples=["NC-7K2M-Q9XD"])]


class ExternalRoutes:
    """Routes under /api/v1/external."""

    def __init__(self, bank: Bank, callers: Callers) -> None:
        self._bank = bank
        self._callers = callers
        self.router = APIRouter(prefix="/api/v1/external", route_class=FaceRoute, tags=["Terminals"])
        self.router.add_api_route(
            "/transactions",
            self.charge,
            methods=["POST"],
            status_code=201,
            summary="Move coins between two accounts",
            response_model=schemas.ChargeAnswer,
            responses={201: {"headers": MONEY_HEADERS}, **refusals(400, 401, 403, 404, 413, 415, 422, 429)},
            openapi_extra=signed_in(lean_body=schemas.ChargeBody, example=_EXAMPLE, moves_money=True, by=("apiKey",)),
        )
        self.router.add_api_route(
            "/account/{number}/balance",
            self.balance,
            methods=["GET"],
            summary="What an account holds",
            response_model=schemas.ExternalBalanceAnswer,
            responses=refusals(400, 401, 403, 404, 429),
            openapi_extra=signed_in(by=("apiKey",)),
        )

    @lean
    async def charge(self, request: Request) -> Response:
        """Charge an account, once per Idempotency-Key."""
        body = await read_body(request, schemas.ChargeBody)
        key = await self._callers.key(request, KeyPermission.WRITE, in_body=body.api_key)
        source = await self._source(key, body.from_account)
        target = await self._known(body.to_account)
        order = Order(
            kind=TransactionType.TRANSFER, source=source, target=target, amount=body.amount, reason=body.memo or ""
        )
        name = idempotency_key(request)
        receipt = await self._bank.payments.pay(mandate_of(Caller(key=key)), order, key=name, words=_WORDS)
        names = await self._bank.holders.names_of((source, target))
        answer = {"message": "Transaction successful", "transaction": transaction_view(receipt.line, names)}
        return money_response(answer, name, is_replay=receipt.is_replay)

    async def balance(self, request: Request, number: _Number) -> dict[str, Any]:
        """Give the balance of an account."""
        await self._callers.key(request, KeyPermission.READ)
        code = await self._known(number)
        balance = await self._bank.balance(code)
        return {"account_number": code, "balance": to_json_number(balance.balance)}

    async def _source(self, key: ApiKey, number: str) -> AccountCode:
        """Give the account to charge when the key may charge it. Raises UnknownAccountNumber or AccountNotAllowed."""
        code = await self._known(number)
        person_id = (await self._bank.holders.person_ids_of((code,))).get(code)
        # The bank's own accounts are charged by keys of staff alone.
        is_allowed = key.may_spend_from(code, person_id) if person_id else key.permission is KeyPermission.ADMIN
        if not is_allowed:
            raise AccountNotAllowed
        return code

    async def _known(self, number: str) -> AccountCode:
        try:
            code = account_number(number)
        except NotPayable:
            raise UnknownAccountNumber from None
        if not await self._bank.holders.is_account(code):
            raise UnknownAccountNumber
        return code
