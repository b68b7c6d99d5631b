"""Rate limits at the door: how often one client or person may try."""

import pytest
from sqlalchemy import func, select

from loopbank.foundation.database import Database
from loopbank.identity.proofs.tables import patience
from tests.access.signing import SettableClock
from tests.identity.authentication import Answer, Authentication, Client


async def test_five_people_an_hour_join_from_one_address(limited: Authentication, clock: SettableClock) -> None:
    async with limited.client() as client, limited.client(address="192.0.2.8") as elsewhere:
        answers = [await client.register(f"Runner {number}") for number in range(6)]
        assert [answer.status for answer in answers] == [201] * 5 + [429]
        assert answers[5].code == "rate_limited"
        assert answers[5].headers["retry-after"] == "3600"
        assert (await elsewhere.register("Fixer")).status == 201
        clock.let_pass(3_600)
        assert (await client.register("Runner 5")).status == 201


async def test_a_mistyped_registration_is_not_counted(limited: Authentication) -> None:
    async with limited.client() as client:
        for _ in range(10):
            assert (await client.register("Runner", "short")).status == 400
            assert (await client.register("a@b")).status == 400
        assert (await client.register("Runner")).status == 201


async def test_ten_sign_ins_a_minute_right_or_wrong(limited: Authentication, clock: SettableClock) -> None:
    async with limited.client() as client:
        await client.register("Runner")
        answers = [
            await client.login("Runner") if number % 2 else await client.login("Runner", "wrong-password")
            for number in range(11)
        ]
        assert [answer.status for answer in answers] == [401, 200] * 5 + [429]
        assert (await client.login("Somebody Else")).status == 429
        clock.let_pass(60)
        assert (await client.login("Runner")).status == 200


async def test_five_password_changes_an_hour_for_a_person_wherever_they_are(limited: Authentication) -> None:
    async with limited.client() as client, limited.client(address="192.0.2.8") as elsewhere:
        runner = await client.join("Runner")
        fixer = await client.join("Fixer")
        for number in range(5):
            assert (await _guess(client if number % 2 else elsewhere, runner["access_token"])).status == 401
        assert (await _guess(elsewhere, runner["access_token"])).status == 429
        assert (await client.change_password(fixer["access_token"])).status == 200


async def test_ten_setup_links_an_hour(limited: Authentication) -> None:
    async with limited.client() as client:
        body = {"token": "A" * 43, "character_name": "Game Master", "password": "chrome-rain-4417"}
        statuses = [(await client.send("POST", "/api/v1/auth/setup", body)).status for _ in range(11)]
    assert statuses == [403] * 10 + [429]


async def test_refreshes_are_limited_far_above_what_a_browser_needs(limited: Authentication) -> None:
    async with limited.client() as client:
        statuses = [(await client.refresh(f"invented-{number}")).status for number in range(121)]
    assert statuses == [401] * 120 + [429]


async def _guess(client: Client, token: str) -> Answer:
    return await client.change_password(token, current="wrong-password")


async def test_whoever_was_sent_away_by_a_crowd_has_not_tried(
    limited: Authentication, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with limited.client() as client:
        await client.register("Runner")
        monkeypatch.setattr(limited.identity._hasher, "_pending", 10_000)
        answer = await client.login("Runner", "wrong-password")
    assert (answer.status, answer.code) == (503, "password_checks_busy")
    async with database.reading() as tx:
        assert await tx.value(select(func.count()).select_from(patience)) == 0
