"""Traces: one span per request, handed to an OpenTelemetry collector when an endpoint is set.

A span says which method and path, which answer, and the request's id that the logs have too; never a header, a query or
a body.
"""

import asyncio
from collections.abc import Sequence

import httpx
from opentelemetry import propagate
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, SERVICE_VERSION, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import SpanKind, Status, StatusCode
from starlette.types import ASGIApp, Message, Receive, Scope, Send

import loopbank
from loopbank.entrypoints.service import Part

_SERVER_ERROR = 500
_UNTRACED = ("/health", "/metrics")


class Tracing:
    """Makes spans of one process and hands them over in batches, in a thread of its own."""

    def __init__(self, endpoint: str, service: str) -> None:
        resource = Resource.create({SERVICE_NAME: f"loopbank-{service}", SERVICE_VERSION: loopbank.__version__})
        self._provider = TracerProvider(resource=resource)
        exporter = OTLPSpanExporter(endpoint=f"{endpoint.rstrip('/')}/v1/traces")
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer("loopbank", loopbank.__version__)

    def traced(self, app: ASGIApp) -> ASGIApp:
        """Give the app with a span around every request that a person or program makes."""

        async def answer(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "http" or scope["path"].startswith(_UNTRACED):
                await app(scope, receive, send)
                return
            carrier = {str(name, "latin-1"): str(value, "latin-1") for name, value in scope["headers"]}
            given = {name: carrier[name] for name in ("traceparent", "tracestate") if name in carrier}
            with self._tracer.start_as_current_span(
                f"{scope['method']} {scope['path']}",
                propagate.extract(given),
                SpanKind.SERVER,
                {"http.request.method": scope["method"], "url.path": scope["path"]},
                record_exception=False,
            ) as span:

                async def note(message: Message) -> None:
                    if message["type"] == "http.response.start":
                        span.set_attribute("http.response.status_code", message["status"])
                        request_id = dict(message["headers"]).get(b"x-request-id", b"").decode()
                        span.set_attribute("loopbank.request_id", request_id)
                        if message["status"] >= _SERVER_ERROR:
                            span.set_status(Status(StatusCode.ERROR))
                    await send(message)

                await app(scope, receive, note)

        return answer

    async def close(self) -> None:
        """Hand over what is left."""
        await asyncio.to_thread(self._provider.shutdown)


async def pass_on(request: httpx.Request) -> None:
    """Tell the service that is called to which trace the call belongs."""
    propagate.inject(request.headers)


def with_traces(app: ASGIApp, parts: Sequence[Part], endpoint: str, service: str) -> tuple[ASGIApp, Sequence[Part]]:
    """Give a process's app and parts with traces."""
    tracing = Tracing(endpoint, service)
    return tracing.traced(app), (Part(stop=tracing.close), *parts)
