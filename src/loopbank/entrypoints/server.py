"""Serving: one uvicorn server that ends its open streams before it waits for requests to finish."""

import gc
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from loopbank.entrypoints.processes import supervise
from loopbank.entrypoints.service import Lifespan, Part

_SHUTDOWN_SECONDS_MAX = 20
_IDLE_SECONDS = 30


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, parts: Sequence[Part], ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._parts = parts
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            _spare_the_collector()
            self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for part in self._parts:
            part.end_streams()
        await super().shutdown(sockets)


@dataclass(frozen=True, slots=True)
class Door:
    """Where a server listens, and whose word it takes for a caller's address."""

    host: str
    port: int
    trusted_proxies: str


Build = Callable[[], tuple[ASGIApp, Sequence[Part]]]
"""Builds the app and its parts; in a process of its own when there are several."""


def serve(build: Build, door: Door, *, ready: Callable[[], None], processes: int = 1) -> bool:
    """Serve until told to stop; `ready` is called when requests are answered. Gives False when the start failed.

    Several processes share one listening socket; each builds everything for itself and takes turns at the books.
    """
    listening = _config(None, door).bind_socket()
    if processes == 1:
        return _serve_here(build, door, listening, ready)

    def serve_one(number: int) -> bool:
        return _serve_here(build, door, listening, ready if number == 0 else lambda: None)

    return supervise(processes, serve_one)


def _serve_here(build: Build, door: Door, listening: socket.socket, ready: Callable[[], None]) -> bool:
    app, parts = build()
    server = _Server(_config(Lifespan(app, parts), door), parts, ready)
    server.run(sockets=[listening])
    return server.started


def _config(app: ASGIApp | None, door: Door) -> uvicorn.Config:
    return uvicorn.Config(
        app or _nothing,
        host=door.host,
        port=door.port,
        loop="uvloop",
        http="httptools",
        ws="none",
        lifespan="on",
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=True,
        forwarded_allow_ips=door.trusted_proxies,
        timeout_graceful_shutdown=_SHUTDOWN_SECONDS_MAX,
        timeout_keep_alive=_IDLE_SECONDS,
    )


async def _nothing(scope: Scope, receive: Receive, send: Send) -> None:
    """Stand in for the app where only the socket is wanted."""


def _spare_the_collector() -> None:
    """Keep what exists since the start out of every garbage collection, and let more gather between two."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
