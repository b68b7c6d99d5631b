"""Databases for tests: fresh, built by the product's own migrations, and cheap because they are copies."""

import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from loopbank import migrations
from loopbank.foundation.database import Database, connect_database
from tests.support.postgres import PostgresServer, session_server


@pytest.fixture(scope="session")
def postgres_server(session_folder: Path) -> Iterator[PostgresServer]:
    """The PostgreSQL server of this test session."""
    server = session_server(session_folder, migrations.migrate)
    yield server
    server.close()


@pytest.fixture(scope="session")
def migrated_sqlite_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy."""
    path = tmp_path_factory.mktemp("migrated") / "template.db"
    migrations.migrate(f"sqlite:///{path}")
    return path


@pytest.fixture
def postgres_database_url(postgres_server: PostgresServer) -> Iterator[str]:
    """The URL of a fresh, migrated PostgreSQL database."""
    url = postgres_server.create_database()
    yield url
    postgres_server.drop_database(url)


@pytest.fixture
def sqlite_database_url(migrated_sqlite_file: Path, tmp_path: Path) -> str:
    """The URL of a fresh, migrated SQLite file."""
    path = tmp_path / "loopbank.db"
    shutil.copy(migrated_sqlite_file, path)
    return f"sqlite:///{path}"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The URL of a fresh, migrated database; a test that asks for it runs on both kinds."""
    url: str = request.getfixturevalue("sqlite_database_url" if request.param == "sqlite" else "postgres_database_url")
    return url


@pytest.fixture(scope="module")
def module_postgres_database_url(postgres_server: PostgresServer) -> Iterator[str]:
    """The URL of a migrated PostgreSQL database that the tests of one module share."""
    url = postgres_server.create_database()
    yield url
    postgres_server.drop_database(url)


@pytest.fixture(scope="module")
def module_sqlite_database_url(migrated_sqlite_file: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The URL of a migrated SQLite file that the tests of one module share."""
    path = tmp_path_factory.mktemp("module") / "loopbank.db"
    shutil.copy(migrated_sqlite_file, path)
    return f"sqlite:///{path}"


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def module_database_url(request: pytest.FixtureRequest) -> str:
    """The URL of a migrated database that the tests of one module share; each module runs on both kinds."""
    url: str = request.getfixturevalue(f"module_{'sqlite' if request.param == 'sqlite' else 'postgres'}_database_url")
    return url


@pytest.fixture
async def database(database_url: str, anyio_backend: str) -> AsyncIterator[Database]:
    """A connected database of either kind, closed after the test."""
    connected = connect_database(database_url)
    yield connected
    await connected.close()
