"""The platform face of people's coins: wallet, balance, payments and history (camelCase)."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from loopbank.access import COINS_READ, COINS_SPEND, Caller, Callers, KeyPermission, RateLimits
from loopbank.bank import platform_schemas as schemas
from loopbank.bank.answers import money_response, people_in
from loopbank.bank.mandates import Parties, Party, idempotency_key, mandate_of, treasury_named
from loopbank.bank.payments import Order
from loopbank.bank.platform_schemas import coin_transaction, money_answer
from loopbank.bank.schemas import balance_view
from loopbank.bank.service import Bank
from loopbank.bank.statements import StatementQuery
from loopbank.bank.words import TransactionType
from loopbank.coins import to_json_number
from loopbank.foundation import pages
from loopbank.foundation.answers import JsonAnswer
from loopbank.foundation.clock import Instant, to_rfc3339
from loopbank.foundation.http import lean
from loopbank.foundation.openapi import MONEY_HEADERS, refusals, signed_in
from loopbank.foundation.requests import FaceRoute, PlainText, read_body
from loopbank.ledger import AccountCode

WHO = ("bearer", "apiKey")
"""The proofs that the platform face takes."""

_TRANSFER_WORDS = {"debit": "fromUserId", "credit": "toUserId", "memo": "reason"}
_TREASURY_WORDS = {"debit": "fromUserId", "credit": "treasuryType", "memo": "reason"}
_UserIdQuery = Annotated[
    PlainText | None,
    Query(alias="userId", max_length=64, description="With an API key: whose.", examples=["4b4f6f5e"]),
]
_TRANSFER_EXAMPLE = {"toUserId": "9a66f7a0-5e3d-4c39-8b4f-6f2f9c114b4f", "amount": 12.5, "reason": "A good answer"}
_TREASURY_EXAMPLE = {"treasuryType": "REWARD", "amount": 12.5, "reason": "Course: first steps"}


class CoinRoutes:
    """Routes under /api/wallets and /api/coins."""

    def __init__(self, bank: Bank, callers: Callers, parties: Parties, rate_limits: RateLimits) -> None:
        self._bank = bank
        self._callers = callers
        self._parties = parties
        self._rate_limits = rate_limits
        self.router = APIRouter(prefix="/api", route_class=FaceRoute, tags=["Coins"])
        self._add_reading()
        self._add_paying()

    def _add_reading(self) -> None:
        for path, endpoint, summary, answer in (
            ("/wallets/me", self.wallet, "A wallet", schemas.WalletAnswer),
            ("/coins/balance", self.balance, "A balance", schemas.BalanceAnswer),
            ("/coins/history", self.history, "Transactions, newest first", schemas.HistoryAnswer),
        ):
            self.router.add_api_route(
                path,
                endpoint,
                methods=["GET"],
                summary=summary,
                response_model=answer,
                responses=refusals(400, 401, 403, 404, 429),
                openapi_extra=signed_in(by=WHO),
            )

    def _add_paying(self) -> None:
        responses = {201: {"headers": MONEY_HEADERS}, **refusals(400, 401, 403, 404, 413, 415, 422, 429)}
        self.router.add_api_route(
            "/coins/transfer",
            self.transfer,
            methods=["POST"],
            status_code=201,
            summary="Pay another person",
            response_model=schemas.MoneyAnswer,
            responses=responses,
            openapi_extra=signed_in(
                lean_body=schemas.CoinTransferBody, example=_TRANSFER_EXAMPLE, moves_money=True, by=WHO
            ),
        )
        self.router.add_api_route(
            "/coins/transfer-to-treasury",
            self.pay_treasury,
            methods=["POST"],
            status_code=201,
            summary="Pay a treasury",
            response_model=schemas.MoneyAnswer,
            responses=responses,
            openapi_extra=signed_in(
                lean_body=schemas.TreasuryPaymentBody, example=_TREASURY_EXAMPLE, moves_money=True, by=WHO
            ),
        )

    async def wallet(self, request: Request, user_id: _UserIdQuery = None) -> dict[str, Any]:
        """Give the own wallet, or with a key that of a person."""
        number = await self._seen(request, user_id)
        holder = await self._bank.holders.by_number(number)
        balance = await self._bank.balance(number)
        flow = await self._bank.flow(number)
        shown = balance_view(balance)
        return {
            "id": number,
            "userId": holder.person_id,
            "balance": shown["balance"],
            "activeCoins": shown["available"],
            "totalReceived": to_json_number(flow.received),
            "totalSent": to_json_number(flow.sent),
            "createdAt": to_rfc3339(Instant(holder.opened_at)),
        }

    async def balance(self, request: Request, user_id: _UserIdQuery = None) -> Response:
        """Give the own balance, or with a key that of a person."""
        balance = await self._bank.balance(await self._seen(request, user_id))
        return JsonAnswer({**balance_view(balance), "currency": self._bank.currency_code})

    async def history(
        self,
        request: Request,
        user_id: _UserIdQuery = None,
        limit: pages.Limit = 20,
        cursor: pages.Cursor = None,
        types: pages.Types = None,
        since: pages.From = None,
        until: pages.To = None,
    ) -> Response:
        """Give the own transactions, or with a key those of a person."""
        number = await self._seen(request, user_id)
        query = StatementQuery(
            cursor=pages.read_cursor(cursor),
            limit=limit,
            kinds=pages.read_types(types),
            since=pages.read_instant("from", since),
            until=pages.read_instant("to", until, through_the_day=True),
        )
        page = await self._bank.statements.page(number, query)
        people = await people_in(self._bank.holders, page.lines)
        answer = {
            "transactions": [coin_transaction(line, people, number) for line in page.lines],
            "nextCursor": None if page.next_cursor is None else str(page.next_cursor),
        }
        return JsonAnswer(answer)

    @lean
    async def transfer(self, request: Request) -> Response:
        """Pay another person, once per Idempotency-Key."""
        caller = await self._payer(request)
        body = await read_body(request, schemas.CoinTransferBody)
        source = await self._parties.source(caller, body.from_user_id)
        target = await self._parties.account(Party(user_id=body.to_user_id))
        order = Order(
            kind=TransactionType.TRANSFER, source=source, target=target, amount=body.amount, reason=body.reason or ""
        )
        return await self._pay(request, caller, order, _TRANSFER_WORDS)

    @lean
    async def pay_treasury(self, request: Request) -> Response:
        """Pay a treasury, once per Idempotency-Key."""
        caller = await self._payer(request)
        body = await read_body(request, schemas.TreasuryPaymentBody)
        source = await self._parties.source(caller, body.from_user_id)
        target = treasury_named(body.treasury_type).account
        order = Order(
            kind=TransactionType.TREASURY_PAYMENT,
            source=source,
            target=target,
            amount=body.amount,
            reason=body.reason or "",
        )
        return await self._pay(request, caller, order, _TREASURY_WORDS)

    async def _payer(self, request: Request) -> Caller:
        caller = await self._callers.with_coins(request, KeyPermission.WRITE, COINS_SPEND)
        if caller.key is None:
            # A key has a limit of its own, which the callers have checked.
            self._rate_limits.check("transfer", self._bank.transfer_limit, caller.key_scope)
        return caller

    async def _seen(self, request: Request, user_id: str | None) -> AccountCode:
        caller = await self._callers.with_coins(request, KeyPermission.READ, COINS_READ)
        return await self._parties.seen(caller, user_id)

    async def _pay(self, request: Request, caller: Caller, order: Order, words: dict[str, str]) -> Response:
        key = idempotency_key(request)
        receipt = await self._bank.payments.pay(mandate_of(caller), order, key=key, words=words)
        people = await people_in(self._bank.holders, [receipt.line])
        answer = money_answer("Transfer successful", receipt, people, balance=receipt.new_balance)
        return money_response(answer, key, is_replay=receipt.is_replay)
