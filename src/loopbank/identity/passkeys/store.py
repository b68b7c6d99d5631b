"""Every SQL statement about passkeys."""

from dataclasses import dataclass

from sqlalchemy import delete, insert, or_, select, update

from loopbank.foundation.clock import Instant
from loopbank.foundation.database import Transaction
from loopbank.identity.passkeys.tables import passkey


@dataclass(frozen=True, slots=True)
class StoredPasskey:
    """A passkey: its id and public key in base64url, and how often it has signed as far as we know."""

    id: str
    person_id: str
    public_key: str
    sign_count: int
    name: str
    created_at: Instant
    used_at: Instant | None


_PASSKEY = tuple(passkey.c[name] for name in StoredPasskey.__slots__)


async def insert_passkey(tx: Transaction, stored: StoredPasskey) -> None:
    """Store a passkey. Raises ConstraintViolated when it is known."""
    await tx.run(insert(passkey), {name: getattr(stored, name) for name in StoredPasskey.__slots__})


async def list_passkeys(tx: Transaction, person_id: str) -> list[StoredPasskey]:
    """List a person's passkeys, the oldest first."""
    found = await tx.rows(
        select(*_PASSKEY).where(passkey.c.person_id == person_id).order_by(passkey.c.created_at, passkey.c.id)
    )
    return [StoredPasskey(*row) for row in found]


async def find_passkey(tx: Transaction, passkey_id: str) -> StoredPasskey | None:
    """Find a passkey."""
    found = await tx.row(select(*_PASSKEY).where(passkey.c.id == passkey_id))
    return None if found is None else StoredPasskey(*found)


async def count_signature(tx: Transaction, passkey_id: str, *, sign_count: int, now: Instant) -> bool:
    """Note a signature; False when a copy of the key has counted as far. Keys that do not count stay at 0."""
    ahead = or_(passkey.c.sign_count < sign_count, passkey.c.sign_count + sign_count == 0)
    counted = update(passkey).where(passkey.c.id == passkey_id, ahead).values(sign_count=sign_count, used_at=now)
    return await tx.run(counted) == 1


async def delete_passkey(tx: Transaction, passkey_id: str, person_id: str) -> bool:
    """Delete one of a person's passkeys; False when there is none."""
    return await tx.run(delete(passkey).where(passkey.c.id == passkey_id, passkey.c.person_id == person_id)) == 1


async def forget_passkeys(tx: Transaction, person_id: str) -> None:
    """Delete a person's passkeys."""
    await tx.run(delete(passkey).where(passkey.c.person_id == person_id))
