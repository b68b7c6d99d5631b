"""The event face's admin part: people, balances, transactions, factions, the audit log and the export."""

import csv
import io
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from loopbank.access import AuditLog, Caller, Guard, Principal, Role
from loopbank.bank import admin_schemas as schemas
from loopbank.bank.admin_schemas import audit_view
from loopbank.bank.answers import money_response
from loopbank.bank.errors import UnknownAccountNumber
from loopbank.bank.mandates import idempotency_key, mandate_of
from loopbank.bank.office import JournalQuery
from loopbank.bank.people import People
from loopbank.bank.schemas import FACTION_LENGTH_MAX, transaction_view, user_view
from loopbank.bank.service import Bank
from loopbank.bank.transfers import account_number
from loopbank.bank.words import Holder
from loopbank.coins import format_coins, to_json_number
from loopbank.foundation import pages
from loopbank.foundation.clock import Instant, to_rfc3339
from loopbank.foundation.errors import Forbidden
from loopbank.foundation.openapi import MONEY_HEADERS, refusals, signed_in
from loopbank.foundation.requests import FaceRoute, PlainText
from loopbank.ledger import AccountCode

_Account = Annotated[PlainText, Path(max_length=40, description="An account number.", examples=["NC-7K2M-Q9XD"])]
_Faction = Annotated[PlainText, Path(max_length=FACTION_LENGTH_MAX, description="A faction.", examples=["Netrunners"])]
_OneAccount = Annotated[
    PlainText | None, Query(max_length=40, description="Only this account's.", examples=["NC-7K2M-Q9XD"])
]
_Text = Annotated[PlainText, Query(description="Part of a name or number.", max_length=100, examples=["runner"])]
_COLUMNS = ("Character Name", "Account Number", "Balance", "Faction", "Is Admin", "Created At")
_FORMULA_BEGINNINGS = ("=", "+", "-", "@", "\t", "\r")
_ROWS_PER_PIECE = 200


class SelfDemotion(Forbidden):
    """Nobody changes their own rights."""

    code = "own_role"


class AdminRoutes:
    """Routes of staff about people and their accounts; mounted under /api/v1/admin."""

    def __init__(self, bank: Bank, guard: Guard, people: People, audit_log: AuditLog, *, prefix: str) -> None:
        self._bank = bank
        self._guard = guard
        self._people = people
        self._audit_log = audit_log
        self.router = APIRouter(prefix=prefix, route_class=FaceRoute, tags=["Administration"])
        self._add_looking()
        self._add_acting()

    def _add_looking(self) -> None:
        for path, endpoint, summary, answer in (
            ("/users/search", self.search, "Find people", schemas.UsersAnswer),
            ("/users/{account}", self.details, "A person", schemas.UserDetailsAnswer),
            ("/transactions", self.transactions, "Transactions of everybody", schemas.JournalAnswer),
            ("/audit-logs", self.audit_logs, "What staff did", schemas.AuditAnswer),
            ("/factions/list", self.factions, "All factions", schemas.FactionsAnswer),
        ):
            self.router.add_api_route(
                path,
                endpoint,
                methods=["GET"],
                summary=summary,
                response_model=answer,
                responses=refusals(400, 401, 403, 404),
                openapi_extra=signed_in(),
            )
        example = ",".join(_COLUMNS) + "\r\nNight Runner,NC-7K2M-Q9XD,987.50,Netrunners,no,2026-01-31T12:00:00Z\r\n"
        self.router.add_api_route(
            "/users/export",
            self.export,
            methods=["GET"],
            summary="Everybody, as CSV",
            response_class=StreamingResponse,
            responses={
                200: {"content": {"text/csv": {"schema": {"type": "string"}, "example": example}}},
                **refusals(401, 403),
            },
            openapi_extra=signed_in(),
        )
        # The export's fixed path is looked at before the one that takes any account.
        self.router.routes.insert(0, self.router.routes.pop())

    def _add_acting(self) -> None:
        for path, endpoint, summary, answer, moves_money in (
            ("/users/{account}/reset-password", self.reset_password, "Reset a password", schemas.ResetAnswer, False),
            ("/users/{account}/remove-second-factor", self.disarm, "Take an app away", schemas.MessageAnswer, False),
            ("/users/{account}/toggle-admin", self.toggle_admin, "Make or unmake staff", schemas.UserActAnswer, False),
            ("/users/{account}/adjust-balance", self.adjust, "Correct a balance", schemas.AdjustedAnswer, True),
            ("/accounts/lookup", self.lookup, "Who holds accounts", schemas.LookupAnswer, False),
            ("/factions/create", self.create_faction, "Found a faction", schemas.FactionMadeAnswer, False),
            ("/factions/{faction}/add-credits", self.credit, "Pay a whole faction", schemas.CreditedAnswer, True),
        ):
            self.router.add_api_route(
                path,
                endpoint,
                methods=["POST"],
                summary=summary,
                response_model=answer,
                responses={
                    **({200: {"headers": MONEY_HEADERS}} if moves_money else {}),
                    **refusals(400, 401, 403, 404, 422, 429),
                },
                openapi_extra=signed_in(moves_money=moves_money),
            )

    async def search(self, request: Request, q: _Text = "") -> dict[str, Any]:
        """Find up to 20 people by name or account number."""
        await self._staff(request)
        found = await self._bank.office.search(q)
        return {"users": [await self._user(holder) for holder, _ in found]}

    async def details(self, request: Request, account: _Account) -> dict[str, Any]:
        """Show a person, and how often they paid and were paid."""
        await self._staff(request)
        holder = await self._holder(account)
        flow = await self._bank.flow(holder.account_number)
        user = await self._user(holder)
        return {"user": user, "total_sent": flow.sent_count, "total_received": flow.received_count}

    async def lookup(self, request: Request, body: schemas.LookupBody) -> dict[str, Any]:
        """Name the people who hold accounts, so that a list can be checked before it is paid."""
        await self._staff(request)
        numbers = {AccountCode(text.strip().upper()) for text in body.accounts}
        people = await self._bank.holders.person_ids_of(numbers)
        names = await self._bank.holders.names_of(people)
        return {"users": [{"account_number": number, "character_name": name} for number, name in names.items()]}

    async def reset_password(
        self, request: Request, account: _Account, body: schemas.ResetPasswordBody
    ) -> dict[str, Any]:
        """Choose a person's password, or without one give a slip with which they choose it themselves."""
        staff = await self._staff(request)
        holder = await self._holder(account)
        slip = await self._people.reset_password(staff, holder.person_id, body.new_password)
        if slip is None:
            return {"message": f"Password reset for {holder.display_name}"}
        return {"message": f"Hand this slip to {holder.display_name}: it is good once, for a day", "slip": slip}

    async def disarm(self, request: Request, account: _Account) -> dict[str, Any]:
        """Take a lost authenticator app away; the person signs in anew, everywhere, with the password alone."""
        staff = await self._staff(request)
        holder = await self._holder(account)
        await self._people.remove_second_factor(staff, holder.person_id)
        return {"message": f"The authenticator app of {holder.display_name} is removed"}

    async def toggle_admin(self, request: Request, account: _Account) -> dict[str, Any]:
        """Make a person staff, or unmake them."""
        staff = await self._staff(request)
        holder = await self._holder(account)
        if holder.person_id == staff.person_id:
            raise SelfDemotion("Nobody changes their own rights.")
        role = Role.USER if Role[holder.role] >= Role.ADMIN else Role.ADMIN
        await self._people.change_role(staff, holder.person_id, role)
        await self._bank.holders.learn(holder.person_id, role=role.name)
        # Older news of the role may still be on its way to the holder; what was just done is what is shown.
        user = await self._user(replace(holder, role=role.name))
        word = "now" if role is Role.ADMIN else "no longer"
        return {"message": f"{holder.display_name} is {word} an administrator", "user": user}

    async def adjust(self, request: Request, account: _Account, body: schemas.AdjustBody) -> Response:
        """Correct a balance, up or down, against the bank's own account."""
        staff = await self._staff(request)
        holder = await self._holder(account)
        key = idempotency_key(request)
        receipt = await self._bank.desk.adjust(
            mandate_of(Caller(person=staff)),
            account=holder.account_number,
            amount=body.amount,
            reason=body.reason,
            key=key,
        )
        names = await self._bank.statements.names([receipt.line])
        transaction = transaction_view(receipt.line, names, holder.account_number)
        answer = {"message": "Balance adjusted", "transaction": transaction}
        return money_response(answer, key, is_replay=receipt.is_replay, status=200)

    async def transactions(
        self,
        request: Request,
        limit: pages.Limit = 50,
        offset: pages.Offset = 0,
        cursor: pages.Cursor = None,
        types: pages.Types = None,
        since: pages.From = None,
        until: pages.To = None,
        account: _OneAccount = None,
    ) -> dict[str, Any]:
        """Give everybody's transactions, or one account's, newest first."""
        await self._staff(request)
        query = JournalQuery(
            cursor=pages.read_cursor(cursor),
            offset=offset,
            limit=limit,
            kinds=pages.read_types(types),
            since=pages.read_instant("from", since),
            until=pages.read_instant("to", until, through_the_day=True),
        )
        page = await self._bank.office.journal(query, account=None if account is None else account_number(account))
        return {
            "transactions": [transaction_view(line, page.names) for line in page.lines],
            "limit": limit,
            "offset": offset,
            "next_cursor": None if page.next_cursor is None else str(page.next_cursor),
        }

    async def audit_logs(
        self, request: Request, limit: pages.Limit = 50, offset: pages.Offset = 0, cursor: pages.Cursor = None
    ) -> dict[str, Any]:
        """Give what staff and their programs did, newest first."""
        await self._staff(request)
        entries = await self._audit_log.page(before=pages.read_cursor(cursor), limit=offset + limit + 1)
        shown = entries[offset : offset + limit]
        has_more = len(entries) > offset + limit
        return {
            "logs": [audit_view(entry) for entry in shown],
            "limit": limit,
            "offset": offset,
            "next_cursor": str(shown[-1].sequence) if has_more else None,
        }

    async def factions(self, request: Request) -> dict[str, Any]:
        """Give all factions with their people and coins."""
        await self._staff(request)
        found = await self._bank.office.factions()
        return {
            "factions": [
                {"faction": one.name, "user_count": one.people, "total_balance": to_json_number(one.balance)}
                for one in found
            ]
        }

    async def create_faction(self, request: Request, body: schemas.FactionBody) -> dict[str, Any]:
        """Found a faction."""
        staff = await self._staff(request)
        await self._bank.office.create_faction(Caller(person=staff).actor, body.name, body.description)
        return {"message": "Faction created", "faction": body.name}

    async def credit(self, request: Request, faction: _Faction, body: schemas.CreditBody) -> Response:
        """Give everybody of a faction the same amount, all or nobody."""
        staff = await self._staff(request)
        key = idempotency_key(request)
        credited = await self._bank.office.credit_faction(
            mandate_of(Caller(person=staff)), faction, amount=body.amount, reason=body.reason, key=key
        )
        count = credited.people
        message = f"{count} people of {faction} got {to_json_number(body.amount)} each"
        answer = {"message": message, "affected_users": count, "users_affected": count, "faction": faction}
        return money_response(answer, key, is_replay=credited.is_replay, status=200)

    async def export(self, request: Request) -> StreamingResponse:
        """Give everybody as a table; cells that a spreadsheet would compute are quoted."""
        staff = await self._staff(request)
        await self._bank.office.note(Caller(person=staff).actor, "export_users", "everybody", {})
        headers = {"Content-Disposition": 'attachment; filename="users.csv"'}
        return StreamingResponse(self._table(), media_type="text/csv", headers=headers)

    async def _table(self) -> AsyncIterator[bytes]:
        """Write the table piece by piece, so that its size costs no memory."""
        buffer = io.StringIO()
        writer = csv.writer(buffer)
        writer.writerow(_COLUMNS)
        rows = 0
        async for holder, balance in self._bank.office.everybody():
            is_admin = "yes" if Role[holder.role] >= Role.ADMIN else "no"
            created = to_rfc3339(Instant(holder.opened_at))
            texts = (holder.display_name, holder.account_number, format_coins(balance).replace(",", ""), holder.faction)
            writer.writerow([*map(_harmless, texts), is_admin, created])
            rows += 1
            if rows % _ROWS_PER_PIECE == 0:
                yield buffer.getvalue().encode()
                buffer.seek(0)
                buffer.truncate()
        yield buffer.getvalue().encode()

    async def _staff(self, request: Request) -> Principal:
        return await self._guard.at_least(request, Role.ADMIN)

    async def _holder(self, account: str) -> Holder:
        holder = await self._bank.holders.find_by_number(AccountCode(account.strip().upper()))
        if holder is None:
            raise UnknownAccountNumber
        return holder

    async def _user(self, holder: Holder) -> dict[str, Any]:
        balance = await self._bank.balance(holder.account_number)
        free_spins = await self._bank.free_spins(holder.account_number)
        is_admin = Role[holder.role] >= Role.ADMIN
        return user_view(holder, balance, free_spins=free_spins, is_admin=is_admin, role=holder.role)


def _harmless(text: str) -> str:
    """Keep a spreadsheet from taking a text for a formula (CWE-1236)."""
    return f"'{text}" if text.startswith(_FORMULA_BEGINNINGS) else text
