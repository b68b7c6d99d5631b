"""What the drivers' errors mean to the house: unavailable now, refused by a constraint, or a mistake of ours."""

import sqlite3

import asyncpg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from loopbank.foundation.errors import Unavailable


class DatabaseUnavailable(Unavailable):
    """The database cannot be reached, is overloaded or broke off; what was in flight may or may not be committed."""

    code = "database_unavailable"


class ConstraintViolated(Exception):
    """A constraint or trigger of the database refused a write; nothing of the transaction remains."""


_TRANSIENT_POSTGRES = (
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    # The server ended the connection while it lay in the pool, and the driver has only half noticed.
    asyncpg.InternalClientError,
    asyncpg.exceptions.OperatorInterventionError,
    asyncpg.exceptions.InsufficientResourcesError,
    asyncpg.exceptions.TransactionRollbackError,
    asyncpg.exceptions.LockNotAvailableError,
    asyncpg.exceptions.ReadOnlySQLTransactionError,
    asyncpg.exceptions.PostgresIOError,
)
_REFUSED_POSTGRES = (asyncpg.IntegrityConstraintViolationError, asyncpg.RaiseError)


def translate(error: BaseException) -> Exception | None:
    """Give the house's meaning of a driver's error; None when it is no such error or a mistake in our own SQL."""
    for link in _chain(error):
        if isinstance(link, DatabaseUnavailable | ConstraintViolated):
            return link
        if isinstance(link, (sqlite3.IntegrityError, *_REFUSED_POSTGRES)):
            return ConstraintViolated(str(link))
        if isinstance(link, sqlite3.DatabaseError) and _is_damage(link):
            return DatabaseUnavailable()
        if isinstance(link, (sqlite3.OperationalError, *_TRANSIENT_POSTGRES, OSError, TimeoutError, PoolTimeout)):
            if isinstance(link, sqlite3.OperationalError) and _is_our_mistake(link):
                return None
            return DatabaseUnavailable()
    return None


def _chain(error: BaseException) -> list[BaseException]:
    """List the error and what it was raised from; SQLAlchemy wraps a driver's error twice."""
    links: list[BaseException] = []
    current: BaseException | None = error
    while current is not None and len(links) < 8:
        links.append(current)
        current = current.orig if isinstance(current, DBAPIError) and current.orig is not None else current.__cause__
    return links


def _is_damage(error: sqlite3.DatabaseError) -> bool:
    """Tell a damaged file, or one that is no database, from every other trouble."""
    return getattr(error, "sqlite_errorcode", None) in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def _is_our_mistake(error: sqlite3.OperationalError) -> bool:
    """Tell a mistake in SQL (SQLITE_ERROR) from trouble with the file, its locks or the disk."""
    return getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_ERROR
