"""Joining by mail: an account at once, an address only for whoever proves it, and no word about who has one."""

import asyncio
import json

import pytest

from tests.identity.accounts.mailbox import latest, letters
from tests.identity.accounts.people import FIXER, RUNNER, confirm, join, login, me, register
from tests.identity.authentication import OTHER_PASSWORD, PASSWORD, Authentication, Client


async def test_who_joins_is_signed_in_and_gets_a_link(platform: Authentication, guest: Client) -> None:
    answer = await register(guest)
    assert answer.status == 201
    assert set(answer.json) == {"message", "user", "token", "refreshToken", "expiresIn"}
    user = answer.json["user"]
    assert user == {
        "id": user["id"],
        "email": RUNNER,
        "fullName": "A Night Runner",
        "role": "USER",
        "isVerified": False,
    }
    assert answer.json["expiresIn"] == 7 * 86_400
    shown = (await me(guest, answer.json["token"])).json["user"]
    assert {name: shown[name] for name in user} == user
    assert shown["wallet"] == {"balance": 1000}
    assert (await confirm(platform, guest)).status == 200
    assert (await me(guest, answer.json["token"])).json["user"]["isVerified"] is True
    (fact,) = await platform.facts("user.registered")
    assert json.loads(fact)["character_name"] == "A Night Runner"
    assert len(await platform.facts("user.verified")) == 1


async def test_the_wallet_is_null_while_the_coin_service_is_away(platform: Authentication, guest: Client) -> None:
    platform.coin_side.is_down = True
    token = (await register(guest)).json["token"]
    assert (await me(guest, token)).json["user"]["wallet"] == {"balance": None}


async def test_an_address_that_has_an_account_gets_the_same_answer(platform: Authentication, guest: Client) -> None:
    first = await join(platform, guest)
    async with platform.client(address="198.51.100.9") as stranger:
        again = await register(stranger, password=OTHER_PASSWORD)
        assert again.status == 201
        assert set(again.json) == set(first)
        assert again.json["user"]["id"] != first["user"]["id"]
        # The stranger's account answers as any other whose address is not confirmed yet.
        shown = (await me(stranger, again.json["token"])).json["user"]
        assert (shown["email"], shown["isVerified"]) == (RUNNER, False)
        assert (await login(stranger, password=OTHER_PASSWORD)).json["user"]["id"] == again.json["user"]["id"]
    told = await latest(platform, RUNNER, "already_registered")
    assert "#" not in told.particulars["link"]
    assert (await login(guest)).json["user"]["id"] == first["user"]["id"]
    async with platform.client(address="203.0.113.5") as elsewhere:
        assert (await login(elsewhere)).json["user"]["id"] == first["user"]["id"]
        assert (await login(elsewhere, password=OTHER_PASSWORD)).code == "wrong_credentials"


async def test_who_proves_the_address_keeps_it_and_rivals_are_shut_out(platform: Authentication, guest: Client) -> None:
    async with platform.client(address="198.51.100.9") as stranger:
        early = (await register(stranger, password=OTHER_PASSWORD)).json
        platform.clock.let_pass(1)
        mine = (await register(guest)).json
        assert (await confirm(platform, guest)).status == 200
        assert (await me(stranger, early["token"])).code == "invalid_token"
        refreshed = await stranger.send("POST", "/api/auth/refresh", {"refreshToken": early["refreshToken"]})
        assert refreshed.code == "invalid_grant"
        assert (await login(stranger, password=OTHER_PASSWORD)).code == "wrong_credentials"
    assert (await me(guest, mine["token"])).json["user"]["isVerified"] is True
    assert len(await platform.facts("user.deactivated")) == 1


async def test_of_fifty_who_prove_one_address_at_once_one_gets_it(platform: Authentication, guest: Client) -> None:
    people = [(await register(guest)).json["user"]["id"] for _ in range(10)]
    tokens = [one.secret for one in await letters(platform, RUNNER)]
    assert len(set(people)) == len(tokens) == 10
    bodies = [{"token": token} for token in tokens * 5]
    answers = await asyncio.gather(*(guest.send("POST", "/api/auth/verify-email", body) for body in bodies))
    assert [answer.status for answer in answers].count(200) == 1
    assert {answer.code for answer in answers if answer.status != 200} == {"link_not_valid"}


async def test_a_claim_counts_only_where_it_was_made(platform: Authentication, guest: Client) -> None:
    await register(guest)
    assert (await login(guest)).status == 200
    async with platform.client(address="203.0.113.5") as elsewhere:
        assert (await login(elsewhere)).code == "wrong_credentials"
        await confirm(platform, guest)
        assert (await login(elsewhere)).status == 200


async def test_known_and_unknown_addresses_cost_the_same_work(
    platform: Authentication, guest: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    await join(platform, guest)
    hasher = platform.identity._hasher
    done: list[str] = []
    hash_it, verify_it = hasher.hash, hasher.verify

    async def hashed(password: str) -> str:
        done.append("hash")
        return await hash_it(password)

    async def verified(password: str, stored: str | None) -> bool:
        done.append("verify")
        return await verify_it(password, stored)

    monkeypatch.setattr(hasher, "hash", hashed)
    monkeypatch.setattr(hasher, "verify", verified)
    for address in (RUNNER, FIXER):
        async with platform.client(address="198.51.100.9") as stranger:
            done.clear()
            assert (await login(stranger, address, OTHER_PASSWORD)).code == "wrong_credentials"
            assert done == ["verify"]
            assert (await register(stranger, address, OTHER_PASSWORD)).status == 201
            assert done == ["verify", "hash"]
            # Whoever claimed the address here makes two checks of a wrong password, whether or not somebody owns it.
            assert (await login(stranger, address, "wrong" + PASSWORD)).code == "wrong_credentials"
            assert done == ["verify", "hash", "verify", "verify"]


async def test_who_cannot_join_is_told_why(platform: Authentication, guest: Client) -> None:
    refused: list[tuple[dict[str, object], str]] = [
        ({"email": "nobody"}, "email_not_acceptable"),
        ({"email": "a@b"}, "email_not_acceptable"),
        ({"email": "a..b@example.org"}, "email_not_acceptable"),
        ({"email": "ä@example.org"}, "email_not_acceptable"),
        ({"email": "a@example.org\r\nBcc: b@example.org"}, "email_not_acceptable"),
        ({"email": "a" * 300 + "@example.org"}, "bad_request"),
        ({"email": None}, "bad_request"),
        ({"password": "seven77"}, "password_not_acceptable"),
        ({"password": RUNNER}, "password_not_acceptable"),
        ({"password": "password1"}, "password_not_acceptable"),
        ({"fullName": ""}, "bad_request"),
        ({"fullName": "root"}, "name_not_acceptable"),
        ({"fullName": "a\u202eb"}, "bad_request"),
        ({"fullName": 5}, "bad_request"),
    ]
    for change, code in refused:
        body = {"email": RUNNER, "password": PASSWORD, "fullName": "A Night Runner", **change}
        answer = await guest.send("POST", "/api/auth/register", body)
        assert (answer.status, answer.code) == (400, code), change
    assert await platform.facts("user.registered") == []


async def test_two_people_may_have_one_name(guest: Client) -> None:
    assert (await register(guest)).status == 201
    assert (await register(guest, FIXER)).status == 201


async def test_an_administrator_signs_in_by_name_on_both_faces(platform: Authentication, guest: Client) -> None:
    await platform.identity.create_administrator("Owner", PASSWORD, email="owner@example.org")
    assert (await guest.login("Owner")).json["user"]["role"] == "SUPERADMIN"
    assert (await login(guest, "Owner")).json["user"]["role"] == "SUPERADMIN"
    by_mail = (await login(guest, "OWNER@example.org")).json["user"]
    assert (by_mail["role"], by_mail["isVerified"]) == ("SUPERADMIN", True)


async def test_the_letter_speaks_the_readers_language(platform: Authentication, guest: Client) -> None:
    body = {"email": RUNNER, "password": PASSWORD, "fullName": "A Night Runner"}
    await guest.send("POST", "/api/auth/register", body, headers={"Accept-Language": "fr, de-AT;q=0.9, en;q=0.5"})
    assert (await latest(platform, RUNNER, "confirm_address")).language == "de"
