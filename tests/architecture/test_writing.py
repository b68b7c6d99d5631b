"""Who may write: one place commits, SQL has its homes, and one module writes accounts."""

import ast
import re
from collections.abc import Callable

import pytest

from tests.support.source_tree import Module, imports_of, is_within, module_from, modules

COMMITTING = ("loopbank.foundation.database", "loopbank.migrations")
COMMIT_CALLS = {"commit", "rollback", "begin", "begin_nested"}
COMMIT_TEXT = re.compile(r"\s*(BEGIN|COMMIT|ROLLBACK|SAVEPOINT)\b")

SQL_PACKAGES = ("loopbank.foundation", "loopbank.migrations", "loopbank.events")
SQL_MODULE = re.compile(r"(^|[._])(store|tables|checking)$")
SQL_TEXT = re.compile(r"\s*(SELECT\s|INSERT\s+INTO\s|UPDATE\s+\w+\s+SET\s|DELETE\s+FROM\s|WITH\s+\w+\s+AS\s)")

ACCOUNT_WRITERS = ("loopbank.ledger.store", "loopbank.migrations")
WRITES = {"insert", "update", "delete"}
ACCOUNT_TEXT = re.compile(r"(INSERT\s+INTO|UPDATE|DELETE\s+FROM)\s+(coin\.)?account\b", re.IGNORECASE)

ENVIRONMENT_READERS = ("loopbank.foundation.settings", "loopbank.entrypoints")
ENVIRONMENT = {"os.environ", "os.getenv", "loopbank.foundation.settings.read_settings"}

CLOCKS = {"time.time", "time.time_ns", "datetime.now", "datetime.utcnow", "datetime.today", "date.today"}


def stray_commits(module: Module) -> list[str]:
    if is_within(module.name, COMMITTING):
        return []
    found = []
    for node in ast.walk(module.tree):
        match node:
            case ast.Call(func=ast.Attribute(attr=name)) if name in COMMIT_CALLS:
                found.append(f"{module.place(node)} calls {name}")
            case ast.Constant(value=str(text)) if COMMIT_TEXT.match(text):
                found.append(f"{module.place(node)} writes {text.split()[0]}")
    return found


def stray_sql(module: Module) -> list[str]:
    if is_within(module.name, SQL_PACKAGES) or SQL_MODULE.search(module.name):
        return []
    found = [
        f"{module.place(node)} imports {name}"
        for name, node in imports_of(module)
        if is_within(name, ("sqlalchemy", "sqlite3", "asyncpg")) and name != "sqlalchemy.Row"
    ]
    for node in ast.walk(module.tree):
        match node:
            case ast.Constant(value=str(text)) if SQL_TEXT.match(text):
                found.append(f"{module.place(node)} writes {text.split()[0]}")
    return found


def stray_account_writes(module: Module) -> list[str]:
    if is_within(module.name, ACCOUNT_WRITERS):
        return []
    knows_the_table = any(name == "loopbank.ledger.tables.account" for name, _ in imports_of(module))
    found = []
    for node in ast.walk(module.tree):
        match node:
            case ast.Call(func=ast.Attribute(attr=verb) | ast.Name(id=verb), args=[ast.Name(id="account"), *_]):
                writes = knows_the_table and verb in WRITES
            case ast.Call(func=ast.Attribute(attr=verb, value=ast.Name(id="account"))):
                writes = knows_the_table and verb in WRITES
            case ast.Constant(value=str(text)):
                writes = ACCOUNT_TEXT.search(text) is not None
            case _:
                writes = False
        if writes:
            found.append(f"{module.place(node)} writes accounts")
    return found


def stray_environment_reads(module: Module) -> list[str]:
    if is_within(module.name, ENVIRONMENT_READERS):
        return []
    imported = [f"{module.place(node)} imports {name}" for name, node in imports_of(module) if name in ENVIRONMENT]
    used = [
        f"{module.place(node)} reads the environment"
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Attribute) and ast.unparse(node) in ENVIRONMENT
    ]
    return imported + used


def stray_clocks(module: Module) -> list[str]:
    if module.name == "loopbank.foundation.clock":
        return []
    return [
        f"{module.place(node)} reads the time of day"
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Attribute) and ast.unparse(node) in CLOCKS
    ]


@pytest.mark.parametrize(
    "rule",
    [stray_commits, stray_sql, stray_account_writes, stray_environment_reads, stray_clocks],
    ids=lambda rule: rule.__name__,
)
def test_only_its_home_does_it(rule: Callable[[Module], list[str]]) -> None:
    assert [found for module in modules() for found in rule(module)] == []


@pytest.mark.parametrize(
    "snippet", ["connection.commit()", "async def f(): await driver.execute('BEGIN IMMEDIATE')", "engine.begin()"]
)
def test_a_stray_commit_is_noticed(snippet: str) -> None:
    assert stray_commits(module_from(snippet, "loopbank.bank.service"))
    assert not stray_commits(module_from(snippet, "loopbank.foundation.database"))


@pytest.mark.parametrize("snippet", ["from sqlalchemy import select", "QUERY = 'SELECT 1'", "import sqlite3"])
def test_stray_sql_is_noticed(snippet: str) -> None:
    assert stray_sql(module_from(snippet, "loopbank.bank.service"))
    assert not stray_sql(module_from(snippet, "loopbank.bank.store"))


@pytest.mark.parametrize(
    "snippet",
    [
        "from loopbank.ledger.tables import account\nstatement = account.update()",
        "from loopbank.ledger.tables import account\nstatement = update(account)",
        "from loopbank.ledger.tables import account\nasync def f(tx): await tx.update(account, (), (), ())",
        "QUERY = 'UPDATE coin.account SET balance = 0'",
    ],
)
def test_a_stray_write_of_accounts_is_noticed(snippet: str) -> None:
    assert stray_account_writes(module_from(snippet, "loopbank.ledger.journal_store"))
    assert not stray_account_writes(module_from(snippet, "loopbank.ledger.store"))


@pytest.mark.parametrize("snippet", ["from os import environ", "import os\nkey = os.environ['SECRET_KEY']"])
def test_a_stray_read_of_the_environment_is_noticed(snippet: str) -> None:
    assert stray_environment_reads(module_from(snippet, "loopbank.bank.service"))


@pytest.mark.parametrize("snippet", ["now = time.time()", "def f(): return datetime.now(UTC)"])
def test_a_stray_clock_is_noticed(snippet: str) -> None:
    assert stray_clocks(module_from(snippet, "loopbank.bank.service"))
    assert not stray_clocks(module_from("started = time.perf_counter()"))
