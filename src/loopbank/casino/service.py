"""The casino: everything that its routes, its worker and its checks call."""

from collections.abc import Sequence

from loopbank.access import Principal
from loopbank.bank import Bank
from loopbank.casino import store
from loopbank.casino.care import Care
from loopbank.casino.configurations import Configurations
from loopbank.casino.core import Game
from loopbank.casino.history import History
from loopbank.casino.house import House
from loopbank.casino.play import Table
from loopbank.casino.seeds import Seeds, SeedVault
from loopbank.casino.statistics import Statistics
from loopbank.casino.words import SPINS_PER_EPOCH_MAX, Player
from loopbank.foundation.clock import Clock
from loopbank.ledger import AccountCode

_ROTATED_AT_ONCE = 100


class Casino:
    """The house, its games and its players."""

    def __init__(
        self,
        bank: Bank,
        *,
        house_account: AccountCode,
        secret_key: str,
        games: Sequence[Game],
        clock: Clock,
    ) -> None:
        database, ledger = bank.database, bank.ledger
        self._database = database
        self._bank = bank
        self.configurations = Configurations(database, games, clock)
        self.seeds = Seeds(database, SeedVault(secret_key), clock)
        self.care = Care(database, clock)
        self.house = House(ledger, house_account, clock)
        self.table = Table(database, ledger, self.configurations, self.seeds, self.care, self.house, clock)
        self.history = History(database, self.configurations, self.seeds)
        self.statistics = Statistics(database, self.configurations, self.house)

        bank.count_free_spins_with(self.free_spins)

    async def free_spins(self, player: AccountCode) -> int:
        """Count the free spins that wait for a player."""
        async with self._database.reading() as tx:
            return await store.count_free_spins(tx, player)

    async def player(self, principal: Principal) -> Player:
        """Give the player that a person is: they play from their own account."""
        account = await self._bank.holders.number_of(principal.person_id, principal.name)
        return Player(principal.person_id, account, principal.session_id)

    async def names_of(self, accounts: Sequence[AccountCode]) -> dict[AccountCode, str]:
        """Give what players are called."""
        return await self._bank.holders.names_of(accounts)

    async def next_nonce(self, player: AccountCode) -> int:
        """Give the number of the player's next paid spin in the current epoch."""
        async with self._database.reading() as tx:
            seat = await store.read_seat(tx, player, "")
        return seat.nonce if seat else 0

    async def settle_forgotten(self) -> int:
        """Pay free spins that waited for a day; gives in how many rounds."""
        return await self.table.settle_forgotten()

    async def end_long_epochs(self) -> int:
        """Reveal the seeds of epochs that have lasted long enough; gives how many."""
        async with self._database.reading() as tx:
            long = await store.read_long_epochs(tx, SPINS_PER_EPOCH_MAX, _ROTATED_AT_ONCE)
        ended = 0
        for one in long:
            ended += await self.seeds.rotate_when_due(one.player, one.epoch)
        return ended
