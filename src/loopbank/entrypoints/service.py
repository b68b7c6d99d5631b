"""A service as a process sees it: an ASGI app with a beginning and an end."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from fastapi import FastAPI
from fastapi.routing import APIRouter
from starlette.types import ASGIApp, Receive, Scope, Send

from loopbank.entrypoints.contract import Contract
from loopbank.foundation.openapi import with_conventions
from loopbank.foundation.problems import answer_refusals_as_problems

Act = Callable[[], Awaitable[None]]


async def _nothing() -> None:
    """Do nothing: a part without a beginning or an end."""


@dataclass(frozen=True, slots=True)
class Part:
    """Something with a beginning and an end.

    `leave` says that the end is near: whoever sends requests should send them elsewhere. `end_streams` lets a server
    finish its open answers first.
    """

    start: Act = _nothing
    stop: Act = _nothing
    end_streams: Callable[[], None] = lambda: None
    leave: Callable[[], None] = lambda: None


@dataclass(frozen=True, slots=True)
class Service:
    """One service: how it answers, what it promises, how it begins and ends."""

    app: ASGIApp
    contract: Callable[[], Contract]
    """Writes what the service publishes."""
    part: Part


def framework_app(title: str, description: str, version: str, routers: Sequence[APIRouter]) -> FastAPI:
    """Make the framework's app of one service from its routers."""
    app = FastAPI(
        title=title,
        description=description,
        version=version,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        strict_content_type=False,
    )
    for router in routers:
        app.include_router(router)
    answer_refusals_as_problems(app)
    return app


def contract_of(app: FastAPI) -> Contract:
    """Give a service's published contract."""
    return with_conventions(app.openapi())


class Lifespan:
    """Runs the parts' beginnings and ends with the server's: in order, and backwards."""

    def __init__(self, app: ASGIApp, parts: Sequence[Part]) -> None:
        self._app = app
        self._parts = parts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the server's lifespan; pass everything else on."""
        if scope["type"] != "lifespan":
            await self._app(scope, receive, send)
            return
        await receive()
        started: list[Part] = []
        try:
            for part in self._parts:
                await part.start()
                started.append(part)
        except Exception as error:  # noqa: BLE001 -- whatever it is, the server must be told
            await _stop(started)
            await send({"type": "lifespan.startup.failed", "message": str(error)})
            return
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await _stop(started)
        await send({"type": "lifespan.shutdown.complete"})


async def _stop(parts: Sequence[Part]) -> None:
    for part in reversed(parts):
        await part.stop()
