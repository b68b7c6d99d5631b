"""Health and metrics: what load balancers, probes and Prometheus ask every service."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

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
        self._is_leaving = False
        self.router = APIRouter(tags=["Health"])
        up = {"status": "healthy", "service": service}
        ready = {"status": "ready", "checks": dict.fromkeys(probes, True)}
        unready = {"status": "not ready", "checks": dict.fromkeys(probes, False)}
        metrics_text = {"text/plain": {"schema": {"type": "string"}, "example": "loopbank_http_requests_total 42.0\n"}}
        self._add("/health", self.health, "The service is up", {200: _described("It is up.", up)})
        self._add("/health/live", self.health, "The process answers", {200: _described("It answers.", up)})
        self._add(
            "/health/ready",
            self.ready,
            "The service can do its work",
            {200: _described("It can.", ready), 503: _described("It cannot.", unready)},
        )
        self._add(
            "/metrics",
            self.exposition,
            "Metrics in Prometheus' text format",
            {200: {"description": "The metrics.", "content": metrics_text}},
        )

    def _add(
        self,
        path: str,
        endpoint: Callable[[], Awaitable[Response]],
        summary: str,
        answers: dict[int | str, dict[str, Any]],
    ) -> None:
        self.router.add_api_route(
            path, endpoint, methods=["GET"], summary=summary, response_class=Response, responses=answers
        )

    async def health(self) -> Response:
        """Say that the process answers."""
        return _json({"status": "healthy", "service": self._service}, 200)

    def leave(self) -> None:
        """Say from now on that the service is not ready, because it is about to stop."""
        self._is_leaving = True

    async def ready(self) -> Response:
        """Ask every probe; 503 when one says no or the process is about to stop."""
        checks = {name: await _passes(probe) for name, probe in self._probes.items()}
        is_ready = all(checks.values()) and not self._is_leaving
        status = "ready" if is_ready else "stopping" if self._is_leaving else "not ready"
        return _json({"status": status, "checks": checks}, 200 if is_ready else 503)

    async def exposition(self) -> Response:
        """Give the metrics."""
        return Response(self._metrics.exposition(), media_type="text/plain; version=0.0.4; charset=utf-8")


def _described(sentence: str, example: Mapping[str, object]) -> dict[str, Any]:
    schema = {
        "type": "object",
        "required": list(example),
        "properties": {
            name: {"type": "string"}
            if isinstance(value, str)
            else {"type": "object", "additionalProperties": {"type": "boolean"}}
            for name, value in example.items()
        },
    }
    return {"description": sentence, "content": {"application/json": {"schema": schema, "example": dict(example)}}}


async def _passes(probe: Probe) -> bool:
    try:
        return await probe()
    except (Refusal, OSError):
        return False


def _json(document: Mapping[str, object], status: int) -> Response:
    return Response(orjson.dumps(document), status, media_type="application/json")
