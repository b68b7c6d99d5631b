"""The first administrator, roles, and shutting people out."""

import asyncio
import json

import pytest

from loopbank.access import Role
from loopbank.foundation.database import Database
from loopbank.identity import EmailTaken, NameTaken, Person, UnacceptablePassword, store
from loopbank.identity.administration import SETUP_SECONDS_MAX
from loopbank.identity.errors import RoleChangeRefused, UnknownPerson
from loopbank.identity.tokens import token_hash
from tests.access.signing import SettableClock
from tests.identity.authentication import OTHER_PASSWORD, PASSWORD, Answer, Authentication, Client, running


async def setup_token(authentication: Authentication) -> str:
    link = await authentication.identity.create_setup_link("https://bank.example/")
    assert link is not None
    address, _, token = link.partition("#")
    assert address == "https://bank.example/setup"
    return token


async def set_up(client: Client, token: str, name: str = "Game Master") -> Answer:
    body = {"token": token, "character_name": name, "password": PASSWORD}
    return await client.send("POST", "/api/v1/auth/setup", body)


async def person_named(authentication: Authentication, name_key: str) -> Person:
    async with authentication.database.reading() as tx:
        known = await store.find_credentials(tx, name_key)
        assert known is not None
        person = await store.find_person(tx, known.person_id)
    assert person is not None
    return person


async def test_the_link_makes_the_first_super_administrator(authentication: Authentication, client: Client) -> None:
    answer = await set_up(client, await setup_token(authentication))
    assert answer.status == 201
    assert (answer.json["user"]["role"], answer.json["user"]["is_admin"]) == ("SUPERADMIN", True)
    assert answer.json["user"]["account_number"] == "NC-TEST-0000"
    assert (await client.login("Game Master")).json["user"]["is_admin"] is True
    (fact,) = await authentication.facts("user.registered")
    assert json.loads(fact)["role"] == "SUPERADMIN"


async def test_fifty_uses_of_one_link_make_one_super_administrator(
    authentication: Authentication, database: Database, clock: SettableClock
) -> None:
    token = await setup_token(authentication)
    async with running(Authentication(database, clock)) as second, authentication.client() as a, second.client() as b:
        answers = await asyncio.gather(
            *(set_up((a, b)[number % 2], token, f"Game Master {number}") for number in range(50))
        )
    assert [answer.status for answer in answers].count(201) == 1
    assert {answer.code for answer in answers if answer.status != 201} == {"setup_link_not_valid"}
    assert len(await authentication.facts("user.registered")) == 1


async def test_a_link_is_used_up_by_one_of_fifty_transactions(
    authentication: Authentication, clock: SettableClock
) -> None:
    hashed = token_hash(await setup_token(authentication))

    async def use() -> bool:
        async with authentication.database.transaction() as tx:
            return await store.use_setup_token(tx, hashed, now=clock())

    assert (await asyncio.gather(*(use() for _ in range(50)))).count(True) == 1


async def test_two_links_used_at_once_make_one_super_administrator(
    authentication: Authentication, client: Client
) -> None:
    tokens = [await setup_token(authentication) for _ in range(10)]
    answers = await asyncio.gather(
        *(set_up(client, token, f"Game Master {number}") for number, token in enumerate(tokens))
    )
    assert [answer.status for answer in answers].count(201) == 1


async def test_there_is_no_link_once_there_is_a_super_administrator(
    authentication: Authentication, client: Client
) -> None:
    early = await setup_token(authentication)
    await authentication.identity.create_administrator("Owner", PASSWORD)
    assert await authentication.identity.create_setup_link("https://bank.example") is None
    assert (await set_up(client, early)).code == "setup_link_not_valid"


async def test_a_link_expires(authentication: Authentication, client: Client, clock: SettableClock) -> None:
    token = await setup_token(authentication)
    clock.let_pass(SETUP_SECONDS_MAX)
    assert (await set_up(client, token)).status == 403


async def test_an_invented_link_is_refused(client: Client) -> None:
    for token in ("x", "A" * 43):
        answer = await set_up(client, token)
        assert (answer.status, answer.code) == (403, "setup_link_not_valid"), token


async def test_a_link_survives_a_name_that_is_taken(authentication: Authentication, client: Client) -> None:
    token = await setup_token(authentication)
    await client.register("Runner")
    assert (await set_up(client, token, "RUNNER")).code == "name_taken"
    assert (await set_up(client, token, "Game Master")).status == 201


async def test_only_the_links_hash_is_stored(authentication: Authentication, clock: SettableClock) -> None:
    token = await setup_token(authentication)
    async with authentication.database.reading() as tx:
        assert not await store.setup_token_is_open(tx, token, now=clock())


async def test_the_command_line_makes_a_super_administrator_first_and_then_administrators(
    authentication: Authentication, client: Client
) -> None:
    people = await asyncio.gather(
        *(authentication.identity.create_administrator(f"Owner {number}", PASSWORD) for number in range(8))
    )
    assert sorted(person.role for person in people) == [Role.ADMIN] * 7 + [Role.SUPERADMIN]
    assert (await client.login("Owner 3")).json["user"]["is_admin"] is True


async def test_the_command_line_keeps_the_rules_too(authentication: Authentication) -> None:
    identity = authentication.identity
    await identity.create_administrator("Owner", PASSWORD, email="Owner@Bank.example")
    with pytest.raises(NameTaken):
        await identity.create_administrator("OWNER", PASSWORD)
    with pytest.raises(EmailTaken):
        await identity.create_administrator("Second", PASSWORD, email=" owner@bank.EXAMPLE ")
    with pytest.raises(UnacceptablePassword):
        await identity.create_administrator("Second", "123456")


async def test_a_role_change_is_told_and_counts_in_the_next_token(
    authentication: Authentication, client: Client
) -> None:
    owner = await authentication.identity.create_administrator("Owner", PASSWORD)
    await client.register("Runner")
    runner = await person_named(authentication, "runner")
    promoted = await authentication.identity.administration.change_role(runner.id, Role.ADMIN, actor_id=owner.id)
    assert promoted.role is Role.ADMIN
    assert (await client.login("Runner")).json["user"]["role"] == "ADMIN"
    (fact,) = await authentication.facts("role.changed")
    assert json.loads(fact) == {"before": "USER", "after": "ADMIN", "actor": owner.id}


async def test_nobody_changes_themselves_or_reaches_above_themselves(
    authentication: Authentication, client: Client
) -> None:
    administration = authentication.identity.administration
    owner = await authentication.identity.create_administrator("Owner", PASSWORD)
    admin = await authentication.identity.create_administrator("Second", PASSWORD)
    await client.register("Runner")
    await client.register("Fixer")
    runner, fixer = await person_named(authentication, "runner"), await person_named(authentication, "fixer")
    for person, role, actor in (
        (owner, Role.USER, owner),
        (admin, Role.SUPERADMIN, admin),
        (owner, Role.USER, admin),
        (runner, Role.SUPERADMIN, admin),
        (runner, Role.ADMIN, fixer),
    ):
        with pytest.raises(RoleChangeRefused):
            await administration.change_role(person.id, role, actor_id=actor.id)
    for person, actor in ((owner, owner), (owner, admin), (runner, fixer)):
        with pytest.raises(RoleChangeRefused):
            await administration.deactivate(person.id, actor_id=actor.id)
    assert await authentication.facts("role.changed") == []
    assert await authentication.facts("user.deactivated") == []
    assert (await person_named(authentication, "owner")).role is Role.SUPERADMIN


async def test_two_super_administrators_cannot_remove_each_other(authentication: Authentication) -> None:
    administration = authentication.identity.administration
    owner = await authentication.identity.create_administrator("Owner", PASSWORD)
    second = await authentication.identity.create_administrator("Second", PASSWORD)
    second = await administration.change_role(second.id, Role.SUPERADMIN, actor_id=owner.id)
    outcomes = await asyncio.gather(
        administration.change_role(second.id, Role.USER, actor_id=owner.id),
        administration.deactivate(owner.id, actor_id=second.id),
        return_exceptions=True,
    )
    assert [isinstance(outcome, RoleChangeRefused) for outcome in outcomes].count(True) == 1
    async with authentication.database.reading() as tx:
        assert await store.count_superadmins(tx) == 1


async def test_a_person_who_does_not_exist_cannot_be_changed(authentication: Authentication) -> None:
    owner = await authentication.identity.create_administrator("Owner", PASSWORD)
    administration = authentication.identity.administration
    with pytest.raises(UnknownPerson):
        await administration.change_role("nobody", Role.USER, actor_id=owner.id)
    with pytest.raises(UnknownPerson):
        await administration.deactivate("nobody", actor_id=owner.id)
    with pytest.raises(UnknownPerson):
        await administration.restore("nobody", actor_id=owner.id)


async def test_a_deactivated_person_is_out_and_a_restored_one_signs_in_anew(
    authentication: Authentication, client: Client
) -> None:
    administration = authentication.identity.administration
    owner = await authentication.identity.create_administrator("Owner", PASSWORD)
    tokens = await client.join("Runner")
    runner = await person_named(authentication, "runner")
    await administration.deactivate(runner.id, actor_id=owner.id)
    assert (await client.sessions(tokens["access_token"])).code == "invalid_token"
    assert (await client.refresh(tokens["refresh_token"])).code == "invalid_grant"
    await administration.restore(runner.id, actor_id=owner.id)
    assert (await client.sessions(tokens["access_token"])).code == "invalid_token"
    assert (await client.refresh(tokens["refresh_token"])).code == "invalid_grant"
    fresh = (await client.login("Runner")).json
    assert (await client.change_password(fresh["access_token"], new=OTHER_PASSWORD)).status == 200
    assert len(await authentication.facts("user.deactivated")) == 1
    assert len(await authentication.facts("user.restored")) == 1
