"""Refresh tokens work once; a second use ends the session unless it comes at once."""

import asyncio
import json

import pytest

from loopbank.foundation.database import Database
from loopbank.identity import store
from loopbank.identity.sessions import IDLE_SECONDS_MAX, SESSION_SECONDS_MAX, Sessions
from tests.access.signing import SettableClock
from tests.identity.authentication import Authentication, Client, running


async def test_a_refresh_token_gives_new_tokens_of_the_same_session(client: Client) -> None:
    first = await client.join("Runner")
    second = await client.refresh(first["refresh_token"])
    assert second.status == 200
    assert second.json["refresh_token"] != first["refresh_token"]
    assert second.json["user"] == first["user"]
    sessions = (await client.sessions(second.json["access_token"])).json["sessions"]
    assert [session["is_current"] for session in sessions] == [True]
    assert (await client.refresh(second.json["refresh_token"])).status == 200


def let_all_look_before_one_writes(monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    """Hold every refresh between its look at the token and its write until all of them have looked."""
    everybody = asyncio.Barrier(count)
    look = Sessions._refuse_spent

    async def look_and_wait(sessions: Sessions, hashed: str) -> None:
        await look(sessions, hashed)
        await everybody.wait()

    monkeypatch.setattr(Sessions, "_refuse_spent", look_and_wait)


async def test_fifty_refreshes_at_once_have_one_winner(
    authentication: Authentication, database: Database, clock: SettableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(Authentication(database, clock)) as second, authentication.client() as a, second.client() as b:
        tokens = await a.join("Runner")
        let_all_look_before_one_writes(monkeypatch, 50)
        answers = await asyncio.gather(*((a, b)[number % 2].refresh(tokens["refresh_token"]) for number in range(50)))
        monkeypatch.undo()
        winners = [answer for answer in answers if answer.status == 200]
        assert len(winners) == 1
        assert {answer.code for answer in answers if answer.status != 200} == {"invalid_grant"}
        assert (await a.refresh(winners[0].json["refresh_token"])).status == 200


async def test_the_same_token_within_ten_seconds_changes_nothing(client: Client, clock: SettableClock) -> None:
    first = await client.join("Runner")
    second = await client.refresh(first["refresh_token"])
    clock.let_pass(10)
    again = await client.refresh(first["refresh_token"])
    assert (again.status, again.code) == (401, "invalid_grant")
    assert (await client.sessions(second.json["access_token"])).status == 200
    assert (await client.refresh(second.json["refresh_token"])).status == 200


async def test_the_same_token_later_ends_the_session(
    authentication: Authentication, client: Client, clock: SettableClock
) -> None:
    first = await client.join("Runner")
    elsewhere = (await client.login("Runner")).json
    second = await client.refresh(first["refresh_token"])
    clock.let_pass(11)
    again = await client.refresh(first["refresh_token"])
    assert (again.status, again.code) == (401, "invalid_grant")
    assert (await client.refresh(second.json["refresh_token"])).code == "invalid_grant"
    assert (await client.sessions(second.json["access_token"])).code == "invalid_token"
    assert (await client.sessions(elsewhere["access_token"])).status == 200
    (fact,) = await authentication.facts("session.revoked")
    assert json.loads(fact)["reason"] == "refresh_token_reused"


async def test_an_invented_token_is_no_grant(client: Client) -> None:
    for token in ("x", "A" * 43, "A" * 200):
        assert (await client.refresh(token)).code == "invalid_grant", token


async def test_without_a_token_there_is_no_session(client: Client) -> None:
    assert (await client.send("POST", "/api/v1/auth/refresh", {})).code == "invalid_grant"
    assert (await client.send("POST", "/api/v1/auth/refresh")).code == "invalid_grant"


async def test_an_idle_session_ends(client: Client, clock: SettableClock) -> None:
    tokens = await client.join("Runner")
    clock.let_pass(IDLE_SECONDS_MAX)
    assert (await client.refresh(tokens["refresh_token"])).code == "invalid_grant"


async def test_a_session_in_use_ends_all_the_same(client: Client, clock: SettableClock) -> None:
    tokens = await client.join("Runner")
    steps = 4
    for _ in range(steps):
        clock.let_pass(SESSION_SECONDS_MAX // steps - 900)
        tokens = (await client.refresh(tokens["refresh_token"])).json
    assert tokens["expires_in"] == steps * 900
    clock.let_pass(steps * 900)
    assert (await client.refresh(tokens["refresh_token"])).code == "invalid_grant"
    assert (await client.sessions(tokens["access_token"])).code == "invalid_token"


async def test_only_hashes_of_refresh_tokens_are_stored(authentication: Authentication, client: Client) -> None:
    tokens = await client.join("Runner")
    async with authentication.database.reading() as tx:
        assert await store.find_refresh_token(tx, tokens["refresh_token"]) is None


async def test_what_ended_long_ago_is_forgotten_and_what_lives_is_not(
    authentication: Authentication, client: Client, clock: SettableClock
) -> None:
    old = await client.join("Runner")
    await client.send("POST", "/api/v1/auth/logout", token=old["access_token"])
    clock.let_pass(IDLE_SECONDS_MAX + 6 * 86_400)
    alive = (await client.login("Runner")).json
    assert await authentication.identity.sessions.forget_ended() == 1
    clock.let_pass(86_401)
    assert await authentication.identity.sessions.forget_ended() == 2
    assert await authentication.identity.sessions.forget_ended() == 0
    assert (await client.refresh(alive["refresh_token"])).status == 200
