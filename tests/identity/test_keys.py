"""Signing keys: one for all processes, sealed where it lies, rotated without anybody noticing."""

import asyncio
import json

import pytest
from joserfc import jws
from sqlalchemy import select

from loopbank.access import InvalidToken, Role, TokenVerifier
from loopbank.foundation.database import Database
from loopbank.identity import SigningKeyUnreadable
from loopbank.identity.keys import KeyRing
from loopbank.identity.people import Person, Session
from loopbank.identity.standing import Standing
from loopbank.identity.tables import signing_key
from loopbank.identity.tokens import TokenIssuer
from tests.access.signing import SettableClock
from tests.identity.authentication import SECRET_KEY

HOUR = 3_600


def key_ring(database: Database, clock: SettableClock, secret_key: str = SECRET_KEY) -> KeyRing:
    return KeyRing(database=database, secret_key=secret_key, token_seconds=HOUR, clock=clock)


async def published(ring: KeyRing) -> list[str]:
    return [key["kid"] for key in (await ring.document())["keys"]]


def issuer_with(ring: KeyRing, clock: SettableClock) -> TokenIssuer:
    return TokenIssuer(
        keys=ring, issuer="loopbank", token_seconds=HOUR, standing=Standing(grace_seconds=None), clock=clock
    )


def session_of(person: Person, clock: SettableClock) -> Session:
    now = clock()
    end = type(now)(now + 90 * 86_400 * 1_000_000)
    return Session("session-1", person.id, "phone", "192.0.2.7", now, now, end, end)


async def test_processes_that_start_at_once_share_one_key(database: Database, clock: SettableClock) -> None:
    rings = [key_ring(database, clock) for _ in range(6)]
    await asyncio.gather(*(ring.start() for ring in rings))
    ids = {(await ring.signing_key()).id for ring in rings}
    assert len(ids) == 1
    assert await published(rings[0]) == list(ids)


async def test_a_restart_finds_its_key_again(database: Database, clock: SettableClock) -> None:
    first, second = key_ring(database, clock), key_ring(database, clock)
    await first.start()
    await second.start()
    assert (await first.signing_key()).id == (await second.signing_key()).id


async def test_the_private_half_is_sealed(database: Database, clock: SettableClock) -> None:
    ring = key_ring(database, clock)
    await ring.start()
    async with database.reading() as tx:
        (row,) = await tx.rows(select(signing_key))
    assert row.sealed_private_key
    assert "PRIVATE" not in row.sealed_private_key
    assert set(json.loads(row.public_jwk)) == {"kty", "n", "e", "kid", "use", "alg"}
    with pytest.raises(SigningKeyUnreadable, match="another SECRET_KEY"):
        await key_ring(database, clock, "another secret, the wrong one for this").start()


async def test_a_sealed_key_cannot_be_moved_to_another_id(database: Database, clock: SettableClock) -> None:
    ring = key_ring(database, clock)
    await ring.start()
    async with database.transaction() as tx:
        await tx.run(signing_key.update().values(id="another"))
    with pytest.raises(SigningKeyUnreadable):
        await key_ring(database, clock).start()


async def test_a_new_key_is_known_to_all_before_it_signs(database: Database, clock: SettableClock) -> None:
    ring, other = key_ring(database, clock), key_ring(database, clock)
    await ring.start()
    await other.start()
    old = (await ring.signing_key()).id
    new = await ring.rotate()
    assert (await ring.signing_key()).id == old
    assert set(await published(ring)) == {old, new}
    clock.let_pass(31)
    assert set(await published(other)) == {old, new}
    assert (await other.signing_key()).id == old
    clock.let_pass(90)
    assert (await ring.signing_key()).id == (await other.signing_key()).id == new


async def test_a_retired_key_stays_published_while_its_tokens_live(database: Database, clock: SettableClock) -> None:
    ring = key_ring(database, clock)
    await ring.start()
    person = Person("person-1", "Runner", Role.USER, clock())
    verifier = TokenVerifier(fetch_keys=ring.document, issuer="loopbank", clock=clock)
    old = (await ring.signing_key()).id
    await ring.rotate()
    clock.let_pass(119)
    token = (await issuer_with(ring, clock).issue(person, session_of(person, clock))).text
    assert jws.extract_compact(token.encode()).headers()["kid"] == old
    clock.let_pass(HOUR - 1)
    assert (await verifier.verify(token)).person_id == "person-1"
    clock.let_pass(2 * 60)
    assert old not in await published(ring)


async def test_a_retired_keys_private_half_is_deleted(database: Database, clock: SettableClock) -> None:
    ring = key_ring(database, clock)
    await ring.start()
    await ring.rotate()
    clock.let_pass(120 + 31)
    await ring.forget_private_halves()
    async with database.reading() as tx:
        rows = await tx.rows(select(signing_key).order_by(signing_key.c.retired_at.is_(None)))
    assert [row.sealed_private_key is None for row in rows] == [True, False]
    assert [row.retired_at is None for row in rows] == [False, True]


async def test_rotations_in_quick_succession_let_no_key_sign_before_its_time(
    database: Database, clock: SettableClock
) -> None:
    ring = key_ring(database, clock)
    await ring.start()
    expected = [(await ring.signing_key()).id]
    for _ in range(2):
        clock.let_pass(31)
        expected.append(await ring.rotate())
    signed = []
    for _ in range(10):
        signed.append((await ring.signing_key()).id)
        clock.let_pass(31)
    assert list(dict.fromkeys(signed)) == expected
    assert len(set(await published(ring))) == 3


async def test_rotations_at_once_leave_one_newest_key(database: Database, clock: SettableClock) -> None:
    rings = [key_ring(database, clock) for _ in range(3)]
    for ring in rings:
        await ring.start()
    await asyncio.gather(*(ring.rotate() for ring in rings), return_exceptions=True)
    async with database.reading() as tx:
        newest = await tx.rows(select(signing_key.c.id).where(signing_key.c.retired_at.is_(None)))
    assert len(newest) == 1


async def test_stolen_keys_are_withdrawn_with_all_that_they_signed(database: Database, clock: SettableClock) -> None:
    ring, other = key_ring(database, clock), key_ring(database, clock)
    await ring.start()
    await other.start()
    verifier = TokenVerifier(fetch_keys=other.document, issuer="loopbank", clock=clock)
    person = Person("person-1", "Runner", Role.USER, clock())
    old = (await issuer_with(ring, clock).issue(person, session_of(person, clock))).text
    await ring.rotate()
    assert (await verifier.verify(old)).person_id == "person-1"
    new = await ring.rotate(withdraws=True)
    assert await published(ring) == [new]
    assert (await ring.signing_key()).id == new
    clock.let_pass(31)
    assert await published(other) == [new]
    token = (await issuer_with(other, clock).issue(person, session_of(person, clock))).text
    assert (await verifier.verify(token)).person_id == "person-1"
    with pytest.raises(InvalidToken):
        await verifier.verify(old)
    async with database.reading() as tx:
        kept = await tx.rows(select(signing_key.c.id).where(signing_key.c.sealed_private_key.is_not(None)))
    assert [row.id for row in kept] == [new]


async def test_a_rotation_under_another_secret_changes_nothing(database: Database, clock: SettableClock) -> None:
    ring = key_ring(database, clock)
    await ring.start()
    with pytest.raises(SigningKeyUnreadable):
        await key_ring(database, clock, "another secret, the wrong one for this").rotate()
    clock.let_pass(31)
    assert await published(ring) == [(await ring.signing_key()).id]
