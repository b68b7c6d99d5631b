"""Statements of the hot paths: compiled once per dialect and then handed to the driver as they are.

SQLAlchemy composes them like any other statement; what is saved is its work per execution, which costs more than the
database's own. Values are bound by name through `bindparam`; results are rows with attributes.
"""

from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import ClauseElement
from sqlalchemy.engine import Dialect
from sqlalchemy.sql.compiler import SQLCompiler

Processor = Callable[[Any], Any]


class AnyRow(tuple[Any, ...]):
    """One row of a result; its columns are known to the statement, not to the type checker."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...  # noqa: ANN401 -- a column may be anything


@dataclass(frozen=True, slots=True)
class DriverStatement:
    """A statement as one driver takes it."""

    sql: str
    names: tuple[str, ...]
    constants: Mapping[str, object]
    bind: Mapping[str, Processor]
    columns: tuple[tuple[int, Processor], ...]
    make: Callable[[Sequence[object]], AnyRow]

    def arguments(self, parameters: Mapping[str, object]) -> list[object]:
        """Give the values in the order of the statement's places."""
        values = [parameters[name] if name in parameters else self.constants[name] for name in self.names]
        if self.bind:
            for position, name in enumerate(self.names):
                if name in self.bind:
                    values[position] = self.bind[name](values[position])
        return values

    def records(self, rows: Sequence[Sequence[object]]) -> list[AnyRow]:
        """Give a driver's rows as records, with the types that the columns say."""
        if not self.columns:
            return list(map(self.make, rows))
        records = []
        for row in rows:
            values = list(row)
            for position, process in self.columns:
                values[position] = process(values[position])
            records.append(self.make(values))
        return records


class Prepared:
    """A statement that is compiled on its first use with a dialect."""

    def __init__(self, statement: ClauseElement) -> None:
        self._statement = statement
        self._compiled: dict[str, DriverStatement] = {}

    def on(self, dialect: Dialect, schemas: Mapping[str, None]) -> DriverStatement:
        """Give the statement for a dialect; `schemas` are those that the dialect does without."""
        known = self._compiled.get(dialect.name)
        if known is None:
            known = self._compiled[dialect.name] = _compile(self._statement, dialect, schemas)
        return known


def _compile(statement: ClauseElement, dialect: Dialect, schemas: Mapping[str, None]) -> DriverStatement:
    translation: dict[str, Any] = {"schema_translate_map": schemas, "render_schema_translate": True} if schemas else {}
    compiled = statement.compile(dialect=dialect, **translation)
    assert isinstance(compiled, SQLCompiler)
    assert not compiled.post_compile_params, "a prepared statement has only parameters that the driver binds"
    columns = compiled._result_columns or []  # noqa: SLF001 -- the only way to learn a result's columns beforehand
    processors = [
        (position, process)
        for position, column in enumerate(columns)
        if (process := column.type._cached_result_processor(dialect, None)) is not None  # noqa: SLF001 -- likewise
    ]
    names = compiled.positiontup
    assert names is not None, "both drivers take parameters by position"
    return DriverStatement(
        sql=str(compiled),
        names=tuple(names),
        constants=compiled.params,
        bind={name: process for name, process in compiled._bind_processors.items() if callable(process)},  # noqa: SLF001 -- likewise
        columns=tuple(processors),
        make=_record_type([column.keyname for column in columns]),
    )


def _record_type(names: Sequence[str]) -> Callable[[Sequence[object]], AnyRow]:
    named = namedtuple("Columns", names, rename=True)  # type: ignore[misc]  # noqa: PYI024 -- made from data
    kind = type("Row", (named, AnyRow), {"__slots__": ()})
    make: Callable[[Sequence[object]], AnyRow] = kind._make  # type: ignore[attr-defined]  # it is a named tuple
    return make
