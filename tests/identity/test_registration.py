"""Joining the bank."""

import asyncio
import json

from loopbank.foundation.clock import from_rfc3339
from loopbank.foundation.database import Database
from loopbank.foundation.settings import Profile
from tests.access.signing import SettableClock
from tests.identity.authentication import PASSWORD, Authentication, Client, running


async def test_a_newcomer_is_welcomed_with_their_wallet(client: Client, clock: SettableClock) -> None:
    answer = await client.register("Night Runner", faction="Netrunners")
    assert answer.status == 201
    user = answer.json["user"]
    assert from_rfc3339(user.pop("created_at")) == clock()
    assert user == {
        "character_name": "Night Runner",
        "account_number": "NC-TEST-0000",
        "faction": "Netrunners",
        "is_admin": False,
        "role": "USER",
        "profile_picture": None,
        "free_spins": 0,
        "balance": 1000,
        "available": 1000,
        "held": 0,
    }


async def test_people_join_while_the_coin_service_is_away(authentication: Authentication, client: Client) -> None:
    authentication.coin_side.is_down = True
    answer = await client.register("Runner")
    assert answer.status == 201
    for field in ("account_number", "faction", "profile_picture", "free_spins", "balance", "available", "held"):
        assert answer.json["user"][field] is None
    assert (await client.login("Runner")).status == 200


async def test_the_house_hears_of_a_newcomer_once(authentication: Authentication, client: Client) -> None:
    await client.register("Runner", faction=" Street ")
    await client.register("Runner", faction=" Street ")
    facts = await authentication.facts("user.registered")
    assert [json.loads(fact) for fact in facts] == [{"character_name": "Runner", "role": "USER", "faction": "Street"}]


async def test_a_name_that_reads_the_same_is_taken(client: Client) -> None:
    assert (await client.register("Night Runner")).status == 201
    for same in ("Night Runner", "night RUNNER", "  Night   Runner ", "\uff2eight Runner", "Night Runner\ufe0f"):
        answer = await client.register(same, "another-password-77")
        assert (answer.status, answer.code) == (400, "name_taken"), same
        assert answer.json["errors"] == [{"field": "character_name", "message": answer.json["message"]}]
    assert (await client.login("Night Runner")).status == 200


async def test_a_password_that_protects_nobody_is_refused(client: Client) -> None:
    for password, sentence in (
        ("five5", "at least 6 characters"),
        ("123456", "first anybody would try"),
        ("NeoBank2077!", "first anybody would try"),
        ("night runner", "must not be your name"),
    ):
        answer = await client.register("Night Runner", password)
        assert (answer.status, answer.code) == (400, "password_not_acceptable"), password
        assert sentence in answer.json["message"]
        assert answer.json["errors"][0]["field"] == "password"
    assert (await client.register("Night Runner", "sixsix-6")).status == 201


async def test_the_platform_asks_for_longer_passwords(database: Database, clock: SettableClock) -> None:
    platform = Authentication(database, clock, profile=Profile.PLATFORM)
    async with running(platform), platform.client() as client:
        assert "at least 8 characters" in (await client.register("Runner", "sixsix-")).json["message"]
        assert (await client.register("Runner", "sixsix-6")).status == 201
        assert (await client.login("Runner", "sixsix-6")).json["expires_in"] == 7 * 86_400


async def test_a_name_that_deceives_is_refused(client: Client) -> None:
    for name in (
        *("a@b", "a\uff20b", "admin", "A.D.M.I.N", "\xdfystem\u202e", "Support", "...", "R\u03c5nner"),
        *("nul\u200bl", "\u3164", " "),
    ):
        answer = await client.register(name)
        assert answer.status == 400, name
        assert answer.json["errors"][0]["field"] == "character_name"
        assert (await client.login(name)).status in (400, 401)


async def test_fifty_who_want_one_name_at_once_make_one_person(
    authentication: Authentication, database: Database, clock: SettableClock
) -> None:
    async with running(Authentication(database, clock)) as second, authentication.client() as a, second.client() as b:
        answers = await asyncio.gather(
            *((a, b)[number % 2].register("Runner", f"{PASSWORD}-{number}") for number in range(50))
        )
    winners = [number for number, answer in enumerate(answers) if answer.status == 201]
    assert len(winners) == 1
    assert {answer.code for answer in answers if answer.status != 201} == {"name_taken"}
    assert len(await authentication.facts("user.registered")) == 1
    async with authentication.client() as client:
        assert (await client.login("Runner", f"{PASSWORD}-{winners[0]}")).status == 200
