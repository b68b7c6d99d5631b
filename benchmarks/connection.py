"""The lightest HTTP/1.1 client that is still honest: one raw keep-alive connection, one question at a time.

It shares its processor with the server it measures, so it parses only what it needs: the status, the length, the body.
"""

import asyncio
from collections.abc import Callable
from typing import cast

OnAnswer = Callable[[int, bytes], None]
"""Called with the status and the body of an answer."""

_HEAD_END = b"\r\n\r\n"
_LENGTH = b"\r\ncontent-length: "
_STATUS_PLACE = slice(9, 12)


class Connection(asyncio.Protocol):
    """One keep-alive connection; `ask` sends a ready request and calls back with its answer."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._received = b""
        self._on_answer: OnAnswer | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport to write to."""
        # uvloop's transport has the methods of asyncio's without being one.
        self._transport = cast("asyncio.Transport", transport)

    def ask(self, request: bytes, on_answer: OnAnswer) -> None:
        """Send one request. Only one may be under way."""
        assert self._transport is not None, "the connection is not open"
        self._on_answer = on_answer
        self._transport.write(request)

    def close(self) -> None:
        """Hang up."""
        assert self._transport is not None, "the connection is not open"
        self._on_answer = None
        self._transport.close()

    def data_received(self, data: bytes) -> None:
        """Collect an answer and hand it over when it is whole."""
        if self._received:
            data = self._received + data
        head_end = data.find(_HEAD_END)
        if head_end < 0:
            self._received = data
            return
        begin = data.find(_LENGTH, 0, head_end + 2)
        assert begin >= 0, "an answer came without its length"
        begin += len(_LENGTH)
        body_begin = head_end + len(_HEAD_END)
        if len(data) < body_begin + int(data[begin : data.find(b"\r", begin)]):
            self._received = data
            return
        self._received = b""
        on_answer, self._on_answer = self._on_answer, None
        assert on_answer is not None, "an answer came without a question"
        on_answer(int(data[_STATUS_PLACE]), data[body_begin:])

    def connection_lost(self, error: Exception | None) -> None:
        """Fail loudly when the server hangs up on a question."""
        if self._on_answer is not None:
            raise ConnectionError("the server closed a connection with a question under way") from error


async def connect(port: int) -> Connection:
    """Open a connection to this machine."""
    _, connection = await asyncio.get_running_loop().create_connection(Connection, "127.0.0.1", port)
    return connection
