"""Care for players: limits, breaks and exclusions that nobody but time can lift, and a look at reality."""

from dataclasses import dataclass

from loopbank.casino import care_store as store
from loopbank.casino.core import DAY, Limit, LimitKind, Play, Session, current_session
from loopbank.casino.errors import LimitReached, PlayerAbsent
from loopbank.casino.words import Seat
from loopbank.coins import Coins, format_coins
from loopbank.foundation.clock import Clock, Instant, later, to_rfc3339
from loopbank.foundation.database import Database
from loopbank.ledger import AccountCode

FOREVER = Instant(2**53)
"""Past every clock's end, and exact in every client."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What a player has chosen and where they stand; amounts in minor units, of the last 24 hours."""

    limits: dict[LimitKind, Limit]
    break_until: Instant
    excluded_until: Instant
    spent: int
    lost: int
    session: Session | None


class Care:
    """Keeps players within what they set for themselves."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def admit(self, seat: Seat) -> None:
        """Let a player bet who is not absent. Raises PlayerAbsent."""
        now = self._clock()
        if seat.excluded_until > now:
            raise PlayerAbsent("You have excluded yourself from the games.")
        if seat.break_until > now:
            raise PlayerAbsent(f"You are taking a break until {to_rfc3339(seat.break_until)}.")

    async def check(self, player: AccountCode, total_bet: Coins) -> None:
        """Let a bet pass that stays within the player's limits. Raises LimitReached."""
        now = self._clock()
        standing = await self.standing(player)
        in_force = {kind: limit.in_force(now) for kind, limit in standing.limits.items()}
        spend, loss, session = (in_force[kind] for kind in (LimitKind.SPEND, LimitKind.LOSS, LimitKind.SESSION))
        if spend is not None and standing.spent + total_bet > spend:
            raise LimitReached(f"This bet goes past your limit of {format_coins(Coins(spend))} in 24 hours.")
        if loss is not None and standing.lost + total_bet > loss:
            raise LimitReached(f"This bet could go past your limit of {format_coins(Coins(loss))} lost in 24 hours.")
        if session is not None and standing.session is not None and standing.session.minutes >= session:
            raise LimitReached(f"You have played for {session} minutes. Please take a break of 15 minutes.")

    async def standing(self, player: AccountCode) -> Standing:
        """Give what a player has chosen and where they stand."""
        now = self._clock()
        async with self._database.reading() as tx:
            limits = await store.read_limits(tx, player)
            break_until, excluded_until = await store.read_absence(tx, player)
            plays = await store.read_plays(tx, player, Instant(now - DAY))
        spent = sum(play.bet for play in plays)
        return Standing(limits, break_until, excluded_until, spent, _lost(plays), current_session(plays, now))

    async def limit(self, player: AccountCode, wanted: dict[LimitKind, int | None]) -> None:
        """Change limits: tighter ones count at once, looser ones in 24 hours."""
        now = self._clock()
        async with self._database.transaction() as tx:
            present = await store.read_limits(tx, player)
            for kind, value in wanted.items():
                await store.write_limit(tx, player, present[kind].changed(value, now))

    async def take_break(self, player: AccountCode, minutes: int) -> None:
        """Keep a player from betting for a while; a longer break stays as it is."""
        await self._lengthen(player, break_until=later(self._clock(), minutes * 60))

    async def exclude(self, player: AccountCode, days: int | None) -> None:
        """Keep a player from betting for days, or for ever. Nobody can lift it."""
        until = FOREVER if days is None else later(self._clock(), days * 24 * 3_600)
        await self._lengthen(player, excluded_until=until)

    async def _lengthen(
        self, player: AccountCode, *, break_until: Instant = Instant(0), excluded_until: Instant = Instant(0)
    ) -> None:
        async with self._database.transaction() as tx:
            await store.lengthen_absence(tx, player, break_until=break_until, excluded_until=excluded_until)


def _lost(plays: list[Play]) -> int:
    return max(0, sum(play.bet - play.win for play in plays))
