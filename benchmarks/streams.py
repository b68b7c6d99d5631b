"""Live streams as a phone holds them, and how long after a transfer's answer its receiver hears of it."""

import asyncio
import re
import time
from array import array
from typing import cast

from benchmarks.plan import Latency
from benchmarks.window import percentiles

_ANSWERED_ID = re.compile(rb'"transaction":\{"id":"?(\d+)')
_TOLD_ID = re.compile(rb"id: (\d+)\r?\nevent: transaction\r?\n")
_OPENED = b"event: balance"


class Arrivals:
    """Pairs the answer to a transfer with its arrival on the receiver's stream, whichever comes first."""

    def __init__(self) -> None:
        self.begins = 0.0
        self._is_watched = False
        self._answered: dict[bytes, float] = {}
        self._told: dict[bytes, float] = {}
        self._delays = array("d")

    def watch(self, begins: float) -> None:
        """Begin to pair what happens from an instant of the process's clock on."""
        self._is_watched = True
        self.begins = begins

    def answered(self, body: bytes) -> None:
        """Note that a transfer was answered."""
        if self._is_watched and (found := _ANSWERED_ID.search(body)):
            self._pair(found[1], self._answered, self._told)

    def told(self, transfer_id: bytes) -> None:
        """Note that a transfer came over its receiver's stream."""
        self._pair(transfer_id, self._told, self._answered)

    @property
    def latency(self) -> Latency | None:
        """Give the delay from answer to arrival; it is negative where the stream was faster."""
        return percentiles(self._delays) if self._delays else None

    def _pair(self, transfer_id: bytes, own: dict[bytes, float], other: dict[bytes, float]) -> None:
        now = time.perf_counter()
        if transfer_id not in other:
            own[transfer_id] = now
            return
        before = other.pop(transfer_id)
        if before >= self.begins:
            self._delays.append(now - before if other is self._answered else before - now)


class Stream(asyncio.Protocol):
    """One open stream; `is_open` when the balance has come. The payer's own stream tells nothing about receivers."""

    def __init__(self, token: str, account_number: str, arrivals: Arrivals) -> None:
        self._request = f"GET /api/v1/stream HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {token}\r\n\r\n".encode()
        self._is_received = f'"to_account":"{account_number}"'.encode()
        self._arrivals = arrivals
        self._received = b""
        self._transport: asyncio.Transport | None = None
        self.is_open = asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the stream."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's has the methods without the type.
        self._transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        """Look through whole events; chunk sizes stand between them and are looked over."""
        *events, self._received = (self._received + data).split(b"\n\n")
        for event in events:
            if not self.is_open.is_set() and _OPENED in event:
                self.is_open.set()
            found = _TOLD_ID.search(event + b"\n")
            if found and self._is_received in event:
                self._arrivals.told(found[1])

    def close(self) -> None:
        """Hang up."""
        assert self._transport is not None, "the stream was never opened"
        self._transport.close()


async def open_stream(port: int, token: str, account_number: str, arrivals: Arrivals) -> Stream:
    """Open a player's stream and wait until it has told the balance."""
    stream = Stream(token, account_number, arrivals)
    await asyncio.get_running_loop().create_connection(lambda: stream, "127.0.0.1", port)
    async with asyncio.timeout(30):
        await stream.is_open.wait()
    return stream
