"""The database port keeps the same promises on both databases."""

import asyncio
import sqlite3
from collections.abc import Sequence

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.engine import make_url

from loopbank.events.tables import lease, log_cursor
from loopbank.foundation.database import Database, Transaction, connect_database
from loopbank.foundation.database_errors import ConstraintViolated
from loopbank.foundation.errors import Unavailable

COLUMNS = ("consumer", "sequence", "moved_at")
TURNSTILE = 4711


class ChangedMyMind(Exception):
    """Raised inside a transaction to leave it."""


async def write(tx: Transaction, *names: str, sequence: int = 1) -> None:
    await tx.insert(log_cursor, COLUMNS, [(name, sequence, 0) for name in names])


async def names(database: Database) -> Sequence[str]:
    async with database.reading() as tx:
        return [row.consumer for row in await tx.rows(select(log_cursor.c.consumer).order_by(log_cursor.c.consumer))]


async def test_what_a_transaction_wrote_is_there_after_it(database: Database) -> None:
    async with database.transaction() as tx:
        await write(tx, "mail", "webhooks")
    assert await names(database) == ["mail", "webhooks"]


async def test_what_raises_leaves_nothing_behind(database: Database) -> None:
    async def changing() -> None:
        async with database.transaction() as tx:
            await write(tx, "mail")
            raise ChangedMyMind

    with pytest.raises(ChangedMyMind):
        await changing()
    assert await names(database) == []


async def test_a_cancelled_transaction_leaves_nothing_and_the_next_one_works(database: Database) -> None:
    is_inside = asyncio.Event()

    async def waiting() -> None:
        async with database.transaction() as tx:
            await write(tx, "mail")
            is_inside.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(waiting())
    await is_inside.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with database.transaction() as tx:
        await write(tx, "webhooks")
    assert await names(database) == ["webhooks"]


async def test_a_refusing_constraint_undoes_the_whole_transaction(database: Database) -> None:
    async def repeating() -> None:
        async with database.transaction() as tx:
            await write(tx, "mail")
            await write(tx, "mail")

    with pytest.raises(ConstraintViolated):
        await repeating()
    assert await names(database) == []


async def test_a_mistake_in_our_own_statement_is_no_outage(database: Database) -> None:
    async with database.reading() as tx:
        with pytest.raises(Exception, match="nowhere") as caught:
            await tx.rows(text("SELECT 1 FROM nowhere"))
    assert not isinstance(caught.value, Unavailable | ConstraintViolated)


async def test_a_set_of_rows_is_changed_by_what_it_matches(database: Database) -> None:
    async with database.transaction() as tx:
        await write(tx, "mail", "exports", "webhooks")
        changed = await tx.update(log_cursor, ("consumer",), ("sequence",), [("mail", 7), ("webhooks", 8), ("none", 9)])
        query = select(log_cursor.c.sequence).order_by(log_cursor.c.consumer)
        assert [row.sequence for row in await tx.rows(query)] == [1, 7, 8]
    assert changed == 2


async def test_a_change_of_no_rows_is_no_statement(database: Database) -> None:
    async with database.transaction() as tx:
        await tx.insert(log_cursor, COLUMNS, [])
        assert await tx.update(log_cursor, ("consumer",), ("sequence",), []) == 0


async def test_a_snapshot_sees_one_state_and_reading_sees_the_newest(database: Database) -> None:
    count = select(func.count()).select_from(log_cursor)
    async with database.snapshot() as then, database.reading() as now:
        assert await then.value(count) == 0
        async with database.transaction() as tx:
            await write(tx, "mail")
        assert await then.value(count) == 0
        assert await now.value(count) == 1


async def test_of_transactions_with_one_turnstile_only_one_runs_at_a_time(database: Database) -> None:
    """Each reads a number and writes it back one higher: two at once would lose one."""
    async with database.transaction() as tx:
        await write(tx, "counter", sequence=0)

    async def count_one() -> None:
        async with database.transaction(turnstile=TURNSTILE) as tx:
            query = select(log_cursor.c.sequence).where(log_cursor.c.consumer == "counter")
            sequence: int = await tx.value(query)
            await asyncio.sleep(0)
            await tx.update(log_cursor, ("consumer",), ("sequence",), [("counter", sequence + 1)])

    await asyncio.gather(*(count_one() for _ in range(20)))
    async with database.reading() as tx:
        assert await tx.value(select(log_cursor.c.sequence)) == 20


async def test_a_value_comes_back_as_it_went_in(database: Database) -> None:
    name, instant = "ünïcødé 👛 'quoted' \\ %s :x", 2**62
    async with database.transaction() as tx:
        await tx.insert(lease, ("name", "holder", "expires_at"), [(name, "", instant)])
    async with database.reading() as tx:
        row = await tx.row(select(lease.c.name, lease.c.holder, lease.c.expires_at))
    assert row is not None
    assert tuple(row) == (name, "", instant)


async def test_sqlite_waits_for_another_process_that_writes(sqlite_database_url: str) -> None:
    database = connect_database(sqlite_database_url)
    assert await names(database) == []
    other = sqlite3.connect(make_url(sqlite_database_url).database or "", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    asyncio.get_running_loop().call_later(0.2, other.execute, "COMMIT")
    async with database.transaction() as tx:
        await write(tx, "mail")
    assert await names(database) == ["mail"]
    other.close()
    await database.close()


async def test_sqlite_waits_for_the_disk_before_it_says_done(sqlite_database_url: str) -> None:
    database = connect_database(sqlite_database_url)
    async with database.reading() as tx:
        assert await tx.value(text("PRAGMA synchronous")) == 2, "FULL"
        assert await tx.value(text("PRAGMA journal_mode")) == "wal"
        assert await tx.value(text("PRAGMA foreign_keys")) == 1
    await database.close()


async def test_a_server_that_is_not_there_is_unavailable() -> None:
    database = connect_database("postgresql://nobody@127.0.0.1:1/nothing")
    with pytest.raises(Unavailable) as refused:
        async with database.reading() as tx:
            await tx.rows(select(1))
    assert refused.value.status == 503
    assert "Retry-After" in refused.value.headers
    await database.close()
