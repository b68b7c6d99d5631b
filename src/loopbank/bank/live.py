"""Live updates: every process follows the journal with one cursor and hands each transfer to the people concerned.

The feed wakes at once when this process commits a batch and looks often enough for the commits of other processes.
One statement per look serves all streams. A stream that falls behind is ended; its reader resumes from its last id.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import structlog

from loopbank.ledger import AccountCode, HistoryPage, Ledger, StatementLine, TransferId

_LOOK_SECONDS = 0.1
_TROUBLE_SECONDS = 1.0
_PAGE = 1_000
_BACKLOG_MAX = 500
_WAITING_MAX = 256

log = structlog.get_logger("loopbank.live")


@dataclass(slots=True, eq=False)
class Subscription:
    """One stream's waiting lines; `is_lost` when it could not keep up or the feed closed."""

    account: AccountCode
    lines: list[StatementLine] = field(default_factory=list)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    is_lost: bool = False

    def put(self, line: StatementLine) -> None:
        """Hand over a line; a reader that left too many waiting is lost."""
        if len(self.lines) >= _WAITING_MAX:
            self.end()
        else:
            self.lines.append(line)
            self.arrived.set()

    def end(self) -> None:
        """End the stream."""
        self.is_lost = True
        self.arrived.set()

    async def take(self, timeout_seconds: float) -> list[StatementLine]:
        """Wait for lines and give them; nothing when the time is over or the stream has ended."""
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout_seconds):
                await self.arrived.wait()
        taken, self.lines = self.lines, []
        self.arrived.clear()
        return taken


class LiveFeed:
    """Follows the journal for all streams of this process."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._subscriptions: dict[AccountCode, set[Subscription]] = {}
        self._cursor = TransferId(0)
        self._wake = asyncio.Event()
        self._opening = asyncio.Lock()
        self._is_closed = False
        self._task: asyncio.Task[None] | None = None
        ledger.on_commit(self._wake.set)

    @property
    def stream_count(self) -> int:
        """Give how many streams are open."""
        return sum(map(len, self._subscriptions.values()))

    def start(self) -> None:
        """Begin to follow the journal; the first stream sets the cursor to the journal's end."""
        self._task = asyncio.create_task(self._follow(), name="live feed")

    @property
    def is_closed(self) -> bool:
        """Tell whether the server is stopping: streams that open now would end at once."""
        return self._is_closed

    def end_streams(self) -> None:
        """End every stream, so that a server can stop; no new one is opened."""
        self._is_closed = True
        for subscriptions in self._subscriptions.values():
            for subscription in subscriptions:
                subscription.end()

    async def close(self) -> None:
        """Stop following."""
        self.end_streams()
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    @asynccontextmanager
    async def subscribe(self, account: AccountCode) -> AsyncIterator[Subscription]:
        """Open a stream of an account's transfers from now on."""
        subscription = Subscription(account, is_lost=self._is_closed)
        # One at a time: the first stream's cursor must not be moved on by a second one that opens meanwhile.
        async with self._opening:
            if not self._subscriptions:
                self._cursor = await self._ledger.transfer_head()
            self._subscriptions.setdefault(account, set()).add(subscription)
        self._wake.set()
        try:
            yield subscription
        finally:
            remaining = self._subscriptions[account]
            remaining.discard(subscription)
            if not remaining:
                del self._subscriptions[account]

    async def backlog(self, account: AccountCode, after: TransferId) -> list[StatementLine] | None:
        """Give what an account missed since a transfer id, oldest first; None when that is too much to tell."""
        page = HistoryPage(after=after, limit=_BACKLOG_MAX + 1)
        lines = await self._ledger.history(account, page)
        return None if len(lines) > _BACKLOG_MAX else lines[::-1]

    async def _follow(self) -> None:
        while True:
            try:
                if await self._look() == _PAGE:
                    continue
                await self._pause(_LOOK_SECONDS if self._subscriptions else None)
            except Exception as error:  # noqa: BLE001 -- the feed outlives any trouble of the database
                log.warning("live feed interrupted", error=repr(error))
                await asyncio.sleep(_TROUBLE_SECONDS)

    async def _pause(self, seconds: float | None) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._wake.wait()
        self._wake.clear()

    async def _look(self) -> int:
        """Hand out what the journal has gained; gives how many transfers that was."""
        if not self._subscriptions:
            return 0
        lines = await self._ledger.transfers_after(self._cursor, _PAGE)
        for line in lines:
            for account in (line.transfer.debit, line.transfer.credit):
                for subscription in self._subscriptions.get(account, ()):
                    subscription.put(line)
        if lines:
            self._cursor = lines[-1].transfer.id
        return len(lines)
