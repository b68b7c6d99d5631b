"""Every statement on players' limits and absences, and on what they played lately."""

from sqlalchemy import bindparam, case, select
from sqlalchemy.dialects.postgresql import insert  # SQLite's syntax is the same.

from loopbank.casino.core import Limit, LimitKind, Play
from loopbank.casino.tables import absence, limit, played
from loopbank.foundation.clock import Instant
from loopbank.foundation.database import Transaction
from loopbank.ledger import AccountCode

_LIMITS = select(limit.c.kind, limit.c.value, limit.c.next_value, limit.c.next_at).where(
    limit.c.player == bindparam("player")
)
_ABSENCE = select(absence.c.break_until, absence.c.excluded_until).where(absence.c.player == bindparam("player"))
_PLAYS = (
    select(played.c.created_at, played.c.total_bet, (played.c.win + played.c.free_win).label("win"))
    .where(played.c.player == bindparam("player"), played.c.created_at > bindparam("since"))
    .order_by(played.c.id.desc())
)


async def read_limits(tx: Transaction, player: AccountCode) -> dict[LimitKind, Limit]:
    """Read a player's limits; kinds that were never limited are unlimited."""
    found = {kind: Limit(kind) for kind in LimitKind}
    for row in await tx.rows(_LIMITS, {"player": player}):
        kind = LimitKind(row.kind)
        found[kind] = Limit(kind, row.value, row.next_value, row.next_at)
    return found


async def write_limit(tx: Transaction, player: AccountCode, changed: Limit) -> None:
    """Write one limit."""
    statement = insert(limit).values(
        player=player,
        kind=changed.kind.value,
        value=changed.value,
        next_value=changed.next_value,
        next_at=changed.next_at,
    )
    changes = {name: statement.excluded[name] for name in ("value", "next_value", "next_at")}
    await tx.run(statement.on_conflict_do_update(index_elements=["player", "kind"], set_=changes))


async def read_absence(tx: Transaction, player: AccountCode) -> tuple[Instant, Instant]:
    """Read until when a player's break and exclusion last; 0 when there was none."""
    row = await tx.row(_ABSENCE, {"player": player})
    return (Instant(0), Instant(0)) if row is None else (row.break_until, row.excluded_until)


async def lengthen_absence(
    tx: Transaction, player: AccountCode, *, break_until: Instant, excluded_until: Instant
) -> None:
    """Make a break or an exclusion longer, never shorter."""
    statement = insert(absence).values(player=player, break_until=break_until, excluded_until=excluded_until)
    later = {
        name: case((absence.c[name] > statement.excluded[name], absence.c[name]), else_=statement.excluded[name])
        for name in ("break_until", "excluded_until")
    }
    await tx.run(statement.on_conflict_do_update(index_elements=["player"], set_=later))


async def read_plays(tx: Transaction, player: AccountCode, since: Instant) -> list[Play]:
    """Read a player's rounds since an instant, newest first."""
    return [Play(*row) for row in await tx.rows(_PLAYS, {"player": player, "since": since})]
