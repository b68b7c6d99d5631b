"""One seeded history gives the same journal, byte for byte, on SQLite, on PostgreSQL and in the core alone."""

from collections import Counter

import pytest

from loopbank.foundation.database import connect_database
from loopbank.ledger.core import Books, Outcome, Refused, decide
from tests.ledger.agreement import assert_lawful
from tests.ledger.histories import History
from tests.ledger.running_ledger import HandClock, findings, running

COMMANDS = 4_000
SEED = 7


async def written(database_url: str) -> tuple[list[Outcome | BaseException], dict[str, list[tuple[object, ...]]]]:
    """Send the history to a ledger, wave by wave, and give its answers and every row it left."""
    database, clock, history = connect_database(database_url), HandClock(), History(SEED)
    answers: list[Outcome | BaseException] = []
    async with running(database, clock) as bank:
        for wave in history.waves(COMMANDS):
            clock.now = history.now
            answers += await bank.submit_together(wave)
        assert await findings(database) == []
        everything = await bank.everything()
    await database.close()
    return answers, everything


def imagined() -> tuple[list[Outcome], Books]:
    """Decide the history in memory, on complete books that are never loaded."""
    books, history, latest = Books({}), History(SEED), 0
    answers: list[Outcome] = []
    for wave in history.waves(COMMANDS):
        latest = max(latest, history.now)
        answers += decide(wave, books, latest).outcomes
    return answers, books


@pytest.mark.slow
async def test_both_databases_and_the_core_alone_write_the_same_history(
    sqlite_database_url: str, postgres_database_url: str
) -> None:
    sqlite_answers, sqlite_rows = await written(sqlite_database_url)
    postgres_answers, postgres_rows = await written(postgres_database_url)
    core_answers, books = imagined()
    assert sqlite_answers == core_answers
    assert postgres_answers == core_answers
    for table, rows in sqlite_rows.items():
        assert (table, postgres_rows[table]) == (table, rows)
    assert_lawful(books)
    assert_balances(books, sqlite_rows)


def assert_balances(books: Books, rows: dict[str, list[tuple[object, ...]]]) -> None:
    stored = {row[1]: (row[5], row[6], row[7]) for row in rows["account"]}
    assert stored == {a.code: (a.balance, a.held, a.version) for a in books.accounts.values()}


def test_the_history_is_worth_running() -> None:
    """Every kind of answer occurs often: else the comparison above would prove little."""
    answers, books = imagined()
    kinds = Counter(type(answer).__name__ for answer in answers)
    assert kinds["Posted"] > 500
    assert kinds["HoldChanged"] > 100
    assert sum(getattr(answer, "is_replay", False) for answer in answers) > 100
    assert sum(p.reverses_id is not None for p in books.postings.values()) > 30
    assert sum(p.hold_id is not None for p in books.postings.values()) > 30
    assert len({answer.reason for answer in answers if isinstance(answer, Refused)}) >= 15
