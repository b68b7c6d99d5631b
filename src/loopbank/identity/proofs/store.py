"""Every SQL statement about proofs; whatever may happen once or some times is one statement that counts it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, bindparam, case, delete, insert, select, update
from sqlalchemy.dialects.postgresql import (
    insert as upsert,  # The construct compiles on SQLite, whose syntax is the same.
)

from loopbank.foundation.clock import Instant
from loopbank.foundation.database import Transaction
from loopbank.identity.proofs.tables import challenge, one_time_secret, patience

DELAY_SECONDS = (2, 4, 8, 16, 32, 60, 120, 240, 480, 900)
"""How long somebody waits after each try beyond the free ones; the last stays."""

FREE_TRIES = 10


@dataclass(frozen=True, slots=True)
class Claimed:
    """A challenge of which one try was taken."""

    person_id: str | None
    answer_mark: str


# ---------------------------------------------------------------- secrets


async def insert_secret(
    tx: Transaction, mark: str, *, purpose: str, person_id: str | None, now: Instant, ends_at: Instant
) -> None:
    """Store the mark of a secret."""
    values = {"mark": mark, "purpose": purpose, "person_id": person_id, "created_at": now, "ends_at": ends_at}
    await tx.run(insert(one_time_secret), {**values, "used_at": None})


async def find_secret(tx: Transaction, mark: str, *, now: Instant) -> str | None:
    """Give whom a secret that may still be used speaks for."""
    found: str | None = await tx.value(select(one_time_secret.c.person_id).where(*_open_secret(mark, now)))
    return found


async def use_secret(tx: Transaction, mark: str, *, now: Instant) -> bool:
    """Use a secret up; False when it is unknown, was used before or has expired."""
    return await tx.run(update(one_time_secret).where(*_open_secret(mark, now)).values(used_at=now)) == 1


async def withdraw_secrets(tx: Transaction, person_id: str, purposes: Sequence[str], *, now: Instant) -> None:
    """Make a person's unused secrets of some purposes worthless."""
    await tx.run(
        update(one_time_secret)
        .where(
            one_time_secret.c.person_id == person_id,
            one_time_secret.c.purpose.in_(purposes),
            one_time_secret.c.used_at.is_(None),
        )
        .values(used_at=now)
    )


async def withdraw_everything(tx: Transaction, *, now: Instant) -> None:
    """Make everybody's unused secrets and challenges worthless."""
    for table in (one_time_secret, challenge):
        await tx.run(update(table).where(table.c.used_at.is_(None), table.c.ends_at > now).values(used_at=now))


def _open_secret(mark: str, now: Instant) -> tuple[Any, ...]:
    return (one_time_secret.c.mark == mark, one_time_secret.c.used_at.is_(None), one_time_secret.c.ends_at > now)


# ---------------------------------------------------------------- challenges


async def insert_challenge(
    tx: Transaction,
    mark: str,
    *,
    purpose: str,
    person_id: str | None,
    asked_by: str,
    answer_mark: str,
    tries: int,
    now: Instant,
    ends_at: Instant,
) -> None:
    """Store a challenge with its tries."""
    values = {
        "mark": mark,
        "purpose": purpose,
        "person_id": person_id,
        "asked_by": asked_by,
        "answer_mark": answer_mark,
        "tries_left": tries,
        "created_at": now,
        "ends_at": ends_at,
        "used_at": None,
    }
    await tx.run(insert(challenge), values)


async def latest_challenge(tx: Transaction, asked_by: str, *, purpose: str, now: Instant) -> str | None:
    """Give the mark of the newest living challenge that somebody asked for."""
    found: str | None = await tx.value(
        select(challenge.c.mark)
        .where(
            challenge.c.asked_by == asked_by,
            challenge.c.purpose == purpose,
            challenge.c.used_at.is_(None),
            challenge.c.ends_at > now,
        )
        .order_by(challenge.c.created_at.desc(), challenge.c.mark)
        .limit(1)
    )
    return found


async def claim_try(tx: Transaction, mark: str, *, purpose: str, now: Instant) -> Claimed | None:
    """Take one of a challenge's tries and lock it; None when it has none left, was met before or has expired."""
    taken = await tx.row(
        update(challenge)
        .where(
            challenge.c.mark == mark,
            challenge.c.purpose == purpose,
            challenge.c.tries_left > 0,
            challenge.c.used_at.is_(None),
            challenge.c.ends_at > now,
        )
        .values(tries_left=challenge.c.tries_left - 1)
        .returning(challenge.c.person_id, challenge.c.answer_mark)
    )
    return None if taken is None else Claimed(*taken)


async def meet_challenge(tx: Transaction, mark: str, *, now: Instant) -> None:
    """Use a challenge up whose try this transaction holds."""
    await tx.run(update(challenge).where(challenge.c.mark == mark).values(used_at=now))


# ---------------------------------------------------------------- patience


async def begin_try(tx: Transaction, mark: str, *, now: Instant, ends_at: Instant) -> bool:
    """Count one more try; False, and not counted, while whoever tries has to wait."""
    present = bindparam("now", type_=BigInteger)
    count = case((patience.c.ends_at <= present, 1), else_=patience.c.count + 1)
    delays = {FREE_TRIES + place: seconds * 1_000_000 for place, seconds in enumerate(DELAY_SECONDS)}
    longest = DELAY_SECONDS[-1] * 1_000_000
    wait = case(delays, value=count, else_=case((count < FREE_TRIES, 0), else_=longest))
    counted = await tx.value(
        upsert(patience)
        .values(mark=bindparam("given"), count=1, open_at=present, ends_at=bindparam("ends"))
        .on_conflict_do_update(
            index_elements=["mark"],
            set_={"count": count, "open_at": present + wait, "ends_at": bindparam("ends")},
            where=patience.c.open_at <= present,
        )
        .returning(patience.c.count),
        {"given": mark, "now": now, "ends": ends_at},
    )
    return counted is not None


async def open_at(tx: Transaction, mark: str) -> Instant | None:
    """Give the instant from which somebody may try again."""
    found: Instant | None = await tx.value(select(patience.c.open_at).where(patience.c.mark == mark))
    return found


async def forget_tries(tx: Transaction, mark: str) -> None:
    """Forgive whoever was right in the end."""
    await tx.run(delete(patience).where(patience.c.mark == mark))


# ---------------------------------------------------------------- sweeping


async def forget_ended(tx: Transaction, *, before: Instant, limit: int) -> int:
    """Delete proofs that ended before an instant; gives how many rows went."""
    gone = 0
    for table in (one_time_secret, challenge, patience):
        oldest = select(table.c.mark).where(table.c.ends_at < before).limit(limit)
        gone += await tx.run(delete(table).where(table.c.mark.in_(oldest)))
    return gone
