"""What another service sees of all this: it knows the published keys and the feed of revocations, nothing else."""

import asyncio

import pytest
from joserfc import jws
from starlette.requests import Request

from loopbank.access import InvalidToken, RevocationKind, Role, ServiceTokens
from loopbank.foundation.clock import later
from loopbank.identity import revocation_log, store
from loopbank.identity.keys import new_signing_key
from tests.access.signing import SettableClock
from tests.identity.authentication import PASSWORD, Authentication, Client
from tests.identity.test_administration import person_named


def bearing(token: str) -> Request:
    return Request({"type": "http", "headers": [(b"authorization", f"Bearer {token}".encode())]})


async def test_another_service_knows_a_person_by_their_token(authentication: Authentication, client: Client) -> None:
    guard, revocations = authentication.coin_service_guard()
    await revocations.refresh()
    tokens = await client.join("Runner")
    person = await guard.person(bearing(tokens["access_token"]))
    assert (person.name, person.role) == ("Runner", Role.USER)


async def test_a_signed_out_session_is_over_elsewhere_after_one_poll(
    authentication: Authentication, client: Client
) -> None:
    guard, revocations = authentication.coin_service_guard()
    tokens, others = await client.join("Runner"), await client.join("Fixer")
    await revocations.refresh()
    await guard.person(bearing(tokens["access_token"]))
    await client.send("POST", "/api/v1/auth/logout", token=tokens["access_token"])
    await revocations.refresh()
    with pytest.raises(InvalidToken):
        await guard.person(bearing(tokens["access_token"]))
    assert (await guard.person(bearing(others["access_token"]))).name == "Fixer"


async def test_a_role_change_and_a_deactivation_take_effect_elsewhere_after_one_poll(
    authentication: Authentication, client: Client
) -> None:
    guard, revocations = authentication.coin_service_guard()
    administration = authentication.identity.administration
    owner = await authentication.identity.create_administrator("Owner", PASSWORD)
    tokens = await client.join("Runner")
    runner = await person_named(authentication, "runner")
    await revocations.refresh()
    for role in (Role.ADMIN, Role.USER):
        await administration.change_role(runner.id, role, actor_id=owner.id)
        await revocations.refresh()
        assert (await guard.person(bearing(tokens["access_token"]))).role is role
    await administration.deactivate(runner.id, actor_id=owner.id)
    await revocations.refresh()
    with pytest.raises(InvalidToken):
        await guard.person(bearing(tokens["access_token"]))


async def test_the_feed_is_for_services_only(authentication: Authentication, client: Client) -> None:
    tokens = await client.join("Runner")
    other = ServiceTokens(secret_key="some other installation's secret key", clock=authentication.clock).issue()
    for token in (None, tokens["access_token"], other):
        answer = await client.send("GET", "/internal/revocations", token=token)
        assert (answer.status, answer.code) == (401, "invalid_service_token")
    answer = await client.send("GET", "/internal/revocations", token=authentication.service_tokens.issue())
    assert answer.json == {"cursor": 0, "revocations": [], "is_last": True}


async def test_a_cursor_is_a_number(authentication: Authentication, client: Client) -> None:
    token = authentication.service_tokens.issue()
    for since in ("-1", "x", "9" * 30):
        answer = await client.send("GET", f"/internal/revocations?since={since}", token=token)
        assert answer.status == 422, since


async def test_the_feed_is_read_page_by_page_without_a_gap(
    authentication: Authentication, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(revocation_log, "_PAGE_MAX", 3)
    await client.register("Runner")
    sessions = [(await client.login("Runner")).json["access_token"] for _ in range(8)]
    await asyncio.gather(*(client.send("POST", "/api/v1/auth/logout", token=token) for token in sessions))
    guard, revocations = authentication.coin_service_guard()
    await revocations.refresh()
    for token in sessions:
        with pytest.raises(InvalidToken):
            await guard.person(bearing(token))


async def test_revocations_become_visible_in_the_order_of_their_numbers(
    authentication: Authentication, client: Client
) -> None:
    log = revocation_log.RevocationLog(database=authentication.database, clock=authentication.clock)
    await client.register("Runner")
    sessions = [(await client.login("Runner")).json["access_token"] for _ in range(30)]
    seen: list[str] = []
    cursor = 0

    async def watch() -> None:
        nonlocal cursor
        while len(seen) < len(sessions):
            page = await log.after(cursor)
            seen.extend(revocation.subject for revocation in page.revocations)
            cursor = page.cursor
            await asyncio.sleep(0)

    async with asyncio.timeout(30), asyncio.TaskGroup() as tasks:
        tasks.create_task(watch())
        for token in sessions:
            tasks.create_task(client.send("POST", "/api/v1/auth/logout", token=token))
    assert len(set(seen)) == len(sessions)


async def test_a_cursor_from_before_a_restored_backup_starts_anew(
    authentication: Authentication, client: Client
) -> None:
    tokens = await client.join("Runner")
    await client.send("POST", "/api/v1/auth/logout", token=tokens["access_token"])
    log = revocation_log.RevocationLog(database=authentication.database, clock=authentication.clock)
    page = await log.after(1_000)
    assert page.cursor == 1
    assert [revocation.kind for revocation in page.revocations] == [RevocationKind.SESSION_REVOKED]


async def test_the_feed_leaves_out_what_no_living_token_can_meet(
    authentication: Authentication, client: Client, clock: SettableClock
) -> None:
    tokens = await client.join("Runner")
    await client.send("POST", "/api/v1/auth/logout", token=tokens["access_token"])
    log = revocation_log.RevocationLog(database=authentication.database, clock=clock)
    clock.let_pass(tokens["expires_in"])
    assert len((await log.after(0)).revocations) == 1
    clock.let_pass(61)
    page = await log.after(0)
    assert (page.cursor, page.revocations, page.is_last) == (1, (), True)
    async with authentication.database.transaction() as tx:
        assert await store.forget_ended(tx, before=later(clock(), 0), limit=10) == 1


async def test_keys_are_published_for_anybody_and_hold_no_secret(client: Client) -> None:
    answer = await client.send("GET", "/.well-known/jwks.json")
    (key,) = answer.json["keys"]
    assert key.keys() == {"kty", "n", "e", "kid", "use", "alg"}
    assert (key["kty"], key["use"], key["alg"]) == ("RSA", "sig", "RS256")
    assert answer.headers["cache-control"] == "public, max-age=60"


async def test_a_new_signing_key_is_noticed_by_nobody_here_or_elsewhere(
    authentication: Authentication, client: Client, clock: SettableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(authentication.identity.keys, "_new_key", new_signing_key)
    elsewhere, revocations = authentication.coin_service_guard()
    await revocations.refresh()
    guards = (authentication.identity.guard, elsewhere)

    async def keys() -> set[str]:
        return {key["kid"] for key in (await client.send("GET", "/.well-known/jwks.json")).json["keys"]}

    before = (await client.join("Runner"))["access_token"]
    (old,) = await keys()
    new = await authentication.identity.keys.rotate()
    assert await keys() == {old, new}
    while key_of(last := (await client.login("Runner")).json["access_token"]) == old:
        clock.let_pass(30)
    assert key_of(last) == new
    for token in (before, last):
        for guard in guards:
            assert (await guard.person(bearing(token))).name == "Runner"
    clock.let_pass(authentication.installation.token_hours * 3_600)
    for guard in guards:
        with pytest.raises(InvalidToken):
            await guard.person(bearing(before))
    clock.let_pass(120)
    assert await keys() == {new}


def key_of(token: str) -> str:
    """The id of the key that signed a token."""
    return str(jws.extract_compact(token.encode()).headers()["kid"])
