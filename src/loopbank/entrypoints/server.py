"""Serving: one uvicorn server that ends its open streams before it waits for requests to finish."""

import gc
import socket
from collections.abc import Callable, Sequence

import uvicorn
from starlette.types import ASGIApp

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


def serve(
    app: ASGIApp,
    parts: Sequence[Part],
    *,
    host: str,
    port: int,
    trusted_proxies: str,
    ready: Callable[[], None],
) -> bool:
    """Serve until told to stop; `ready` is called when requests are answered. Gives False when the start failed."""
    config = uvicorn.Config(
        Lifespan(app, parts),
        host=host,
        port=port,
        loop="uvloop",
        http="httptools",
        ws="none",
        lifespan="on",
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=True,
        forwarded_allow_ips=trusted_proxies,
        timeout_graceful_shutdown=_SHUTDOWN_SECONDS_MAX,
        timeout_keep_alive=_IDLE_SECONDS,
    )
    server = _Server(config, parts, ready)
    server.run()
    return server.started


def _spare_the_collector() -> None:
    """Keep what exists since the start out of every garbage collection, and let more gather between two."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
