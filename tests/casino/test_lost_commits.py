"""Connections that break at any moment: a round that was asked for once is in the books once, whatever was answered."""

import asyncio
import random
from pathlib import Path

import pytest

from loopbank.casino import Casino, SeedVault, casino_checks, shipped_games
from loopbank.casino.play import Asked, Shown
from loopbank.casino.words import Player
from loopbank.coins import Coins
from loopbank.entrypoints.coin import build_bank
from loopbank.foundation.clock import system_clock
from loopbank.foundation.database import connect_database
from loopbank.foundation.errors import Unavailable
from loopbank.foundation.metrics import Metrics
from loopbank.ledger import AccountCode, ledger_checks, posting
from tests.simulation.unreliable_database import Fate, UnreliableDatabase
from tests.support.stories import installation

HOUSE = AccountCode("NC-CASA-0000")
TROUBLE = 0.4
REPLICAS = 2
PLAYERS = 3
SPINS = 40
GAMES = {game.id: game for game in shipped_games()}


class Replica:
    """One process's casino on a database whose connections break."""

    def __init__(self, database_url: str, folder: Path, number: int) -> None:
        settings = installation(database_url, folder, {})
        self.database = UnreliableDatabase(connect_database(database_url), number, trouble=0.0)
        self.bank = build_bank(settings, self.database, Metrics())
        self.casino = Casino(
            self.bank,
            house_account=HOUSE,
            secret_key=settings.secret_key,
            games=tuple(GAMES.values()),
            clock=system_clock,
        )
        self.checks = [*ledger_checks(), *casino_checks(SeedVault(settings.secret_key))]

    async def close(self) -> None:
        self.database.become_reliable()
        await self.bank.close()
        await self.database.close()


async def played(replicas: list[Replica], player: Player, seed: int) -> dict[str, Shown]:
    """Play with a key per spin; whoever gets no answer asks again, sometimes in two places at once."""
    dice = random.Random(seed)
    answers: dict[str, Shown] = {}
    for number in range(SPINS):
        key = f"spin-{number}"
        asked = Asked(GAMES[dice.choice(sorted(GAMES))], Coins(10), f"{dice.random()}", key)
        while key not in answers:
            places = dice.sample(replicas, dice.choice((1, 1, 2)))
            results = await asyncio.gather(
                *(one.casino.table.spin(player, asked) for one in places), return_exceptions=True
            )
            for shown in results:
                if isinstance(shown, Shown):
                    first = answers.setdefault(key, shown)
                    assert (first.stored.id, first.sub) == (shown.stored.id, shown.sub), "one key, one spin"
                else:
                    assert isinstance(shown, Unavailable), shown
    return answers


async def test_every_spin_that_was_asked_for_is_played_once(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(posting, "_RETRY_SECONDS", (0.0,))
    replicas = [Replica(database_url, tmp_path, number) for number in range(REPLICAS)]
    for replica in replicas:
        await replica.bank.start()
    holders = [await replicas[0].bank.holders.open(f"person-{n}", f"runner {n}") for n in range(PLAYERS)]
    players = [Player(holder.person_id, holder.account_number, "session") for holder in holders]
    for replica in replicas:
        replica.database._trouble = TROUBLE
    everything = await asyncio.gather(*(played(replicas, player, n) for n, player in enumerate(players)))
    for replica in replicas:
        replica.database.become_reliable()
    reliable = replicas[0]
    for player, answers in zip(players, everything, strict=True):
        cost = sum(shown.stored.total_bet for shown in answers.values() if shown.sub == 0)
        won = sum(shown.win for shown in answers.values())
        balance = await reliable.bank.ledger.balance(player.account)
        assert balance is not None
        assert balance.balance == 1_000_00 - cost + won
        assert len({(shown.stored.id, shown.sub) for shown in answers.values()}) == SPINS
        rounds = await reliable.casino.history.page(player.account, before=None, game=None, count=1_000)
        assert sum(1 + len(past.reveals) for past in rounds) == SPINS
    assert [found for check in reliable.checks async for found in check.run(reliable.database)] == []
    fates = sum((replica.database.fates for replica in replicas[1:]), start=replicas[0].database.fates.copy())
    assert min(fates[fate] for fate in Fate) >= 3, fates
    for replica in replicas:
        await replica.close()
