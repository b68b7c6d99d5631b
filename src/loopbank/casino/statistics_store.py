"""Every statement that counts rounds."""

from dataclasses import dataclass

from sqlalchemy import Float, bindparam, cast, func, select

from loopbank.casino.tables import played, reveal
from loopbank.coins import Coins
from loopbank.foundation.clock import Instant
from loopbank.foundation.database import Transaction
from loopbank.ledger import AccountCode, PostingId

_WON = played.c.win + played.c.free_win
_BET = cast(played.c.total_bet, Float)
_TOTALS = (
    select(
        played.c.game,
        played.c.config_hash,
        func.count().label("rounds"),
        func.sum(played.c.total_bet).label("bet"),
        func.sum(_WON).label("won"),
        func.sum(_BET * _BET).label("squares"),
    )
    .where(played.c.created_at >= bindparam("since"))
    .group_by(played.c.game, played.c.config_hash)
)
_SHOWN = select(func.count()).where(reveal.c.round_id == played.c.id).scalar_subquery()
_LARGEST = (
    select(played.c.id, played.c.player, played.c.game, played.c.total_bet, _WON.label("won"), played.c.created_at)
    .where(played.c.created_at >= bindparam("since"), _WON > 0, played.c.free_spins == _SHOWN)
    .order_by(_WON.desc(), played.c.id)
    .limit(bindparam("count"))
)


@dataclass(frozen=True, slots=True)
class Total:
    """All rounds of one configuration: how many, bet and won in minor units, and the sum of the squared bets."""

    game: str
    config_hash: str
    rounds: int
    bet: Coins
    won: Coins
    squares: float


@dataclass(frozen=True, slots=True)
class Winning:
    """A round that won much."""

    round_id: PostingId
    player: AccountCode
    game: str
    total_bet: Coins
    won: Coins
    at: Instant


async def read_totals(tx: Transaction, since: Instant) -> list[Total]:
    """Add up all rounds since an instant, by configuration."""
    rows = await tx.rows(_TOTALS, {"since": since})
    return [
        Total(row.game, row.config_hash, row.rounds, Coins(int(row.bet)), Coins(int(row.won)), float(row.squares))
        for row in rows
    ]


async def read_largest(tx: Transaction, since: Instant, game: str | None, count: int) -> list[Winning]:
    """Read the rounds that won most since an instant; those whose free spins still wait keep their secret."""
    query = _LARGEST if game is None else _LARGEST.where(played.c.game == game)
    return [Winning(*row) for row in await tx.rows(query, {"since": since, "count": count})]
