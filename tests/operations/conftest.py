"""What the tests of this part share."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy.engine import make_url

from loopbank.operations import RestoredBank
from tests.support.postgres import PostgresServer


@pytest.fixture
async def restored_databases(
    database_url: str, postgres_server: PostgresServer, anyio_backend: str
) -> AsyncIterator[list[RestoredBank]]:
    """Take away what restores keep on the shared server."""
    restored: list[RestoredBank] = []
    yield restored
    for bank in restored:
        if bank.kept and database_url.startswith("postgresql"):
            kept = make_url(database_url).set(database=bank.kept).render_as_string(hide_password=False)
            await asyncio.to_thread(postgres_server.drop_database, kept)
