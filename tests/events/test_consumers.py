"""A reader with a name gets every entry in order, whatever happened while it was away."""

import asyncio
from collections.abc import Sequence

import pytest
from sqlalchemy import select, text

from loopbank.events import LogConsumer, LogEntry, LogMetrics, TransactionalLogConsumer, read_entries
from loopbank.events.consumers import (
    ENTRIES_PER_TURN_MAX,
    ENTRIES_UNWRITTEN_MAX,
    LEASE_SECONDS,
    CursorMoved,
    Handler,
    TransactionHandler,
)
from loopbank.events.tables import log_cursor
from loopbank.foundation.clock import Clock
from loopbank.foundation.database import Database, Dialect, Transaction, connect_database
from loopbank.foundation.metrics import Metrics
from tests.events.story import HandClock, new_sealer, payment, registration, tell


class Reader:
    """Remembers what it was given; it stumbles over an entry as often as it was told to."""

    def __init__(self, *, stumbles: int = 0) -> None:
        self.sequences: list[int] = []
        self._stumbles = stumbles

    async def handle(self, entries: Sequence[LogEntry]) -> None:
        self.sequences += [entry.sequence for entry in entries]
        if self._stumbles:
            self._stumbles -= 1
            raise LookupError


def _consumer(
    database: Database,
    handle: Handler,
    *,
    topics: Sequence[str] | None = None,
    holder: str = "one",
    clock: Clock | None = None,
) -> LogConsumer:
    metrics = LogMetrics(Metrics())
    return LogConsumer(
        database, "mail", handle, holder=holder, clock=clock or HandClock(), metrics=metrics, topics=topics
    )


def _transactional(database: Database, handle: TransactionHandler, *, holder: str = "one") -> TransactionalLogConsumer:
    metrics = LogMetrics(Metrics())
    return TransactionalLogConsumer(database, "ledger", handle, holder=holder, clock=HandClock(), metrics=metrics)


async def _seal(database: Database, first: int, last: int) -> None:
    """Seal payments; every tenth fact is a registration."""
    facts = [registration(number) if number % 10 == 0 else payment(number) for number in range(first, last + 1)]
    await tell(database, facts)
    await new_sealer(database, holder="the sealer").seal_all()


async def _cursor(database: Database, consumer: str) -> int | None:
    async with database.reading() as tx:
        found: int | None = await tx.value(select(log_cursor.c.sequence).where(log_cursor.c.consumer == consumer))
        return found


async def test_a_page_of_the_log_begins_after_the_given_sequence(database: Database) -> None:
    await _seal(database, 1, 30)
    async with database.reading() as tx:
        assert [entry.sequence for entry in await read_entries(tx, 5, 3)] == [6, 7, 8]
        assert [entry.sequence for entry in await read_entries(tx, 5, 9, ["user.registered"])] == [10, 20, 30]
        assert [entry.sequence for entry in await read_entries(tx, 28, 9, ())] == []
        assert await read_entries(tx, 30, 9) == []


async def test_a_reader_gets_everything_in_order_and_once(database: Database) -> None:
    reader = Reader()
    await _seal(database, 1, 2 * ENTRIES_PER_TURN_MAX + 1)
    await _consumer(database, reader.handle).catch_up()
    await _seal(database, 1, 3)
    # The same reader after a restart.
    await _consumer(database, reader.handle).catch_up()
    assert reader.sequences == list(range(1, 2 * ENTRIES_PER_TURN_MAX + 5))


async def test_a_reader_of_some_topics_passes_the_others_by(database: Database) -> None:
    reader = Reader()
    consumer = _consumer(database, reader.handle, topics=["user.registered"])
    await _seal(database, 1, 25)
    await consumer.catch_up()
    assert reader.sequences == [10, 20]
    assert await _cursor(database, "mail") == 25
    await _seal(database, 1, 10)
    await consumer.catch_up()
    assert reader.sequences == [10, 20, 35]


async def test_a_reader_that_finds_nothing_of_its_topics_writes_only_now_and_then(database: Database) -> None:
    reader = Reader()
    consumer = _consumer(database, reader.handle, topics=["user.registered"])
    await _seal(database, 1, 10)
    await consumer.catch_up()
    await _seal(database, 1, 9)
    await consumer.catch_up()
    assert await _cursor(database, "mail") == 10
    await tell(database, [payment(number) for number in range(ENTRIES_UNWRITTEN_MAX)])
    await new_sealer(database, holder="the sealer").seal_all()
    await consumer.catch_up()
    assert await _cursor(database, "mail") == 19 + ENTRIES_UNWRITTEN_MAX
    # What was only looked through is looked through again after a restart, and nothing comes twice.
    await _seal(database, 1, 10)
    await _consumer(database, reader.handle, topics=["user.registered"]).catch_up()
    assert reader.sequences == [10, 29 + ENTRIES_UNWRITTEN_MAX]


async def test_entries_come_again_when_the_handler_fails(database: Database) -> None:
    reader = Reader(stumbles=1)
    await _seal(database, 1, 3)
    consumer = _consumer(database, reader.handle)
    with pytest.raises(LookupError):
        await consumer.catch_up()
    assert await _cursor(database, "mail") is None
    await consumer.catch_up()
    assert reader.sequences == [1, 2, 3, 1, 2, 3]
    assert await _cursor(database, "mail") == 3


async def test_what_a_handler_writes_in_the_cursors_transaction_is_written_once(database: Database) -> None:
    stumbles = 2

    async def follow(tx: Transaction, entries: Sequence[LogEntry]) -> None:
        nonlocal stumbles
        rows: list[tuple[object, ...]] = [(f"copy {entry.sequence}", entry.sequence, 0) for entry in entries]
        await tx.insert(log_cursor, ("consumer", "sequence", "moved_at"), rows)
        if stumbles:
            stumbles -= 1
            raise LookupError

    await _seal(database, 1, 5)
    consumer = _transactional(database, follow)
    for _ in range(2):
        with pytest.raises(LookupError):
            await consumer.catch_up()
        assert await _cursor(database, "copy 1") is None
    await consumer.catch_up()
    assert await _cursor(database, "copy 5") == 5
    assert await _cursor(database, "ledger") == 5


async def test_several_processes_of_one_transactional_reader_handle_each_entry_once(
    database: Database, database_url: str
) -> None:
    elsewhere = connect_database(database_url)
    handled: list[int] = []

    async def follow(tx: Transaction, entries: Sequence[LogEntry]) -> None:
        await asyncio.sleep(0.01)
        handled.extend(entry.sequence for entry in entries)

    await _seal(database, 1, 50)
    processes = [
        _transactional(place, follow, holder=str(number)) for number, place in enumerate((database, elsewhere))
    ]
    await asyncio.gather(*(process.catch_up() for process in processes))
    assert handled == list(range(1, 51))
    await elsewhere.close()


async def test_a_second_process_takes_over_when_the_first_one_died(database: Database) -> None:
    clock = HandClock()
    reader, second_reader = Reader(stumbles=1), Reader()
    first = _consumer(database, reader.handle, holder="dead", clock=clock)
    second = _consumer(database, second_reader.handle, holder="second", clock=clock)
    await _seal(database, 1, 3)
    with pytest.raises(LookupError):
        await first.take_turn()
    assert not await second.take_turn()
    clock.move(LEASE_SECONDS)
    await second.catch_up()
    assert second_reader.sequences == [1, 2, 3]


async def test_a_stopped_reader_leaves_its_place_to_another_at_once(database: Database) -> None:
    reader = Reader()
    await _seal(database, 1, 3)
    first = _consumer(database, reader.handle, holder="first")
    await first.catch_up()
    await _seal(database, 1, 3)
    second = _consumer(database, reader.handle, holder="second")
    assert not await second.take_turn()
    await first.stop()
    await second.catch_up()
    assert reader.sequences == [1, 2, 3, 4, 5, 6]


async def test_a_running_reader_is_woken_by_the_sealer_and_goes_on_after_a_failure(database: Database) -> None:
    sealer = new_sealer(database)
    seen = asyncio.Event()
    reader = Reader(stumbles=2)

    async def handle(entries: Sequence[LogEntry]) -> None:
        await reader.handle(entries)
        if reader.sequences[-1] == 21:
            seen.set()

    consumer = _consumer(database, handle)
    sealer.on_seal(consumer.wake)
    sealer.start()
    consumer.start()
    for number in range(1, 22):
        await tell(database, [payment(number)])
        sealer.wake()
    await asyncio.wait_for(seen.wait(), 15)
    await consumer.stop()
    await sealer.stop()
    first_seen = list(dict.fromkeys(reader.sequences))
    assert first_seen == list(range(1, 22))
    assert await _cursor(database, "mail") == 21


async def test_a_reader_misses_nothing_that_is_sealed_while_it_reads(database: Database) -> None:
    """Entries are only ever added behind what a reader has seen, also while many are written and sealed at once."""
    sealers = [new_sealer(database), new_sealer(database)]
    reader = Reader()
    consumer = _consumer(database, reader.handle)
    for sealer in sealers:
        sealer.start()
    consumer.start()

    async def write(writer: int) -> None:
        for number in range(20):
            await tell(database, [payment(100 * writer + number)])
            sealers[number % 2].wake()
            consumer.wake()

    await asyncio.gather(*(write(writer) for writer in range(4)))
    for sealer in sealers:
        await sealer.stop()
    await consumer.stop()
    await consumer.catch_up()
    assert reader.sequences == list(range(1, 81))


async def test_the_lag_is_what_a_reader_has_not_handled(database: Database) -> None:
    metrics = Metrics()
    reader = Reader(stumbles=1)
    consumer = LogConsumer(
        database, "mail", reader.handle, holder="one", clock=HandClock(), metrics=LogMetrics(metrics)
    )
    await _seal(database, 1, 7)
    with pytest.raises(LookupError):
        await consumer.catch_up()
    assert b'loopbank_log_consumer_lag_entries{consumer="mail"} 7.0' in metrics.exposition()
    await consumer.catch_up()
    assert b'loopbank_log_consumer_lag_entries{consumer="mail"} 0.0' in metrics.exposition()


async def test_a_cursor_moved_by_somebody_else_rolls_the_turn_back(database: Database) -> None:
    table = "log_cursor" if database.dialect is Dialect.SQLITE else "log.log_cursor"
    await _seal(database, 1, 3)
    handled: list[int] = []

    async def move_meanwhile(entries: Sequence[LogEntry]) -> None:
        handled.extend(entry.sequence for entry in entries)
        async with database.transaction() as tx:
            await tx.run(text(f"INSERT INTO {table} (consumer, sequence, moved_at) VALUES ('mail', 2, 0)"))

    with pytest.raises(CursorMoved):
        await _consumer(database, move_meanwhile).take_turn()
    assert handled == [1, 2, 3]
    assert await _cursor(database, "mail") == 2
