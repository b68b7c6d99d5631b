"""A server that ends connections while they lie in the pool: the caller may try again, and that is all it learns."""

import asyncio

from sqlalchemy import select, text

from loopbank.foundation.database import Database, connect_database
from loopbank.foundation.errors import Unavailable

_CUT_OTHERS = text(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


async def test_a_transaction_on_a_cut_connection_works_or_is_unavailable(postgres_database_url: str) -> None:
    database, elsewhere = connect_database(postgres_database_url), connect_database(postgres_database_url)
    outcomes = set()
    for milliseconds in range(30):
        await _transact(database)
        async with elsewhere.reading() as tx:
            await tx.rows(_CUT_OTHERS)
        # The end of the connection arrives in two parts; between them the driver is in neither state.
        await asyncio.sleep(milliseconds / 10_000)
        outcomes.add(await _transact(database))
    await database.close()
    await elsewhere.close()
    assert outcomes <= {"done", "unavailable"}


async def _transact(database: Database) -> str:
    try:
        async with database.transaction() as tx:
            assert await tx.value(select(1)) == 1
    except Unavailable:
        return "unavailable"
    return "done"
