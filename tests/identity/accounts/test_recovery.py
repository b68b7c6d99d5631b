"""Forgotten passwords: links by mail and slips by hand, each good once, and every session ends."""

from loopbank.identity import Person, store
from tests.access.signing import SettableClock
from tests.identity.accounts.mailbox import count_letters, latest, letters
from tests.identity.accounts.people import FIXER, RUNNER, join, login, me, register
from tests.identity.authentication import OTHER_PASSWORD, PASSWORD, Answer, Authentication, Client


async def forgot(client: Client, email: str = RUNNER) -> Answer:
    return await client.send("POST", "/api/auth/forgot-password", {"email": email})


async def reset(client: Client, token: str, new: str = OTHER_PASSWORD) -> Answer:
    return await client.send("POST", "/api/auth/reset-password", {"token": token, "newPassword": new})


async def redeem(client: Client, slip: str, new: str = OTHER_PASSWORD) -> Answer:
    return await client.send("POST", "/api/v1/auth/reset-password", {"slip": slip, "new_password": new})


async def link_of(platform: Authentication, email: str = RUNNER) -> str:
    return (await latest(platform, email, "reset_password")).secret


async def slip_for(authentication: Authentication, name: str = "Runner") -> str:
    """Have a super-administrator write a slip for somebody."""
    async with authentication.database.reading() as tx:
        known = await store.find_credentials(tx, name.lower())
    assert known is not None
    try:
        owner = await authentication.identity.create_administrator("Owner", PASSWORD)
    except Exception:  # noqa: BLE001 -- the owner is there from the last time
        owner = await named(authentication, "owner")
    return await authentication.identity._staff_acts.write_slip(known.person_id, actor_id=owner.id)


async def named(authentication: Authentication, name_key: str) -> Person:
    async with authentication.database.reading() as tx:
        known = await store.find_credentials(tx, name_key)
        assert known is not None
        person = await store.find_person(tx, known.person_id)
    assert person is not None
    return person


async def test_a_link_sets_a_new_password_and_ends_every_session(platform: Authentication, guest: Client) -> None:
    joined = await join(platform, guest)
    assert (await forgot(guest)).status == 200
    assert (await reset(guest, await link_of(platform))).status == 200
    assert (await me(guest, joined["token"])).code == "invalid_token"
    assert (await login(guest)).code == "wrong_credentials"
    assert (await login(guest, password=OTHER_PASSWORD)).status == 200
    assert (await latest(platform, RUNNER, "password_changed")).address == RUNNER


async def test_a_link_works_once_and_makes_the_others_worthless(platform: Authentication, guest: Client) -> None:
    await join(platform, guest)
    await forgot(guest)
    early = await link_of(platform)
    platform.clock.let_pass(1)
    await forgot(guest)
    late = await link_of(platform)
    assert early != late
    assert (await reset(guest, late)).status == 200
    for spent in (late, early):
        refused = await reset(guest, spent, "another-long-password")
        assert (refused.status, refused.code) == (400, "link_not_valid")


async def test_a_link_expires_and_an_invented_one_is_none(
    platform: Authentication, guest: Client, clock: SettableClock
) -> None:
    await join(platform, guest)
    await forgot(guest)
    token = await link_of(platform)
    clock.let_pass(3_600)
    for wrong in (token, "A" * 43, "x"):
        assert (await reset(guest, wrong)).code == "link_not_valid"
    assert (await login(guest)).status == 200


async def test_a_link_survives_a_password_that_is_refused(platform: Authentication, guest: Client) -> None:
    await join(platform, guest)
    await forgot(guest)
    token = await link_of(platform)
    assert (await reset(guest, token, "short")).code == "password_not_acceptable"
    assert (await reset(guest, token)).status == 200


async def test_a_confirming_link_resets_nothing(platform: Authentication, guest: Client) -> None:
    await register(guest)
    token = (await latest(platform, RUNNER, "confirm_address")).secret
    assert (await reset(guest, token)).code == "link_not_valid"


async def test_unknown_addresses_get_the_same_answer_and_the_same_work(platform: Authentication, guest: Client) -> None:
    await join(platform, guest)
    for path in ("/api/auth/forgot-password", "/api/auth/resend-verification"):
        answers, written = [], []
        for email in (RUNNER, FIXER):
            before = await count_letters(platform)
            answers.append(await guest.send("POST", path, {"email": email}))
            written.append(await count_letters(platform) - before)
        assert answers[0].status == answers[1].status == 200
        assert answers[0].json == answers[1].json
        assert written == [1, 1]
    assert await letters(platform, FIXER) == []


async def test_a_confirming_link_can_be_sent_again(platform: Authentication, guest: Client) -> None:
    await register(guest)
    platform.clock.let_pass(1)
    await guest.send("POST", "/api/auth/resend-verification", {"email": RUNNER})
    first, second = await letters(platform, RUNNER)
    assert first.kind == second.kind == "confirm_address"
    body = {"token": first.secret}
    assert (await guest.send("POST", "/api/auth/verify-email", body)).status == 200
    assert (await guest.send("POST", "/api/auth/verify-email", body)).code == "link_not_valid"


async def test_who_reads_the_mail_takes_a_claimed_account_over_from_whoever_claimed_it(
    platform: Authentication, guest: Client
) -> None:
    async with platform.client(address="198.51.100.9") as stranger:
        claimed = (await register(stranger)).json
        await forgot(guest)
        assert (await reset(guest, await link_of(platform))).status == 200
        assert (await me(stranger, claimed["token"])).code == "invalid_token"
        assert (await login(stranger)).code == "wrong_credentials"
    mine = (await login(guest, password=OTHER_PASSWORD)).json
    assert mine["user"]["isVerified"] is True


async def test_a_slip_is_typed_and_good_once(authentication: Authentication, client: Client) -> None:
    await client.register("Runner")
    old = (await client.login("Runner")).json
    slip = await slip_for(authentication)
    assert len(slip) == 19
    typed = slip.lower().replace("-", " ").replace("0", "o")
    assert (await redeem(client, typed)).status == 200
    assert (await client.sessions(old["access_token"])).code == "invalid_token"
    assert (await redeem(client, slip, "another-long-password")).code == "link_not_valid"
    assert (await client.login("Runner", OTHER_PASSWORD)).status == 200
    acts = [fact for fact in await authentication.facts("security.acted") if "reset" in fact]
    assert len(acts) == 2


async def test_a_slip_expires_and_a_new_one_replaces_it(
    authentication: Authentication, client: Client, clock: SettableClock
) -> None:
    await client.register("Runner")
    early = await slip_for(authentication)
    late = await slip_for(authentication)
    assert (await redeem(client, early)).code == "link_not_valid"
    clock.let_pass(86_400)
    assert (await redeem(client, late)).code == "link_not_valid"


async def test_a_changed_password_gives_a_new_token_and_ends_other_sessions(
    platform: Authentication, guest: Client
) -> None:
    here = await join(platform, guest)
    elsewhere = (await login(guest)).json
    body = {"currentPassword": PASSWORD, "newPassword": OTHER_PASSWORD}
    changed = await guest.send("POST", "/api/auth/change-password", body, token=here["token"])
    assert changed.status == 200
    assert (await me(guest, changed.json["token"])).status == 200
    assert (await me(guest, elsewhere["token"])).code == "invalid_token"
    again = await guest.send("POST", "/api/auth/change-password", body, token=changed.json["token"])
    assert again.code == "wrong_password"


async def test_sessions_are_listed_ended_and_left(platform: Authentication, guest: Client) -> None:
    here = await join(platform, guest)
    await login(guest)
    shown = (await guest.send("GET", "/api/auth/sessions", token=here["token"])).json["sessions"]
    assert len(shown) == 2
    assert {frozenset(one) for one in shown} == {
        frozenset({"id", "device", "place", "createdAt", "lastSeenAt", "isCurrent"})
    }
    other = next(one for one in shown if not one["isCurrent"])
    path = f"/api/auth/sessions/{other['id']}"
    assert (await guest.send("DELETE", path, token=here["token"])).status == 200
    assert (await guest.send("DELETE", path, token=here["token"])).status == 404
    refreshed = await guest.send("POST", "/api/auth/refresh", {"refreshToken": here["refreshToken"]})
    assert set(refreshed.json) == {"message", "user", "token", "refreshToken", "expiresIn"}
    assert (await guest.send("POST", "/api/auth/logout", {}, token=refreshed.json["token"])).status == 200
    assert (await me(guest, refreshed.json["token"])).code == "invalid_token"
    body = {"refreshToken": refreshed.json["refreshToken"]}
    assert (await guest.send("POST", "/api/auth/refresh", body)).code == "invalid_grant"
