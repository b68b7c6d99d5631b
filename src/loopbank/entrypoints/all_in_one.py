"""Both services, the worker and the web app in one process on one port (:8080)."""

from collections.abc import Sequence

import httpx
from starlette.types import ASGIApp, Receive, Scope, Send

from loopbank.access import RateLimits
from loopbank.entrypoints.auth import build_auth_service
from loopbank.entrypoints.coin import build_bank, build_coin_service
from loopbank.entrypoints.contract import JoinedContract
from loopbank.entrypoints.service import Part
from loopbank.entrypoints.web_app import BUILT_BESIDE_SOURCE, WebApp
from loopbank.entrypoints.worker import build_worker
from loopbank.foundation.clock import system_clock
from loopbank.foundation.database import Database
from loopbank.foundation.metrics import Metrics
from loopbank.foundation.settings import Installation

_AUTH_PATHS = (
    "/api/v1/auth/",
    "/api/auth/",
    "/api/v1/account/password",
    "/api/developer/clients",
    "/api/oauth/",
    "/oauth/",
    "/.well-known/",
    "/internal/revocations",
    "/internal/people/",
)
_PLATFORM_AUTH_PATHS = ("/api/admin/users",)
"""What the Authentication Service has besides where /api/admin is the platform's and not the event's."""

_COIN_PATHS = ("/api/", "/internal/", "/health", "/metrics")
_CONTRACT_PATH = "/openapi.json"


class ByPath:
    """Sends each request to the service that owns its path."""

    def __init__(
        self,
        auth: ASGIApp,
        coin: ASGIApp,
        web: ASGIApp,
        contract: JoinedContract,
        *,
        auth_paths: tuple[str, ...] = _AUTH_PATHS,
    ) -> None:
        self._auth = auth
        self._auth_paths = auth_paths
        self._coin = coin
        self._web = web
        self._contract = contract

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        path: str = scope["path"]
        if path.startswith(self._auth_paths):
            await self._auth(scope, receive, send)
        elif path.startswith(_COIN_PATHS):
            await self._coin(scope, receive, send)
        elif path == _CONTRACT_PATH:
            headers = [(b"content-type", b"application/json"), (b"cache-control", b"no-cache")]
            text = await self._contract.text()
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await send({"type": "http.response.body", "body": text})
        else:
            await self._web(scope, receive, send)


def build_all_in_one(settings: Installation, database: Database) -> tuple[ASGIApp, Sequence[Part]]:
    """Build the app and the parts behind it, in the order in which they start."""
    metrics = Metrics()
    rate_limits = RateLimits(is_enabled=settings.rate_limits, clock=system_clock)
    to_auth, to_coin = _Late(), _Late()
    auth = build_auth_service(settings, database, metrics, _client(to_coin), rate_limits)
    bank = build_bank(settings, database, metrics)
    coin = build_coin_service(settings, bank, metrics, _client(to_auth), rate_limits)
    to_auth.app, to_coin.app = auth.app, coin.app
    worker = build_worker(settings, database, bank, metrics)
    contract = JoinedContract(settings.product_name, lambda: (auth.contract(), coin.contract()))
    web = WebApp(settings.web_dir or BUILT_BESIDE_SOURCE)
    auth_paths = _AUTH_PATHS if settings.is_event else _AUTH_PATHS + _PLATFORM_AUTH_PATHS
    return ByPath(auth.app, coin.app, web, contract, auth_paths=auth_paths), (auth.part, coin.part, worker)


class _Late:
    """An app that is known only after others that call it were built."""

    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app(scope, receive, send)


def _client(app: ASGIApp) -> httpx.AsyncClient:
    """Make the same HTTP client as between two processes, without the network."""
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://loopbank.internal")
