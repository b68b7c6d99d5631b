"""The house at the table: what it can lose, and whether it can stand a bet."""

from loopbank.casino.core import Configuration, coverable_bet, exposure, measure
from loopbank.casino.errors import HouseCannotCover
from loopbank.coins import Coins
from loopbank.foundation.clock import Clock, Instant, later
from loopbank.ledger import AccountCode, Balance, Cover, Ledger

_FRESH_SECONDS = 1


class House:
    """The casino's account.

    A bet is looked at twice. Before its outcome exists it is compared with what the house had a moment ago. Then the
    ledger itself asks for the same cover in the turn that writes the round, whatever the outcome: many bets at once,
    in many processes, cannot promise the same coins twice.
    """

    def __init__(self, ledger: Ledger, account: AccountCode, clock: Clock) -> None:
        self._ledger = ledger
        self._clock = clock
        self._available = Coins(0)
        self._fresh_until = Instant(0)
        self.account = account

    async def available(self) -> Coins:
        """Give what the house can lose now, in minor units: balance, less what is held, down to its floor."""
        available = (await self.balance()).available
        assert available is not None, "the house's account has a floor"
        return available

    async def balance(self) -> Balance:
        """Give the balance of the house's account."""
        balance = await self._ledger.balance(self.account)
        assert balance is not None, "the bank opens the house's account"
        return balance

    async def cover(self, configuration: Configuration, bet: Coins) -> Cover:
        """Give the cover that a round needs. Raises HouseCannotCover."""
        if self._fresh_until <= self._clock():
            self._available = await self.available()
            self._fresh_until = later(self._clock(), _FRESH_SECONDS)
        needed = exposure(measure(configuration), bet)
        if needed > self._available:
            raise self.refusal(configuration)
        return Cover(self.account, needed)

    def refusal(self, configuration: Configuration) -> HouseCannotCover:
        """Give the refusal of a bet, and look again before the next one."""
        self._fresh_until = Instant(0)
        return HouseCannotCover(coverable_bet(measure(configuration), self._available))
