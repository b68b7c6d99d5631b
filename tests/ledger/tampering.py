"""Damage done on purpose, past every trigger and constraint, with the drivers alone."""

import sqlite3

import asyncpg
from sqlalchemy.engine import make_url

PROTECTED = (
    "account", "posting", "transfer", "hold", "log_entry", "log_block",
    "casino_configuration", "casino_round", "casino_reveal",
)  # fmt: skip


async def tamper(database_url: str, *statements: str) -> None:
    """Execute SQL in which tables are named coin.x and log.x, whatever forbids it."""
    if database_url.startswith("sqlite"):
        _tamper_with_file(database_url, statements)
    else:
        await _tamper_with_server(database_url, statements)


def _tamper_with_file(database_url: str, statements: tuple[str, ...]) -> None:
    connection = sqlite3.connect(make_url(database_url).database or "", timeout=5)
    connection.execute("PRAGMA ignore_check_constraints=ON")
    for (trigger,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        connection.execute(f'DROP TRIGGER "{trigger}"')
    for statement in statements:
        assert connection.execute(statement.replace("coin.", "").replace("log.", "")).rowcount > 0, statement
    connection.commit()
    connection.close()


async def _tamper_with_server(database_url: str, statements: tuple[str, ...]) -> None:
    connection = await asyncpg.connect(database_url)
    tables = await connection.fetch(
        "SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE tablename = ANY($1)", PROTECTED
    )
    checks = await connection.fetch(
        "SELECT conrelid::regclass AS name, conname FROM pg_constraint "
        "WHERE contype = 'c' AND connamespace = 'coin'::regnamespace"
    )
    for table in tables:
        await connection.execute(f"ALTER TABLE {table['name']} DISABLE TRIGGER ALL")
    for check in checks:
        await connection.execute(f'ALTER TABLE {check["name"]} DROP CONSTRAINT "{check["conname"]}"')
    for statement in statements:
        assert (await connection.execute(statement)).rpartition(" ")[2] != "0", statement
    await connection.close()
