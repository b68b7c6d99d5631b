"""The ledger in a process of its own, without HTTP: bulk postings for a while, or a given number of transfers.

`python -m benchmarks.books measure lines|commands uniform|hot SECONDS WARM_UP_SECONDS` prints transfers per second;
`python -m benchmarks.books fill COUNT` writes that many and prints nothing. Account numbers come in on standard input.
"""

import asyncio
import json
import random
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from itertools import cycle
from uuid import uuid4

import uvloop

from loopbank.coins import Coins
from loopbank.entrypoints.server import spare_the_collector
from loopbank.foundation.clock import system_clock
from loopbank.foundation.database import connect_database
from loopbank.foundation.metrics import Metrics
from loopbank.foundation.settings import read_settings
from loopbank.ledger import AccountCode, Ledger, Line, Post

PER_CALL = 1_000
_LINES_PER_FILLED_POSTING = 10
_BATCHES = 40
"""Made before the clock starts, as pgbench's are."""
_CENTS = 9
"""Payments are 0.01 to 0.09, so that nobody's welcome bonus runs out."""

Work = Callable[[Ledger, Sequence[Line]], Awaitable[None]]


class Payments:
    """Random payments between accounts, the same in every run."""

    def __init__(self, accounts: Sequence[AccountCode], *, is_hot: bool) -> None:
        self._accounts = accounts
        self._is_hot = is_hot
        self._dice = random.Random(11)

    def some(self, count: int) -> list[Line]:
        """Give the next payments."""
        dice, accounts = self._dice, self._accounts
        last = len(accounts) - 1
        lines = []
        for _ in range(count):
            payer = 1 + dice.randrange(last)
            receiver = 0 if self._is_hot else (payer + 1 + dice.randrange(last)) % (last + 1)
            lines.append(Line(accounts[payer], accounts[receiver], Coins(1 + dice.randrange(_CENTS))))
        return lines


async def post_lines(ledger: Ledger, lines: Sequence[Line]) -> None:
    """Post all lines under one key: they happen together or not at all."""
    await ledger.post(Post(key=uuid4().hex, kind="transfer", lines=tuple(lines)))


async def post_commands(ledger: Ledger, lines: Sequence[Line]) -> None:
    """Post every line under a key of its own, all in one batch."""
    prefix = uuid4().hex
    commands = [Post(key=f"{prefix}-{place}", kind="transfer", lines=(line,)) for place, line in enumerate(lines)]
    await ledger.post_each(commands, [()] * len(commands))


async def measure(ledger: Ledger, payments: Payments, work: Work, *, seconds: float, warm_up_seconds: float) -> float:
    """Repeat a piece of work for a while, one call after the other, and give transfers per second."""
    batches = cycle([payments.some(PER_CALL) for _ in range(_BATCHES)])
    begins = time.perf_counter() + warm_up_seconds
    while time.perf_counter() < begins:
        await work(ledger, next(batches))
    calls, started = 0, time.perf_counter()
    while time.perf_counter() - started < seconds:
        await work(ledger, next(batches))
        calls += 1
    return calls * PER_CALL / (time.perf_counter() - started)


async def fill(ledger: Ledger, payments: Payments, count: int) -> None:
    """Write a number of transfers in postings of ten lines, as many to a batch as it takes."""
    for _ in range(count // PER_CALL):
        lines = payments.some(PER_CALL)
        parts = (lines[at : at + _LINES_PER_FILLED_POSTING] for at in range(0, PER_CALL, _LINES_PER_FILLED_POSTING))
        await asyncio.gather(*(post_lines(ledger, part) for part in parts))


async def _main(arguments: Sequence[str], accounts: Sequence[AccountCode]) -> None:
    spare_the_collector()
    settings = read_settings()
    database = connect_database(settings.database_url)
    ledger = Ledger(database, system_clock, Metrics())
    await ledger.start(asset=settings.currency_code, scale=2)
    if arguments[0] == "fill":
        await fill(ledger, Payments(accounts, is_hot=False), int(arguments[1]))
    else:
        _, kind, spread, seconds, warm_up_seconds = arguments
        work = post_lines if kind == "lines" else post_commands
        payments = Payments(accounts, is_hot=spread == "hot")
        rate = await measure(ledger, payments, work, seconds=float(seconds), warm_up_seconds=float(warm_up_seconds))
        sys.stdout.write(str(rate))
    await ledger.close()
    await database.close()


if __name__ == "__main__":
    uvloop.run(_main(sys.argv[1:], [AccountCode(number) for number in json.load(sys.stdin)]))
