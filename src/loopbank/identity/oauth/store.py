"""Every SQL statement about families of tokens, codes, devices and browsers; `client_store` has the others.

Law: rows are locked in the order code or token, person, grant, family, and then as in `identity.store`.
"""

from typing import Any

from sqlalchemy import case, delete, insert, select, update

from loopbank.access import Role
from loopbank.coins import Coins
from loopbank.foundation.clock import MICROSECONDS_PER_SECOND, Instant
from loopbank.foundation.database import Transaction
from loopbank.identity.oauth.client_store import CLIENT, client_of, client_works
from loopbank.identity.oauth.model import (
    Browser,
    DeviceRequest,
    Family,
    LivingFamily,
    NewCode,
    PolledDevice,
    Profile,
    ShownCode,
    ShownToken,
)
from loopbank.identity.oauth.scopes import Scopes, read_scopes, write_scopes
from loopbank.identity.oauth.tables import (
    browser_sign_in,
    oauth_client,
    oauth_code,
    oauth_device_code,
    oauth_family,
    oauth_grant,
    oauth_refresh_token,
)
from loopbank.identity.people import Person, Session
from loopbank.identity.tables import person, session

_PERSON = (person.c.id, person.c.name, person.c.role, person.c.created_at)
_SESSION = tuple(session.c[name] for name in Session.__slots__)
_FAMILY = tuple(oauth_family.c[name] for name in Family.__slots__)
_CODE = tuple(oauth_code.c[name] for name in NewCode.__slots__)

# ---------------------------------------------------------------- families


async def lock_person(tx: Transaction, person_id: str) -> Person | None:
    """Hold a person's row until the commit, so that nobody shuts them out meanwhile; None when that has happened."""
    found = await tx.row(
        select(*_PERSON).where(person.c.id == person_id, person.c.deactivated_at.is_(None)).with_for_update()
    )
    return None if found is None else _person(*found)


async def insert_family(tx: Transaction, family: Family) -> None:
    """Store a new family."""
    values = {name: getattr(family, name) for name in Family.__slots__}
    await tx.run(insert(oauth_family), {**values, "scopes": write_scopes(family.scopes), "revoked_at": None})


async def find_living_family(tx: Transaction, family_id: str, *, now: Instant) -> LivingFamily | None:
    """Find a family that has not ended, neither itself nor its session, person or grant, and whose client works."""
    row = await tx.row(
        select(*_FAMILY, *_PERSON, oauth_grant.c.client_id, oauth_grant.c.spend_limit)
        .join(oauth_grant, oauth_grant.c.id == oauth_family.c.grant_id)
        .join(oauth_client, oauth_client.c.id == oauth_grant.c.client_id)
        .join(session, session.c.id == oauth_family.c.session_id)
        .join(person, person.c.id == oauth_grant.c.person_id)
        .where(
            oauth_family.c.id == family_id,
            oauth_family.c.revoked_at.is_(None),
            oauth_family.c.ends_at > now,
            oauth_grant.c.revoked_at.is_(None),
            client_works(),
            session.c.revoked_at.is_(None),
            session.c.ends_at > now,
            person.c.deactivated_at.is_(None),
        )
    )
    if row is None:
        return None
    size = len(Family.__slots__)
    limit = row[-1]
    return LivingFamily(_family(*row[:size]), _person(*row[size:-2]), row[-2], None if limit is None else Coins(limit))


async def revoke_family(tx: Transaction, family_id: str, *, now: Instant) -> str | None:
    """Revoke a family and give its grant; None when that was done before."""
    revoked: str | None = await tx.value(
        update(oauth_family)
        .where(oauth_family.c.id == family_id, oauth_family.c.revoked_at.is_(None))
        .values(revoked_at=now)
        .returning(oauth_family.c.grant_id)
    )
    return revoked


async def find_profile(tx: Transaction, person_id: str) -> Profile | None:
    """Find what may be told of a person who may sign in."""
    row = await tx.row(
        select(person.c.name, person.c.email, person.c.email_key).where(
            person.c.id == person_id, person.c.deactivated_at.is_(None)
        )
    )
    return None if row is None else Profile(row[0], row[1], is_email_verified=row[2] is not None)


# ---------------------------------------------------------------- authorization codes


async def insert_code(tx: Transaction, code_hash: str, code: NewCode) -> None:
    """Store the hash of a new code."""
    values = {name: getattr(code, name) for name in NewCode.__slots__}
    await tx.run(insert(oauth_code), {"hash": code_hash, **values, "used_at": None})


async def find_code(tx: Transaction, code_hash: str) -> ShownCode | None:
    """Find a code, used or not."""
    row = await tx.row(
        select(*_CODE, oauth_grant.c.client_id, oauth_code.c.used_at)
        .join(oauth_family, oauth_family.c.id == oauth_code.c.family_id)
        .join(oauth_grant, oauth_grant.c.id == oauth_family.c.grant_id)
        .where(oauth_code.c.hash == code_hash)
    )
    if row is None:
        return None
    return ShownCode(NewCode(**dict(zip(NewCode.__slots__, row[:-2], strict=True))), row[-2], row[-1])


async def use_code(tx: Transaction, code_hash: str, *, now: Instant) -> bool:
    """Use a code up; False when it was used before or has expired."""
    unused = (oauth_code.c.hash == code_hash, oauth_code.c.used_at.is_(None), oauth_code.c.ends_at > now)
    return await tx.run(update(oauth_code).where(*unused).values(used_at=now)) == 1


# ---------------------------------------------------------------- refresh tokens


async def insert_refresh_token(tx: Transaction, token_hash: str, family: Family) -> None:
    """Store the hash of a family's new refresh token."""
    values = {"hash": token_hash, "family_id": family.id, "ends_at": family.ends_at, "used_at": None}
    await tx.run(insert(oauth_refresh_token), values)


async def find_refresh_token(tx: Transaction, token_hash: str) -> ShownToken | None:
    """Find a refresh token, used or not."""
    row = await tx.row(
        select(
            oauth_refresh_token.c.family_id,
            oauth_grant.c.client_id,
            oauth_refresh_token.c.used_at,
            oauth_refresh_token.c.ends_at,
        )
        .join(oauth_family, oauth_family.c.id == oauth_refresh_token.c.family_id)
        .join(oauth_grant, oauth_grant.c.id == oauth_family.c.grant_id)
        .where(oauth_refresh_token.c.hash == token_hash)
    )
    return None if row is None else ShownToken(*row)


async def use_refresh_token(tx: Transaction, token_hash: str, *, now: Instant) -> bool:
    """Use a refresh token up; False when it was used before or has expired."""
    token = oauth_refresh_token
    unused = (token.c.hash == token_hash, token.c.used_at.is_(None), token.c.ends_at > now)
    return await tx.run(update(token).where(*unused).values(used_at=now)) == 1


# ---------------------------------------------------------------- devices


async def insert_device_code(
    tx: Transaction,
    code_hash: str,
    *,
    user_code_hash: str,
    client_id: str,
    scopes: Scopes,
    interval_seconds: int,
    ends_at: Instant,
) -> None:
    """Store a device's request. Raises ConstraintViolated when its user code is in use."""
    await tx.run(
        insert(oauth_device_code),
        {
            "hash": code_hash,
            "user_code_hash": user_code_hash,
            "client_id": client_id,
            "scopes": write_scopes(scopes),
            "interval_seconds": interval_seconds,
            "ends_at": ends_at,
            "polled_at": None,
            "denied_at": None,
            "family_id": None,
            "used_at": None,
        },
    )


async def find_device_request(tx: Transaction, user_code_hash: str, *, now: Instant) -> DeviceRequest | None:
    """Find the open request that a person means with a user code."""
    row = await tx.row(
        select(oauth_device_code.c.scopes, *CLIENT)
        .join(oauth_client, oauth_client.c.id == oauth_device_code.c.client_id)
        .where(*_undecided(user_code_hash, now), client_works())
    )
    if row is None:
        return None
    return DeviceRequest(user_code_hash=user_code_hash, client=client_of(row[1:]), scopes=read_scopes(row[0]))


async def approve_device(tx: Transaction, user_code_hash: str, family_id: str, *, now: Instant) -> bool:
    """Give a device its family; False when it was decided before or has expired."""
    undecided = update(oauth_device_code).where(*_undecided(user_code_hash, now))
    return await tx.run(undecided.values(family_id=family_id)) == 1


async def deny_device(tx: Transaction, user_code_hash: str, *, now: Instant) -> bool:
    """Send a device away; False when it was decided before or has expired."""
    return await tx.run(update(oauth_device_code).where(*_undecided(user_code_hash, now)).values(denied_at=now)) == 1


async def find_device(tx: Transaction, code_hash: str) -> PolledDevice | None:
    """Find a device by the code that its client shows."""
    table = oauth_device_code
    row = await tx.row(
        select(table.c.client_id, table.c.denied_at, table.c.family_id, table.c.used_at, table.c.ends_at).where(
            table.c.hash == code_hash
        )
    )
    if row is None:
        return None
    return PolledDevice(
        client_id=row[0],
        is_denied=row[1] is not None,
        is_decided=row[2] is not None,
        is_used=row[3] is not None,
        ends_at=Instant(row[4]),
    )


async def note_poll(tx: Transaction, code_hash: str, *, now: Instant, seconds_more: int) -> bool:
    """Note that a device asks; False when it asks too soon, and then it waits longer from now on."""
    table = oauth_device_code
    is_early = table.c.polled_at + table.c.interval_seconds * MICROSECONDS_PER_SECOND > now
    interval = case((is_early, table.c.interval_seconds + seconds_more), else_=table.c.interval_seconds)
    before = select(table.c.interval_seconds).where(table.c.hash == code_hash).with_for_update()
    interval_before = await tx.value(before)
    noted = update(table).where(table.c.hash == code_hash).values(polled_at=now, interval_seconds=interval)
    interval_after = await tx.value(noted.returning(table.c.interval_seconds))
    return bool(interval_before == interval_after)


async def use_device_code(tx: Transaction, code_hash: str, *, now: Instant) -> str | None:
    """Use a device code up and give its family; None when it is not approved, was used before or has expired."""
    table = oauth_device_code
    ready = (table.c.family_id.is_not(None), table.c.used_at.is_(None), table.c.ends_at > now)
    family_id: str | None = await tx.value(
        update(table).where(table.c.hash == code_hash, *ready).values(used_at=now).returning(table.c.family_id)
    )
    return family_id


def _undecided(user_code_hash: str, now: Instant) -> tuple[Any, ...]:
    table = oauth_device_code
    return (
        table.c.user_code_hash == user_code_hash,
        table.c.family_id.is_(None),
        table.c.denied_at.is_(None),
        table.c.ends_at > now,
    )


# ---------------------------------------------------------------- browsers


async def insert_browser(tx: Transaction, browser_hash: str, browser: Browser) -> None:
    """Store the hash of a browser's cookie."""
    await tx.run(
        insert(browser_sign_in),
        {
            "hash": browser_hash,
            "session_id": browser.session_id,
            "authenticated_at": browser.authenticated_at,
            "amr": browser.amr,
        },
    )


async def find_browser(tx: Transaction, browser_hash: str, *, now: Instant) -> Browser | None:
    """Find a browser whose session lives."""
    row = await tx.row(
        select(*_PERSON, session.c.id, session.c.ends_at, browser_sign_in.c.authenticated_at, browser_sign_in.c.amr)
        .join(session, session.c.id == browser_sign_in.c.session_id)
        .join(person, person.c.id == session.c.person_id)
        .where(
            browser_sign_in.c.hash == browser_hash,
            *_alive(now),
            person.c.deactivated_at.is_(None),
        )
    )
    return None if row is None else Browser(_person(*row[:4]), *row[4:])


async def find_session(tx: Transaction, session_id: str, *, now: Instant) -> Session | None:
    """Find a session that lives."""
    row = await tx.row(select(*_SESSION).where(session.c.id == session_id, *_alive(now)))
    return None if row is None else Session(*row)


async def note_session_use(tx: Transaction, session_id: str, *, now: Instant, idle_ends_at: Instant) -> bool:
    """Note that a session is in use; False when it has ended."""
    living = update(session).where(session.c.id == session_id, *_alive(now))
    return await tx.run(living.values(last_seen_at=now, idle_ends_at=idle_ends_at)) == 1


async def delete_browser(tx: Transaction, browser_hash: str) -> None:
    """Forget a browser."""
    await tx.run(delete(browser_sign_in).where(browser_sign_in.c.hash == browser_hash))


async def forget_ended(tx: Transaction, *, before: Instant, limit: int) -> int:
    """Delete families and devices' requests that ended before an instant, with all that hangs on them."""
    gone = 0
    for table, key in ((oauth_device_code, oauth_device_code.c.hash), (oauth_family, oauth_family.c.id)):
        oldest = select(key).where(table.c.ends_at < before).limit(limit)
        gone += await tx.run(delete(table).where(key.in_(oldest)))
    return gone


def _alive(now: Instant) -> tuple[Any, ...]:
    return (session.c.revoked_at.is_(None), session.c.idle_ends_at > now, session.c.ends_at > now)


def _person(person_id: str, name: str, role: str, created_at: int) -> Person:
    return Person(person_id, name, Role[role], Instant(created_at))


def _family(*row: Any) -> Family:  # noqa: ANN401 -- a row of the database
    values = dict(zip(Family.__slots__, row, strict=True))
    return Family(**{**values, "scopes": read_scopes(values["scopes"])})
