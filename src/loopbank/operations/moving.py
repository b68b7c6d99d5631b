"""Moving a bank between SQLite and PostgreSQL: every row of every table, and proof that nothing is missing."""

from collections.abc import Callable
from dataclasses import dataclass

from loopbank.events import LogPosition, log_position
from loopbank.foundation.database import Database, Transaction
from loopbank.operations.errors import CopyDiffers, DatabaseNotEmpty
from loopbank.operations.table_store import (
    StoredTable,
    batches,
    clear,
    count_rows,
    read_counter,
    set_counter,
    stored_tables,
)

_NEVER_EMPTY = ("account", "person", "log_entry", "outbox")
"""What a bank that was ever opened has rows in."""

Progress = Callable[[str, int, int], None]
"""Is told a table's name, how many of its rows are done, and how many it has."""


@dataclass(frozen=True, slots=True)
class Moved:
    """What a move has copied, and where both logs end."""

    tables: int
    rows: int
    log: LogPosition


async def is_empty(database: Database) -> bool:
    """Tell whether a database holds no bank yet: no account, no person and no fact, or no tables at all."""
    async with database.reading() as tx:
        tables = await stored_tables(tx, database.dialect)
        counts = [await count_rows(tx, tables[name]) for name in _NEVER_EMPTY if name in tables]
    return not any(counts)


async def move_bank(source: Database, target: Database, tell: Progress) -> Moved:
    """Copy a bank into an empty, migrated database in one transaction.

    Raises DatabaseNotEmpty, and CopyDiffers (then nothing was written) when the copy does not end where the source
    ends, also because the source went on meanwhile.
    """
    if not await is_empty(target):
        raise DatabaseNotEmpty("The database to move to holds a bank already.")
    async with source.snapshot() as there, target.transaction() as here:
        origin = await stored_tables(there, source.dialect)
        copies = await stored_tables(here, target.dialect)
        if origin.keys() != copies.keys():
            raise CopyDiffers("The two databases are not of the same release: migrate the older one first.")
        position = await log_position(there)
        for name in reversed(copies):
            await clear(here, copies[name])
        rows = 0
        for name, copy in copies.items():
            rows += await _copy(there, here, origin[name], copy, tell)
            await set_counter(here, target.dialect, copy, await read_counter(there, source.dialect, origin[name]))
        await _require_equal(here, position)
        async with source.reading() as now:
            if await log_position(now) != position:
                raise CopyDiffers("The bank went on while it was moved. Stop its services and the worker first.")
    return Moved(len(copies), rows, position)


async def _copy(there: Transaction, here: Transaction, origin: StoredTable, copy: StoredTable, tell: Progress) -> int:
    if set(origin.columns) != set(copy.columns):
        raise CopyDiffers(f"The table {copy.table.name} does not have the same columns in both databases.")
    total = await count_rows(there, origin)
    done = 0
    tell(copy.table.name, done, total)
    async for batch in batches(there, origin):
        await here.insert(copy.table, origin.columns, batch)
        done += len(batch)
        tell(copy.table.name, done, total)
    if await count_rows(here, copy) != total:
        raise CopyDiffers(f"The copy of {copy.table.name} does not have {total} rows.")
    return total


async def _require_equal(here: Transaction, position: LogPosition) -> None:
    if await log_position(here) != position:
        raise CopyDiffers("The copy's log does not end where the original's ends.")
