"""Every SQL statement of the Authentication Service.

Law: rows are locked in the order refresh token, person, session, log, revocation count. The revocation count comes
last because it is held until the commit, so that revocations become visible in the order of their numbers.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Update, bindparam, case, delete, func, insert, literal, select, update

from loopbank.access import Revocation, RevocationKind, Role
from loopbank.foundation.clock import Instant
from loopbank.foundation.database import AnyRow, Transaction
from loopbank.foundation.prepared import Prepared
from loopbank.identity.people import Credentials, NewPerson, Person, Session, StoredKey, TokenUse
from loopbank.identity.tables import (
    person,
    refresh_token,
    revocation,
    revocation_count,
    session,
    setup_token,
    signing_key,
)

PERSON = (
    person.c.id,
    person.c.name,
    person.c.role,
    person.c.created_at,
    person.c.email,
    person.c.email_key,
    person.c.staff_since,
    person.c.second_factor_since,
)
_SESSION = tuple(session.c[name] for name in Session.__slots__)

_CREDENTIALS = select(person.c.id, person.c.password_hash, person.c.deactivated_at)
_BY_NAME = Prepared(_CREDENTIALS.where(person.c.name_key == bindparam("name_key")))
_BY_OWN_ADDRESS = Prepared(_CREDENTIALS.where(person.c.email_key == bindparam("email_key")))

# ---------------------------------------------------------------- people


async def insert_person(
    tx: Transaction,
    new: NewPerson,
    *,
    person_id: str,
    name_key: str,
    email_key: str | None,
    password_hash: str,
    now: Instant,
) -> Person:
    """Store a new person. Raises ConstraintViolated when the name or the address is taken."""
    is_claim = new.claimed_from is not None
    stored = await tx.row(
        insert(person).returning(*PERSON),
        {
            "id": person_id,
            "name": new.name,
            "name_key": name_key,
            "email": new.email,
            "email_key": None if is_claim else email_key,
            "password_hash": password_hash,
            "role": new.role.name,
            "created_at": now,
            "signed_in_at": None,
            "deactivated_at": None,
            "claimed_email_key": email_key if is_claim else None,
            "claimed_from": new.claimed_from,
            "staff_since": now if new.role >= Role.ADMIN else None,
            "second_factor_since": None,
        },
    )
    inserted = read_person(stored)
    assert inserted is not None, "an inserted row is returned"
    return inserted


async def name_exists(tx: Transaction, name_key: str) -> bool:
    """Tell whether somebody has this name."""
    return await tx.row(select(person.c.id).where(person.c.name_key == name_key)) is not None


async def email_exists(tx: Transaction, email_key: str) -> bool:
    """Tell whether somebody has this address."""
    return await tx.row(select(person.c.id).where(person.c.email_key == email_key)) is not None


async def find_person(tx: Transaction, person_id: str) -> Person | None:
    """Find somebody who may sign in."""
    found = await tx.row(select(*PERSON).where(person.c.id == person_id, person.c.deactivated_at.is_(None)))
    return read_person(found)


async def find_credentials(tx: Transaction, name_key: str) -> Credentials | None:
    """Find what is needed to check the password of the person with this name."""
    return _credentials(await tx.row(_BY_NAME, {"name_key": name_key}))


async def find_owner_credentials(tx: Transaction, email_key: str) -> Credentials | None:
    """Find what is needed to check the password of the person whose address this is."""
    return _credentials(await tx.row(_BY_OWN_ADDRESS, {"email_key": email_key}))


async def find_claimant_credentials(tx: Transaction, email_key: str, *, client: str) -> Credentials | None:
    """Find what is needed to check the password of the last person who claimed this address from a client."""
    query = _CREDENTIALS.where(person.c.claimed_email_key == email_key, person.c.claimed_from == client)
    return _credentials(await tx.row(query.order_by(person.c.created_at.desc(), person.c.id).limit(1)))


async def find_own_credentials(tx: Transaction, person_id: str) -> Credentials | None:
    """Find what is needed to check the password of a known person."""
    return _credentials(await tx.row(_CREDENTIALS.where(person.c.id == person_id)))


async def lock_person(tx: Transaction, person_id: str) -> Person | None:
    """Find somebody who may sign in, and lock them until the transaction ends."""
    query = select(*PERSON).where(person.c.id == person_id, person.c.deactivated_at.is_(None))
    return read_person(await tx.row(query.with_for_update()))


async def note_sign_in(tx: Transaction, person_id: str, *, now: Instant) -> Person | None:
    """Note a sign-in without a password and lock the person; None when they were shut out."""
    noted = update(person).where(person.c.id == person_id, person.c.deactivated_at.is_(None))
    return read_person(await tx.row(noted.values(signed_in_at=now).returning(*PERSON)))


async def record_sign_in(tx: Transaction, proven: Credentials, *, now: Instant) -> Person | None:
    """Note a sign-in and lock the person; None when the password changed or the person was shut out meanwhile."""
    return read_person(await tx.row(_while_proven(proven).values(signed_in_at=now).returning(*PERSON)))


async def replace_password(tx: Transaction, proven: Credentials, *, password_hash: str) -> Person | None:
    """Store a new hash and lock the person; None when the old one changed or the person was shut out meanwhile."""
    return read_person(await tx.row(_while_proven(proven).values(password_hash=password_hash).returning(*PERSON)))


async def set_role(tx: Transaction, person_id: str, *, role: Role, now: Instant) -> None:
    """Store a person's role; the caller holds the administration's turnstile."""
    since = case((literal(role < Role.ADMIN), None), else_=func.coalesce(person.c.staff_since, now))
    await tx.run(update(person).where(person.c.id == person_id).values(role=role.name, staff_since=since))


async def set_deactivated(tx: Transaction, person_id: str, *, at: Instant | None) -> bool:
    """Shut a person out or let them in again; False when that changes nothing."""
    differs = person.c.deactivated_at.is_not(None) if at is None else person.c.deactivated_at.is_(None)
    return await tx.run(update(person).where(person.c.id == person_id, differs).values(deactivated_at=at)) == 1


async def count_superadmins(tx: Transaction) -> int:
    """Count the super-administrators who may sign in."""
    counted: int = await tx.value(
        select(func.count())
        .select_from(person)
        .where(person.c.role == Role.SUPERADMIN.name, person.c.deactivated_at.is_(None))
    )
    return counted


# ---------------------------------------------------------------- sessions and refresh tokens


async def insert_session(tx: Transaction, opened: Session) -> None:
    """Store a new session."""
    await tx.run(insert(session), {name: getattr(opened, name) for name in Session.__slots__})


async def insert_refresh_token(
    tx: Transaction, token_hash: str, session_id: str, *, now: Instant, ends_at: Instant
) -> None:
    """Store the hash of a new refresh token."""
    await tx.run(
        insert(refresh_token),
        {"hash": token_hash, "session_id": session_id, "created_at": now, "ends_at": ends_at, "used_at": None},
    )


async def find_refresh_token(tx: Transaction, token_hash: str) -> TokenUse | None:
    """Find a refresh token, used or not."""
    columns = (refresh_token.c.session_id, refresh_token.c.used_at, refresh_token.c.ends_at)
    found = await tx.row(select(*columns).where(refresh_token.c.hash == token_hash))
    return None if found is None else TokenUse(*found)


async def use_refresh_token(tx: Transaction, token_hash: str, *, now: Instant) -> str | None:
    """Use a refresh token up and give its session; None when it was used before or has expired."""
    unused = (refresh_token.c.hash == token_hash, refresh_token.c.used_at.is_(None), refresh_token.c.ends_at > now)
    used: str | None = await tx.value(
        update(refresh_token).where(*unused).values(used_at=now).returning(refresh_token.c.session_id)
    )
    return used


async def prolong_session(
    tx: Transaction, session_id: str, *, now: Instant, idle_ends_at: Instant, address: str
) -> Session | None:
    """Note that a session is in use; None when it has ended."""
    prolonged = await tx.row(
        update(session)
        .where(session.c.id == session_id, *_alive(now))
        .values(last_seen_at=now, idle_ends_at=idle_ends_at, address=address)
        .returning(*_SESSION)
    )
    return None if prolonged is None else Session(*prolonged)


async def find_session(tx: Transaction, session_id: str, *, now: Instant) -> Session | None:
    """Find a living session."""
    found = await tx.row(select(*_SESSION).where(session.c.id == session_id, *_alive(now)))
    return None if found is None else Session(*found)


async def end_session(tx: Transaction, session_id: str, *, now: Instant, person_id: str | None = None) -> str | None:
    """End a session (of the given person only) and give its person; None when there is none that is alive."""
    owned = () if person_id is None else (session.c.person_id == person_id,)
    ended: str | None = await tx.value(
        update(session)
        .where(session.c.id == session_id, session.c.revoked_at.is_(None), *owned)
        .values(revoked_at=now)
        .returning(session.c.person_id)
    )
    return ended


async def end_sessions(tx: Transaction, person_id: str, *, now: Instant, keep: str | None) -> list[str]:
    """End a person's living sessions except one, and give their ids."""
    ended = await tx.rows(
        update(session)
        .where(session.c.person_id == person_id, session.c.id != (keep or ""), *_alive(now))
        .values(revoked_at=now)
        .returning(session.c.id)
    )
    return sorted(row[0] for row in ended)


async def end_every_session(tx: Transaction, *, now: Instant) -> int:
    """End everybody's living sessions; gives how many."""
    return await tx.run(update(session).where(*_alive(now)).values(revoked_at=now))


async def list_sessions(tx: Transaction, person_id: str, *, now: Instant, limit: int) -> list[Session]:
    """List a person's living sessions, the latest used first."""
    found = await tx.rows(
        select(*_SESSION)
        .where(session.c.person_id == person_id, *_alive(now))
        .order_by(session.c.last_seen_at.desc(), session.c.id)
        .limit(limit)
    )
    return [Session(*row) for row in found]


async def forget_ended(tx: Transaction, *, before: Instant, limit: int) -> int:
    """Delete sessions, refresh tokens and revocations that ended before an instant; gives how many rows went."""
    gone = 0
    for table, key, ended in (
        (refresh_token, refresh_token.c.hash, refresh_token.c.ends_at),
        (session, session.c.id, session.c.idle_ends_at),
        (revocation, revocation.c.number, revocation.c.ends_at),
    ):
        oldest = select(key).where(ended < before).limit(limit)
        gone += await tx.run(delete(table).where(key.in_(oldest)))
    return gone


# ---------------------------------------------------------------- revocations


async def insert_revocations(tx: Transaction, revocations: Sequence[Revocation]) -> None:
    """Give revocations their numbers and store them; the count's locked row makes them visible in order."""
    if not revocations:
        return
    latest: int = await tx.value(
        update(revocation_count)
        .values(latest=revocation_count.c.latest + len(revocations))
        .returning(revocation_count.c.latest)
    )
    first = latest - len(revocations) + 1
    rows = [
        (number, given.kind.value, given.subject, None if given.role is None else given.role.name, given.ends_at)
        for number, given in enumerate(revocations, first)
    ]
    await tx.insert(revocation, ("number", "kind", "subject", "role", "ends_at"), rows)


async def latest_revocation(tx: Transaction) -> int:
    """Give the number of the latest revocation; 0 when there was none."""
    latest: int = await tx.value(select(revocation_count.c.latest))
    return latest


async def list_revocations(tx: Transaction, *, after: int, now: Instant, limit: int) -> list[tuple[int, Revocation]]:
    """List numbered revocations after a number that can still meet a living token."""
    found = await tx.rows(
        select(revocation.c.number, revocation.c.kind, revocation.c.subject, revocation.c.role, revocation.c.ends_at)
        .where(revocation.c.number > bindparam("after"), revocation.c.ends_at > bindparam("now"))
        .order_by(revocation.c.number)
        .limit(limit),
        {"after": after, "now": now},
    )
    return [
        (number, Revocation(RevocationKind(kind), subject, None if role is None else Role[role], Instant(ends_at)))
        for number, kind, subject, role, ends_at in found
    ]


# ---------------------------------------------------------------- signing keys


async def insert_signing_key(tx: Transaction, key: StoredKey) -> None:
    """Store the key that signs from now on. Raises ConstraintViolated when another one does."""
    await tx.run(insert(signing_key), {name: getattr(key, name) for name in StoredKey.__slots__})


async def retire_signing_key(tx: Transaction, *, at: Instant) -> None:
    """Let the newest key sign no more from an instant on."""
    await tx.run(update(signing_key).where(signing_key.c.retired_at.is_(None)).values(retired_at=at))


async def withdraw_signing_keys(tx: Transaction, *, at: Instant) -> None:
    """Let every key have retired by an instant."""
    later_than = signing_key.c.retired_at.is_(None) | (signing_key.c.retired_at > at)
    await tx.run(update(signing_key).where(later_than).values(retired_at=at))


async def forget_private_halves(tx: Transaction, *, retired_before: Instant) -> None:
    """Delete the private halves of keys that retired before an instant."""
    await tx.run(
        update(signing_key)
        .where(signing_key.c.retired_at < retired_before, signing_key.c.sealed_private_key.is_not(None))
        .values(sealed_private_key=None)
    )


async def list_signing_keys(tx: Transaction, *, retired_after: Instant) -> list[StoredKey]:
    """List the newest key and those retired after an instant, newest first."""
    found = await tx.rows(
        select(*(signing_key.c[name] for name in StoredKey.__slots__))
        .where(signing_key.c.retired_at.is_(None) | (signing_key.c.retired_at > retired_after))
        .order_by(signing_key.c.retired_at.is_not(None), signing_key.c.created_at.desc())
    )
    return [StoredKey(*row) for row in found]


# ---------------------------------------------------------------- set-up links


async def insert_setup_token(tx: Transaction, token_hash: str, *, now: Instant, ends_at: Instant) -> None:
    """Store the hash of a set-up token."""
    await tx.run(insert(setup_token), {"hash": token_hash, "created_at": now, "ends_at": ends_at, "used_at": None})


async def setup_token_is_open(tx: Transaction, token_hash: str, *, now: Instant) -> bool:
    """Tell whether a set-up token may still be used."""
    return await tx.row(select(setup_token.c.hash).where(*_open_setup_token(token_hash, now))) is not None


async def use_setup_token(tx: Transaction, token_hash: str, *, now: Instant) -> bool:
    """Use a set-up token up; False when it is unknown, was used before or has expired."""
    return await tx.run(update(setup_token).where(*_open_setup_token(token_hash, now)).values(used_at=now)) == 1


def _open_setup_token(token_hash: str, now: Instant) -> tuple[Any, ...]:
    return (setup_token.c.hash == token_hash, setup_token.c.used_at.is_(None), setup_token.c.ends_at > now)


def _while_proven(proven: Credentials) -> Update:
    """Change a person only while the password that was checked is still theirs and they may sign in."""
    return update(person).where(
        person.c.id == proven.person_id,
        person.c.password_hash == proven.password_hash,
        person.c.deactivated_at.is_(None),
    )


def _alive(now: Instant) -> tuple[Any, ...]:
    return (session.c.revoked_at.is_(None), session.c.idle_ends_at > now, session.c.ends_at > now)


def read_person(row: AnyRow | None) -> Person | None:
    """Give the person of a row of the columns `PERSON`."""
    if row is None:
        return None
    person_id, name, role, created_at, email, email_key, staff_since, second_factor_since = row
    return Person(
        person_id,
        name,
        Role[role],
        Instant(created_at),
        email=email,
        is_verified=email_key is not None,
        staff_since=staff_since,
        second_factor_since=second_factor_since,
    )


def _credentials(row: AnyRow | None) -> Credentials | None:
    return None if row is None else Credentials(row[0], row[1], is_active=row[2] is None)
