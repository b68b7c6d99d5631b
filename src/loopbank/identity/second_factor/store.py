"""Every SQL statement about second factors; a code's use is one statement."""

from collections.abc import Sequence

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import (
    insert as upsert,
)  # The construct compiles on SQLite, whose syntax is the same.

from loopbank.foundation.clock import Instant
from loopbank.foundation.database import Transaction
from loopbank.identity.second_factor.tables import recovery_code, totp
from loopbank.identity.tables import person

# ---------------------------------------------------------------- codes of an app


async def begin_totp(tx: Transaction, person_id: str, sealed_secret: str, *, now: Instant) -> bool:
    """Store a secret that waits for its first code, instead of one that waited; False when one is in force."""
    begun = await tx.value(
        upsert(totp)
        .values(person_id=person_id, sealed_secret=sealed_secret, created_at=now, confirmed_at=None, last_step=0)
        .on_conflict_do_update(
            index_elements=["person_id"],
            set_={"sealed_secret": sealed_secret, "created_at": now, "last_step": 0},
            where=totp.c.confirmed_at.is_(None),
        )
        .returning(totp.c.person_id)
    )
    return begun is not None


async def find_totp(tx: Transaction, person_id: str, *, is_confirmed: bool) -> str | None:
    """Find a person's sealed secret, the one in force or the one that waits."""
    state = totp.c.confirmed_at.is_not(None) if is_confirmed else totp.c.confirmed_at.is_(None)
    found: str | None = await tx.value(select(totp.c.sealed_secret).where(totp.c.person_id == person_id, state))
    return found


async def confirm_totp(tx: Transaction, person_id: str, sealed_secret: str, *, step: int, now: Instant) -> bool:
    """Put the secret that waited in force; False when it is not the one that waits."""
    waits = (totp.c.person_id == person_id, totp.c.sealed_secret == sealed_secret, totp.c.confirmed_at.is_(None))
    return await tx.run(update(totp).where(*waits).values(confirmed_at=now, last_step=step)) == 1


async def use_step(tx: Transaction, person_id: str, *, step: int) -> bool:
    """Use the code of a time step up; False when it, or a later one, was used before."""
    unused = (totp.c.person_id == person_id, totp.c.confirmed_at.is_not(None), totp.c.last_step < step)
    return await tx.run(update(totp).where(*unused).values(last_step=step)) == 1


async def remove_totp(tx: Transaction, person_id: str) -> bool:
    """Delete a person's secret and recovery codes; False when there was none in force."""
    await tx.run(delete(recovery_code).where(recovery_code.c.person_id == person_id))
    in_force = (totp.c.person_id == person_id, totp.c.confirmed_at.is_not(None))
    return await tx.run(delete(totp).where(*in_force)) == 1


async def note_second_factor(tx: Transaction, person_id: str, *, since: Instant | None) -> None:
    """Note on the person since when they have a second factor."""
    await tx.run(update(person).where(person.c.id == person_id).values(second_factor_since=since))


# ---------------------------------------------------------------- recovery codes


async def replace_recovery_codes(tx: Transaction, person_id: str, marks: Sequence[str], *, now: Instant) -> None:
    """Store the marks of new recovery codes instead of all others."""
    await tx.run(delete(recovery_code).where(recovery_code.c.person_id == person_id))
    for mark in marks:
        values = {"mark": mark, "person_id": person_id, "created_at": now, "used_at": None}
        await tx.run(insert(recovery_code), values)


async def use_recovery_code(tx: Transaction, mark: str, *, now: Instant) -> bool:
    """Use a recovery code up; False when it is unknown or was used before."""
    unused = (recovery_code.c.mark == mark, recovery_code.c.used_at.is_(None))
    return await tx.run(update(recovery_code).where(*unused).values(used_at=now)) == 1


async def count_recovery_codes(tx: Transaction, person_id: str) -> int:
    """Count a person's unused recovery codes."""
    unused = (recovery_code.c.person_id == person_id, recovery_code.c.used_at.is_(None))
    counted: int = await tx.value(select(func.count()).select_from(recovery_code).where(*unused))
    return counted


async def forget_factors(tx: Transaction, person_id: str) -> None:
    """Delete everything that a person proved themselves with beside the password."""
    for table in (recovery_code, totp):
        await tx.run(delete(table).where(table.c.person_id == person_id))
