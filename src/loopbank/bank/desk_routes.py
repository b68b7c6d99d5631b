"""The desk over HTTP: mint, burn, treasuries, lists, reversals, supply; for staff and programs with an admin key."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Path
from starlette.requests import Request
from starlette.responses import Response

from loopbank.access import Caller, Callers, KeyPermission, Role
from loopbank.bank import platform_schemas as schemas
from loopbank.bank.answers import money_response, people_in
from loopbank.bank.desk import TreasuryState
from loopbank.bank.errors import UnclearParty, UnknownWallet
from loopbank.bank.lists import ListMode, ListOutcome
from loopbank.bank.mandates import Parties, Party, idempotency_key, mandate_of, treasury_named
from loopbank.bank.payments import Order, Receipt
from loopbank.bank.platform_routes import WHO
from loopbank.bank.platform_schemas import coin_transaction, money_answer
from loopbank.bank.service import Bank
from loopbank.bank.words import TransactionType, Treasury
from loopbank.coins import Coins, to_json_number
from loopbank.foundation.clock import to_rfc3339
from loopbank.foundation.errors import Refusal
from loopbank.foundation.http import bulk
from loopbank.foundation.openapi import MONEY_HEADERS, refusals, signed_in
from loopbank.foundation.requests import FaceRoute
from loopbank.ledger import AccountCode, TransferId

_NUMBER_MAX = 2**53 - 1
_Transaction = Annotated[int, Path(ge=1, le=_NUMBER_MAX, description="A transaction's id.", examples=[42])]
_TreasuryPath = Annotated[str, Path(description="Which treasury.", examples=["REWARD"])]


class DeskRoutes:
    """Routes under /api/admin about coins."""

    def __init__(self, bank: Bank, callers: Callers, parties: Parties) -> None:
        self._bank = bank
        self._callers = callers
        self._parties = parties
        self.router = APIRouter(prefix="/api/admin", route_class=FaceRoute, tags=["Desk"])
        for path, endpoint, summary, answer in (
            ("/mint", self.mint, "Bring coins into circulation", schemas.MoneyAnswer),
            ("/burn", self.burn, "Take coins out of circulation", schemas.MoneyAnswer),
            ("/mint/bulk", self.mint_list, "Mint for many", schemas.ListAnswer),
            ("/transfers/bulk", self.transfer_list, "Transfer for many", schemas.ListAnswer),
            ("/treasury/transfer", self.pay_out, "Pay from a treasury", schemas.TreasuryTransferAnswer),
            ("/transactions/{transaction_id}/reverse", self.reverse, "Give a payment back", schemas.MoneyAnswer),
        ):
            self.router.add_api_route(
                path,
                endpoint,
                methods=["POST"],
                status_code=201,
                summary=summary,
                response_model=answer,
                response_model_exclude_none=True,
                responses={201: {"headers": MONEY_HEADERS}, **refusals(400, 401, 403, 404, 409, 422, 429)},
                openapi_extra=signed_in(moves_money=True, by=WHO),
            )
        for path, look, summary, shown in (
            ("/treasury", self.treasuries, "All treasuries", schemas.TreasuriesAnswer),
            ("/treasury/{treasury_type}/balance", self.treasury, "One treasury", schemas.TreasuryAnswer),
            ("/supply", self.supply, "Every coin there is", schemas.SupplyAnswer),
            ("/integrity", self.integrity, "Whether the books add up", schemas.IntegrityAnswer),
        ):
            self.router.add_api_route(
                path,
                look,
                methods=["GET"],
                summary=summary,
                response_model=shown,
                responses=refusals(400, 401, 403, 429),
                openapi_extra=signed_in(by=WHO),
            )

    async def mint(self, request: Request, body: schemas.IssueBody) -> Response:
        """Mint coins for a person or a treasury."""
        caller = await self._staff(request)
        target = await self._parties.account(_party(body))
        key = idempotency_key(request)
        receipt = await self._bank.desk.mint(
            mandate_of(caller), target=target, amount=body.amount, reason=body.reason, key=key
        )
        return await self._answer("Coins minted", receipt, key, balance=receipt.line.transfer.credit_balance)

    async def burn(self, request: Request, body: schemas.IssueBody) -> Response:
        """Burn coins of a person or a treasury."""
        caller = await self._staff(request)
        source = await self._parties.account(_party(body))
        key = idempotency_key(request)
        receipt = await self._bank.desk.burn(
            mandate_of(caller), source=source, amount=body.amount, reason=body.reason, key=key
        )
        return await self._answer("Coins burned", receipt, key, balance=receipt.new_balance)

    @bulk
    async def mint_list(self, request: Request, body: schemas.MintListBody) -> Response:
        """Mint for up to 1,000 people, all or each for itself."""
        caller = await self._staff(request)
        numbers = await self._bank.holders.numbers_of([item.user_id for item in body.items])
        orders = [
            _order(
                TransactionType.MINT,
                self._bank.issuance,
                numbers.get(item.user_id),
                amount=item.amount,
                reason=item.reason,
            )
            for item in body.items
        ]
        return await self._pay_list(request, caller, orders, body.mode, "mint_list")

    @bulk
    async def transfer_list(self, request: Request, body: schemas.TransferListBody) -> Response:
        """Make up to 1,000 transfers between people, all or each for itself."""
        caller = await self._staff(request)
        people = [user_id for item in body.items for user_id in (item.from_user_id, item.to_user_id)]
        numbers = await self._bank.holders.numbers_of(people)
        orders = [
            _order(
                TransactionType.TRANSFER,
                numbers.get(item.from_user_id),
                numbers.get(item.to_user_id),
                amount=item.amount,
                reason=item.reason,
            )
            for item in body.items
        ]
        return await self._pay_list(request, caller, orders, body.mode, "transfer_list")

    @bulk
    async def pay_out(self, request: Request, body: schemas.TreasuryTransferBody) -> Response:
        """Pay from a treasury: to a person, to another treasury, or a prize list of which all happen or none."""
        caller = await self._staff(request)
        treasury = treasury_named(body.treasury_type)
        if body.items is not None:
            if any((body.amount, body.to_user_id, body.to_account, body.to_treasury_type)):
                raise UnclearParty("Please send either `items` or one receiver with an amount.")
            return await self._pay_prizes(request, caller, treasury, body.items, body.reason or "")
        party = Party(user_id=body.to_user_id, treasury=body.to_treasury_type, account=body.to_account)
        target = await self._parties.account(party)
        if body.amount is None:
            raise UnclearParty("Please say how much: amount.")
        key = idempotency_key(request)
        receipt = await self._bank.desk.pay_out(
            mandate_of(caller), treasury, target=target, amount=body.amount, reason=body.reason or "", key=key
        )
        message = "Treasury transfer successful"
        return await self._answer(message, receipt, key, balance=receipt.new_balance)

    async def reverse(self, request: Request, transaction_id: _Transaction, body: schemas.ReverseBody) -> Response:
        """Give back what one transaction moved, whole or in part, never more than is left of it."""
        caller = await self._staff(request)
        key = idempotency_key(request)
        receipt = await self._bank.desk.reverse(
            mandate_of(caller), TransferId(transaction_id), amount=body.amount, reason=body.reason, key=key
        )
        message = "Transaction reversed"
        return await self._answer(message, receipt, key, balance=receipt.line.transfer.credit_balance)

    async def treasuries(self, request: Request) -> dict[str, Any]:
        """Look at all treasuries."""
        await self._reader(request)
        return {"treasuries": [_treasury_view(await self._bank.desk.treasury(treasury)) for treasury in Treasury]}

    async def treasury(self, request: Request, treasury_type: _TreasuryPath) -> dict[str, Any]:
        """Look at one treasury."""
        await self._reader(request)
        return _treasury_view(await self._bank.desk.treasury(treasury_named(treasury_type)))

    async def supply(self, request: Request) -> dict[str, Any]:
        """Account for every coin."""
        await self._reader(request)
        supply = await self._bank.desk.supply()
        parts = {"wallets": "wallet", "treasuries": "treasury", "house": "house", "bank": "bank"}
        shown = {name: supply.by_purpose.get(purpose, Coins(0)) for name, purpose in parts.items()}
        whole = {"minted": supply.minted, "burned": supply.burned, "circulating": supply.circulating}
        amounts = {**whole, **shown, "held": supply.held}
        return {"currency": self._bank.currency_code} | {name: to_json_number(one) for name, one in amounts.items()}

    async def integrity(self, request: Request) -> dict[str, Any]:
        """Add up the books as they are at this moment."""
        await self._reader(request)
        supply = await self._bank.desk.supply()
        matches = supply.circulating == -supply.by_purpose.get("issuance", Coins(0))
        return {
            "balanced": supply.sum_of_balances == 0 and matches,
            "sumOfBalances": to_json_number(supply.sum_of_balances),
            "circulatingMatchesSupply": matches,
            "accounts": supply.accounts,
        }

    async def _staff(self, request: Request) -> Caller:
        return await self._callers.at_least(request, Role.ADMIN, KeyPermission.ADMIN)

    async def _reader(self, request: Request) -> Caller:
        return await self._callers.at_least(request, Role.ADMIN, KeyPermission.READ)

    async def _pay_prizes(
        self, request: Request, caller: Caller, treasury: Treasury, items: Sequence[schemas.PrizeItem], reason: str
    ) -> Response:
        parties = [Party(user_id=item.to_user_id, account=item.to_account) for item in items]
        winners = await self._parties.people(parties)
        orders = [
            winner
            if isinstance(winner, Refusal)
            else _order(
                TransactionType.TREASURY_PAYOUT,
                treasury.account,
                winner,
                amount=item.amount,
                reason=item.reason or reason,
            )
            for item, winner in zip(items, winners, strict=True)
        ]
        return await self._pay_list(request, caller, orders, ListMode.ATOMIC, "treasury_transfer_list")

    async def _pay_list(
        self, request: Request, caller: Caller, orders: Sequence[Order | Refusal], mode: ListMode, action: str
    ) -> Response:
        key = idempotency_key(request)
        paid = await self._bank.lists.pay(mandate_of(caller), orders, mode=mode, key=key, action=action)
        answer = await self._list_answer(paid)
        if action == "treasury_transfer_list":
            last = [one for one in paid.outcomes if isinstance(one, Receipt)][-1]
            answer["balance"] = to_json_number(last.new_balance)
        return money_response(answer, key, is_replay=paid.is_replay)

    async def _list_answer(self, paid: ListOutcome) -> dict[str, Any]:
        receipts = [one for one in paid.outcomes if isinstance(one, Receipt)]
        people = await people_in(self._bank.holders, [one.line for one in receipts])
        results: list[dict[str, Any]] = []
        for index, one in enumerate(paid.outcomes):
            if isinstance(one, Receipt):
                results.append({"index": index, "status": "done", "transaction": coin_transaction(one.line, people)})
            else:
                error = {"code": one.code, "message": one.detail}
                results.append({"index": index, "status": "refused", "error": error})
        return {"message": f"{len(receipts)} of {len(results)} done", "results": results}

    async def _answer(self, message: str, receipt: Receipt, key: str, *, balance: Coins) -> Response:
        people = await people_in(self._bank.holders, [receipt.line])
        answer = money_answer(message, receipt, people, balance=balance)
        return money_response(answer, key, is_replay=receipt.is_replay)


def _party(body: schemas.IssueBody) -> Party:
    return Party(user_id=body.user_id, treasury=body.treasury_type, account=body.account_number)


def _order(
    kind: TransactionType,
    source: AccountCode | None,
    target: AccountCode | None,
    *,
    amount: Coins,
    reason: str | None,
) -> Order | Refusal:
    """Give one item of a list as an order; one that means somebody whom the bank does not know is refused."""
    if source is None or target is None:
        return UnknownWallet()
    return Order(kind=kind, source=source, target=target, amount=amount, reason=reason or "")


def _treasury_view(state: TreasuryState) -> dict[str, Any]:
    return {
        "treasuryType": state.treasury.value,
        "balance": to_json_number(state.balance),
        "lastUpdated": None if state.changed_at is None else to_rfc3339(state.changed_at),
    }
