"""Every table of a bank, whatever its feature: read in batches by its key and written as it is.

The tables are those that the database has, and which of them only grow is what it refuses; what must stay behind is
what migrations keep for themselves.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from graphlib import TopologicalSorter
from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, LargeBinary, MetaData, Table, Text, and_, delete, func, or_, select
from sqlalchemy import table as named_table
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import insert  # The construct compiles on SQLite too, whose syntax is the same.
from sqlalchemy.sql.elements import ColumnElement

from loopbank.foundation.database import SCHEMAS, Dialect, Transaction

ROWS_PER_BATCH = 2_000
_VALUES_MAX = 30_000
"""Fewer than either database takes in one statement."""

_SQLITE_TABLES = sql(
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' "
    "AND name NOT LIKE 'alembic_version%' ORDER BY name"
)
_SQLITE_COLUMNS = sql("SELECT name, type, pk FROM pragma_table_info(:name) ORDER BY cid")
_SQLITE_PARENTS = sql('SELECT DISTINCT "table" FROM pragma_foreign_key_list(:name)')
_SQLITE_REFUSALS = sql(
    "SELECT tbl_name, upper(substr(name, length(tbl_name) + length('_refuses_') + 1)) FROM sqlite_master "
    "WHERE type = 'trigger' AND name LIKE tbl_name || '_refuses_%'"
)
_SQLITE_VERSIONS = sql(
    "SELECT NULL, name FROM sqlite_master WHERE type = 'table' AND name LIKE 'alembic_version%' ORDER BY name"
)
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
_POSTGRES_REFUSALS = sql(
    "SELECT c.relname, act FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
    "JOIN pg_proc f ON f.oid = t.tgfoid AND f.proname = 'refuse_change' "
    "JOIN (VALUES ('UPDATE', 16), ('DELETE', 8)) AS acts (act, bit) ON CAST(t.tgtype AS integer) & bit <> 0"
)
_POSTGRES_VERSIONS = sql(
    "SELECT table_schema, table_name FROM information_schema.tables "
    "WHERE table_name = 'alembic_version' AND table_schema = ANY (:schemas) ORDER BY table_schema"
)
_POSTGRES_COUNTER = sql("SELECT last_value FROM pg_sequences WHERE schemaname || '.' || sequencename = :sequence")
_POSTGRES_SEQUENCE = sql("SELECT pg_get_serial_sequence(:table, :column)")
_POSTGRES_COUNT_ON = sql("SELECT setval(CAST(:sequence AS regclass), :last)")
_POSTGRES_TYPES = {"bigint": BigInteger, "integer": BigInteger, "boolean": Boolean, "bytea": LargeBinary}
_SQLITE_TYPES = {"INTEGER": BigInteger, "BIGINT": BigInteger, "BOOLEAN": Boolean, "BLOB": LargeBinary}


@dataclass(frozen=True, slots=True)
class StoredTable:
    """One table as a database has it: its columns, the columns of its key, and which column counts by itself.

    `refuses` holds what triggers forbid to do to its rows: UPDATE, DELETE or both.
    """

    table: Table
    key: tuple[str, ...]
    counting: str | None
    refuses: frozenset[str] = frozenset()

    @property
    def columns(self) -> tuple[str, ...]:
        """Give the names of all columns."""
        return tuple(self.table.columns.keys())

    @property
    def byte_columns(self) -> frozenset[str]:
        """Give the names of the columns that hold bytes."""
        return frozenset(name for name in self.columns if isinstance(self.table.c[name].type, LargeBinary))

    @property
    def keeps_rows(self) -> bool:
        """Tell whether no row is ever removed."""
        return "DELETE" in self.refuses

    @property
    def grows_by_number(self) -> bool:
        """Tell whether rows stay as they are for ever, and every new one has a higher number than those before it."""
        is_numbered = len(self.key) == 1 and isinstance(self.table.c[self.key[0]].type, BigInteger)
        return is_numbered and self.refuses >= {"UPDATE", "DELETE"}


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
    refusals: dict[str, set[str]] = {name: set() for name in found}
    for name, act in await tx.rows(_SQLITE_REFUSALS if dialect is Dialect.SQLITE else _POSTGRES_REFUSALS):
        refusals[name].add(act)
    order = TopologicalSorter({name: above - {name} for name, above in parents.items()}).static_order()
    return {name: replace(found[name], refuses=frozenset(refusals[name])) for name in order}


async def revisions(tx: Transaction, dialect: Dialect) -> list[str]:
    """Give the revision of every branch of migrations."""
    if dialect is Dialect.SQLITE:
        places = await tx.rows(_SQLITE_VERSIONS)
    else:
        places = await tx.rows(_POSTGRES_VERSIONS, {"schemas": list(SCHEMAS)})
    queries = [select(sql("version_num")).select_from(named_table(name, schema=schema)) for schema, name in places]
    return [f"{schema or name} {await tx.value(query)}" for (schema, name), query in zip(places, queries, strict=True)]


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


async def batches(
    tx: Transaction, stored: StoredTable, after: Sequence[object] = ()
) -> AsyncIterator[list[tuple[object, ...]]]:
    """Read a table in the order of its key, wholly or after a key; nothing is kept but the present batch."""
    keys = [stored.table.c[name] for name in stored.key]
    places = [stored.columns.index(name) for name in stored.key]
    query = select(stored.table).order_by(*keys).limit(ROWS_PER_BATCH)
    rows = await tx.rows(query.where(_after(keys, after)) if after else query)
    while rows:
        yield [tuple(row) for row in rows]
        last = [rows[-1][place] for place in places]
        rows = await tx.rows(query.where(_after(keys, last))) if len(rows) == ROWS_PER_BATCH else []


async def last_row(tx: Transaction, stored: StoredTable) -> tuple[object, ...] | None:
    """Give the row with the highest number; None when there is no row."""
    row = await tx.row(select(stored.table).order_by(stored.table.c[stored.key[0]].desc()).limit(1))
    return None if row is None else tuple(row)


async def numbered_row(tx: Transaction, stored: StoredTable, number: object) -> tuple[object, ...] | None:
    """Give the row that has a number; None when there is none."""
    row = await tx.row(select(stored.table).where(stored.table.c[stored.key[0]] == number))
    return None if row is None else tuple(row)


def _after(keys: Sequence[Column[object]], last: Sequence[object]) -> ColumnElement[bool]:
    """Compare keys of several columns as the order of the rows does."""
    alternatives = [
        and_(*(key == value for key, value in zip(keys[:place], last[:place], strict=True)), keys[place] > last[place])
        for place in range(len(keys))
    ]
    return or_(*alternatives)


async def clear(tx: Transaction, stored: StoredTable) -> None:
    """Remove every row of a table."""
    await tx.run(delete(stored.table))


async def put(tx: Transaction, stored: StoredTable, columns: Sequence[str], rows: Sequence[tuple[object, ...]]) -> None:
    """Add rows to a table that removes none, and bring those that are there already up to date where it allows that."""
    rest = [name for name in columns if name not in stored.key]
    size = _VALUES_MAX // len(columns)
    for start in range(0, len(rows), size):
        new = insert(stored.table).values([dict(zip(columns, row, strict=True)) for row in rows[start : start + size]])
        if "UPDATE" in stored.refuses:
            await tx.run(new.on_conflict_do_nothing(index_elements=stored.key))
        else:
            change = {name: new.excluded[name] for name in rest}
            await tx.run(new.on_conflict_do_update(index_elements=stored.key, set_=change))


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
