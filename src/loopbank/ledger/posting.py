"""The posting queue: group commit. While one batch commits the next one gathers, so load makes batches larger.

Laws: a command that was taken is decided exactly once, whatever happens to the client, the connection or the commit
(a commit with an unknown outcome is settled by looking its keys up again); a poisonous command is isolated and does
not fail its neighbours; the queue is bounded, and past the bound the answer is 503.
"""

import asyncio
import time
from collections import Counter, deque
from collections.abc import Callable, Sequence

import structlog

from loopbank.foundation.clock import Clock
from loopbank.foundation.database_errors import DatabaseUnavailable
from loopbank.foundation.errors import Unavailable
from loopbank.foundation.metrics import Metrics
from loopbank.ledger.core import CaptureHold, Command, Outcome, Post, Refused
from loopbank.ledger.store import Companion, LedgerStore
from loopbank.values import value

BATCH_MAX = 1_000
PENDING_MAX = 10_000
_LINES_MAX = 5_000
_BATCH_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)
_RETRY_SECONDS = (0.05, 0.2, 0.5, 1.0, 2.0, 4.0)
_RECORDING = (Post, CaptureHold)
"""The commands that record a posting, whose kind says more than their own name."""

log = structlog.get_logger("loopbank.ledger")


@value()
class _Pending:
    command: Command
    companions: Sequence[Companion]
    outcome: asyncio.Future[Outcome]


def _kind(command: Command) -> str:
    """Name what a command does: a posting's kind, else what it does to accounts and holds."""
    return command.kind if isinstance(command, _RECORDING) else type(command).__name__


class PostingQueue:
    """Takes commands from any number of tasks and writes them batch by batch."""

    def __init__(self, store: LedgerStore, clock: Clock, metrics: Metrics, *, pending_max: int = PENDING_MAX) -> None:
        self._store = store
        self._clock = clock
        self._pending_max = pending_max
        self._pending: deque[_Pending] = deque()
        self._arrived = asyncio.Event()
        self._is_closing = False
        self._committed: list[Callable[[], None]] = []
        self._runner: asyncio.Task[None] | None = None
        self._outcomes = metrics.counter(
            "loopbank_ledger_commands_total", "Commands by kind and outcome.", ("kind", "outcome")
        )
        self._batch_seconds = metrics.histogram(
            "loopbank_ledger_batch_seconds",
            "Time of one batch from its turn to the end of its commit, in seconds.",
            _BATCH_SECONDS,
        )
        self._batch_size = metrics.histogram(
            "loopbank_ledger_batch_commands", "Commands per batch.", (1, 2, 5, 10, 25, 50, 100, 250, 500, 1000)
        )
        depth = metrics.gauge("loopbank_ledger_queue_commands", "Commands that wait for a batch.")
        depth.set_function(lambda: len(self._pending))

    @property
    def is_full(self) -> bool:
        """Tell whether the next command would be turned away."""
        return len(self._pending) >= self._pending_max

    def start(self) -> None:
        """Begin to write batches."""
        self._runner = asyncio.create_task(self._run(), name="posting queue")

    async def close(self) -> None:
        """Take no more commands, write what waits, and stop."""
        self._is_closing = True
        self._arrived.set()
        if self._runner is not None:
            await self._runner

    def on_commit(self, listener: Callable[[], None]) -> None:
        """Have a quick function called after every batch of this process."""
        self._committed.append(listener)

    async def submit(self, command: Command, companions: Sequence[Companion] = ()) -> Outcome:
        """Have a command decided and written. A cancelled caller does not cancel the command.

        Raises Unavailable when the queue is full or closing, DatabaseUnavailable when the database stays away (the
        command may or may not be written: send it again with its key), ConstraintViolated when the database refuses.
        """
        self._require_room(1)
        return await self._enqueue(command, companions)

    async def submit_each(
        self, commands: Sequence[Command], companions: Sequence[Sequence[Companion]]
    ) -> list[Outcome]:
        """Have commands decided and written, in one batch if it has room; all of them are taken or none.

        Raises as `submit`.
        """
        self._require_room(len(commands))
        waiting = [self._enqueue(command, given) for command, given in zip(commands, companions, strict=True)]
        return [await outcome for outcome in waiting]

    def _require_room(self, count: int) -> None:
        if len(self._pending) + count > self._pending_max or self._is_closing or self._runner is None:
            raise Unavailable(retry_after_seconds=1)

    def _enqueue(self, command: Command, companions: Sequence[Companion]) -> asyncio.Future[Outcome]:
        outcome: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._pending.append(_Pending(command, companions, outcome))
        self._arrived.set()
        return outcome

    async def _run(self) -> None:
        while self._pending or not self._is_closing:
            if not self._pending:
                self._arrived.clear()
                await self._arrived.wait()
                continue
            await self._write_one_batch()

    async def _write_one_batch(self) -> None:
        """Write what waits. The batch is gathered after the turn came, so a wait for it makes the batch larger."""
        batch: list[_Pending] = []
        for pause in (*_RETRY_SECONDS, None):
            try:
                await self._write(batch, gather=not batch)
                return
            except DatabaseUnavailable as error:
                log.warning("batch not confirmed", commands=len(batch), error=repr(error.__cause__))
                if pause is None:
                    self._fail(batch or self._take(), error)
                    return
                await asyncio.sleep(pause)
            except Exception as error:  # noqa: BLE001 -- whatever it is, it belongs to one command
                await self._write_apart(batch or self._take(), error)
                return

    async def _write(self, batch: list[_Pending], *, gather: bool = False) -> None:
        """Write a batch in one transaction and answer it; `gather` fills the given list from the queue first."""
        async with self._store.turn() as turn:
            started = time.perf_counter()
            if gather:
                batch += self._take()
            outcomes = await turn.apply(
                [pending.command for pending in batch], [pending.companions for pending in batch], self._clock()
            )
        self._batch_seconds.observe(time.perf_counter() - started)
        self._batch_size.observe(len(batch))
        ends: Counter[tuple[str, str]] = Counter()
        for pending, outcome in zip(batch, outcomes, strict=True):
            ends[_kind(pending.command), outcome.reason.value if isinstance(outcome, Refused) else "done"] += 1
            if not pending.outcome.done():
                pending.outcome.set_result(outcome)
        for labels, count in ends.items():
            self._outcomes.labels(*labels).inc(count)
        for listener in self._committed:
            listener()

    async def _write_apart(self, batch: list[_Pending], error: Exception) -> None:
        """Write the commands of a batch that failed one by one, so that only the one at fault fails."""
        if len(batch) == 1:
            log.warning("command failed", command=type(batch[0].command).__name__, error=repr(error))
            self._fail(batch, error)
            return
        for pending in batch:
            try:
                await self._write([pending])
            except Exception as own_error:  # noqa: BLE001 -- handed to the one who waits
                log.warning("command failed", command=type(pending.command).__name__, error=repr(own_error))
                self._fail([pending], own_error)

    def _take(self) -> list[_Pending]:
        taken: list[_Pending] = []
        lines = 0
        while self._pending and len(taken) < BATCH_MAX and lines < _LINES_MAX:
            taken.append(self._pending.popleft())
            lines += len(getattr(taken[-1].command, "lines", ())) or 1
        return taken

    def _fail(self, batch: Sequence[_Pending], error: Exception) -> None:
        for pending in batch:
            self._outcomes.labels(_kind(pending.command), "failed").inc()
            if not pending.outcome.done():
                pending.outcome.set_exception(error)
                # Nobody may be waiting any more; the future's own complaint about that would only be noise.
                pending.outcome.exception()
