"""API keys: shown once, never above their maker, counted without a write per request, withdrawn everywhere."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select

from loopbank.access import (
    EVERY_ACCOUNT,
    ApiKeys,
    InvalidApiKey,
    KeyAboveCreator,
    KeyPermission,
    KeyTerms,
    NewApiKey,
    Principal,
    Role,
    RoleTooLow,
    UnacceptableKeyTerms,
    UnknownApiKey,
)
from loopbank.access.api_keys import FRESH_SECONDS
from loopbank.access.key_text import looks_like_key
from loopbank.access.tables import api_key
from loopbank.events import outbox_payloads
from loopbank.foundation.clock import later
from loopbank.foundation.database import Database
from tests.access.signing import SettableClock


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock()


@pytest.fixture
async def keys(database: Database, clock: SettableClock) -> AsyncIterator[ApiKeys]:
    made = ApiKeys(database, clock)
    yield made
    await made.stop()


def person(role: Role, clock: SettableClock, *, person_id: str = "") -> Principal:
    name = role.name.lower()
    return Principal(person_id or f"the-{name}", f"session of {name}", name, role, later(clock(), 3_600))


def terms(permission: KeyPermission = KeyPermission.WRITE, *accounts: str, **more: object) -> KeyTerms:
    return KeyTerms(name="till", permission=permission, allowed_accounts=accounts, **more)  # type: ignore[arg-type]  # one of the optional fields


async def made_by_admin(keys: ApiKeys, clock: SettableClock, **more: object) -> NewApiKey:
    wanted = terms(KeyPermission.WRITE, EVERY_ACCOUNT, **more)
    return await keys.create(person(Role.ADMIN, clock), wanted, own_accounts=())


async def test_a_key_is_recognised_and_only_its_hash_is_stored(
    database: Database, keys: ApiKeys, clock: SettableClock
) -> None:
    made = await made_by_admin(keys, clock)
    assert looks_like_key(made.text)
    assert made.text.startswith("lb_live_")
    assert (await keys.recognise(made.text)).id == made.key.id
    async with database.reading() as tx:
        stored = await tx.rows(select(api_key))
        told = await outbox_payloads(tx, "admin.acted")
    random_part = made.text[len(made.key.prefix) :]
    assert random_part not in str(stored)
    assert len(told) == 1
    assert random_part not in told[0]
    assert '"create_api_key"' in told[0]


@pytest.mark.parametrize("spoil", ["", "lb_live_", "nonsense", "é" * 46, "lb_live_" + "0" * 38])
async def test_what_is_no_key_opens_nothing(keys: ApiKeys, spoil: str) -> None:
    with pytest.raises(InvalidApiKey):
        await keys.recognise(spoil)


async def test_a_mistyped_key_is_known_by_its_checksum(keys: ApiKeys, clock: SettableClock) -> None:
    text = (await made_by_admin(keys, clock)).text
    for position in range(len("lb_live_"), len(text)):
        other = "x" if text[position] != "x" else "y"
        assert not looks_like_key(text[:position] + other + text[position + 1 :])


@pytest.mark.parametrize(
    ("role", "wanted", "refusal"),
    [
        (Role.USER, terms(KeyPermission.READ), RoleTooLow),
        (Role.DEVELOPER, terms(KeyPermission.ADMIN), KeyAboveCreator),
        (Role.DEVELOPER, terms(KeyPermission.WRITE, EVERY_ACCOUNT), KeyAboveCreator),
        (Role.DEVELOPER, terms(KeyPermission.WRITE, "own", "somebody-else"), KeyAboveCreator),
        (Role.ADMIN, terms(expires_at=1), UnacceptableKeyTerms),
    ],
)
async def test_no_key_is_made_above_its_maker(
    database: Database, keys: ApiKeys, clock: SettableClock, role: Role, wanted: KeyTerms, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        await keys.create(person(role, clock), wanted, own_accounts={"own"})
    async with database.reading() as tx:
        assert await tx.rows(select(api_key)) == []


async def test_a_developer_makes_keys_for_the_own_account_and_sees_no_others(
    keys: ApiKeys, clock: SettableClock
) -> None:
    await made_by_admin(keys, clock)
    developer = person(Role.DEVELOPER, clock)
    own = await keys.create(developer, terms(KeyPermission.WRITE, "own"), own_accounts={"own"})
    assert [key.id for key in await keys.list(developer)] == [own.key.id]
    assert len(await keys.list(person(Role.ADMIN, clock))) == 2
    assert own.key.may_spend_from("NC-AAAA-AAAA", "own")
    assert not own.key.may_spend_from("NC-AAAA-AAAA", "another")


async def test_a_key_expires(keys: ApiKeys, clock: SettableClock) -> None:
    made = await made_by_admin(keys, clock, expires_at=later(clock(), 60))
    await keys.recognise(made.text)
    clock.let_pass(60)
    with pytest.raises(InvalidApiKey):
        await keys.recognise(made.text)


async def test_a_revoked_key_opens_nothing_here_at_once_and_elsewhere_in_seconds(
    database: Database, keys: ApiKeys, clock: SettableClock
) -> None:
    replica = ApiKeys(database, clock)
    made = await made_by_admin(keys, clock)
    await keys.recognise(made.text)
    await replica.recognise(made.text)
    await keys.revoke(person(Role.ADMIN, clock), made.key.id)
    with pytest.raises(InvalidApiKey):
        await keys.recognise(made.text)
    clock.let_pass(FRESH_SECONDS)
    with pytest.raises(InvalidApiKey):
        await replica.recognise(made.text)
    with pytest.raises(UnknownApiKey):
        await keys.revoke(person(Role.ADMIN, clock), made.key.id)
    assert await keys.list(person(Role.ADMIN, clock)) == []
    await replica.stop()


async def test_nobody_revokes_the_key_of_somebody_else(keys: ApiKeys, clock: SettableClock) -> None:
    made = await made_by_admin(keys, clock)
    with pytest.raises(UnknownApiKey):
        await keys.revoke(person(Role.DEVELOPER, clock), made.key.id)
    assert (await keys.recognise(made.text)).id == made.key.id


@pytest.mark.parametrize(
    ("role", "kept"),
    [
        (Role.SUPERADMIN, {"all", "bare", "own", "other", "every", "none"}),
        (Role.ADMIN, {"all", "bare", "own", "other", "every", "none"}),
        (Role.DEVELOPER, {"bare", "own", "none"}),
        (Role.USER, set()),
        (None, set()),
    ],
)
async def test_a_person_who_falls_loses_the_keys_above_the_new_role(
    keys: ApiKeys, clock: SettableClock, role: Role | None, kept: set[str]
) -> None:
    admin, bystander = person(Role.ADMIN, clock), person(Role.ADMIN, clock, person_id="somebody else")
    asked = {
        "all": terms(KeyPermission.ADMIN),
        "bare": terms(KeyPermission.WRITE),
        "own": terms(KeyPermission.WRITE, "own"),
        "other": terms(KeyPermission.WRITE, "own", "other"),
        "every": terms(KeyPermission.WRITE, EVERY_ACCOUNT),
        "none": terms(KeyPermission.READ),
    }
    made = {name: await keys.create(admin, wanted, own_accounts=()) for name, wanted in asked.items()}
    untouched = await keys.create(bystander, asked["every"], own_accounts=())
    await keys.withdraw_above(admin.person_id, role, own_accounts={"own", admin.person_id})
    living = {key.id for key in await keys.list(bystander)}
    assert living == {untouched.key.id, *(made[name].key.id for name in kept)}
    for name, key in made.items():
        if name not in kept:
            with pytest.raises(InvalidApiKey):
                await keys.recognise(key.text)


async def test_uses_are_counted_by_every_process_and_written_together(
    database: Database, keys: ApiKeys, clock: SettableClock
) -> None:
    replica = ApiKeys(database, clock)
    made = await made_by_admin(keys, clock)
    for _ in range(3):
        await keys.recognise(made.text)
    latest = clock()
    clock.let_pass(-10)
    await replica.recognise(made.text)
    async with database.reading() as tx:
        assert await tx.value(select(api_key.c.use_count)) == 0
    await keys.stop()
    await replica.stop()
    (listed,) = await keys.list(person(Role.ADMIN, clock))
    assert (listed.use_count, listed.last_used_at) == (4, latest)
