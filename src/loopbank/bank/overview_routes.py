"""The platform face's lists for staff: everybody's transactions, and what staff did."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.requests import Request

from loopbank.access import AuditLog, Guard, Role
from loopbank.bank import key_schemas as schemas
from loopbank.bank.admin_schemas import audit_details
from loopbank.bank.answers import people_in
from loopbank.bank.office import JournalQuery
from loopbank.bank.platform_schemas import coin_transaction
from loopbank.bank.service import Bank
from loopbank.bank.statements import StatementPage
from loopbank.foundation import pages
from loopbank.foundation.clock import to_rfc3339
from loopbank.foundation.openapi import refusals, signed_in
from loopbank.foundation.requests import FaceRoute, PlainText

_UserIdQuery = Annotated[
    PlainText | None, Query(alias="userId", max_length=64, description="Only this person's.", examples=["4b4f6f5e"])
]


class OverviewRoutes:
    """Routes under /api/admin that the event face has in its own words."""

    def __init__(self, bank: Bank, guard: Guard, audit_log: AuditLog) -> None:
        self._bank = bank
        self._guard = guard
        self._audit_log = audit_log
        self.router = APIRouter(prefix="/api/admin", route_class=FaceRoute, tags=["Desk"])
        for path, endpoint, summary, answer in (
            ("/transactions", self.transactions, "Transactions of everybody", schemas.LedgerAnswer),
            ("/audit-logs", self.audit_logs, "What staff did", schemas.ActsAnswer),
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

    async def transactions(
        self,
        request: Request,
        user_id: _UserIdQuery = None,
        limit: pages.Limit = 50,
        cursor: pages.Cursor = None,
        types: pages.Types = None,
        since: pages.From = None,
        until: pages.To = None,
    ) -> dict[str, Any]:
        """Give everybody's transactions, or one person's, newest first."""
        await self._guard.at_least(request, Role.ADMIN)
        query = JournalQuery(
            cursor=pages.read_cursor(cursor),
            limit=limit,
            kinds=pages.read_types(types),
            since=pages.read_instant("from", since),
            until=pages.read_instant("to", until, through_the_day=True),
        )
        page = await self._page(user_id, query)
        people = await people_in(self._bank.holders, page.lines)
        return {
            "transactions": [coin_transaction(line, people) for line in page.lines],
            "nextCursor": None if page.next_cursor is None else str(page.next_cursor),
        }

    async def audit_logs(
        self, request: Request, limit: pages.Limit = 50, cursor: pages.Cursor = None
    ) -> dict[str, Any]:
        """Give what staff and their programs did, newest first."""
        await self._guard.at_least(request, Role.ADMIN)
        entries = await self._audit_log.page(before=pages.read_cursor(cursor), limit=limit + 1)
        shown = entries[:limit]
        return {
            "logs": [
                {
                    "id": entry.sequence,
                    "actorId": entry.actor.id,
                    "actor": entry.actor.name,
                    "action": entry.action,
                    "target": entry.target,
                    "details": audit_details(entry.details),
                    "createdAt": to_rfc3339(entry.at),
                }
                for entry in shown
            ],
            "nextCursor": str(shown[-1].sequence) if len(entries) > limit else None,
        }

    async def _page(self, user_id: str | None, query: JournalQuery) -> StatementPage:
        if user_id is None:
            return await self._bank.office.journal(query)
        holder = await self._bank.holders.of_person(user_id)
        return await self._bank.office.journal(query, account=holder.account_number)
