"""Health and metrics: what load balancers, probes and Prometheus ask every service."""

from collections.abc import Awaitable, Callable, Mapping

import orjson
from fastapi import APIRouter
from starlette.responses import Response

from loopbank.foundation.errors import Refusal
from loopbank.foundation.metrics import Metrics

Probe = Callable[[], Awaitable[bool]]
"""Tells whether one thing that the service needs is there."""


class HealthRoutes:
    """Routes without a prefix; they need no token and say nothing about anybody."""

    def __init__(self, *, service: str, metrics: Metrics, probes: Mapping[str, Probe]) -> None:
        self._service = service
        self._metrics = metrics
        self._probes = probes
        self.router = APIRouter(tags=["Health"])
        for path, endpoint, summary in (
            ("/health", self.health, "The service is up"),
            ("/health/live", self.health, "The process answers"),
            ("/health/ready", self.ready, "The service can do its work"),
            ("/metrics", self.exposition, "Metrics in Prometheus' text format"),
        ):
            self.router.add_api_route(path, endpoint, methods=["GET"], summary=summary, response_class=Response)

    async def health(self) -> Response:
        """Say that the process answers."""
        return _json({"status": "healthy", "service": self._service}, 200)

    async def ready(self) -> Response:
        """Ask every probe; 503 when one says no."""
        checks = {name: await _passes(probe) for name, probe in self._probes.items()}
        is_ready = all(checks.values())
        return _json({"status": "ready" if is_ready else "not ready", "checks": checks}, 200 if is_ready else 503)

    async def exposition(self) -> Response:
        """Give the metrics."""
        return Response(self._metrics.exposition(), media_type="text/plain; version=0.0.4; charset=utf-8")


async def _passes(probe: Probe) -> bool:
    try:
        return await probe()
    except (Refusal, OSError):
        return False


def _json(document: Mapping[str, object], status: int) -> Response:
    return Response(orjson.dumps(document), status, media_type="application/json")
