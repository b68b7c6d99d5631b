"""Increments: what a bank has beyond a whole backup of it, written row by row and added to a restored copy of that.

Laws:
 - A table whose rows stay as they are and are numbered upwards (the journal, the log) gives the rows after the last
   number that the base has. Every other table changes in place or loses rows, and gives all of them.
 - The last row that the base has of each such table is the bank's row of that number, the log's last block among them.
   A bank that went another way since, because another backup was restored, has no increment of this base.
 - Increments build on whole backups only, so that coming back takes two archives and never a chain.
"""

import gzip
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from loopbank.events import LogPosition, log_position
from loopbank.foundation.database import Database, Transaction
from loopbank.foundation.database_errors import ConstraintViolated
from loopbank.operations.errors import BackupUnsound, BaseUnfit
from loopbank.operations.table_store import (
    StoredTable,
    batches,
    clear,
    count_rows,
    last_row,
    numbered_row,
    put,
    read_counter,
    revisions,
    set_counter,
    stored_tables,
)

INCREMENT_FILE = "increment.jsonl.gz"
_GZIP_LEVEL = 3


@dataclass(frozen=True, slots=True)
class _Section:
    """What stands before a table's batches: its columns, after which number they begin, and how many rows there are.

    `after` is None where the section has every row; `counter` is the last number that the table gave by itself.
    """

    table: str
    columns: Sequence[str]
    after: int | None
    counter: int
    rows: int


async def write_increment(bank: Database, base: Database, file: Path) -> LogPosition:
    """Write what one consistent state of the bank has beyond its base; gives where the bank's log ended in that state.

    Raises BaseUnfit when the bank does not continue the base.
    """
    async with bank.snapshot() as there, base.snapshot() as here:
        if await revisions(there, bank.dialect) != await revisions(here, base.dialect):
            raise BaseUnfit("The last whole backup is of another release's tables.")
        with gzip.open(file, "wt", _GZIP_LEVEL, encoding="utf-8") as lines:
            for stored in (await stored_tables(there, bank.dialect)).values():
                after = await _common_end(there, here, stored) if stored.grows_by_number else None
                counter, rows = await read_counter(there, bank.dialect, stored), await count_rows(there, stored)
                _write(lines, asdict(_Section(stored.table.name, stored.columns, after, counter, rows)))
                async for batch in batches(there, stored, () if after is None else (after,)):
                    _write(lines, batch)
        return await log_position(there)


async def _common_end(there: Transaction, here: Transaction, stored: StoredTable) -> int:
    """Give the last number that the base has of a table, 0 for none. Raises BaseUnfit when the bank has another row."""
    last = await last_row(here, stored)
    if last is None:
        return 0
    number = int(str(last[stored.columns.index(stored.key[0])]))
    if await numbered_row(there, stored, number) != last:
        raise BaseUnfit("The bank does not continue the last whole backup: another one was restored since.")
    return number


async def add_increment(copy: Database, file: Path) -> None:
    """Add an increment to a restored copy of its base, all of it or, with BackupUnsound raised, nothing."""
    try:
        async with copy.transaction() as tx:
            await _add(tx, copy, file)
    except (OSError, EOFError, ValueError, TypeError, LookupError, ConstraintViolated) as error:
        raise BackupUnsound(f"The increment cannot be added to its base: {error}.") from error


async def _add(tx: Transaction, copy: Database, file: Path) -> None:
    tables = await stored_tables(tx, copy.dialect)
    for stored in reversed(tables.values()):
        if not stored.keeps_rows:
            await clear(tx, stored)
    sections = []
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        for line in lines:
            found = json.loads(line)
            if isinstance(found, dict):
                sections.append(await _begun(tx, tables, found))
            else:
                await _put_batch(tx, tables[sections[-1].table], sections[-1].columns, found)
    if sorted(section.table for section in sections) != sorted(tables):
        raise BackupUnsound("The increment does not have the tables of its base.")
    for section in sections:
        stored = tables[section.table]
        await set_counter(tx, copy.dialect, stored, section.counter)
        if await count_rows(tx, stored) != section.rows:
            raise BackupUnsound(f"Base and increment together do not have the {section.rows} rows of {section.table}.")


async def _begun(tx: Transaction, tables: Mapping[str, StoredTable], found: dict[str, object]) -> _Section:
    section = _Section(**found)  # type: ignore[arg-type]  # whatever else a damaged line holds is refused where it is used
    stored = tables[section.table]
    if section.after is not None:
        last = await last_row(tx, stored)
        if section.after != (0 if last is None else last[stored.columns.index(stored.key[0])]):
            raise BackupUnsound(f"The increment does not begin where its base's {section.table} ends.")
    return section


async def _put_batch(tx: Transaction, stored: StoredTable, columns: Sequence[str], batch: list[list[object]]) -> None:
    are_bytes = [name in stored.byte_columns for name in columns]
    rows = [
        tuple(
            bytes.fromhex(str(value)) if is_bytes and value is not None else value
            for value, is_bytes in zip(row, are_bytes, strict=True)
        )
        for row in batch
    ]
    if stored.keeps_rows and not stored.grows_by_number:
        await put(tx, stored, columns, rows)
    else:
        await tx.insert(stored.table, columns, rows)


def _write(lines: IO[str], content: object) -> None:
    lines.write(json.dumps(content, ensure_ascii=False, separators=(",", ":"), default=bytes.hex) + "\n")
