"""Moving a bank between the two databases: everything arrives, or nothing is written."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest

from loopbank.events import Fact, log_position, record
from loopbank.foundation.clock import system_clock
from loopbank.foundation.database import Database, Transaction, connect_database
from loopbank.operations import move_bank
from loopbank.operations.errors import CopyDiffers, DatabaseNotEmpty
from tests.operations.banks import assert_remembered, live
from tests.support.stories import opened_bank


def silent(_name: str, _done: int, _total: int) -> None:
    """Show no progress."""


@pytest.fixture(params=["to PostgreSQL", "to SQLite"])
def route(request: pytest.FixtureRequest, sqlite_database_url: str, postgres_database_url: str) -> tuple[str, str]:
    """Where the bank is, and where it is moved to."""
    pair = (sqlite_database_url, postgres_database_url)
    return pair if request.param == "to PostgreSQL" else pair[::-1]


async def test_a_moved_bank_remembers_everything_and_lives_on(route: tuple[str, str], tmp_path: Path) -> None:
    async with opened_bank(route[0], tmp_path) as bank:
        lived = await live(bank)
    source, target = map(connect_database, route)
    told: dict[str, tuple[int, int]] = {}
    moved = await move_bank(source, target, lambda name, done, total: told.update({name: (done, total)}))
    assert moved.log.entries > 0
    assert moved.tables == len(told)
    assert {"person", "account", "posting", "transfer", "log_entry", "refresh_token", "revocation"} <= told.keys()
    assert all(done == total for done, total in told.values())
    with pytest.raises(DatabaseNotEmpty):
        await move_bank(source, target, silent)
    await source.close()
    await target.close()
    await assert_remembered(lived, route[1], tmp_path)


async def test_a_bank_that_goes_on_meanwhile_is_not_moved(route: tuple[str, str], tmp_path: Path) -> None:
    async with opened_bank(route[0], tmp_path) as bank:
        await live(bank)
    source, target = map(connect_database, route)
    meanwhile = connect_database(route[0])
    source.reading = told_by(meanwhile, source)  # type: ignore[method-assign]  # the moment between copy and proof
    with pytest.raises(CopyDiffers, match="went on"):
        await move_bank(source, target, silent)
    async with target.reading() as tx:
        assert (await log_position(tx)).entries == 0
    for database in (source, target, meanwhile):
        await database.close()


def told_by(meanwhile: Database, source: Database) -> Callable[[], AbstractAsyncContextManager[Transaction]]:
    """Have somebody record a fact just before the source is read once more."""
    reading = source.reading

    @asynccontextmanager
    async def read() -> AsyncIterator[Transaction]:
        async with meanwhile.transaction() as tx:
            await record(tx, [Fact("test.happened", "somebody", {}, system_clock())])
        async with reading() as tx:
            yield tx

    return read
