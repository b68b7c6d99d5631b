"""Statistics of the house: actual return against the promised one, large wins, what a dial would mean."""

from dataclasses import dataclass

from loopbank.casino import statistics_store as store
from loopbank.casino.configurations import Configurations
from loopbank.casino.core import Configuration, Forecast, Game, Played, Tally, forecast, measure, tally
from loopbank.casino.house import House
from loopbank.casino.statistics_store import Winning
from loopbank.coins import Coins
from loopbank.foundation.clock import Instant
from loopbank.foundation.database import Database

__all__ = ["Outlook", "Statistics", "Winning"]


@dataclass(frozen=True, slots=True)
class Outlook:
    """A forecast and what it was made for."""

    configuration: Configuration
    forecast: Forecast
    bank: Coins


class Statistics:
    """Counts what was played."""

    def __init__(self, database: Database, configurations: Configurations, house: House) -> None:
        self._database = database
        self._configurations = configurations
        self._house = house

    async def tallies(self, since: Instant) -> dict[str, Tally]:
        """Give every game's rounds since an instant, against what its configurations promised."""
        async with self._database.reading() as tx:
            totals = await store.read_totals(tx, since)
        parts: dict[str, list[Played]] = {game: [] for game in self._configurations.games}
        for total in totals:
            measures = measure(await self._configurations.by_hash(total.config_hash))
            parts.setdefault(total.game, []).append(Played(measures, total.rounds, total.bet, total.won, total.squares))
        return {game: tally(part) for game, part in parts.items()}

    async def largest_wins(self, since: Instant, game: Game | None, count: int) -> list[Winning]:
        """Give the rounds that won most since an instant."""
        async with self._database.reading() as tx:
            return await store.read_largest(tx, since, None if game is None else game.id, count)

    async def outlook(self, game: Game, *, dial: int | None, rounds: int, total_bet: Coins) -> Outlook:
        """Forecast a night at a setting of the dial, or at the present one. Raises SettingRefused."""
        if dial is None:
            configuration = await self._configurations.in_play(game)
        else:
            configuration = await self._configurations.solved(game, dial)
        bank = await self._house.available()
        lines = len(game.rules.lines)
        night = forecast(measure(configuration), lines, rounds=rounds, total_bet=total_bet, bank=bank)
        return Outlook(configuration, night, bank)
