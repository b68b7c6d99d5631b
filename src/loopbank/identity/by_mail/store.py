"""Every SQL statement about people and their mail addresses."""

from sqlalchemy import select, update

from loopbank.access import Role
from loopbank.foundation.clock import Instant
from loopbank.foundation.database import Transaction
from loopbank.identity.people import Person
from loopbank.identity.store import PERSON, read_person
from loopbank.identity.tables import person

_ACTIVE = person.c.deactivated_at.is_(None)


async def find_owner(tx: Transaction, email_key: str) -> Person | None:
    """Find the person who proved that this address is theirs."""
    return read_person(await tx.row(select(*PERSON).where(person.c.email_key == email_key, _ACTIVE)))


async def find_claimant(tx: Transaction, email_key: str, *, client: str | None) -> Person | None:
    """Find the last person who claimed this address, from one client or from any."""
    query = select(*PERSON).where(person.c.claimed_email_key == email_key, _ACTIVE)
    if client is not None:
        query = query.where(person.c.claimed_from == client)
    return read_person(await tx.row(query.order_by(person.c.created_at.desc(), person.c.id).limit(1)))


async def prove_address(tx: Transaction, person_id: str) -> str | None:
    """Make the address that a person claimed theirs and give its key; None when they claim none.

    All who claim it are locked in the order of their ids, so that two who prove it at once wait for each other.
    Raises ConstraintViolated when it is somebody else's.
    """
    key: str | None = await tx.value(select(person.c.claimed_email_key).where(person.c.id == person_id))
    claims = (person.c.claimed_email_key == key, _ACTIVE)
    rivals = await tx.rows(select(person.c.id).where(*claims).order_by(person.c.id).with_for_update())
    if key is None or person_id not in [row[0] for row in rivals]:
        return None
    proven = update(person).where(person.c.id == person_id)
    await tx.run(proven.values(email_key=key, claimed_email_key=None, claimed_from=None))
    return key


async def shut_out_rivals(tx: Transaction, email_key: str, *, now: Instant) -> list[str]:
    """Shut out everybody else who claims an address that was proven by now; staff merely lose the claim."""
    claims = person.c.claimed_email_key == email_key
    shut_out = await tx.rows(
        update(person)
        .where(claims, person.c.role == Role.USER.name, _ACTIVE)
        .values(deactivated_at=now, claimed_email_key=None, claimed_from=None, email=None)
        .returning(person.c.id)
    )
    await tx.run(update(person).where(claims).values(claimed_email_key=None, claimed_from=None, email=None))
    return sorted(row[0] for row in shut_out)
