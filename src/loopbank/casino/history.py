"""Rounds as their players read them: kept for ever, with everything that recomputing them takes."""

from collections.abc import Sequence
from dataclasses import dataclass

from loopbank.casino import store
from loopbank.casino.configurations import Configurations
from loopbank.casino.core import Game, Spin, look
from loopbank.casino.errors import UnknownRound
from loopbank.casino.seeds import Seeds
from loopbank.casino.words import Epoch, Reveal, StoredRound
from loopbank.foundation.database import Database
from loopbank.ledger import AccountCode, PostingId


@dataclass(frozen=True, slots=True)
class PastRound:
    """A round with the spins that its player has seen so far."""

    stored: StoredRound
    spins: tuple[Spin, ...]
    reveals: tuple[Reveal, ...]
    epoch: Epoch

    @property
    def is_complete(self) -> bool:
        """Tell whether every free spin was shown."""
        return len(self.reveals) == self.stored.free_spins


class History:
    """Reads rounds."""

    def __init__(self, database: Database, configurations: Configurations, seeds: Seeds) -> None:
        self._database = database
        self._configurations = configurations
        self._seeds = seeds

    async def page(self, player: AccountCode, *, before: int | None, game: Game | None, count: int) -> list[PastRound]:
        """Give a player's rounds, newest first."""
        async with self._database.reading() as tx:
            rounds = await store.read_rounds(
                tx, player, before=before, game=None if game is None else game.id, limit_max=count
            )
        return await self._past(rounds)

    async def round(self, player: AccountCode, round_id: int) -> PastRound:
        """Give one of a player's rounds. Raises UnknownRound, also for somebody else's."""
        async with self._database.reading() as tx:
            stored = await store.read_round(tx, PostingId(round_id))
        if stored is None or stored.player != player:
            raise UnknownRound
        return (await self._past([stored]))[0]

    async def _past(self, rounds: Sequence[StoredRound]) -> list[PastRound]:
        async with self._database.reading() as tx:
            reveals = await store.read_reveals(tx, [one.id for one in rounds])
        epochs = {(one.player, one.epoch): await self._seeds.epoch(one.player, one.epoch) for one in rounds}
        past = []
        for one in rounds:
            configuration = await self._configurations.by_hash(one.config_hash)
            shown = tuple(reveals.get(one.id, ()))
            spins = tuple(look(configuration, stops) for stops in one.stops[: len(shown) + 1])
            past.append(PastRound(one, spins, shown, epochs[one.player, one.epoch]))
        return past
