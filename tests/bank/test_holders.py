"""Whose an account is: read once, and looked for again as long as nobody has it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

import pytest

from loopbank.bank import Bank
from loopbank.entrypoints.coin import build_bank
from loopbank.foundation.database import Database
from loopbank.foundation.metrics import Metrics
from loopbank.ledger import AccountCode
from tests.support.stories import installation


@asynccontextmanager
async def opened(database: Database, database_url: str, directory: Path) -> AsyncIterator[Bank]:
    bank = build_bank(installation(database_url, directory, {}), database, Metrics())
    await bank.start()
    try:
        yield bank
    finally:
        await bank.close()


async def test_what_never_changes_is_read_once(
    database: Database, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    person_id = str(uuid4())
    async with opened(database, database_url, tmp_path) as bank, opened(database, database_url, tmp_path) as replica:
        number = (await replica.holders.open(person_id, "Runner")).account_number
        for _ in range(2):
            assert await bank.holders.person_ids_of([number]) == {number: person_id}
            assert await bank.holders.numbers_of([person_id]) == {person_id: number}
            assert await bank.holders.is_account(number)
            # From here on there is nothing to read from.
            monkeypatch.setattr(database, "reading", None)
        monkeypatch.undo()


async def test_whoever_is_unknown_is_looked_for_again(database: Database, database_url: str, tmp_path: Path) -> None:
    person_id, nowhere = str(uuid4()), AccountCode("NC-ZZZZ-ZZZZ")
    async with opened(database, database_url, tmp_path) as bank, opened(database, database_url, tmp_path) as replica:
        assert await bank.holders.numbers_of([person_id]) == {}
        assert await bank.holders.person_ids_of([nowhere]) == {}
        assert not await bank.holders.is_account(nowhere)
        number = (await replica.holders.open(person_id, "Runner")).account_number
        assert await bank.holders.numbers_of([person_id]) == {person_id: number}
        assert await bank.holders.is_account(number)


async def test_the_banks_own_accounts_are_nobodys(database: Database, database_url: str, tmp_path: Path) -> None:
    async with opened(database, database_url, tmp_path) as bank:
        assert await bank.holders.is_account(bank.issuance)
        assert await bank.holders.person_ids_of([bank.issuance]) == {}
