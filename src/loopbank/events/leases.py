"""Leases: work of which only one process does a turn at a time, each turn decided by one atomic statement."""

from contextlib import suppress

from sqlalchemy import bindparam, or_, select, update
from sqlalchemy.dialects.postgresql import insert  # The construct compiles on SQLite too, whose syntax is the same.

from loopbank.events.tables import lease
from loopbank.foundation.clock import Clock, later
from loopbank.foundation.database import Database, Transaction
from loopbank.foundation.errors import Unavailable
from loopbank.foundation.prepared import Prepared

_GIVEN = insert(lease).values(
    name=bindparam("given_name"), holder=bindparam("given_holder"), expires_at=bindparam("until")
)
_TAKE = Prepared(
    _GIVEN.on_conflict_do_update(
        index_elements=["name"],
        set_={"holder": _GIVEN.excluded.holder, "expires_at": _GIVEN.excluded.expires_at},
        where=or_(lease.c.holder == _GIVEN.excluded.holder, lease.c.expires_at <= bindparam("now")),
    ).returning(lease.c.holder)
)
_HELD_BY_ANOTHER = Prepared(
    select(lease.c.name).where(
        lease.c.name == bindparam("given_name"),
        lease.c.holder != bindparam("given_holder"),
        lease.c.expires_at > bindparam("now"),
    )
)
_GIVE_BACK = (
    update(lease)
    .where(lease.c.name == bindparam("given_name"), lease.c.holder == bindparam("given_holder"))
    .values(expires_at=0)
)


class Lease:
    """One holder's claim to a named piece of work, which rests for `seconds` when its holder dies.

    Race: on PostgreSQL `take` locks the lease's row until the transaction ends, so another holder's `take` waits for
    the whole turn and then finds the lease taken. Two clocks that disagree can therefore cost turns, never run two.
    """

    def __init__(self, name: str, holder: str, clock: Clock, *, seconds: int) -> None:
        self._who: dict[str, object] = {"given_name": name, "given_holder": holder}
        self._clock = clock
        self._seconds = seconds

    async def take(self, tx: Transaction) -> bool:
        """Take or prolong the lease in the turn's own transaction; False when another holds it."""
        now = self._clock()
        moment = {"now": now, "until": later(now, self._seconds)}
        return bool(await tx.rows(_TAKE, {**self._who, **moment}))

    async def is_held_by_another(self, tx: Transaction) -> bool:
        """Tell, without writing, whether taking the lease would be in vain now."""
        return bool(await tx.rows(_HELD_BY_ANOTHER, {**self._who, "now": self._clock()}))

    async def give_back(self, database: Database) -> None:
        """Let the next holder begin at once. While the database is away the lease expires by itself."""
        with suppress(Unavailable):
            async with database.transaction() as tx:
                await tx.run(_GIVE_BACK, self._who)
