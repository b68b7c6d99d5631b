"""Imports over HTTP: a CSV table goes in, one JSON line per row comes out while it is paid."""

from collections.abc import AsyncIterator
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import StreamingResponse

from loopbank.access import Callers, KeyPermission, Role
from loopbank.bank.errors import UnreadableTable
from loopbank.bank.imports import RowOutcome
from loopbank.bank.mandates import idempotency_key, mandate_of, treasury_named
from loopbank.bank.payments import Receipt, check_key
from loopbank.bank.platform_routes import WHO
from loopbank.bank.service import Bank
from loopbank.foundation.errors import Refusal, UnsupportedMedia
from loopbank.foundation.http import bulk
from loopbank.foundation.openapi import refusals, signed_in
from loopbank.foundation.requests import FaceRoute

_TABLE = "userId,amount,reason\r\n4b4f6f5e-3d59-4c39-9a66-6f7a0f2f9c11,12.50,Season prize\r\n"
_LINES = '{"line":2,"status":"done","transactionId":42}\n{"done":1,"refused":0}\n'
_Treasury = Annotated[
    str | None,
    Query(
        alias="treasuryType", max_length=20, description="Who pays; without one coins are minted.", examples=["REWARD"]
    ),
]


class ImportRoutes:
    """The route under /api/admin that takes tables."""

    def __init__(self, bank: Bank, callers: Callers) -> None:
        self._bank = bank
        self._callers = callers
        self.router = APIRouter(prefix="/api/admin", route_class=FaceRoute, tags=["Desk"])
        extra = signed_in(moves_money=True, by=WHO)
        table = {"schema": {"type": "string"}, "example": _TABLE}
        self.router.add_api_route(
            "/payments/import",
            self.take,
            methods=["POST"],
            summary="Pay a table of any length",
            description="Each row for itself, in lists of a thousand. A table of more than 1 MiB goes in parts.",
            response_class=StreamingResponse,
            responses={
                200: {"content": {"application/x-ndjson": {"schema": {"type": "string"}, "example": _LINES}}},
                **refusals(400, 401, 403, 413, 415, 422, 429),
            },
            openapi_extra={**extra, "requestBody": {"required": True, "content": {"text/csv": table}}},
        )

    @bulk
    async def take(self, request: Request, treasury_type: _Treasury = None) -> StreamingResponse:
        """Pay the rows of a CSV table, and tell what became of each."""
        caller = await self._callers.at_least(request, Role.ADMIN, KeyPermission.ADMIN)
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "text/csv":
            raise UnsupportedMedia("Please send a table (Content-Type: text/csv).")
        treasury = None if treasury_type is None else treasury_named(treasury_type)
        key = idempotency_key(request)
        check_key(key)
        try:
            text = (await request.body()).decode("utf-8")
        except UnicodeDecodeError as error:
            raise UnreadableTable("The table is not UTF-8.") from error
        outcomes = self._bank.imports.pay(mandate_of(caller), text.splitlines(), treasury=treasury, key=key)
        # The first list is paid before the answer begins, so that a table that cannot be read is a plain refusal.
        first = await anext(outcomes, None)
        headers = {"Idempotency-Key": key}
        return StreamingResponse(_lines(first, outcomes), media_type="application/x-ndjson", headers=headers)


async def _lines(first: RowOutcome | None, rest: AsyncIterator[RowOutcome]) -> AsyncIterator[bytes]:
    counts = {"done": 0, "refused": 0}
    if first is not None:
        yield _line(first, counts)
    try:
        async for outcome in rest:
            yield _line(outcome, counts)
    except Refusal as refusal:
        yield _json({"error": {"code": refusal.code, "message": refusal.detail}})
    yield _json(counts)


def _line(row: RowOutcome, counts: dict[str, int]) -> bytes:
    outcome = row.outcome
    if isinstance(outcome, Receipt):
        counts["done"] += 1
        return _json({"line": row.line, "status": "done", "transactionId": outcome.line.transfer.id})
    counts["refused"] += 1
    error = {"code": outcome.code, "message": outcome.detail}
    return _json({"line": row.line, "status": "refused", "error": error})


def _json(document: dict[str, Any]) -> bytes:
    return orjson.dumps(document, option=orjson.OPT_APPEND_NEWLINE)
