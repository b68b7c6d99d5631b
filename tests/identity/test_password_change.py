"""Changing one's own password."""

import asyncio
import json

from loopbank.foundation.database import Database
from tests.access.signing import SettableClock
from tests.identity.authentication import OTHER_PASSWORD, PASSWORD, Authentication, Client, running


async def test_the_new_password_counts_and_the_old_does_not(client: Client) -> None:
    tokens = await client.join("Runner")
    assert (await client.change_password(tokens["access_token"])).status == 200
    assert (await client.login("Runner", PASSWORD)).status == 401
    assert (await client.login("Runner", OTHER_PASSWORD)).status == 200


async def test_other_sessions_end_and_this_one_goes_on(authentication: Authentication, client: Client) -> None:
    here = await client.join("Runner")
    there = (await client.login("Runner")).json
    await client.change_password(here["access_token"])
    assert (await client.sessions(there["access_token"])).code == "invalid_token"
    assert (await client.refresh(there["refresh_token"])).code == "invalid_grant"
    assert (await client.sessions(here["access_token"])).status == 200
    assert (await client.refresh(here["refresh_token"])).status == 200
    assert len(await authentication.facts("password.changed")) == 1
    (revoked,) = await authentication.facts("session.revoked")
    assert json.loads(revoked)["reason"] == "password_changed"


async def test_other_peoples_sessions_go_on(client: Client) -> None:
    runner = await client.join("Runner")
    fixer = await client.join("Fixer")
    await client.change_password(runner["access_token"])
    assert (await client.refresh(fixer["refresh_token"])).status == 200
    assert (await client.sessions(fixer["access_token"])).status == 200


async def test_a_wrong_current_password_changes_nothing(authentication: Authentication, client: Client) -> None:
    tokens = await client.join("Runner")
    answer = await client.change_password(tokens["access_token"], current="wrong-password")
    assert (answer.status, answer.code) == (401, "wrong_password")
    assert answer.json["errors"][0]["field"] == "current_password"
    assert (await client.login("Runner", PASSWORD)).status == 200
    assert await authentication.facts("password.changed") == []


async def test_a_weak_new_password_is_refused_beside_its_field(client: Client) -> None:
    tokens = await client.join("Runner")
    for weak in ("five5", "123456", "Runner"):
        answer = await client.change_password(tokens["access_token"], new=weak)
        assert answer.status == 400
        assert answer.json["errors"][0]["field"] == "new_password"
    assert (await client.login("Runner", PASSWORD)).status == 200


async def test_of_many_changes_at_once_one_password_remains(
    authentication: Authentication, database: Database, clock: SettableClock
) -> None:
    async with running(Authentication(database, clock)) as second, authentication.client() as a, second.client() as b:
        tokens = await a.join("Runner")
        await second.identity.revocations.refresh()
        answers = await asyncio.gather(
            *(
                (a, b)[number % 2].change_password(tokens["access_token"], new=f"{OTHER_PASSWORD}-{number}")
                for number in range(10)
            )
        )
        winners = [number for number, answer in enumerate(answers) if answer.status == 200]
        assert len(winners) == 1
        assert {answer.code for answer in answers if answer.status != 200} == {"wrong_password"}
        assert (await a.login("Runner", f"{OTHER_PASSWORD}-{winners[0]}")).status == 200
