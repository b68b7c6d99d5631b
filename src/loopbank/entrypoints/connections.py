"""One connection to a server: no head of a request fills the memory, and nobody takes for ever to say what they want.

The server that we stand on limits neither: a head without end would be kept whole, and a connection that says nothing,
or half a request, would hold its place until the caller leaves.
"""

import asyncio
from typing import Any, ClassVar

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from loopbank.foundation.errors import BadRequest, Refusal
from loopbank.foundation.problems import problem_response

HEAD_BYTES_MAX = 64 * 1024
"""Many times what browsers and proxies send; what the server has read beyond it is at most one piece of 256 KiB."""


class HeadTooLarge(Refusal):
    """The address and headers of a request are larger than any that make sense."""

    code = "head_too_large"
    status = 431
    title = "Request head too large"


class _Together(asyncio.Transport):
    """Sends the head of an answer together with what follows at once: one call of the system, and one packet."""

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._head = b""

    def write(self, data: bytes) -> None:  # type: ignore[override]  # what the server writes is bytes
        """Keep a head until the next write, or until the event loop has nothing else to do for it."""
        if self._head:
            data, self._head = self._head + data, b""
        elif data.startswith(b"HTTP/1."):
            self._head = data
            self._loop.call_soon(self._send_head)
            return
        self._transport.write(data)

    def close(self) -> None:
        """Close the connection once everything is sent."""
        self._send_head()
        self._transport.close()

    def _send_head(self) -> None:
        if self._head:
            self.write(b"")

    def is_closing(self) -> bool:
        """Tell whether the connection is closed or closing."""
        return self._transport.is_closing()

    def get_extra_info(self, name: str, default: Any = None) -> Any:  # noqa: ANN401 -- as the class we extend
        """Give what is known of the connection."""
        return self._transport.get_extra_info(name, default)

    def pause_reading(self) -> None:
        """Take nothing more for now."""
        self._transport.pause_reading()

    def resume_reading(self) -> None:
        """Take what comes again."""
        self._transport.resume_reading()


class Connection(HttpToolsProtocol):
    """Reads requests within limits, and refuses with problem documents what never becomes a request."""

    request_seconds_max: ClassVar[float] = 60.0
    """From a connection's or request's first byte to the request's last; slow phones send for some seconds."""

    _is_in_head = True
    _is_reading = False
    _head_bytes = 0
    _patience: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as the class we extend
        """Begin to wait for a request."""
        super().connection_made(_Together(transport, self.loop))
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no longer."""
        self._wait_no_longer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take the next piece; a head that goes on and on is refused."""
        super().data_received(data)
        if self._is_in_head and not self.transport.is_closing():
            self._head_bytes += len(data)
            if self._head_bytes > HEAD_BYTES_MAX:
                self._refuse(HeadTooLarge(f"The head of the request is larger than {HEAD_BYTES_MAX // 1024} KiB."))
        # Most requests come in one piece and need no timer.
        if self._is_reading and self._patience is None:
            self._wait()

    def on_message_begin(self) -> None:
        """Begin with a request."""
        super().on_message_begin()
        self._is_reading, self._is_in_head, self._head_bytes = True, True, 0

    def on_headers_complete(self) -> None:
        """Let the request be answered; its body may still come."""
        self._is_in_head = False
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """Take the request as said."""
        self._is_reading = False
        self._wait_no_longer()
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no request."""
        self._refuse(BadRequest(msg))

    def _refuse(self, refusal: Refusal) -> None:
        answer = problem_response(refusal, "")
        lines = [b"%s: %s\r\n" % header for header in answer.raw_headers]
        status = STATUS_LINE[refusal.status]
        self.transport.write(b"".join([status, *lines, b"connection: close\r\n\r\n", bytes(answer.body)]))
        self.transport.close()

    def _wait(self) -> None:
        self._patience = self.loop.call_later(self.request_seconds_max, self._lose_patience)

    def _wait_no_longer(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None

    def _lose_patience(self) -> None:
        self.transport.close()
