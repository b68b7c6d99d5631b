"""Players: spins through the API, and rounds that a test can wish for."""

from itertools import count
from typing import Any

import httpx
from sqlalchemy import select

from loopbank.casino import SeedVault, casino_checks, store
from loopbank.casino.core import Configuration, Ticket, decide_round
from loopbank.coins import Coins
from loopbank.foundation.checks import Finding
from loopbank.ledger import AccountCode, ledger_checks
from loopbank.ledger.tables import account as account_table
from tests.casino.games import GAMES
from tests.support.stories import BankStory, StoryPerson

HOUSE = "NC-CASA-0000"

PATHS = {game: f"/api/v1/casino/{game.replace('_', '-')}/spin" for game in GAMES}


async def spin(
    player: StoryPerson, game: str = "glitch_grid", bet: object = 1, *, key: str | None = None, seed: str | None = None
) -> httpx.Response:
    """Ask for a spin, and give the answer whatever it is."""
    body = {"bet_amount": bet} | ({} if seed is None else {"client_seed": seed})
    headers = {} if key is None else {"Idempotency-Key": key}
    return await player.http.post(PATHS[game], json=body, headers=headers)


async def spun(player: StoryPerson, game: str = "glitch_grid", bet: object = 1, **more: Any) -> dict[str, Any]:
    """Spin, and give what the spin showed."""
    answer: dict[str, Any] = (await spin(player, game, bet, **more)).raise_for_status().json()
    return answer


async def seed_that(bank: BankStory, player: StoryPerson, game: str, wanted: str, *, bet: int = 100) -> str:
    """Find a player's seed with which their next round wins, loses, or triggers free spins that win.

    Only a test can: it reads the house's sealed seed with the installation's secret.
    """
    fairness = (await player.http.get("/api/v1/casino/fairness")).raise_for_status().json()
    configuration = await configuration_in_play(player, game)
    seed = await server_seed(bank, player.account, fairness["epoch"])
    for number in count():
        ticket = Ticket(seed, player.account, fairness["epoch"], f"seed {number}", fairness["next_nonce"])
        decided = decide_round(configuration, ticket, Coins(bet))
        is_wanted = {
            "win": decided.win(0) > decided.total_bet and not decided.free_spins,
            "loss": not decided.win(0) and not decided.free_spins,
            "trigger": decided.free_win > 0 and any(decided.win(sub) == 0 for sub in range(1, decided.free_spins + 1)),
        }
        if is_wanted[wanted]:
            return ticket.client_seed
    raise AssertionError("seeds have no end")


async def configuration_in_play(player: StoryPerson, game: str) -> Configuration:
    """Read the PAR sheet of a game as a stranger would."""
    sheet = (await player.http.get(f"/api/v1/casino/games/{game}/par-sheet")).raise_for_status().json()
    configuration = GAMES[game].at(sheet["dial"])
    assert configuration.hash == sheet["config_hash"]
    return configuration


async def server_seed(bank: BankStory, account: str, epoch: int) -> bytes:
    """Open the house's seed of an epoch."""
    async with bank.database.reading() as tx:
        found = await store.read_epoch(tx, AccountCode(account), epoch)
    assert found is not None
    return SeedVault(bank.settings.secret_key).open(found.sealed_seed, account, epoch)


async def balance_of(bank: BankStory, account: str) -> tuple[int, int]:
    """Read an account's balance and what is held of it, in minor units."""
    async with bank.database.reading() as tx:
        row = await tx.row(select(account_table.c.balance, account_table.c.held).where(account_table.c.code == account))
    assert row is not None
    return row.balance, row.held


async def findings_of(bank: BankStory) -> list[Finding]:
    """Run the checks of the books and of the casino."""
    checks = [*ledger_checks(), *casino_checks(SeedVault(bank.settings.secret_key))]
    return [finding for check in checks for finding in [found async for found in check.run(bank.database)]]
