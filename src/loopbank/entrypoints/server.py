"""Serving: one uvicorn server that stops in steps, so that no request is lost.

Told to stop, it first says that it is not ready and goes on answering for a while, each answer ending its connection;
then it takes no new connections, ends its open streams, finishes what it has begun and ends with success.
"""

import gc
import signal
import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import FrameType

import uvicorn
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from loopbank.entrypoints.connections import Connection
from loopbank.entrypoints.processes import supervise
from loopbank.entrypoints.service import Lifespan, Part

_SHUTDOWN_SECONDS_MAX = 20
_IDLE_SECONDS = 30


class _Server(uvicorn.Server):
    def __init__(self, door: "Door", app: "_Closing", parts: Sequence[Part], ready: Callable[[], None]) -> None:
        super().__init__(_config(app, door))
        self._app = app
        self._parts = parts
        self._ready = ready
        self._drain_seconds = door.drain_seconds
        self._leaves_at: float | None = None

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin to stop; being told again stops at once. The signal is answered, so it is not raised once more."""
        if self._leaves_at is None and sig == signal.SIGTERM and self._drain_seconds > 0:
            self._leaves_at = time.monotonic() + self._drain_seconds
            self._app.is_closing = True
            for part in self._parts:
                part.leave()
            return
        super().handle_exit(sig, frame)
        self._captured_signals.clear()

    async def on_tick(self, counter: int) -> bool:
        """Stop when the time of leaving is over."""
        if self._leaves_at is not None and time.monotonic() >= self._leaves_at:
            self.should_exit = True
        return await super().on_tick(counter)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            spare_the_collector()
            self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for part in self._parts:
            part.end_streams()
        await super().shutdown(sockets)


@dataclass(frozen=True, slots=True)
class Door:
    """Where a server listens, whose word it takes for a caller's address, and how long it leaves."""

    host: str
    port: int
    trusted_proxies: str
    drain_seconds: float = 0.0


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
    server = _Server(door, _Closing(Lifespan(app, parts)), parts, ready)
    server.run(sockets=[listening])
    return server.started


def _config(app: ASGIApp | None, door: Door) -> uvicorn.Config:
    return uvicorn.Config(
        app or _nothing,
        host=door.host,
        port=door.port,
        loop="uvloop",
        http=Connection,
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


class _Closing:
    """Ends each connection with its next answer once the server is leaving, so that clients connect elsewhere."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.is_closing = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not self.is_closing:
            await self._app(scope, receive, send)
            return

        async def send_last(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message["headers"], (b"connection", b"close")]}
            await send(message)

        await self._app(scope, receive, send_last)


async def _nothing(scope: Scope, receive: Receive, send: Send) -> None:
    """Stand in for the app where only the socket is wanted."""


def spare_the_collector() -> None:
    """Keep what exists since the start out of every garbage collection, and let more gather between two."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
