"""The bank's part of the event face: account, payments, statement, profile and what clients need to know first."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from starlette.requests import Request
from starlette.responses import Response

from loopbank.access import Guard, Principal, RateLimits, Role
from loopbank.bank import schemas
from loopbank.bank.schemas import transaction_view, user_view
from loopbank.bank.service import Bank
from loopbank.bank.statements import StatementPage, StatementQuery
from loopbank.bank.transfers import Payer, account_number
from loopbank.coins import to_json_number
from loopbank.foundation import pages
from loopbank.foundation.answers import JsonAnswer
from loopbank.foundation.http import lean
from loopbank.foundation.ids import new_id
from loopbank.foundation.openapi import MONEY_HEADERS, refusals, signed_in
from loopbank.foundation.requests import FaceRoute, read_body
from loopbank.ledger import AccountCode

_Text = Annotated[str, Query(description="Whatever the case.", max_length=140, examples=["stim"])]
_Number = Annotated[str, Path(description="An account number.", examples=["NC-7K2M-Q9XD"])]

_TRANSFER_EXAMPLE = {"to_account": "NC-7K2M-Q9XD", "amount": 12.5, "memo": "Two stim packs"}


class EventRoutes:
    """Routes under /api/v1."""

    def __init__(self, bank: Bank, guard: Guard, rate_limits: RateLimits) -> None:
        self._bank = bank
        self._guard = guard
        self._rate_limits = rate_limits
        self.router = APIRouter(prefix="/api/v1", route_class=FaceRoute, tags=["Bank"])
        add = self.router.add_api_route
        add(
            "/transactions",
            self.transfer,
            methods=["POST"],
            status_code=201,
            summary="Pay another account",
            response_model=schemas.TransferAnswer,
            responses={201: {"headers": MONEY_HEADERS}, **refusals(400, 401, 413, 415, 422, 429)},
            openapi_extra=signed_in(lean_body=schemas.TransferBody, example=_TRANSFER_EXAMPLE, moves_money=True),
        )
        self._add_account_routes()

    def _add_account_routes(self) -> None:
        add = self.router.add_api_route
        extra = signed_in()
        for path, endpoint, summary, answer, errors in (
            ("/account", self.account, "The own account", schemas.AccountAnswer, (401,)),
            ("/account/transactions", self.transactions, "The own statement", schemas.TransactionsAnswer, (400, 401)),
            (
                "/account/transactions/search",
                self.search,
                "Search the own statement by memo, name or account",
                schemas.SearchAnswer,
                (400, 401),
            ),
            ("/accounts/{number}", self.card, "Who holds an account", schemas.AccountCard, (400, 401, 404, 429)),
        ):
            add(
                path,
                endpoint,
                methods=["GET"],
                summary=summary,
                response_model=answer,
                responses=refusals(*errors),
                openapi_extra=extra,
            )
        add(
            "/account/profile",
            self.change_profile,
            methods=["PUT"],
            summary="Change faction or picture",
            response_model=schemas.ProfileAnswer,
            responses=refusals(400, 401, 413, 415),
            openapi_extra=extra,
        )
        add(
            "/config",
            self.configuration,
            methods=["GET"],
            summary="What clients need to know before anybody signs in",
            response_model=schemas.BankConfiguration,
            responses=refusals(),
        )

    @lean
    async def transfer(self, request: Request) -> Response:
        """Move coins from the own account to another one, once per Idempotency-Key."""
        principal = await self._guard.person(request)
        self._rate_limits.check("transfer", self._bank.transfer_limit, principal.person_id)
        body = await read_body(request, schemas.TransferBody)
        given = request.headers.get("idempotency-key")
        key = new_id() if given is None else given
        payer = Payer(principal.person_id, principal.name, principal.session_id)
        receipt = await self._bank.transfers.transfer(
            payer, to_account=body.to_account, amount=body.amount, memo=body.memo or "", key=key
        )
        line = receipt.line
        names = await self._bank.holders.names_of((line.transfer.debit, line.transfer.credit))
        answer = {
            "message": "Transfer successful",
            "transaction": transaction_view(line, names, line.transfer.debit),
            "new_balance": to_json_number(receipt.new_balance),
        }
        headers = {"Idempotency-Key": key}
        if receipt.is_replay:
            headers["Idempotent-Replayed"] = "true"
        return JsonAnswer(answer, 201, headers)

    @lean
    async def account(self, request: Request) -> Response:
        """Give the person and their balance."""
        principal = await self._guard.person(request)
        return JsonAnswer({"account": await self._user(principal)})

    async def transactions(
        self,
        request: Request,
        limit: pages.Limit = 10,
        offset: pages.Offset = 0,
        cursor: pages.Cursor = None,
        types: pages.Types = None,
        since: pages.From = None,
        until: pages.To = None,
    ) -> Response:
        """Give the own transactions, newest first."""
        number = await self._own_number(await self._guard.person(request))
        query = StatementQuery(
            cursor=pages.read_cursor(cursor),
            offset=offset,
            limit=limit,
            kinds=pages.read_types(types),
            since=pages.read_instant("from", since),
            until=pages.read_instant("to", until, through_the_day=True),
        )
        return _page(await self._bank.statements.page(number, query), number)

    async def search(
        self,
        request: Request,
        q: _Text = "",
        limit: pages.Limit = 50,
        cursor: pages.Cursor = None,
    ) -> Response:
        """Find own transactions by memo, counterparty's name or account number, whatever the case."""
        number = await self._own_number(await self._guard.person(request))
        query = StatementQuery(cursor=pages.read_cursor(cursor), limit=limit)
        text = q.strip()
        if text:
            page = await self._bank.statements.search(number, text, query)
        else:
            page = await self._bank.statements.page(number, query)
        return _page(page, number, query=q)

    async def card(self, request: Request, number: _Number) -> dict[str, str]:
        """Show who holds an account, for the preview of a payment."""
        principal = await self._guard.person(request)
        self._rate_limits.check("card", "60/minute", principal.person_id)
        holder = await self._bank.holders.by_number(account_number(number))
        return {
            "account_number": holder.account_number,
            "character_name": holder.display_name,
            "faction": holder.faction,
            "profile_picture": holder.profile_picture,
        }

    async def change_profile(self, request: Request, body: schemas.ProfileBody) -> dict[str, Any]:
        """Change what others see of the own account."""
        principal = await self._guard.person(request)
        await self._own_number(principal)
        await self._bank.holders.change_profile(
            principal.person_id, faction=body.faction, profile_picture=body.profile_picture
        )
        return {"message": "Profile updated", "account": await self._user(principal)}

    async def configuration(self) -> dict[str, Any]:
        """Give the installation's public choices."""
        return self._bank.configuration()

    async def _user(self, principal: Principal) -> dict[str, Any]:
        holder, balance = await self._bank.account(principal.person_id, principal.name)
        return user_view(
            holder,
            balance,
            free_spins=await self._bank.free_spins(holder.account_number),
            is_admin=principal.role >= Role.ADMIN,
            role=principal.role.name,
        )

    async def _own_number(self, principal: Principal) -> AccountCode:
        return await self._bank.holders.number_of(principal.person_id, principal.name)


def _page(page: StatementPage, own: AccountCode, **more: str) -> Response:
    answer = {
        "transactions": [transaction_view(line, page.names, own) for line in page.lines],
        "next_cursor": None if page.next_cursor is None else str(page.next_cursor),
        **more,
    }
    return JsonAnswer(answer)
