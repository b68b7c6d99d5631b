"""Migrations: what they build is what the code expects, and running them again or twice at once does no harm."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import BLANK_SCHEMA, Column, Connection, MetaData, create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from loopbank.migrations import is_current, migrate
from loopbank.migrations.branches import all_branches
from tests.support.postgres import PostgresServer

_PACKAGES_OF = {
    "log": ("events", "events.webhooks"),
    "auth": (
        "identity",
        "identity.oauth",
        "identity.proofs",
        "identity.mail",
        "identity.second_factor",
        "identity.passkeys",
        "identity.google",
    ),
    "coin": ("access", "ledger", "bank", "casino"),
}
"""Which packages declare a branch's tables; a new one is added with its first migration."""


def _declared(branch: str, *, schema: str | None) -> MetaData:
    """Everything the code declares for a branch, in one metadata; without a schema as SQLite has it."""
    whole = MetaData()
    for package in _PACKAGES_OF[branch]:
        for table in import_module(f"loopbank.{package}.tables").metadata.tables.values():
            table.to_metadata(whole, schema=schema, referred_schema_fn=lambda *_: schema or BLANK_SCHEMA)
    return whole


def _defaults_differ_on_sqlite(
    _context: MigrationContext, _stored: object, declared: Column[object], *_texts: object
) -> bool | None:
    """Compare as Alembic does (None), but SQLite numbers its rows without telling so in a default."""
    return False if declared.identity is not None else None


def _differences(connection: Connection, branch: str) -> list[object]:
    """What Alembic would still have to do; on SQLite, where the branches live together, of the branch's tables only."""
    schema = branch if connection.dialect.name == "postgresql" else None
    declared = _declared(branch, schema=schema)
    others = {name for other in _PACKAGES_OF if other != branch for name in _declared(other, schema=None).tables}

    def is_ours(name: str | None, kind: str, _parents: object) -> bool:
        if kind == "schema":
            return name == schema
        if kind == "table":
            return not (name or "").startswith("alembic_version") and (schema is not None or name not in others)
        return True

    context = MigrationContext.configure(
        connection,
        opts={
            "include_schemas": schema is not None,
            "include_name": is_ours,
            "compare_type": True,
            "compare_server_default": True if schema is not None else _defaults_differ_on_sqlite,
        },
    )
    return list(compare_metadata(context, declared))


async def _on_postgresql(url: str, statement: str) -> None:
    engine = create_async_engine(make_url(url).set(drivername="postgresql+asyncpg"), poolclass=NullPool)
    async with engine.begin() as connection:
        await connection.execute(text(statement))


# SQLAlchemy cannot read an index over an expression back from SQLite; on PostgreSQL it is compared.
@pytest.mark.filterwarnings("ignore:Skipped unsupported reflection of expression-based index")
@pytest.mark.filterwarnings("ignore:autogenerate skipping metadata-specified expression-based index")
@pytest.mark.parametrize("branch", _PACKAGES_OF)
def test_the_migrated_sqlite_file_has_exactly_the_declared_tables(sqlite_database_url: str, branch: str) -> None:
    engine = create_engine(sqlite_database_url, poolclass=NullPool)
    with engine.connect() as connection:
        assert _differences(connection, branch) == []


@pytest.mark.parametrize("branch", _PACKAGES_OF)
async def test_the_migrated_postgresql_database_has_exactly_the_declared_tables(
    postgres_database_url: str, branch: str
) -> None:
    engine = create_async_engine(
        make_url(postgres_database_url).set(drivername="postgresql+asyncpg"), poolclass=NullPool
    )
    async with engine.connect() as connection:
        assert await connection.run_sync(_differences, branch) == []


def test_a_second_migration_changes_nothing(database_url: str) -> None:
    assert is_current(database_url)
    migrate(database_url)
    assert is_current(database_url)


def test_a_missing_file_is_not_current_and_is_not_made_by_asking(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "loopbank.db"
    assert not is_current(f"sqlite:///{path}")
    assert not path.exists()


def test_a_file_is_made_with_its_folder(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'folder' / 'loopbank.db'}"
    migrate(url)
    assert is_current(url)


def test_two_starts_at_once_on_an_empty_sqlite_file_migrate_it_once(tmp_path: Path) -> None:
    _migrate_several_at_once(f"sqlite:///{tmp_path / 'loopbank.db'}")


def test_two_starts_at_once_on_an_empty_postgresql_database_migrate_it_once(empty_postgres_url: str) -> None:
    assert not is_current(empty_postgres_url)
    _migrate_several_at_once(empty_postgres_url)


def _migrate_several_at_once(url: str) -> None:
    with ThreadPoolExecutor(4) as starts:
        for start in [starts.submit(migrate, url) for _ in range(4)]:
            start.result()
    assert is_current(url)


def test_a_failed_branch_leaves_the_database_unmarked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = f"sqlite:///{tmp_path / 'loopbank.db'}"
    engine = create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        # A table that the first migration of the log creates last is in the way.
        connection.execute(text("CREATE TABLE log_cursor (other INTEGER)"))
    with pytest.raises(Exception, match="already exists"):
        migrate(url)
    assert not is_current(url)
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE log_cursor"))
    migrate(url)
    assert is_current(url)


async def test_a_database_of_a_newer_release_is_left_as_it_is_on_postgresql(postgres_database_url: str) -> None:
    await _on_postgresql(postgres_database_url, "UPDATE log.alembic_version SET version_num = '9000'")
    with ThreadPoolExecutor(1) as outside_the_loop:
        outside_the_loop.submit(migrate, postgres_database_url).result()
        assert outside_the_loop.submit(is_current, postgres_database_url).result()


def test_a_database_of_a_newer_release_is_left_as_it_is_on_sqlite(sqlite_database_url: str) -> None:
    engine = create_engine(sqlite_database_url, poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version_log SET version_num = '9000'"))
    migrate(sqlite_database_url)
    assert is_current(sqlite_database_url)


def test_every_branch_is_one_line_of_numbered_revisions() -> None:
    for branch in all_branches():
        script = ScriptDirectory.from_config(branch.config())
        revisions = [revision.revision for revision in script.walk_revisions()]
        assert revisions == [f"{number:04d}" for number in range(len(revisions), 0, -1)], branch.name


def test_the_log_is_migrated_before_the_others() -> None:
    assert [branch.name for branch in all_branches()] == list(_PACKAGES_OF)


@pytest.fixture
def empty_postgres_url(postgres_server: PostgresServer, postgres_database_url: str) -> str:
    """A PostgreSQL database without any schema of ours."""
    for schema in _PACKAGES_OF:
        asyncio.run(_on_postgresql(postgres_database_url, f"DROP SCHEMA {schema} CASCADE"))
    return postgres_database_url
