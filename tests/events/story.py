"""What the log's tests tell: facts of a small town, a sealer, and what stands in the log afterwards."""

from collections.abc import Sequence
from itertools import count

from loopbank.events import Fact, LogEntry, LogKey, LogMetrics, Sealer, log_checks, read_entries, record
from loopbank.foundation.checks import Finding
from loopbank.foundation.clock import Clock, Instant, later
from loopbank.foundation.database import Database
from loopbank.foundation.metrics import Metrics

SECRET = "the-secret-of-a-small-town-0123456789"
NOON = Instant(1_700_000_000_000_000)


class HandClock:
    """A clock that a test moves by hand."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> Instant:
        return self.now

    def move(self, seconds: int) -> None:
        self.now = later(self.now, seconds)


def payment(number: int) -> Fact:
    """The runner pays the medtech for the `number`th time."""
    payload = {"memo": f"Verbände Nr. {number} 🩹", "amount": 100 * number, "from": "runner", "to": "medtech"}
    return Fact(topic="transaction.created", subject=f"posting:{number}", payload=payload, at=later(NOON, number))


def registration(number: int) -> Fact:
    """The `number`th person joins the bank."""
    payload = {"character_name": f"Runner {number}"}
    return Fact(topic="user.registered", subject=f"person:{number}", payload=payload, at=later(NOON, number))


async def tell(database: Database, facts: Sequence[Fact]) -> None:
    """Commit facts."""
    async with database.transaction() as tx:
        await record(tx, facts)


_holders = count(1)


def new_sealer(database: Database, *, clock: Clock | None = None, holder: str | None = None) -> Sealer:
    """A sealer of a process of its own."""
    return Sealer(
        database,
        LogKey(SECRET),
        holder=holder or f"process {next(_holders)}",
        clock=clock or HandClock(),
        metrics=LogMetrics(Metrics()),
    )


async def sealed(database: Database) -> list[LogEntry]:
    """Everything that stands in the log."""
    async with database.reading() as tx:
        return await read_entries(tx, 0, 1_000_000)


async def findings(database: Database, secret: str = SECRET) -> list[Finding]:
    """Everything that the log's checks find."""
    return [finding for check in log_checks(LogKey(secret)) async for finding in check.run(database)]
