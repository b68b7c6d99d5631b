"""Every SQL statement about accounts elsewhere."""

from sqlalchemy import delete, insert, select

from loopbank.foundation.clock import Instant
from loopbank.foundation.database import Transaction
from loopbank.identity.google.tables import outside_account


async def find_person_id(tx: Transaction, *, issuer: str, subject: str) -> str | None:
    """Tell whose account elsewhere this is."""
    found: str | None = await tx.value(
        select(outside_account.c.person_id).where(
            outside_account.c.issuer == issuer, outside_account.c.subject == subject
        )
    )
    return found


async def link(tx: Transaction, person_id: str, *, issuer: str, subject: str, email: str, now: Instant) -> None:
    """Link an account elsewhere to a person. Raises ConstraintViolated when it is linked to anybody."""
    values = {"issuer": issuer, "subject": subject, "person_id": person_id, "email": email, "created_at": now}
    await tx.run(insert(outside_account), values)


async def unlink(tx: Transaction, person_id: str, *, issuer: str) -> bool:
    """Take a person's accounts at an issuer away; False when there is none."""
    theirs = (outside_account.c.person_id == person_id, outside_account.c.issuer == issuer)
    return await tx.run(delete(outside_account).where(*theirs)) > 0


async def list_addresses(tx: Transaction, person_id: str, *, issuer: str) -> list[str]:
    """List the addresses of a person's accounts at an issuer, as it told them."""
    theirs = (outside_account.c.person_id == person_id, outside_account.c.issuer == issuer)
    found = await tx.rows(select(outside_account.c.email).where(*theirs).order_by(outside_account.c.created_at))
    return [row[0] for row in found]


async def forget_outside_accounts(tx: Transaction, person_id: str) -> None:
    """Take all of a person's accounts elsewhere away."""
    await tx.run(delete(outside_account).where(outside_account.c.person_id == person_id))
