"""A reader of server-sent events in this process, which reads as slowly as a test wants."""

import asyncio
import json
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from starlette.types import ASGIApp, Message

EVENT_SECONDS_MAX = 10.0
"""Long enough for a busy machine; how fast events really are is the benchmark's question."""


@dataclass(frozen=True, slots=True)
class Event:
    """One event as its reader sees it."""

    id: int
    name: str
    data: dict[str, Any]

    @classmethod
    def parsed(cls, block: str) -> Self | None:
        """Read one block of the stream; None for a comment or a retry hint."""
        fields = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
        return cls(int(fields["id"]), fields["event"], json.loads(fields["data"])) if "event" in fields else None


class StreamEnded(AssertionError):
    """The server ended the stream before the event came."""


class StreamReader:
    """Opens a live stream of an app and reads events one by one; use it as an async context manager."""

    def __init__(
        self, app: ASGIApp, token: str, *, last_event_id: int | str | None = None, path: str = "/api/v1/stream"
    ) -> None:
        self._app = app
        self._path = path
        self._headers = [(b"authorization", f"Bearer {token}".encode())]
        if last_event_id is not None:
            self._headers.append((b"last-event-id", str(last_event_id).encode()))
        self.status = 0
        self.headers: dict[str, str] = {}
        self.blocks: list[str] = []
        self._started = asyncio.Event()
        self._left = asyncio.Event()
        self._may_go_on = asyncio.Event()
        self._may_go_on.set()
        self._events: asyncio.Queue[Event | None] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None
        self._rest = ""

    def stall(self) -> None:
        """Read nothing more, as a phone in a lift does."""
        self._may_go_on.clear()

    def go_on(self) -> None:
        """Read again."""
        self._may_go_on.set()

    async def event(self, seconds_max: float = EVENT_SECONDS_MAX) -> Event:
        """Wait for the next event. Raises StreamEnded or TimeoutError."""
        async with asyncio.timeout(seconds_max):
            event = await self._events.get()
        if event is None:
            raise StreamEnded
        return event

    async def events(self, count: int) -> list[Event]:
        """Wait for so many events."""
        return [await self.event() for _ in range(count)]

    async def rest(self, seconds_max: float = EVENT_SECONDS_MAX) -> list[Event]:
        """Wait until the server ends the stream, and give what came before that. Raises TimeoutError."""
        events = []
        async with asyncio.timeout(seconds_max):
            while (event := await self._events.get()) is not None:
                events.append(event)
        return events

    def is_quiet(self) -> bool:
        """Tell that no event waits to be read."""
        return self._events.empty()

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._run())
        async with asyncio.timeout(EVENT_SECONDS_MAX):
            await self._started.wait()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._left.set()
        self._may_go_on.set()
        assert self._task is not None
        with suppress(TimeoutError):
            async with asyncio.timeout(EVENT_SECONDS_MAX):
                await self._task

    async def _run(self) -> None:
        scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": "GET",
            "scheme": "http",
            "path": self._path,
            "raw_path": self._path.encode(),
            "root_path": "",
            "query_string": b"",
            "headers": self._headers,
            "client": ("192.0.2.7", 4242),
            "server": ("bank.test", 80),
        }
        is_asked = False

        async def receive() -> Message:
            nonlocal is_asked
            if not is_asked:
                is_asked = True
                return {"type": "http.request", "body": b"", "more_body": False}
            await self._left.wait()
            return {"type": "http.disconnect"}

        try:
            await self._app(scope, receive, self._take)
        finally:
            self._started.set()
            self._events.put_nowait(None)

    async def _take(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {name.decode(): value.decode() for name, value in message["headers"]}
            self._started.set()
            return
        *blocks, self._rest = (self._rest + message.get("body", b"").decode()).split("\n\n")
        self.blocks += blocks
        for block in blocks:
            if (event := Event.parsed(block)) is not None:
                self._events.put_nowait(event)
        await self._may_go_on.wait()
