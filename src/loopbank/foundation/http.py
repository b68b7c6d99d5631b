"""The HTTP boundary: what is true of every request before a feature sees it and of every answer after.

`Boundary` is the outermost ASGI layer of a service. It gives every request an id, buffers its body within a limit,
turns refusals into problem documents (RFC 9457), counts, and calls lean routes directly: the few hot paths that
take a request and return a ready response, without the framework's work in between.
"""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

import structlog
from fastapi.routing import APIRoute, APIRouter
from prometheus_client import Counter
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from loopbank.foundation.errors import PayloadTooLarge, Refusal
from loopbank.foundation.ids import RequestIds
from loopbank.foundation.metrics import Metrics
from loopbank.foundation.problems import internal_error_response, problem_response

BODY_BYTES_MAX = 64 * 1024
BULK_BODY_BYTES_MAX = 1024 * 1024

LeanEndpoint = Callable[[Request], Awaitable[Response]]

_REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")
_NO_SNIFFING = (b"x-content-type-options", b"nosniff")
_CACHE_CONTROL = b"cache-control"
_NO_STORE = (_CACHE_CONTROL, b"no-store")
_SLOW_SECONDS = 1.0
_LENGTH_DIGITS_MAX = 18
_MOMENT_SECONDS = 0.003
"""About three times what the framework's work on one sign-in takes of the processor."""

log = structlog.get_logger("loopbank.http")


def lean(endpoint: Any) -> Any:
    """Mark a route's endpoint as lean: it takes only the request and returns a finished response."""
    endpoint.is_lean = True
    return endpoint


def bulk(endpoint: Any) -> Any:
    """Mark a route's endpoint as taking bodies up to `BULK_BODY_BYTES_MAX`."""
    endpoint.is_bulk = True
    return endpoint


def unhurried(endpoint: Any) -> Any:
    """Mark a route's endpoint as one that lets others go first: many such requests at once begin one by one."""
    endpoint.is_unhurried = True
    return endpoint


class Boundary:
    """The outermost ASGI layer of one service."""

    def __init__(self, app: ASGIApp, metrics: Metrics, routers: Iterable[APIRouter]) -> None:
        self._app = app
        self._metrics = metrics
        self._lean: dict[tuple[str, str], LeanEndpoint] = {}
        self._bulk_paths: set[str] = set()
        self._unhurried_paths: set[str] = set()
        self._stream_paths: set[str] = set()
        self._unhurried_turn = asyncio.Lock()
        self._request_ids = RequestIds()
        # Metrics by their labels; looking them up in the registry costs more than counting.
        self._counters: dict[tuple[str, int], Counter] = {}
        for route in _api_routes(routers):
            if getattr(route.endpoint, "is_lean", False):
                self._lean.update({(method, route.path): route.endpoint for method in route.methods or ()})
            if getattr(route.endpoint, "is_bulk", False):
                self._bulk_paths.add(route.path)
            if getattr(route.endpoint, "is_unhurried", False):
                self._unhurried_paths.add(route.path)
            if route.response_class is StreamingResponse:
                self._stream_paths.add(route.path)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request (or pass the lifespan on)."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        answer = _Answer(send, self._request_id(scope))
        scope["loopbank.request_id"] = answer.request_id
        try:
            await self._answer(scope, receive, answer)
        except Exception:
            if answer.has_started:
                raise
            log.exception("request failed", request_id=answer.request_id, path=scope["path"])
            await internal_error_response(answer.request_id)(scope, receive, answer.send)
        finally:
            self._count(scope, answer, time.perf_counter() - started)

    async def _answer(self, scope: Scope, receive: Receive, answer: "_Answer") -> None:
        if scope["method"] == "HEAD" and scope["path"] not in self._stream_paths:
            # The server leaves the body of the answer out (RFC 9110, 9.3.2); a stream would go on behind it for ever.
            scope = {**scope, "method": "GET"}
        try:
            body = b""
            if scope["method"] not in ("GET", "HEAD"):
                limit = BULK_BODY_BYTES_MAX if scope["path"] in self._bulk_paths else BODY_BYTES_MAX
                message = await _whole_body(scope, receive, limit)
                body = message.get("body", b"")
                receive = _once_more(message, receive)
            endpoint = self._lean.get((scope["method"], scope["path"]))
            if scope["path"] in self._unhurried_paths:
                await self._let_others_go_first()
            if endpoint is None:
                await self._app(scope, receive, answer.send)
            else:
                response = await endpoint(_LeanRequest(scope, receive, body))
                await response(scope, receive, answer.send)
        except Refusal as refusal:
            await problem_response(refusal, answer.request_id)(scope, receive, answer.send)

    async def _let_others_go_first(self) -> None:
        """Wait a moment, and for the moments of those who came before: a crowd must not take the loop for itself."""
        async with self._unhurried_turn:
            await asyncio.sleep(_MOMENT_SECONDS)

    def _request_id(self, scope: Scope) -> str:
        """Take the caller's request id when it is a harmless one, else make one."""
        for name, value in scope["headers"]:
            if name == b"x-request-id" and _REQUEST_ID.fullmatch(value):
                return str(value, "ascii")
        return self._request_ids.next()

    def _count(self, scope: Scope, answer: "_Answer", seconds: float) -> None:
        counted = self._counters.get((scope["method"], answer.status))
        if counted is None:
            counted = self._metrics.requests.labels(scope["method"], answer.status)
            self._counters[scope["method"], answer.status] = counted
        counted.inc()
        if not answer.is_stream:
            self._metrics.request_seconds.observe(seconds)
            if seconds > _SLOW_SECONDS:
                log.warning("slow request", request_id=answer.request_id, path=scope["path"], seconds=round(seconds, 3))


class _Answer:
    """Passes one answer on, with the headers that every answer has."""

    __slots__ = ("_send", "has_started", "is_stream", "request_id", "status")

    def __init__(self, send: Send, request_id: str) -> None:
        self._send = send
        self.request_id = request_id
        self.status = 0
        self.has_started = False
        self.is_stream = False

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.has_started = True
            self.status = message["status"]
            headers = list(message["headers"])
            self.is_stream = (b"content-type", b"text/event-stream; charset=utf-8") in headers
            headers += ((b"x-request-id", self.request_id.encode()), _NO_SNIFFING)
            if _CACHE_CONTROL not in [name for name, _ in headers]:
                headers.append(_NO_STORE)
            message = {**message, "headers": headers}
        await self._send(message)


class _LeanRequest(Request):
    """A request of a lean route: its body is there, and finding a header is one look-up."""

    def __init__(self, scope: Scope, receive: Receive, body: bytes) -> None:
        super().__init__(scope, receive)
        self._body = body
        self._headers = _QuickHeaders(raw=scope["headers"])


class _QuickHeaders(Headers):
    """Headers by name; of several with one name the first counts, as in the base class."""

    def __init__(self, raw: list[tuple[bytes, bytes]]) -> None:
        super().__init__(raw=raw)
        self._by_name = dict(reversed(raw))

    def __getitem__(self, key: str) -> str:
        return str(self._by_name[key.lower().encode("latin-1")], "latin-1")


async def _whole_body(scope: Scope, receive: Receive, limit: int) -> Message:
    """Read the whole body within the limit, as one message (or the news that the client has left)."""
    for name, value in scope["headers"]:
        if name == b"content-length" and (not value.isdigit() or len(value) > _LENGTH_DIGITS_MAX or int(value) > limit):
            raise _too_large(limit)
    message = await receive()
    if message.get("more_body"):
        message = await _joined(message, receive, limit)
    elif len(message.get("body", b"")) > limit:
        raise _too_large(limit)
    return message


def _once_more(message: Message, receive: Receive) -> Receive:
    """Give a `receive` that hands a message out again before what comes next."""
    messages = [message]

    async def again() -> Message:
        return messages.pop() if messages else await receive()

    return again


async def _joined(message: Message, receive: Receive, limit: int) -> Message:
    body = bytearray(message.get("body", b""))
    while message.get("more_body"):
        message = await receive()
        if message["type"] != "http.request":
            return message
        body += message.get("body", b"")
        if len(body) > limit:
            raise _too_large(limit)
    return {"type": "http.request", "body": bytes(body), "more_body": False}


def _too_large(limit: int) -> PayloadTooLarge:
    return PayloadTooLarge(f"The request is larger than {limit // 1024} KiB.")


def _api_routes(routers: Iterable[APIRouter]) -> Iterable[APIRoute]:
    return (route for router in routers for route in router.routes if isinstance(route, APIRoute))
