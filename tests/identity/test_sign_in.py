"""Signing in with a name and a password."""

import json

import bcrypt
import pytest
from joserfc import jws
from sqlalchemy import update

from loopbank.foundation.database import Database
from loopbank.identity import store
from loopbank.identity.passwords import NO_PASSWORD
from loopbank.identity.tables import person
from tests.access.signing import SettableClock
from tests.identity.authentication import PASSWORD, ROUNDS, Authentication, Client


async def test_whoever_knows_the_password_gets_tokens(client: Client) -> None:
    await client.register("Runner")
    answer = await client.login("rUNNER")
    assert answer.status == 200
    assert answer.json["token_type"] == "Bearer"
    assert answer.json["expires_in"] == 24 * 3600
    assert len(answer.json["refresh_token"]) == 43
    assert answer.json["user"]["character_name"] == "Runner"
    assert answer.json["user"]["balance"] == 1000
    assert answer.headers["cache-control"] == "no-store"
    assert (await client.sessions(answer.json["access_token"])).status == 200


async def test_an_access_token_says_who_and_for_how_long(client: Client, clock: SettableClock) -> None:
    tokens = await client.join("Runner")
    token = jws.extract_compact(tokens["access_token"].encode())
    claims = json.loads(token.payload)
    assert token.headers().keys() == {"alg", "typ", "kid"}
    assert (token.headers()["alg"], token.headers()["typ"]) == ("RS256", "at+jwt")
    assert (claims["name"], claims["role"], claims["iss"], claims["aud"]) == ("Runner", "USER", "loopbank", "loopbank")
    assert (claims["iat"], claims["exp"]) == (clock.seconds, clock.seconds + 24 * 3600)
    assert claims["sid"]
    assert claims["sub"]


async def test_unknown_names_and_wrong_passwords_get_the_same_answer(client: Client) -> None:
    await client.register("Runner")
    wrong = await client.login("Runner", "wrong-password")
    unknown = await client.login("Nobody Here", "wrong-password")
    assert wrong.status == unknown.status == 401
    for answer in (wrong, unknown):
        del answer.json["request_id"]
    assert wrong.json == unknown.json
    assert wrong.code == "wrong_credentials"


async def test_unknown_names_and_wrong_passwords_cost_the_same_work(
    authentication: Authentication, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ("Runner", "Shut Out", "Without Password")
    for name in names:
        await client.register(name)
    async with authentication.database.transaction() as tx:
        await tx.run(update(person).where(person.c.name == names[1]).values(deactivated_at=authentication.clock()))
        await tx.run(update(person).where(person.c.name == names[2]).values(password_hash=NO_PASSWORD))
    processes = authentication.identity._hasher._processes
    checked: list[bytes] = []
    really_hash = processes.hash

    async def hash_it(digest: bytes, salt: bytes) -> bytes:
        checked.append(salt[:7])
        return await really_hash(digest, salt)

    monkeypatch.setattr(processes, "hash", hash_it)
    for name in (*names, "Nobody Here"):
        assert (await client.login(name, "wrong-password")).code == "wrong_credentials"
    assert checked == [f"$2b${ROUNDS:02d}$".encode()] * 4


async def test_the_stand_in_for_unknown_people_lets_nobody_in(authentication: Authentication, client: Client) -> None:
    dummy = authentication.identity._hasher
    assert dummy._dummy_hash.startswith("{hmac-sha256+bcrypt}$2b$")
    for password in ("", PASSWORD, dummy._dummy_hash):
        assert not await dummy.verify(password, None)
    assert (await client.login("Nobody Here", dummy._dummy_hash[:200])).status == 401


async def test_a_stored_hash_is_tagged_and_holds_nothing_of_the_password(
    authentication: Authentication, client: Client
) -> None:
    await client.register("Runner")
    async with authentication.database.reading() as tx:
        stored = await store.find_credentials(tx, "runner")
    assert stored is not None
    assert stored.password_hash.startswith(f"{{hmac-sha256+bcrypt}}$2b${ROUNDS:02d}$")
    assert PASSWORD not in stored.password_hash
    bare = stored.password_hash.removeprefix("{hmac-sha256+bcrypt}").encode()
    assert not bcrypt.checkpw(PASSWORD.encode(), bare)


async def test_long_passwords_count_to_their_last_character(client: Client) -> None:
    long = "correct horse battery staple " * 4
    await client.register("Runner", long)
    assert (await client.login("Runner", long)).status == 200
    assert (await client.login("Runner", long[:-1])).status == 401
    assert (await client.login("Runner", long[:72])).status == 401
    assert (await client.login("Runner", long[:-1] + "!")).status == 401


async def test_a_password_may_be_in_any_script_and_composed_in_any_way(client: Client) -> None:
    await client.register("Runner", "Schl\u00fcssel \u9375 \U0001f511")
    assert (await client.login("Runner", "Schlu\u0308ssel \u9375 \U0001f511")).status == 200


async def test_a_deactivated_person_gets_the_answer_of_a_wrong_password(
    authentication: Authentication, client: Client, database: Database
) -> None:
    await client.register("Runner")
    admin = await authentication.identity.create_administrator("Game Master", PASSWORD)
    async with database.reading() as tx:
        known = await store.find_credentials(tx, "runner")
    assert known is not None
    await authentication.identity.administration.deactivate(known.person_id, actor_id=admin.id)
    assert (await client.login("Runner")).code == "wrong_credentials"
    await authentication.identity.administration.restore(known.person_id, actor_id=admin.id)
    assert (await client.login("Runner")).status == 200


async def test_a_password_changed_while_it_was_checked_opens_no_session(
    authentication: Authentication, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    tokens = await client.join("Runner")
    hasher = authentication.identity._hasher
    verify = hasher.verify

    async def verify_slowly(password: str, stored_hash: str | None) -> bool:
        is_right = await verify(password, stored_hash)
        monkeypatch.setattr(hasher, "verify", verify)
        assert (await client.change_password(tokens["access_token"])).status == 200
        return is_right

    monkeypatch.setattr(hasher, "verify", verify_slowly)
    assert (await client.login("Runner")).code == "wrong_credentials"
    assert len((await client.sessions(tokens["access_token"])).json["sessions"]) == 1
