"""A round: a paid spin and, where it triggers them, all its free spins, decided at once."""

from dataclasses import dataclass

from loopbank.casino.core.configuration import Configuration
from loopbank.casino.core.fairness import Ticket, stops_of
from loopbank.casino.core.spin import Spin, look
from loopbank.coins import Coins


@dataclass(frozen=True, slots=True)
class Round:
    """A decided round; `bet` is the line bet in minor units. `spins[0]` is paid for, the others are free."""

    configuration: Configuration
    bet: Coins
    spins: tuple[Spin, ...]

    @property
    def total_bet(self) -> Coins:
        """Give what the round costs: the line bet on every line."""
        return Coins(self.bet * len(self.configuration.rules.lines))

    @property
    def free_spins(self) -> int:
        """Give how many free spins the round has."""
        return len(self.spins) - 1

    @property
    def free_win(self) -> Coins:
        """Give what all free spins together win."""
        return Coins(sum(self.win(sub) for sub in range(1, len(self.spins))))

    def win(self, sub: int) -> Coins:
        """Give what a spin of the round wins."""
        return Coins(self.spins[sub].award * self.bet)


def decide_round(configuration: Configuration, ticket: Ticket, bet: Coins) -> Round:
    """Decide a whole round."""
    paid = look(configuration, stops_of(ticket, configuration, 0))
    count = configuration.rules.free_spins if paid.triggers(configuration.rules) else 0
    free = (look(configuration, stops_of(ticket, configuration, sub)) for sub in range(1, count + 1))
    return Round(configuration, bet, (paid, *free))
