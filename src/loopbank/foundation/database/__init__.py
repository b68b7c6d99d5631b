"""The SQLite/PostgreSQL port: engines, transactions and set-based writes.

Law: `Database.transaction` is the only place that commits; the posting queue commits through it.
"""

from sqlalchemy.engine import make_url

from loopbank.foundation.database.address import DatabaseAddress, database_address
from loopbank.foundation.database.port import SCHEMAS, Database, Dialect, Parameters, Statement, Transaction
from loopbank.foundation.database.postgresql import PostgresDatabase
from loopbank.foundation.database.sqlite import SqliteDatabase
from loopbank.foundation.prepared import AnyRow

__all__ = [
    "SCHEMAS",
    "AnyRow",
    "Database",
    "DatabaseAddress",
    "Dialect",
    "Parameters",
    "Statement",
    "Transaction",
    "connect_database",
    "database_address",
]


def connect_database(url: str, *, connections_max: int = 10) -> Database:
    """Connect to `sqlite:///path` or `postgresql://…` lazily, with at most `connections_max` server connections."""
    if make_url(url).get_backend_name() == "sqlite":
        return SqliteDatabase(url)
    return PostgresDatabase(url, connections_max)
