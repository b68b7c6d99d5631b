"""Settings of the games: which configuration each is played with. A move of the dial makes a new configuration."""

import asyncio
import json
from collections.abc import Mapping, Sequence

from loopbank.access import Actor, acted
from loopbank.casino import configuration_store as store
from loopbank.casino.configuration_store import Setting
from loopbank.casino.core import (
    DIAL_DEFAULT,
    Configuration,
    Game,
    UnreachableReturn,
    canonical_document,
    measure,
    read_configuration,
)
from loopbank.casino.errors import SettingRefused, UnknownConfiguration, UnknownGame
from loopbank.events import Fact, record
from loopbank.foundation.clock import Clock, Instant
from loopbank.foundation.database import Database, Transaction

GAME_CONFIGURED = "game.configured"


class Configurations:
    """The games of the house and how they are set. Configurations are remembered: they never change."""

    def __init__(self, database: Database, games: Sequence[Game], clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._known: dict[str, Configuration] = {}
        self._opening = asyncio.Lock()
        self.games: Mapping[str, Game] = {game.id: game for game in games}

    def game(self, game_id: str) -> Game:
        """Give a game by its id, written with dashes or underscores. Raises UnknownGame."""
        game = self.games.get(game_id.replace("-", "_"))
        if game is None:
            raise UnknownGame
        return game

    async def setting(self, game: Game) -> Setting:
        """Give how a game stands; the first question opens it at the default of the dial."""
        found = await self._read(game)
        if found is None:
            # A crowd before the doors waits for one solution instead of each finding its own.
            async with self._opening:
                found = await self._read(game) or await self._open(game)
        return found

    async def in_play(self, game: Game) -> Configuration:
        """Give the configuration that a game is played with."""
        return await self.by_hash((await self.setting(game)).config_hash)

    async def by_hash(self, config_hash: str) -> Configuration:
        """Give a configuration that was ever in play. Raises UnknownConfiguration."""
        known = self._known.get(config_hash)
        if known is None:
            async with self._database.reading() as tx:
                text = await store.read_document(tx, config_hash)
            if text is None:
                raise UnknownConfiguration
            known = self._known[config_hash] = read_configuration(json.loads(text))
        return known

    async def by_hash_of(self, game: Game, config_hash: str) -> Configuration:
        """Give a configuration of one game. Raises UnknownConfiguration."""
        found = await self.by_hash(config_hash)
        if found.game != game.id:
            raise UnknownConfiguration
        return found

    async def solved(self, game: Game, dial: int) -> Configuration:
        """Solve for a setting of the dial, beside the event loop. Raises SettingRefused."""
        try:
            return await asyncio.to_thread(game.at, dial)
        except UnreachableReturn as refused:
            raise SettingRefused(str(refused)) from refused

    async def change(self, game: Game, actor: Actor, *, dial: int | None, is_enabled: bool | None) -> Setting:
        """Set a game; rounds that begin afterwards are played with it. Raises SettingRefused."""
        before = await self.setting(game)
        chosen = await self.by_hash(before.config_hash) if dial is None else await self.solved(game, dial)
        now = self._clock()
        enabled = before.is_enabled if is_enabled is None else is_enabled
        after = Setting(game.id, enabled, chosen.hash, chosen.dial, now)
        details = {
            "game": game.id,
            "payout_before": before.dial,
            "payout_after": after.dial,
            "is_enabled_before": before.is_enabled,
            "is_enabled_after": after.is_enabled,
            "config_hash": after.config_hash,
        }
        async with self._database.transaction() as tx:
            await self._add(tx, chosen, now)
            await store.write_setting(tx, after)
            await record(tx, [acted(actor, "casino.configured", f"game:{game.id}", details, now)])
        return after

    async def _read(self, game: Game) -> Setting | None:
        async with self._database.reading() as tx:
            return await store.read_setting(tx, game.id)

    async def _open(self, game: Game) -> Setting:
        first = await self.solved(game, DIAL_DEFAULT)
        now = self._clock()
        async with self._database.transaction() as tx:
            await self._add(tx, first, now)
            await store.insert_setting(tx, Setting(game.id, True, first.hash, first.dial, now))
        found = await self._read(game)
        assert found is not None, "another process may have opened the game first, but it is open"
        return found

    async def _add(self, tx: Transaction, added: Configuration, now: Instant) -> None:
        """Add a configuration and tell the log everything about it, once."""
        if await store.insert_configuration(tx, added, now):
            payback = measure(added).payback
            payload = {
                "config_hash": added.hash,
                "configuration": canonical_document(added),
                # Texts, because these numbers are longer than 64 bits.
                "exact_return": {"numerator": str(payback.numerator), "denominator": str(payback.denominator)},
            }
            await record(tx, [Fact(GAME_CONFIGURED, f"game:{added.game}", payload, now)])
