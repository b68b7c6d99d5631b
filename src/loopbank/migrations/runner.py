"""Runs the branches over a plain connection: SQLite's own driver, or asyncpg driven to its end."""

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import asyncpg
from sqlalchemy import Connection, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from loopbank.foundation.database import DatabaseAddress
from loopbank.foundation.database.port import raise_translated
from loopbank.foundation.database.servers import Servers
from loopbank.migrations.branches import all_branches

_LOCK = 7_305_000
"""Advisory lock that a migrating transaction holds until its end."""

_LOCK_WAIT_SECONDS_MAX = 60.0

_Answer = TypeVar("_Answer")
_Step = Callable[[Connection], _Answer]


def migrate(url: str) -> None:
    """Bring the database to this release's tables; harmless when it is there already or while another does the same.

    Must not be called on a running event loop's thread. Raises DatabaseUnavailable, with what is in the way as cause.
    """
    address = make_url(url)
    try:
        if address.get_backend_name() == "sqlite":
            if address.database:
                Path(address.database).parent.mkdir(parents=True, exist_ok=True)
            _run_on_sqlite(address, [branch.upgrade for branch in all_branches()])
        else:
            asyncio.run(_run_on_postgresql(address, [_locked(branch.upgrade) for branch in all_branches()]))
    except Exception as error:  # noqa: BLE001 -- raised again as what it means
        raise_translated(error)


def is_current(url: str) -> bool:
    """Tell whether the database has every revision that this release knows. Raises when it cannot be reached.

    Must not be called on a running event loop's thread.
    """
    address = make_url(url)
    questions = [branch.has_pending for branch in all_branches()]
    if address.get_backend_name() == "sqlite":
        # Connecting would create the file.
        if not address.database or not Path(address.database).exists():
            return False
        pending = _run_on_sqlite(address, questions, begin="BEGIN")
    else:
        pending = asyncio.run(_run_on_postgresql(address, questions))
    return not any(pending)


def _locked(step: _Step[None]) -> _Step[None]:
    def run(connection: Connection) -> None:
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        step(connection)

    return run


def _run_on_sqlite(address: URL, steps: Sequence[_Step[_Answer]], begin: str = "BEGIN IMMEDIATE") -> list[_Answer]:
    """Run each step in a transaction of its own; the driver neither begins nor commits by itself."""
    engine = create_engine(address, poolclass=NullPool, connect_args={"timeout": _LOCK_WAIT_SECONDS_MAX})

    @event.listens_for(engine, "connect")
    def _leave_transactions_to_us(driver: sqlite3.Connection, _record: object) -> None:
        driver.isolation_level = None

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    answers = []
    for step in steps:
        with engine.begin() as connection:
            answers.append(step(connection))
    return answers


async def _run_on_postgresql(address: URL, steps: Sequence[_Step[_Answer]]) -> list[_Answer]:
    """Run each step in a transaction of its own. The driver reads the address itself, so that `?host=/folder` works."""
    servers = Servers(DatabaseAddress(address))

    async def connect() -> asyncpg.Connection:
        return await servers.connect(server_settings={"application_name": "loopbank migrate", "timezone": "UTC"})

    engine = create_async_engine("postgresql+asyncpg://", async_creator=connect, poolclass=NullPool)
    answers = []
    try:
        for step in steps:
            async with engine.begin() as connection:
                answers.append(await connection.run_sync(step))
    finally:
        await engine.dispose()
    return answers
