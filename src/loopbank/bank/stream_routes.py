"""A person's own balance and transactions as server-sent events, resumable; each face in its own words."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any

import orjson
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import StreamingResponse

from loopbank.access import Guard
from loopbank.bank.answers import people_in
from loopbank.bank.live import Subscription
from loopbank.bank.platform_schemas import coin_transaction
from loopbank.bank.schemas import balance_view, transaction_view
from loopbank.bank.service import Bank
from loopbank.foundation.errors import Unauthenticated, Unavailable
from loopbank.foundation.openapi import refusals, signed_in
from loopbank.foundation.requests import StrictRoute
from loopbank.ledger import AccountCode, StatementLine, TransferId

_KEEPALIVE_SECONDS = 15.0
_SESSION_LOOK_SECONDS = 2.0
_RETRY_MILLISECONDS = 1_000

_EXAMPLE = (
    'id: 42\nevent: balance\ndata: {"balance":1000,"available":1000,"held":0,"version":7}\n\n'
    "id: 43\nevent: transaction\n"
    'data: {"transaction":{"id":43,"amount":5},"balance":1005,"available":1005,"held":0}\n\n'
)

_LAST_EVENT_ID = {
    "name": "Last-Event-ID",
    "in": "header",
    "required": False,
    "description": "The id of the last event that was read; browsers send it by themselves.",
    "schema": {"type": "string"},
    "example": "42",
}


View = Callable[[Bank, StatementLine, AccountCode], Awaitable[dict[str, Any]]]
"""Shows a transaction to the holder of an account."""


async def event_view(bank: Bank, line: StatementLine, number: AccountCode) -> dict[str, Any]:
    """Show a transaction as the event face's statement does."""
    names = await bank.statements.names([line])
    return dict(transaction_view(line, names, number))


async def platform_view(bank: Bank, line: StatementLine, number: AccountCode) -> dict[str, Any]:
    """Show a transaction as the platform face's history does."""
    return coin_transaction(line, await people_in(bank.holders, [line]), number)


class StreamRoutes:
    """The live stream of one face, at `path`."""

    def __init__(self, bank: Bank, guard: Guard, *, path: str, view: View) -> None:
        self._bank = bank
        self._guard = guard
        self._view = view
        self.router = APIRouter(route_class=StrictRoute, tags=["Live"])
        self.router.add_api_route(
            path,
            self.stream,
            methods=["GET"],
            summary="The own balance and transactions, live",
            description=(
                "Server-sent events. `balance` comes first and after a gap; `transaction` follows every commit. "
                "The id of an event is a transaction's id: send the last one as Last-Event-ID to resume."
            ),
            response_class=StreamingResponse,
            responses={
                200: {"content": {"text/event-stream": {"schema": {"type": "string"}, "example": _EXAMPLE}}},
                **refusals(401),
            },
            openapi_extra={**signed_in(), "parameters": [_LAST_EVENT_ID]},
        )

    async def stream(self, request: Request) -> StreamingResponse:
        """Stream until the reader leaves, the session ends or the server stops."""
        principal = await self._guard.person(request)
        if self._bank.live.is_closed:
            raise Unavailable("The bank is restarting. Please try again in a moment.")
        number = await self._bank.holders.number_of(principal.person_id, principal.name)
        events = self._events(request, number, _last_event_id(request))
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingResponse(events, media_type="text/event-stream", headers=headers)

    async def _events(self, request: Request, number: AccountCode, last: TransferId | None) -> AsyncIterator[bytes]:
        """Tell what was missed, the balance, then what happens; no id is told twice and none is left out.

        Law: the stream is subscribed before the journal is read, and every event bears the id of the last transaction
        that was told, so whatever commits in between comes as an event of its own.
        """
        async with self._bank.live.subscribe(number) as subscription:
            yield f"retry: {_RETRY_MILLISECONDS}\n\n".encode()
            told, missed = await self._missed(number, last)
            for line in missed:
                yield await self._transaction_event(line, number)
            yield await self._balance_event(number, told)
            async for news in self._live_lines(request, subscription):
                if news is None:
                    yield b": still here\n\n"
                elif news.transfer.id > told:
                    told = news.transfer.id
                    yield await self._transaction_event(news, number)

    async def _missed(self, number: AccountCode, last: TransferId | None) -> tuple[TransferId, Sequence[StatementLine]]:
        """Give the id up to which the reader is told, and what to tell for that; too much is told as a balance only."""
        newest = await self._bank.statements.newest_id(number)
        if last is None or last > newest:
            return newest, ()
        missed = await self._bank.live.backlog(number, last)
        if missed is None:
            return newest, ()
        return (missed[-1].transfer.id if missed else last), missed

    async def _live_lines(self, request: Request, subscription: Subscription) -> AsyncIterator[StatementLine | None]:
        """Give lines as they come and None when it is time for a sign of life; end soon after the session ended."""
        quiet_seconds = 0.0
        while not subscription.is_lost:
            lines = await subscription.take(_SESSION_LOOK_SECONDS)
            if not await self._is_signed_in(request):
                return
            for line in lines:
                yield line
            quiet_seconds = 0.0 if lines else quiet_seconds + _SESSION_LOOK_SECONDS
            if quiet_seconds >= _KEEPALIVE_SECONDS and not subscription.is_lost:
                quiet_seconds = 0.0
                yield None

    async def _is_signed_in(self, request: Request) -> bool:
        """Look again whether the session lives; while nobody can tell, the last answer stays in force."""
        try:
            await self._guard.person(request)
        except Unauthenticated:
            return False
        except Unavailable:
            return True
        return True

    async def _balance_event(self, number: AccountCode, told: TransferId) -> bytes:
        """Give the present balance; it includes at least everything up to the transaction that was told last."""
        balance = await self._bank.balance(number)
        return _event("balance", told, {**balance_view(balance), "version": balance.version})

    async def _transaction_event(self, line: StatementLine, number: AccountCode) -> bytes:
        (line,) = await self._bank.statements.noted([line])
        transaction = await self._view(self._bank, line, number)
        balance = await self._bank.balance(number)
        data = {"transaction": transaction, **balance_view(balance)}
        return _event("transaction", line.transfer.id, data)


def _event(name: str, event_id: int, data: dict[str, object]) -> bytes:
    return b"id: %d\nevent: %s\ndata: %s\n\n" % (event_id, name.encode(), orjson.dumps(data))


def _last_event_id(request: Request) -> TransferId | None:
    """Read the Last-Event-ID header; one that is not ours counts as none."""
    text = request.headers.get("last-event-id", "")
    return TransferId(int(text)) if text.isascii() and text.isdigit() and len(text) <= 18 else None
