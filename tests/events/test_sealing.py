import asyncio
from contextlib import suppress

import pytest
from sqlalchemy import func, select, text

from loopbank.events import Sealer, record
from loopbank.events.sealing import ENTRIES_PER_BLOCK_MAX, LEASE_SECONDS, LogBroken
from loopbank.events.tables import lease, log_block, log_entry, outbox
from loopbank.foundation.database import Database, Dialect, connect_database
from loopbank.foundation.database_errors import ConstraintViolated
from loopbank.foundation.errors import Unavailable
from tests.events.story import HandClock, findings, new_sealer, payment, registration, sealed, tell


async def _count(database: Database, table: str) -> int:
    tables = {"outbox": outbox, "log_entry": log_entry, "log_block": log_block}
    async with database.reading() as tx:
        counted: int = await tx.value(select(func.count()).select_from(tables[table]))
        return counted


async def _until_sealed(database: Database, entries: int) -> None:
    async with asyncio.timeout(20):
        while await _count(database, "log_entry") < entries:  # noqa: ASYNC110 -- the log tells nobody when it grows
            await asyncio.sleep(0.02)


async def test_facts_stand_in_the_log_in_the_order_in_which_they_were_recorded(database: Database) -> None:
    await tell(database, [payment(1), registration(2), payment(3)])
    assert await new_sealer(database).seal_block() == 3
    entries = await sealed(database)
    assert [(entry.sequence, entry.topic, entry.subject) for entry in entries] == [
        (1, "transaction.created", "posting:1"),
        (2, "user.registered", "person:2"),
        (3, "transaction.created", "posting:3"),
    ]
    assert entries[0].payload == '{"amount":100,"from":"runner","memo":"Verbände Nr. 1 🩹","to":"medtech"}'
    assert entries[0].at == payment(1).at
    assert await _count(database, "outbox") == 0
    assert await findings(database) == []


async def test_an_empty_outbox_makes_no_block(database: Database) -> None:
    assert await new_sealer(database).seal_block() == 0
    assert await _count(database, "log_block") == 0


async def test_a_change_that_is_rolled_back_tells_nothing(database: Database) -> None:
    async def pay_and_fail() -> None:
        async with database.transaction() as tx:
            await record(tx, [payment(1)])
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await pay_and_fail()
    await tell(database, [payment(2)])
    await new_sealer(database).seal_all()
    assert [(entry.sequence, entry.subject) for entry in await sealed(database)] == [(1, "posting:2")]
    assert await findings(database) == []


async def test_many_facts_are_sealed_in_blocks_of_bounded_size(database: Database) -> None:
    await tell(database, [payment(number) for number in range(1, 2 * ENTRIES_PER_BLOCK_MAX + 8)])
    await new_sealer(database).seal_all()
    async with database.reading() as tx:
        blocks = await tx.rows(select(log_block.c.first_sequence, log_block.c.last_sequence).order_by("number"))
    assert [tuple(block) for block in blocks] == [(1, 1_000), (1_001, 2_000), (2_001, 2_007)]
    assert await findings(database) == []


async def test_facts_that_commit_out_of_order_leave_no_gap(postgres_database_url: str) -> None:
    database = connect_database(postgres_database_url)
    sealer = new_sealer(database)
    async with database.transaction() as slow:
        await record(slow, [payment(1)])
        await tell(database, [payment(2)])
        assert await sealer.seal_block() == 1
    assert await sealer.seal_block() == 1
    assert [(entry.sequence, entry.subject) for entry in await sealed(database)] == [(1, "posting:2"), (2, "posting:1")]
    assert await findings(database) == []
    await database.close()


async def test_concurrent_writers_and_two_running_sealers_leave_no_gap(database: Database, database_url: str) -> None:
    elsewhere = connect_database(database_url)
    sealers = [new_sealer(database), new_sealer(elsewhere)]

    async def write_one(writer: int, number: int) -> None:
        async with (database if writer % 2 else elsewhere).transaction() as tx:
            await record(tx, [payment(100 * writer + number)])
            await asyncio.sleep(0.001 * (writer % 3))
            if number % 5 == 4:
                raise LookupError

    async def write(writer: int) -> None:
        for number in range(25):
            with suppress(LookupError):
                await write_one(writer, number)
                sealers[writer % 2].wake()

    for sealer in sealers:
        sealer.start()
    await asyncio.gather(*(write(writer) for writer in range(6)))
    await _until_sealed(database, 120)
    for sealer in sealers:
        await sealer.stop()
    entries = await sealed(database)
    assert [entry.sequence for entry in entries] == list(range(1, 121))
    assert len({entry.subject for entry in entries}) == 120
    for writer in range(6):
        told = [int(entry.subject.removeprefix("posting:")) for entry in entries]
        own = [number for number in told if number // 100 == writer]
        assert own == sorted(own)
    assert await _count(database, "outbox") == 0
    assert await findings(database) == []
    await elsewhere.close()


async def test_two_turns_at_once_seal_every_fact_once(database: Database, database_url: str) -> None:
    elsewhere = connect_database(database_url)
    await tell(database, [payment(number) for number in range(1, 501)])
    counts = await asyncio.gather(*(new_sealer(place).seal_block() for place in (database, elsewhere) * 3))
    assert sorted(counts) == [0, 0, 0, 0, 0, 500]
    assert len(await sealed(database)) == 500
    assert await findings(database) == []
    await elsewhere.close()


async def test_a_sealer_keeps_off_while_another_holds_the_lease(database: Database) -> None:
    clock = HandClock()
    await tell(database, [payment(1)])
    assert await new_sealer(database, clock=clock, holder="first").seal_block() == 1
    await tell(database, [payment(2)])
    assert await new_sealer(database, clock=clock, holder="second").seal_block() == 0
    assert await new_sealer(database, clock=clock, holder="first").seal_block() == 1


async def test_the_lease_of_a_dead_sealer_is_taken_over_when_it_expires(database: Database) -> None:
    clock = HandClock()
    second = new_sealer(database, clock=clock, holder="second")
    await tell(database, [payment(1)])
    await new_sealer(database, clock=clock, holder="dead").seal_block()
    await tell(database, [payment(2)])
    clock.move(LEASE_SECONDS - 1)
    assert await second.seal_block() == 0
    clock.move(1)
    assert await second.seal_block() == 1
    assert await findings(database) == []


async def test_a_stopped_sealer_gives_the_lease_back_and_leaves_nothing_unsealed(database: Database) -> None:
    clock = HandClock()
    first = new_sealer(database, clock=clock)
    first.start()
    await tell(database, [payment(1)])
    await first.stop()
    assert await _count(database, "outbox") == 0
    await tell(database, [payment(2)])
    assert await new_sealer(database, clock=clock).seal_block() == 1


async def test_a_fact_that_left_the_outbox_in_another_way_stops_the_turn(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await tell(database, [payment(1), payment(2)])
    sealer = new_sealer(database)
    compute = Sealer._seal

    def compute_for_a_missing_fact(self: Sealer, head: object, facts: object) -> object:
        block = compute(self, head, facts)  # type: ignore[arg-type]  # it is handed on as it came
        block.facts[0] = 999_999  # type: ignore[index]  # a list inside
        return block

    monkeypatch.setattr(Sealer, "_seal", compute_for_a_missing_fact)
    with pytest.raises(LogBroken):
        await sealer.seal_block()
    monkeypatch.undo()
    assert await sealed(database) == []
    assert await sealer.seal_block() == 2
    assert await findings(database) == []


async def test_a_running_sealer_finds_facts_without_being_woken(database: Database) -> None:
    sealer = new_sealer(database)
    sealer.start()
    await asyncio.sleep(0.3)
    await tell(database, [payment(1)])
    await _until_sealed(database, 1)
    await sealer.stop()
    assert await findings(database) == []


async def test_a_running_sealer_tells_its_listeners(database: Database) -> None:
    sealer = new_sealer(database)
    told = asyncio.Event()
    sealer.on_seal(told.set)
    sealer.start()
    await tell(database, [payment(1)])
    sealer.wake()
    await asyncio.wait_for(told.wait(), 5)
    assert len(await sealed(database)) == 1
    await sealer.stop()


async def test_a_running_sealer_survives_an_outage_of_the_database(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    sealer = new_sealer(database)
    outages = 0
    is_third = asyncio.Event()

    def away() -> None:
        nonlocal outages
        outages += 1
        if outages == 3:
            is_third.set()
        raise Unavailable

    with monkeypatch.context() as outage:
        outage.setattr(database, "reading", away)
        sealer.start()
        await asyncio.wait_for(is_third.wait(), 5)
    await tell(database, [payment(1)])
    await _until_sealed(database, 1)
    await sealer.stop()


async def test_a_running_sealer_survives_cut_connections(postgres_database_url: str) -> None:
    database, elsewhere = connect_database(postgres_database_url), connect_database(postgres_database_url)
    sealer = new_sealer(database)
    sealer.start()
    for number in range(1, 21):
        await tell(elsewhere, [payment(number)])
        sealer.wake()
        if number % 5 == 0:
            await _cut_connections(elsewhere)
    await _until_sealed(elsewhere, 20)
    await sealer.stop()
    assert await findings(elsewhere) == []
    await database.close()
    await elsewhere.close()


async def _cut_connections(database: Database) -> None:
    """Have the server end everybody's connection but this one."""
    ended = "pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
    async with database.reading() as tx:
        await tx.rows(text(f"SELECT {ended} AND pid <> pg_backend_pid()"))


async def test_the_statements_of_a_turn_do_not_depend_on_its_size(database: Database, database_url: str) -> None:
    assert await _statements_of_a_turn(database, 1) == await _statements_of_a_turn(database, 900)


async def _statements_of_a_turn(database: Database, facts: int) -> int:
    """Count what a turn asks of the database's port."""
    await tell(database, [payment(number) for number in range(facts)])
    counted = 0
    async with database.reading() as tx:
        kind = type(tx)
    with pytest.MonkeyPatch.context() as counting:
        for name in ("rows", "run", "insert", "update"):
            original = getattr(kind, name)

            async def count(self: object, *given: object, _original: object = original) -> object:
                nonlocal counted
                counted += 1
                return await _original(self, *given)  # type: ignore[operator]  # a method of the same class

            counting.setattr(kind, name, count)
        assert await new_sealer(database, holder="the same").seal_block() == facts
    return counted


async def test_seal_lag_is_the_age_of_the_oldest_waiting_fact(database: Database) -> None:
    clock = HandClock()
    sealer = new_sealer(database, clock=clock)
    lag = sealer._metrics.seal_lag_seconds
    await tell(database, [payment(1), payment(2)])
    clock.move(91)
    await sealer.seal_block()
    assert lag._value.get() == 90
    await sealer.seal_block()
    assert lag._value.get() == 0


async def test_the_same_facts_have_the_same_leaves_on_both_databases(
    sqlite_database_url: str, postgres_database_url: str
) -> None:
    leaves = []
    for url in (sqlite_database_url, postgres_database_url):
        database = connect_database(url)
        await tell(database, [payment(number) for number in range(1, 20)])
        await new_sealer(database).seal_all()
        async with database.reading() as tx:
            leaves.append([row.leaf for row in await tx.rows(select(log_entry.c.leaf).order_by("sequence"))])
            leaves[-1].append(await tx.value(select(log_block.c.hash)))
        await database.close()
    assert leaves[0] == leaves[1]


@pytest.mark.parametrize("table", ["log_entry", "log_block"])
@pytest.mark.parametrize("act", ["UPDATE {} SET {} = 5", "DELETE FROM {}"])
async def test_what_is_sealed_cannot_be_changed(database: Database, table: str, act: str) -> None:
    await tell(database, [payment(1)])
    await new_sealer(database).seal_all()
    name = table if database.dialect is Dialect.SQLITE else f"log.{table}"
    column = "occurred_at" if table == "log_entry" else "sealed_at"
    with pytest.raises(ConstraintViolated, match=f"{table} is append-only"):
        async with database.transaction() as tx:
            await tx.run(text(act.format(name, column)))
    assert await _count(database, table) == 1
    assert await findings(database) == []


@pytest.mark.parametrize("table", ["log_entry", "log_block"])
async def test_what_is_sealed_cannot_be_truncated(postgres_database_url: str, table: str) -> None:
    database = connect_database(postgres_database_url)
    with pytest.raises(ConstraintViolated, match=f"{table} is append-only"):
        async with database.transaction() as tx:
            await tx.run(text(f"TRUNCATE log.{table}"))
    await database.close()


async def test_only_one_of_many_takes_a_free_lease(database: Database, database_url: str) -> None:
    elsewhere = connect_database(database_url)
    clock = HandClock()
    sealers = [new_sealer(place, clock=clock) for place in (database, elsewhere) * 4]

    async def take(sealer: Sealer) -> bool:
        async with sealer._database.transaction() as tx:
            return await sealer._lease.take(tx)

    assert sum(await asyncio.gather(*map(take, sealers))) == 1
    async with database.reading() as tx:
        assert await tx.value(select(func.count()).select_from(lease)) == 1
    await elsewhere.close()
