"""Every SQL statement about the directory: everybody, as administrators see them."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, or_, select, update

from loopbank.access import Role
from loopbank.foundation.clock import Instant
from loopbank.foundation.database import AnyRow, Transaction
from loopbank.identity.mail import store as letters
from loopbank.identity.passwords import NO_PASSWORD
from loopbank.identity.people import Person
from loopbank.identity.store import PERSON, read_person
from loopbank.identity.tables import person, session

ANONYMOUS_NAME = "Deleted user"
"""What removed people are called; as a name it is reserved."""


@dataclass(frozen=True, slots=True)
class DirectoryEntry:
    """A person, and whether and when they were last there."""

    person: Person
    signed_in_at: Instant | None
    deactivated_at: Instant | None

    @property
    def is_anonymous(self) -> bool:
        """Tell whether the person was removed."""
        return self.deactivated_at is not None and self.person.name == ANONYMOUS_NAME


_ENTRY = (*PERSON, person.c.signed_in_at, person.c.deactivated_at)


async def list_entries(tx: Transaction, *, search: str, offset: int, limit: int) -> list[DirectoryEntry]:
    """List people whose name or address holds a text, the newest first."""
    query = select(*_ENTRY).where(*_matching(search)).order_by(person.c.created_at.desc(), person.c.id)
    found = await tx.rows(query.offset(offset).limit(limit))
    return [_entry(row) for row in found]


async def count_entries(tx: Transaction, *, search: str) -> int:
    """Count people whose name or address holds a text."""
    counted: int = await tx.value(select(func.count()).select_from(person).where(*_matching(search)))
    return counted


async def find_entry(tx: Transaction, person_id: str) -> DirectoryEntry | None:
    """Find a person, active or not."""
    found = await tx.row(select(*_ENTRY).where(person.c.id == person_id))
    return None if found is None else _entry(found)


async def names_of(tx: Transaction, person_ids: Collection[str]) -> dict[str, str]:
    """Give the names by id; ids of nobody are absent."""
    found = await tx.rows(select(person.c.id, person.c.name).where(person.c.id.in_(person_ids)))
    return {row[0]: row[1] for row in found}


async def anonymise(tx: Transaction, person_id: str) -> None:
    """Take from a person what says who they were; the id stays, because the journal names it."""
    gone = {
        "name": ANONYMOUS_NAME,
        "name_key": f"@{person_id}",
        "email": None,
        "email_key": None,
        "claimed_email_key": None,
        "claimed_from": None,
        "password_hash": NO_PASSWORD,
        "role": Role.USER.name,
        "staff_since": None,
        "second_factor_since": None,
    }
    await tx.run(update(person).where(person.c.id == person_id).values(gone))
    await tx.run(update(session).where(session.c.person_id == person_id).values(device="", address=""))
    await letters.forget_letters_to(tx, person_id)


def _matching(search: str) -> tuple[ColumnElement[bool], ...]:
    if not search:
        return ()
    text = search.lower()
    columns = (func.lower(person.c.name), person.c.name_key, func.lower(person.c.email))
    return (or_(*(column.contains(text, autoescape=True) for column in columns)),)


def _entry(row: AnyRow) -> DirectoryEntry:
    *known, signed_in_at, deactivated_at = row
    person_found = read_person(AnyRow(known))
    assert person_found is not None, "the row is there"
    return DirectoryEntry(person_found, signed_in_at, deactivated_at)
