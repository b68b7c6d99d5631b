"""SQL that writes many rows at once, and `one_of`, the test for membership in a bound list, on both databases."""

import json
from typing import Any

from sqlalchemy import ARRAY, BindParameter, ColumnElement, Table, Text, bindparam
from sqlalchemy.engine import Dialect as EngineDialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.operators import OperatorType
from sqlalchemy.sql.visitors import InternalTraversal
from sqlalchemy.types import Boolean, TypeDecorator, TypeEngine

InsertKey = tuple[Table, tuple[str, ...]]
UpdateKey = tuple[Table, tuple[str, ...], tuple[str, ...]]


class SetStatements:
    """Composes set-based INSERT and UPDATE for one dialect, each only once."""

    def __init__(self, dialect: EngineDialect) -> None:
        self._dialect = dialect
        self._is_sqlite = dialect.name == "sqlite"
        self._inserts: dict[InsertKey, str] = {}
        self._updates: dict[UpdateKey, str] = {}

    def insert(self, table: Table, columns: tuple[str, ...]) -> str:
        """Compose SQLite's INSERT of many row tuples (PostgreSQL takes rows by COPY, which needs no statement)."""
        key = (table, columns)
        if key not in self._inserts:
            places = ", ".join("?" * len(columns))
            self._inserts[key] = f"INSERT INTO {table.name} ({', '.join(columns)}) VALUES ({places})"
        return self._inserts[key]

    def update(self, table: Table, match: tuple[str, ...], change: tuple[str, ...]) -> str:
        """Compose an UPDATE of many rows (SQLite's row tuples hold the changes first, then what to match)."""
        key = (table, match, change)
        if key not in self._updates:
            self._updates[key] = self._compose_update(table, match, change)
        return self._updates[key]

    def _compose_update(self, table: Table, match: tuple[str, ...], change: tuple[str, ...]) -> str:
        if self._is_sqlite:
            changes = ", ".join(f"{name} = ?" for name in change)
            matches = " AND ".join(f"{name} = ?" for name in match)
            return f"UPDATE {table.name} SET {changes} WHERE {matches}"
        aliases = [f"m_{name}" for name in match] + [f"c_{name}" for name in change]
        changes = ", ".join(f"{name} = given.c_{name}" for name in change)
        matches = " AND ".join(f"target.{name} = given.m_{name}" for name in match)
        return (
            f"UPDATE {_qualified(table)} AS target SET {changes} "
            f"FROM unnest({self._arrays(table, match + change)}) AS given({', '.join(aliases)}) WHERE {matches}"
        )

    def _arrays(self, table: Table, columns: tuple[str, ...]) -> str:
        types = (table.c[name].type.compile(self._dialect) for name in columns)
        return ", ".join(f"${position}::{kind}[]" for position, kind in enumerate(types, 1))


def _qualified(table: Table) -> str:
    return f"{table.schema}.{table.name}" if table.schema else table.name


class _ListOf(TypeDecorator[Any]):
    """A bound list: an array on PostgreSQL, a JSON text for json_each on SQLite."""

    impl = Text
    cache_ok = True

    def __init__(self, item: TypeEngine[Any]) -> None:
        super().__init__()
        self.item = item

    def load_dialect_impl(self, dialect: EngineDialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(ARRAY(self.item) if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: Any, dialect: EngineDialect) -> Any:
        return list(value) if dialect.name == "postgresql" else json.dumps(list(value))


class _OneOf(ColumnElement[bool]):
    inherit_cache = True
    type = Boolean()
    _traverse_internals = [  # noqa: RUF012 -- SQLAlchemy reads this class attribute to build cache keys.
        ("column", InternalTraversal.dp_clauseelement),
        ("given", InternalTraversal.dp_clauseelement),
    ]

    def __init__(self, column: ColumnElement[Any], given: BindParameter[Any]) -> None:
        self.column = column
        self.given = given

    def self_group(self, against: OperatorType | None = None) -> ColumnElement[Any]:  # noqa: ARG002 -- SQLAlchemy's hook
        """Stay as it is: SQLite would get `... = 1` otherwise, for which it reads the whole table and no index."""
        return self


def one_of(column: ColumnElement[Any], parameter: str) -> ColumnElement[bool]:
    """Test that the column's value is in the list bound to `parameter`: one statement for any length."""
    return _OneOf(column, bindparam(parameter, type_=_ListOf(column.type)))


@compiles(_OneOf, "postgresql")
def _one_of_on_postgresql(element: _OneOf, compiler: SQLCompiler, **options: Any) -> str:
    return f"{compiler.process(element.column, **options)} = ANY ({compiler.process(element.given, **options)})"


@compiles(_OneOf, "sqlite")
def _one_of_on_sqlite(element: _OneOf, compiler: SQLCompiler, **options: Any) -> str:
    return (
        f"{compiler.process(element.column, **options)} IN "
        f"(SELECT value FROM json_each({compiler.process(element.given, **options)}))"
    )
