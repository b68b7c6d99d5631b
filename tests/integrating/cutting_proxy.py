"""A network between a program and the bank that cuts connections at chosen moments, and keeps what it saw."""

import ssl
import threading
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self

import httpx

_HOP_BY_HOP = {"connection", "content-length", "date", "host", "server", "transfer-encoding"}


class Fate(StrEnum):
    """What becomes of one request."""

    CUT_BEFORE = "cut before the bank heard of it"
    CUT_AFTER = "cut after the bank answered"
    CUT_WITHIN = "cut within the bank's answer"
    BUSY = "503 in place of the bank"
    TOO_OFTEN = "429 in place of the bank"
    CAPTIVE = "200 from a captive portal"
    ELSEWHERE = "404 from something that is no bank"


@dataclass(frozen=True, slots=True)
class Seen:
    """One request as it came by."""

    path: str
    key: str | None
    body: bytes


class CuttingProxy:
    """Passes requests on, but for those that have a fate; use it as a context manager."""

    def __init__(self, target: str, *, tls: ssl.SSLContext | None = None) -> None:
        self.seen: list[Seen] = []
        self.after_cut: Callable[[], object] = lambda: None
        self._fates: deque[Fate] = deque()
        proxy = self

        class Handler(_Passing):
            def through(self) -> CuttingProxy:
                return proxy

        self.http = httpx.Client(base_url=target, timeout=30)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        # Whoever goes away in the middle is a part of the story.
        self._server.handle_error = lambda *_: None  # type: ignore[method-assign]  # the server's way to be told
        self._scheme = "http" if tls is None else "https"
        if tls is not None:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    @property
    def address(self) -> str:
        """The address that programs call."""
        return f"{self._scheme}://127.0.0.1:{self._server.server_port}"

    @property
    def keys(self) -> list[str | None]:
        """The idempotency keys of the requests that came by."""
        return [one.key for one in self.seen]

    def foretell(self, fates: Iterable[Fate]) -> None:
        """Say what becomes of the next requests; those after them pass."""
        self._fates.extend(fates)

    def next_fate(self) -> Fate | None:
        """Give what becomes of a request that has just come."""
        return self._fates.popleft() if self._fates else None

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        self.http.close()


_ANSWERS = {
    Fate.BUSY: (503, {"Retry-After": "Sat, 31 Jan 2099 12:00:00 GMT"}, b"busy"),
    Fate.TOO_OFTEN: (429, {"Retry-After": "1"}, b"too often"),
    Fate.CAPTIVE: (200, {"Content-Type": "text/html"}, b"<h1>Welcome to our network</h1>"),
    Fate.ELSEWHERE: (404, {"Content-Type": "text/html"}, b"<h1>Nothing here</h1>"),
}


class _Passing(BaseHTTPRequestHandler):
    def through(self) -> CuttingProxy:
        raise NotImplementedError

    def do_GET(self) -> None:
        self._pass()

    def do_POST(self) -> None:
        self._pass()

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def _pass(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        proxy = self.through()
        proxy.seen.append(Seen(self.path, self.headers.get("Idempotency-Key"), body))
        fate = proxy.next_fate()
        if fate is Fate.CUT_BEFORE:
            return
        if fate in _ANSWERS:
            self._answer(*_ANSWERS[fate])
            return
        headers = {name: value for name, value in self.headers.items() if name.lower() not in _HOP_BY_HOP}
        answer = proxy.http.request(self.command, self.path, content=body, headers=headers)
        if fate is Fate.CUT_AFTER:
            proxy.after_cut()
            return
        kept = {name: value for name, value in answer.headers.items() if name not in _HOP_BY_HOP}
        self._answer(answer.status_code, kept, answer.content, is_cut=fate is Fate.CUT_WITHIN)

    def _answer(self, status: int, headers: dict[str, str], body: bytes, *, is_cut: bool = False) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if is_cut else body)
