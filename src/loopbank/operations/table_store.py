"""Every table of a bank, whatever its feature: read in batches by its key and written as it is.

The tables are those that the database has; what must stay behind is what migrations keep for themselves.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from graphlib import TopologicalSorter
from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, LargeBinary, MetaData, Table, Text, and_, delete, func, or_, select
from sqlalchemy import text as sql
from sqlalchemy.sql.elements import ColumnElement

from loopbank.foundation.database import SCHEMAS, Dialect, Transaction

ROWS_PER_BATCH = 2_000

_SQLITE_TABLES = sql(
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' "
    "AND name NOT LIKE 'alembic_version%' ORDER BY name"
)
_SQLITE_COLUMNS = sql("SELECT name, type, pk FROM pragma_table_info(:name) ORDER BY cid")
_SQLITE_PARENTS = sql('SELECT DISTINCT "table" FROM pragma_foreign_key_list(:name)')
_SQLITE_COUNTER = sql("SELECT seq FROM sqlite_sequence WHERE name = :name")
_SQLITE_COUNT_ON = sql("UPDATE sqlite_sequence SET seq = max(seq, :last) WHERE name = :name")
_SQLITE_COUNT_FIRST = sql(
    "INSERT INTO sqlite_sequence (name, seq) SELECT :name, :last "
    "WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = :name)"
)
_POSTGRES_COLUMNS = sql(
    "SELECT c.table_schema, c.table_name, c.column_name, c.data_type, c.is_identity = 'YES', coalesce(k.ordinal, 0) "
    "FROM information_schema.columns c "
    "JOIN information_schema.tables t USING (table_schema, table_name) "
    "LEFT JOIN (SELECT u.table_schema, u.table_name, u.column_name, u.ordinal_position AS ordinal "
    "  FROM information_schema.key_column_usage u "
    "  JOIN information_schema.table_constraints r USING (constraint_schema, constraint_name) "
    "  WHERE r.constraint_type = 'PRIMARY KEY') k USING (table_schema, table_name, column_name) "
    "WHERE t.table_type = 'BASE TABLE' AND c.table_schema = ANY (:schemas) AND c.table_name <> 'alembic_version' "
    "ORDER BY c.table_name, c.ordinal_position"
)
_POSTGRES_PARENTS = sql(
    "SELECT child.relname, parent.relname FROM pg_constraint "
    "JOIN pg_class child ON child.oid = conrelid JOIN pg_class parent ON parent.oid = confrelid WHERE contype = 'f'"
)
_POSTGRES_COUNTER = sql("SELECT last_value FROM pg_sequences WHERE schemaname || '.' || sequencename = :sequence")
_POSTGRES_SEQUENCE = sql("SELECT pg_get_serial_sequence(:table, :column)")
_POSTGRES_COUNT_ON = sql("SELECT setval(CAST(:sequence AS regclass), :last)")
_POSTGRES_TYPES = {"bigint": BigInteger, "integer": BigInteger, "boolean": Boolean, "bytea": LargeBinary}
_SQLITE_TYPES = {"INTEGER": BigInteger, "BIGINT": BigInteger, "BOOLEAN": Boolean, "BLOB": LargeBinary}


@dataclass(frozen=True, slots=True)
class StoredTable:
    """One table as a database has it: its columns, the columns of its key, and which column counts by itself."""

    table: Table
    key: tuple[str, ...]
    counting: str | None

    @property
    def columns(self) -> tuple[str, ...]:
        """Give the names of all columns."""
        return tuple(self.table.columns.keys())


async def stored_tables(tx: Transaction, dialect: Dialect) -> dict[str, StoredTable]:
    """Find the tables by name, parents before their children."""
    found = await (_on_sqlite(tx) if dialect is Dialect.SQLITE else _on_postgresql(tx))
    parents: dict[str, set[str]] = {name: set() for name in found}
    if dialect is Dialect.SQLITE:
        for name in found:
            parents[name] |= {row[0] for row in await tx.rows(_SQLITE_PARENTS, {"name": name})}
    else:
        for child, parent in await tx.rows(_POSTGRES_PARENTS):
            if child in parents:
                parents[child].add(parent)
    order = TopologicalSorter({name: above - {name} for name, above in parents.items()}).static_order()
    return {name: found[name] for name in order}


async def _on_sqlite(tx: Transaction) -> dict[str, StoredTable]:
    found = {}
    for (name,) in await tx.rows(_SQLITE_TABLES):
        columns = await tx.rows(_SQLITE_COLUMNS, {"name": name})
        kinds: list[Column[Any]] = [Column(column, _SQLITE_TYPES.get(kind, Text)) for column, kind, _ in columns]
        key = tuple(column for column, _, place in sorted(columns, key=lambda row: row[2]) if place)
        counting = key[0] if await tx.value(_SQLITE_COUNTER, {"name": name}) is not None else None
        found[name] = StoredTable(Table(name, MetaData(), *kinds), key, counting)
    return found


async def _on_postgresql(tx: Transaction) -> dict[str, StoredTable]:
    grouped: dict[tuple[str, str], list[Sequence[object]]] = {}
    for row in await tx.rows(_POSTGRES_COLUMNS, {"schemas": list(SCHEMAS)}):
        grouped.setdefault((row[0], row[1]), []).append(tuple(row)[2:])
    found = {}
    for (schema, name), columns in grouped.items():
        kinds: list[Column[Any]] = [
            Column(str(column), _POSTGRES_TYPES.get(str(kind), Text)) for column, kind, *_ in columns
        ]
        key = tuple(str(column[0]) for column in sorted(columns, key=lambda row: int(str(row[3]))) if column[3])
        counting = next((str(column[0]) for column in columns if column[2]), None)
        found[name] = StoredTable(Table(name, MetaData(), *kinds, schema=schema), key, counting)
    return found


async def count_rows(tx: Transaction, stored: StoredTable) -> int:
    """Count a table's rows."""
    count: int = await tx.value(select(func.count()).select_from(stored.table))
    return count


async def batches(tx: Transaction, stored: StoredTable) -> AsyncIterator[list[tuple[object, ...]]]:
    """Read a table in the order of its key; nothing is kept but the present batch."""
    keys = [stored.table.c[name] for name in stored.key]
    places = [stored.columns.index(name) for name in stored.key]
    query = select(stored.table).order_by(*keys).limit(ROWS_PER_BATCH)
    rows = await tx.rows(query)
    while rows:
        yield [tuple(row) for row in rows]
        last = [rows[-1][place] for place in places]
        rows = await tx.rows(query.where(_after(keys, last))) if len(rows) == ROWS_PER_BATCH else []


def _after(keys: Sequence[Column[object]], last: Sequence[object]) -> ColumnElement[bool]:
    """Compare keys of several columns as the order of the rows does."""
    alternatives = [
        and_(*(key == value for key, value in zip(keys[:place], last[:place], strict=True)), keys[place] > last[place])
        for place in range(len(keys))
    ]
    return or_(*alternatives)


async def clear(tx: Transaction, stored: StoredTable) -> None:
    """Remove the rows that a migration put into a table."""
    await tx.run(delete(stored.table))


async def read_counter(tx: Transaction, dialect: Dialect, stored: StoredTable) -> int:
    """Give the last number that a table gave by itself; 0 when it gave none."""
    if stored.counting is None:
        return 0
    if dialect is Dialect.SQLITE:
        return int(await tx.value(_SQLITE_COUNTER, {"name": stored.table.name}) or 0)
    sequence = await _sequence(tx, stored)
    return int(await tx.value(_POSTGRES_COUNTER, {"sequence": sequence}) or 0)


async def set_counter(tx: Transaction, dialect: Dialect, stored: StoredTable, last: int) -> None:
    """Have a table count on after `last`, so that no number is ever given twice."""
    if last == 0:
        return
    if dialect is Dialect.SQLITE:
        await tx.run(_SQLITE_COUNT_FIRST, {"name": stored.table.name, "last": last})
        await tx.run(_SQLITE_COUNT_ON, {"name": stored.table.name, "last": last})
    elif stored.counting is not None:
        await tx.rows(_POSTGRES_COUNT_ON, {"sequence": await _sequence(tx, stored), "last": last})


async def _sequence(tx: Transaction, stored: StoredTable) -> str:
    names = {"table": f"{stored.table.schema}.{stored.table.name}", "column": stored.counting}
    name: str = await tx.value(_POSTGRES_SEQUENCE, names)
    return name
