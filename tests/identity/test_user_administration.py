"""The platform's administration of people: who may see and do what, and what is left of somebody who was removed."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pyotp
import pytest
from sqlalchemy import func, select

from loopbank.access import Role
from loopbank.foundation.database import Database, connect_database
from loopbank.foundation.settings import Profile
from loopbank.identity import Person, store
from loopbank.identity.errors import UnknownPerson
from loopbank.identity.google import store as outside_accounts
from loopbank.identity.mail.tables import letter
from loopbank.identity.passkeys import store as passkeys
from loopbank.identity.second_factor.tables import recovery_code, totp
from loopbank.identity.tables import person, session
from tests.access.signing import SettableClock
from tests.identity.accounts.mailbox import latest
from tests.identity.accounts.people import join, login, me
from tests.identity.authentication import PASSWORD, Answer, Authentication, Client, running

USERS = "/api/admin/users"
NOBODY = "4b4f6f5e-3d59-4c39-9a66-6f7a0f2f9c11"


@dataclass(frozen=True, slots=True)
class Somebody:
    """A person who is signed in, and their program."""

    id: str
    email: str
    token: str
    refresh_token: str
    client: Client

    async def send(self, method: str, path: str, body: object = None) -> Answer:
        return await self.client.send(method, path, body, token=self.token)

    async def change_role(self, other: "Somebody", role: str) -> Answer:
        return await self.send("PATCH", f"{USERS}/{other.id}/role", {"role": role})

    async def remove(self, other: "Somebody") -> Answer:
        return await self.send("DELETE", f"{USERS}/{other.id}")

    async def change_status(self, other: "Somebody", *, is_active: bool) -> Answer:
        return await self.send("PATCH", f"{USERS}/{other.id}/status", {"isActive": is_active})

    async def take_app(self, other: "Somebody") -> Answer:
        return await self.send("DELETE", f"{USERS}/{other.id}/second-factor")


class Town:
    """A running platform, and people in it who meet only whom they know."""

    def __init__(self, platform: Authentication, stack: AsyncExitStack) -> None:
        self.platform = platform
        self._stack = stack

    async def somebody(self, role: Role = Role.USER) -> Somebody:
        client = await self._stack.enter_async_context(self.platform.client())
        email = f"{role.name.lower()}-{uuid4().hex[:8]}@example.org"
        joined = await join(self.platform, client, email)
        if role is not Role.USER:
            async with self.platform.database.transaction() as tx:
                await store.set_role(tx, joined["user"]["id"], role=role, now=self.platform.clock())
        given = (await login(client, email)).json
        return Somebody(given["user"]["id"], email, given["token"], given["refreshToken"], client)

    async def protected(self, role: Role = Role.USER) -> Somebody:
        """Somebody with an authenticator app."""
        somebody = await self.somebody(role)
        secret = (await somebody.send("POST", "/api/v1/auth/totp", {"password": PASSWORD})).json["secret"]
        code = {"code": pyotp.TOTP(secret).at(self.platform.clock.seconds)}
        assert (await somebody.send("POST", "/api/v1/auth/totp/confirm", code)).status == 200
        return somebody

    async def count(self, query: Any) -> int:
        async with self.platform.database.reading() as tx:
            counted: int = await tx.value(query)
        return counted


@pytest.fixture(scope="module")
async def town(module_database_url: str, anyio_backend: str) -> AsyncIterator[Town]:
    """A platform on either database that the tests of this module share."""
    database = connect_database(module_database_url)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(database.close)
        platform = Authentication(database, SettableClock(), profile=Profile.PLATFORM)
        await stack.enter_async_context(running(platform))
        yield Town(platform, stack)


async def test_administrators_find_people_by_name_and_address(town: Town) -> None:
    admin, runner = await town.somebody(Role.ADMIN), await town.somebody()
    found = (await admin.send("GET", f"{USERS}?search={runner.email.upper()}")).json
    assert found["pagination"] == {"page": 1, "pageSize": 20, "total": 1}
    (shown,) = found["users"]
    assert shown == {
        "id": runner.id,
        "email": runner.email,
        "fullName": "A Night Runner",
        "role": "USER",
        "isVerified": True,
        "isActive": True,
        "isRemoved": False,
        "hasSecondFactor": False,
        "createdAt": shown["createdAt"],
        "lastLoginAt": shown["lastLoginAt"],
    }
    assert (await admin.send("GET", f"{USERS}?search=%25")).json["users"] == []
    assert (await admin.send("GET", f"{USERS}?search=_ight")).json["users"] == []


async def test_pages_follow_each_other_newest_first(town: Town) -> None:
    admin = await town.somebody(Role.ADMIN)
    for _ in range(3):
        town.platform.clock.let_pass(1)
        await town.somebody()
    whole = (await admin.send("GET", f"{USERS}?pageSize=100")).json
    ids = [one["id"] for one in whole["users"]]
    assert [one["createdAt"] for one in whole["users"]] == sorted(one["createdAt"] for one in whole["users"])[::-1]
    paged: list[str] = []
    for page in range(1, 40):
        shown = (await admin.send("GET", f"{USERS}?page={page}&pageSize=2")).json
        assert shown["pagination"]["total"] == len(ids)
        paged += [one["id"] for one in shown["users"]]
    assert paged == ids


@pytest.mark.parametrize("query", ["page=0", "page=10001", "pageSize=0", "pageSize=101", "page=x", "search=%00"])
async def test_what_is_no_page_is_refused(town: Town, query: str) -> None:
    admin = await town.somebody(Role.ADMIN)
    assert (await admin.send("GET", f"{USERS}?{query}")).status == 400


@pytest.mark.parametrize("role", [Role.USER, Role.DEVELOPER])
async def test_who_is_no_administrator_sees_and_does_nothing(town: Town, role: Role) -> None:
    somebody, other = await town.somebody(role), await town.somebody()
    answers = [
        await somebody.send("GET", USERS),
        await somebody.send("GET", f"{USERS}/{other.id}"),
        await somebody.change_role(other, "ADMIN"),
        await somebody.remove(other),
    ]
    assert {answer.status for answer in answers} == {403}


async def test_an_administrator_changes_no_role_and_removes_nobody(town: Town) -> None:
    admin, other = await town.somebody(Role.ADMIN), await town.somebody()
    assert (await admin.change_role(other, "DEVELOPER")).status == 403
    assert (await admin.remove(other)).status == 403
    assert (await me(other.client, other.token)).json["user"]["role"] == "USER"


async def test_one_person_is_shown_with_what_they_hold(town: Town) -> None:
    admin, runner = await town.somebody(Role.ADMIN), await town.somebody()
    shown = await admin.send("GET", f"{USERS}/{runner.id}")
    assert (shown.json["user"]["email"], shown.json["user"]["wallet"]) == (runner.email, {"balance": 1000})
    town.platform.coin_side.is_down = True
    assert (await admin.send("GET", f"{USERS}/{runner.id}")).json["user"]["wallet"] == {"balance": None}
    town.platform.coin_side.is_down = False
    assert (await admin.send("GET", f"{USERS}/{NOBODY}")).code == "person_not_found"
    assert (await admin.send("GET", f"{USERS}/nobody")).status == 404


async def test_a_role_is_given_at_once_and_told(town: Town) -> None:
    owner, runner = await town.somebody(Role.SUPERADMIN), await town.somebody()
    changed = await owner.change_role(runner, "ADMIN")
    assert (changed.status, changed.json["user"]) == (200, {"id": runner.id, "role": "ADMIN"})
    # The token from before counts with the new role, here and wherever the revocations are read.
    assert (await runner.send("GET", USERS)).status == 200
    assert (await owner.change_role(runner, "USER")).status == 200
    assert (await runner.send("GET", USERS)).status == 403
    facts = [json.loads(fact) for fact in await town.platform.facts("admin.acted")]
    acts = [fact for fact in facts if fact["action"] == "change_role" and fact["actor"] == owner.id]
    assert [act["details"] for act in acts] == [
        {"before": "USER", "after": "ADMIN"},
        {"before": "ADMIN", "after": "USER"},
    ]


async def test_nobody_changes_or_removes_themselves(town: Town) -> None:
    owner = await town.somebody(Role.SUPERADMIN)
    for refused in (await owner.change_role(owner, "USER"), await owner.remove(owner)):
        assert (refused.status, refused.code) == (403, "role_change_refused")


@pytest.mark.parametrize("body", [{}, {"role": "OWNER"}, {"role": 3}, {"role": None}, [], {"role": "admin"}], ids=str)
async def test_what_is_no_role_is_refused(town: Town, body: object) -> None:
    owner, runner = await town.somebody(Role.SUPERADMIN), await town.somebody()
    assert (await owner.send("PATCH", f"{USERS}/{runner.id}/role", body)).status == 400
    assert (await owner.send("PATCH", f"{USERS}/{NOBODY}/role", {"role": "USER"})).code == "person_not_found"


async def test_a_person_is_shut_out_and_let_in_again(town: Town) -> None:
    admin, runner = await town.somebody(Role.ADMIN), await town.somebody()
    out = await admin.change_status(runner, is_active=False)
    assert (out.status, out.json["user"]) == (200, {"id": runner.id, "isActive": False})
    assert (await me(runner.client, runner.token)).code == "invalid_token"
    assert (await login(runner.client, runner.email)).code == "wrong_credentials"
    shown = (await admin.send("GET", f"{USERS}/{runner.id}")).json["user"]
    assert (shown["isActive"], shown["isRemoved"], shown["fullName"]) == (False, False, "A Night Runner")
    assert (await admin.change_status(runner, is_active=False)).code == "person_not_found"
    assert (await admin.change_status(runner, is_active=True)).json["user"]["isActive"] is True
    assert (await me(runner.client, runner.token)).code == "invalid_token", "old sign-ins stay ended"
    assert (await me(runner.client, (await login(runner.client, runner.email)).json["token"])).status == 200
    acts = [json.loads(fact) for fact in await town.platform.facts("admin.acted")]
    assert [act["action"] for act in acts if act["actor"] == admin.id] == ["deactivate_user", "restore_user"]


async def test_nobody_shuts_out_their_equals_or_themselves_and_removed_people_stay_out(town: Town) -> None:
    admin, other, owner = [await town.somebody(role) for role in (Role.ADMIN, Role.ADMIN, Role.SUPERADMIN)]
    for refused in (
        await admin.change_status(other, is_active=False),
        await admin.change_status(owner, is_active=False),
        await admin.change_status(admin, is_active=False),
        await owner.change_status(owner, is_active=False),
    ):
        assert (refused.status, refused.code) == (403, "role_change_refused")
    assert (await (await town.somebody(Role.DEVELOPER)).change_status(admin, is_active=False)).code == "role_too_low"
    assert (await admin.send("PATCH", f"{USERS}/{other.id}/status", {"isActive": "no"})).status == 400
    gone = await town.somebody()
    assert (await owner.remove(gone)).status == 200
    assert (await owner.change_status(gone, is_active=True)).code == "person_not_found"
    assert (await owner.send("GET", f"{USERS}/{gone.id}")).json["user"]["isRemoved"] is True


async def test_a_lost_app_is_taken_away_and_every_device_with_it(town: Town) -> None:
    admin, runner = await town.somebody(Role.ADMIN), await town.protected()
    assert "token" not in (await login(runner.client, runner.email)).json
    answers = await asyncio.gather(*(admin.take_app(runner) for _ in range(3)))
    assert sorted(answer.status for answer in answers) == [200, 404, 404]
    assert (await me(runner.client, runner.token)).code == "invalid_token"
    refreshed = await runner.client.send("POST", "/api/auth/refresh", {"refreshToken": runner.refresh_token})
    assert refreshed.code == "invalid_grant"
    assert (await me(runner.client, (await login(runner.client, runner.email)).json["token"])).status == 200
    assert await town.count(select(func.count()).where(recovery_code.c.person_id == runner.id)) == 0
    assert (await latest(town.platform, runner.email, "security_changed")).address == runner.email
    acts = [json.loads(fact) for fact in await town.platform.facts("admin.acted")]
    assert [act["actor"] for act in acts if act["action"] == "remove_second_factor"].count(admin.id) == 1
    told = [json.loads(fact) for fact in await town.platform.facts("security.acted")]
    assert {one["act"] for one in told if one["details"].get("actor")} == {"second_factor_removed"}


async def test_staff_keep_their_apps_but_from_super_administrators_and_nobody_takes_their_own(town: Town) -> None:
    admin, other, owner = [await town.protected(role) for role in (Role.ADMIN, Role.ADMIN, Role.SUPERADMIN)]
    second = await town.somebody(Role.SUPERADMIN)
    for refused in (
        await admin.take_app(other),
        await admin.take_app(owner),
        await admin.take_app(admin),
        await owner.take_app(owner),
    ):
        assert (refused.status, refused.code) == (403, "role_change_refused")
    assert (await (await town.somebody(Role.DEVELOPER)).take_app(admin)).code == "role_too_low"
    assert (await me(other.client, other.token)).status == 200
    for one in (other, owner):
        assert (await second.take_app(one)).status == 200
    assert (await second.take_app(await town.somebody())).code == "second_factor_missing"


async def test_a_removed_person_is_out_at_once_and_for_ever(town: Town) -> None:
    owner, runner = await town.somebody(Role.SUPERADMIN), await town.somebody()
    guard, revocations = town.platform.coin_service_guard()
    del guard
    assert (await owner.remove(runner)).status == 200
    assert (await me(runner.client, runner.token)).code == "invalid_token"
    refreshed = await runner.client.send("POST", "/api/auth/refresh", {"refreshToken": runner.refresh_token})
    assert refreshed.code == "invalid_grant"
    assert (await login(runner.client, runner.email)).code == "wrong_credentials"
    await revocations.refresh()
    assert runner.id in revocations._people
    assert (await owner.remove(runner)).code == "person_not_found"
    assert (await owner.change_role(runner, "ADMIN")).code == "person_not_found"
    with pytest.raises(UnknownPerson):
        await town.platform.identity.administration.restore(runner.id, actor_id=owner.id)


async def test_of_a_removed_person_the_id_is_left_and_nothing_else(town: Town) -> None:
    owner, runner = await town.somebody(Role.SUPERADMIN), await town.protected()
    async with town.platform.database.transaction() as tx:
        now = town.platform.clock()
        await outside_accounts.link(tx, runner.id, issuer="x", subject=runner.id, email=runner.email, now=now)
        made = passkeys.StoredPasskey(f"key-{runner.id}", runner.id, "AA", 0, "My phone", now, None)
        await passkeys.insert_passkey(tx, made)
    assert (await town.platform.client().send("POST", "/api/auth/forgot-password", {"email": runner.email})).status
    assert (await owner.remove(runner)).status == 200
    for column in (
        totp.c.person_id,
        recovery_code.c.person_id,
        letter.c.person_id,
    ):
        assert await town.count(select(func.count()).select_from(column.table).where(column == runner.id)) == 0
    async with town.platform.database.reading() as tx:
        assert await passkeys.list_passkeys(tx, runner.id) == []
        assert await outside_accounts.list_addresses(tx, runner.id, issuer="x") == []
        (row,) = await tx.rows(select(person).where(person.c.id == runner.id))
        places = await tx.rows(select(session.c.device, session.c.address).where(session.c.person_id == runner.id))
        assert await tx.rows(select(letter.c.id).where(letter.c.address == runner.email)) == []
    assert set(places) == {("", "")}
    assert (row.name, row.email, row.email_key, row.claimed_email_key) == ("Deleted user", None, None, None)
    assert runner.email not in str(row)
    shown = (await owner.send("GET", f"{USERS}/{runner.id}")).json["user"]
    assert (shown["fullName"], shown["email"], shown["isActive"]) == ("Deleted user", None, False)
    renamed = [json.loads(fact) for fact in await town.platform.facts("user.renamed")]
    assert {"character_name": "Deleted user"} in renamed
    assert any(runner.id in fact for fact in await town.platform.facts("admin.acted") if "remove_user" in fact)


async def test_name_and_address_of_a_removed_person_are_free(town: Town) -> None:
    owner = await town.somebody(Role.SUPERADMIN)
    client, name = town.platform.client(), f"runner {uuid4().hex[:8]}"
    await client.register(name)
    async with town.platform.database.reading() as tx:
        known = await store.find_credentials(tx, name)
    assert known is not None
    assert (await owner.send("DELETE", f"{USERS}/{known.person_id}")).status == 200
    assert (await client.login(name)).code == "wrong_credentials"
    assert (await client.register(name)).status == 201
    assert (await client.register("Deleted User")).code == "name_not_acceptable"
    runner = await town.somebody()
    assert (await owner.remove(runner)).status == 200
    town.platform.clock.let_pass(1)
    again = await join(town.platform, client, runner.email)
    assert again["user"]["id"] != runner.id


async def test_a_removed_persons_letters_open_nothing(town: Town) -> None:
    owner, runner = await town.somebody(Role.SUPERADMIN), await town.somebody()
    secrets = town.platform.identity.accounts.recovery
    async with town.platform.database.transaction() as tx:
        slip = await secrets.write_slip(tx, runner.id)
    asked = await runner.client.send("POST", "/api/auth/login/init", {"email": runner.email})
    assert (await owner.remove(runner)).status == 200
    body = {"token": slip, "newPassword": "another-long-password"}
    assert (await runner.client.send("POST", "/api/auth/reset-password", body)).code == "link_not_valid"
    given = {"email": runner.email, "code": "123456", "loginId": asked.json["loginId"]}
    assert (await runner.client.send("POST", "/api/auth/login/verify", given)).code == "wrong_code"


async def owners(database: Database, clock: SettableClock, count: int) -> tuple[Authentication, list[Person]]:
    """A bank of its own with some super-administrators and nobody else."""
    bank = Authentication(database, clock, profile=Profile.PLATFORM)
    registration = bank.identity.registration
    new = [registration.check(f"Owner {number}", PASSWORD, role=Role.SUPERADMIN) for number in range(count)]
    return bank, [await registration.register(one) for one in new]


async def test_the_last_super_administrator_stays_however_many_remove_each_other_at_once(
    database: Database, clock: SettableClock
) -> None:
    bank, people = await owners(database, clock, 6)
    second = Authentication(database, clock, profile=Profile.PLATFORM)
    acts = [
        (bank, second)[number % 2].identity.administration.remove(other.id, actor_id=one.id)
        for number, one in enumerate(people)
        for other in people
        if one is not other
    ]
    outcomes = await asyncio.gather(*acts, return_exceptions=True)
    async with database.reading() as tx:
        assert await store.count_superadmins(tx) == 1
    assert outcomes.count(None) == len(people) - 1


async def test_who_was_removed_a_moment_ago_removes_nobody(database: Database, clock: SettableClock) -> None:
    bank, (first, second, third) = await owners(database, clock, 3)
    administration = bank.identity.administration
    await administration.remove(second.id, actor_id=first.id)
    for act in (
        administration.remove(third.id, actor_id=second.id),
        administration.change_role(third.id, Role.USER, actor_id=second.id),
        administration.deactivate(third.id, actor_id=second.id),
        administration.restore(second.id, actor_id=second.id),
    ):
        with pytest.raises(UnknownPerson):
            await act
    async with database.reading() as tx:
        assert await store.count_superadmins(tx) == 2
