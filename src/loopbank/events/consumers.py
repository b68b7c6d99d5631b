"""Readers of the log with a name and a cursor: every entry, in order, at least once, also after an absence."""

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from sqlalchemy import bindparam, select, update
from sqlalchemy.dialects.postgresql import insert  # The construct compiles on SQLite too, whose syntax is the same.

from loopbank.events.leases import Lease
from loopbank.events.log import LogEntry, log_head, read_entries
from loopbank.events.metrics import LogMetrics
from loopbank.events.tables import log_cursor
from loopbank.events.turns import Turns
from loopbank.foundation.clock import Clock
from loopbank.foundation.database import Database, Transaction
from loopbank.foundation.prepared import Prepared

ENTRIES_PER_TURN_MAX = 500

ENTRIES_UNWRITTEN_MAX = 10_000
"""How many entries of other topics a process passes by before it writes the cursor."""

LEASE_SECONDS = 30
"""How long a handler may take for one turn; after that another process may be given the same entries."""

_CURSOR = Prepared(select(log_cursor.c.sequence).where(log_cursor.c.consumer == bindparam("who")))
_BEGIN = (
    insert(log_cursor)
    .values(consumer=bindparam("who"), sequence=0, moved_at=bindparam("now"))
    .on_conflict_do_nothing(index_elements=["consumer"])
)
_MOVE = (
    update(log_cursor)
    .where(log_cursor.c.consumer == bindparam("who"), log_cursor.c.sequence == bindparam("before"))
    .values(sequence=bindparam("after"), moved_at=bindparam("now"))
)

Handler = Callable[[Sequence[LogEntry]], Awaitable[None]]
"""Handles entries in transactions of its own; the same entries may come again after a failure."""

TransactionHandler = Callable[[Transaction, Sequence[LogEntry]], Awaitable[None]]
"""Handles entries in the transaction in which the cursor moves; what it writes there is written once."""


class CursorMoved(Exception):
    """Another process moved this consumer's cursor meanwhile; the turn's writes are rolled back."""


_AnyHandler = TypeVar("_AnyHandler")


class _Consumer(ABC, Generic[_AnyHandler]):
    """What the two kinds of consumers share: the cursor, the lease of one process at a time, and the turns."""

    def __init__(
        self,
        database: Database,
        name: str,
        handle: _AnyHandler,
        *,
        holder: str,
        clock: Clock,
        metrics: LogMetrics,
        topics: Sequence[str] | None = None,
    ) -> None:
        self._database = database
        self._name = name
        self._handler = handle
        self._topics = topics
        self._clock = clock
        self._looked_through = 0
        self._lag = metrics.consumer_lag_entries.labels(name)
        self._lease = Lease(f"consumer:{name}", holder, clock, seconds=LEASE_SECONDS)
        self._turns = Turns(f"consumer {name}", self.take_turn)

    def start(self) -> None:
        """Begin to read; a consumer that never ran begins with the log's first entry."""
        self._turns.start()

    def wake(self) -> None:
        """Look at once: entries were sealed in this process."""
        self._turns.wake()

    async def stop(self) -> None:
        """Let the present turn end and read no more."""
        await self._turns.stop()
        await self._lease.give_back(self._database)

    async def catch_up(self) -> None:
        """Handle everything sealed so far, unless another process is at work. Raises what the handler raises."""
        while await self.take_turn():
            pass

    async def take_turn(self) -> bool:
        """Handle the next entries and move the cursor past them; False when there is nothing new or nothing to do."""
        async with self._database.reading() as tx:
            before: int = await tx.value(_CURSOR, {"who": self._name}) or 0
            begin = max(before, self._looked_through)
            head = await log_head(tx)
            self._lag.set(max(0, head - begin))
            if head <= begin or await self._lease.is_held_by_another(tx):
                return False
            entries = await read_entries(tx, begin, ENTRIES_PER_TURN_MAX, self._topics)
        last = entries[-1].sequence if entries else begin
        # A page that is not full has seen every entry up to the head, which was read before it.
        after = last if len(entries) == ENTRIES_PER_TURN_MAX else max(head, last)
        if not entries and after - before < ENTRIES_UNWRITTEN_MAX:
            # Nothing for this consumer: a moved cursor would only cost a write, and looking again is harmless.
            self._looked_through = after
            return False
        return await self._handle(entries, before, after)

    @abstractmethod
    async def _handle(self, entries: Sequence[LogEntry], before: int, after: int) -> bool:
        """Handle entries, possibly none, and move the cursor; False when another process is at work."""

    async def _move(self, tx: Transaction, before: int, after: int) -> None:
        now = self._clock()
        if before == 0:
            await tx.run(_BEGIN, {"who": self._name, "now": now})
        if await tx.run(_MOVE, {"who": self._name, "before": before, "after": after, "now": now}) != 1:
            raise CursorMoved(self._name)


class LogConsumer(_Consumer[Handler]):
    """Hands entries to a handler outside any transaction: at least once, in order, one process at a time."""

    async def _handle(self, entries: Sequence[LogEntry], before: int, after: int) -> bool:
        async with self._database.transaction() as tx:
            if not await self._lease.take(tx):
                return False
            if not entries:
                await self._move(tx, before, after)
                return True
        await self._handler(entries)
        async with self._database.transaction() as tx:
            await self._move(tx, before, after)
        return True


class TransactionalLogConsumer(_Consumer[TransactionHandler]):
    """Hands entries to a handler in the transaction in which the cursor moves: what it writes there happens once."""

    async def _handle(self, entries: Sequence[LogEntry], before: int, after: int) -> bool:
        async with self._database.transaction() as tx:
            if not await self._lease.take(tx):
                return False
            await self._move(tx, before, after)
            if entries:
                await self._handler(tx, entries)
        return True
