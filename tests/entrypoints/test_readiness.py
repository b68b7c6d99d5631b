"""Readiness tells the truth: of a database that goes and comes back, one without tables, a file taken away."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from shutil import disk_usage

import asyncpg
import pytest
from sqlalchemy import func, select
from sqlalchemy.engine import make_url

from loopbank.entrypoints.readiness import DatabaseReadiness
from loopbank.foundation.database import Database, connect_database, sqlite
from tests.support.postgres import PostgresServer


@pytest.fixture
async def postgres(postgres_database_url: str, anyio_backend: str) -> AsyncIterator[Database]:
    connected = connect_database(postgres_database_url)
    yield connected
    await connected.close()


async def test_a_sound_database_is_ready(database: Database, database_url: str) -> None:
    assert await DatabaseReadiness(database, database_url)()


async def test_a_database_without_tables_is_not_ready(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/empty.db"
    database = connect_database(url)
    assert not await DatabaseReadiness(database, url)()
    await database.close()


async def test_a_database_that_was_gone_is_ready_again_by_itself(
    postgres: Database, postgres_database_url: str, postgres_server: PostgresServer
) -> None:
    is_ready = DatabaseReadiness(postgres, postgres_database_url)
    assert await is_ready()
    name = make_url(postgres_database_url).database
    admin = await asyncpg.connect(postgres_server._url)
    try:
        await admin.execute(f'ALTER DATABASE "{name}" WITH ALLOW_CONNECTIONS false')
        # With a patience the server tells only when each has ended; without one, some may still answer.
        await admin.execute("SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = $1", name)
        assert not await is_ready()
        await admin.execute(f'ALTER DATABASE "{name}" WITH ALLOW_CONNECTIONS true')
    finally:
        await admin.close()
    assert await is_ready()


async def test_a_server_that_hangs_is_not_ready(postgres: Database, postgres_database_url: str) -> None:
    is_ready = DatabaseReadiness(postgres, postgres_database_url)
    async with postgres.reading() as tx:
        backend = await tx.value(select(func.pg_backend_pid()))
    assert await is_ready()
    os.kill(backend, signal.SIGSTOP)
    try:
        async with asyncio.timeout(20):
            assert not await is_ready()
    finally:
        os.kill(backend, signal.SIGCONT)
    assert await is_ready()


async def test_a_file_on_a_full_disk_is_not_ready(sqlite_database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    database = connect_database(sqlite_database_url)
    is_ready = DatabaseReadiness(database, sqlite_database_url)
    total = disk_usage(sqlite_database_url.removeprefix("sqlite:///")).total
    with monkeypatch.context() as fuller:
        fuller.setattr(sqlite, "_ROOM_BYTES_MIN", total + 1)
        assert not await is_ready()
    assert await is_ready()
    await database.close()


async def test_a_file_that_was_taken_away_is_not_ready(sqlite_database_url: str) -> None:
    database = connect_database(sqlite_database_url)
    is_ready = DatabaseReadiness(database, sqlite_database_url)
    assert await is_ready()
    file = Path(sqlite_database_url.removeprefix("sqlite:///"))
    away = await asyncio.to_thread(file.rename, f"{file}.away")
    assert not await is_ready()
    await asyncio.to_thread(away.rename, file)
    assert await is_ready()
    await database.close()
