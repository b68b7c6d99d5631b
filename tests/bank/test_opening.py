"""What the bank is when it opens: its own accounts, the house's start, the welcome of a person."""

from pathlib import Path

import pytest

from loopbank.bank.errors import HouseElsewhere
from loopbank.coins import Coins
from loopbank.foundation.database import connect_database
from loopbank.ledger import AccountCode
from loopbank.ledger.journal_store import read_balance
from tests.support.stories import BankStory, installation, opened_bank


async def coins_of(database_url: str, code: str) -> Coins:
    database = connect_database(database_url)
    try:
        async with database.reading() as tx:
            balance = await read_balance(tx, AccountCode(code))
    finally:
        await database.close()
    assert balance is not None
    return balance.balance


async def test_the_house_starts_with_a_hundred_thousand_minted_coins_once(database_url: str, tmp_path: Path) -> None:
    for _ in range(2):
        async with opened_bank(database_url, tmp_path):
            pass
    assert await coins_of(database_url, "NC-CASA-0000") == 100_000_00
    assert await coins_of(database_url, "ISSUANCE-LBC") == -100_000_00


async def test_the_house_starts_with_what_the_settings_say(database_url: str, tmp_path: Path) -> None:
    async with opened_bank(database_url, tmp_path, HOUSE_START="12.34", HOUSE_ACCOUNT="NC-HAUS-0001"):
        pass
    assert await coins_of(database_url, "NC-HAUS-0001") == 12_34


async def test_a_house_does_not_move_to_another_account(database_url: str, tmp_path: Path) -> None:
    async with opened_bank(database_url, tmp_path):
        pass
    with pytest.raises(HouseElsewhere):
        async with opened_bank(database_url, tmp_path, HOUSE_ACCOUNT="NC-HAUS-0001"):
            pass
    assert await coins_of(database_url, "NC-CASA-0000") == 100_000_00


def test_amounts_in_settings_are_coins_not_cents(tmp_path: Path) -> None:
    defaults = installation("sqlite:///none.db", tmp_path, {})
    assert (defaults.house_start, defaults.welcome_bonus) == (100_000_00, 1_000_00)
    chosen = installation("sqlite:///none.db", tmp_path, {"HOUSE_START": "0", "WELCOME_BONUS": "250.5"})
    assert (chosen.house_start, chosen.welcome_bonus) == (0, 250_50)
    assert installation("sqlite:///none.db", tmp_path, {"PROFILE": "platform"}).welcome_bonus == 0


async def test_the_sum_of_all_balances_is_zero(bank: BankStory) -> None:
    await bank.person("runner")
    assert sum((await bank.journal()).balances) == 0
