"""Codes of an authenticator app: added and removed with the password, asked for at every sign-in, each good once."""

import asyncio

import pyotp

from loopbank.access import Role
from loopbank.foundation.database import Database
from loopbank.foundation.settings import Profile
from tests.access.signing import SettableClock
from tests.identity.accounts.mailbox import latest, letters
from tests.identity.accounts.people import RUNNER, join, login, me
from tests.identity.authentication import OTHER_PASSWORD, PASSWORD, Answer, Authentication, Client, running

TOTP = "/api/v1/auth/totp"
DAY = 86_400


class App:
    """An authenticator app that somebody's secret was scanned into."""

    def __init__(self, secret: str, clock: SettableClock) -> None:
        self._totp = pyotp.TOTP(secret)
        self._clock = clock

    def code(self, steps: int = 0) -> str:
        return self._totp.at(self._clock.seconds + 30 * steps)

    def wrong_code(self) -> str:
        near = {self.code(steps) for steps in (-1, 0, 1)}
        return next(code for code in ("000000", "111111", "222222", "333333") if code not in near)


async def change(client: Client, token: str, act: str, password: str = PASSWORD) -> Answer:
    return await client.send("POST", f"{TOTP}{act}", {"password": password}, token=token)


async def enrol(client: Client, token: str, clock: SettableClock) -> App:
    begun = await change(client, token, "")
    assert begun.status == 200, begun.json
    return App(begun.json["secret"], clock)


async def confirm(client: Client, token: str, code: str) -> Answer:
    return await client.send("POST", f"{TOTP}/confirm", {"code": code}, token=token)


async def protected(platform: Authentication, client: Client) -> tuple[App, list[str], str]:
    """Somebody with an app: the app, the recovery codes and a token."""
    token = (await join(platform, client))["token"]
    app = await enrol(client, token, platform.clock)
    codes: list[str] = (await confirm(client, token, app.code())).json["recovery_codes"]
    platform.clock.let_pass(60)
    return app, codes, token


async def step_up(client: Client, code: str, challenge: str | None = None) -> Answer:
    """Sign in with the password, unless that was done, and give a code."""
    if challenge is None:
        asked = await login(client)
        assert (asked.json["totpRequired"], "token" in asked.json) == (True, False)
        challenge = asked.json["challenge"]
    return await client.send("POST", "/api/auth/login/totp", {"challenge": challenge, "code": code})


async def test_an_app_is_added_with_the_password_and_asked_for(platform: Authentication, guest: Client) -> None:
    token = (await join(platform, guest))["token"]
    assert (await change(guest, token, "", "a wrong password")).code == "wrong_password"
    begun = (await change(guest, token, "")).json
    assert begun["uri"].startswith("otpauth://totp/NeoBank:runner%40example.org?secret=")
    assert begun["picture"].startswith("data:image/svg+xml")
    app = App(begun["secret"], platform.clock)
    assert (await login(guest)).json["token"], "nothing is asked for before the first code"
    assert (await confirm(guest, token, app.wrong_code())).code == "wrong_factor_code"
    confirmed = await confirm(guest, token, app.code())
    assert len(set(confirmed.json["recovery_codes"])) == 10
    state = (await guest.send("GET", TOTP, token=token)).json
    assert (state["has_totp"], state["recovery_codes_left"], state["required_by"]) == (True, 10, None)
    assert (await step_up(guest, app.code())).code == "second_factor_refused", "the code was used to confirm"
    platform.clock.let_pass(30)
    signed_in = await step_up(guest, app.code())
    assert (await me(guest, signed_in.json["token"])).status == 200
    assert (await change(guest, token, "")).code == "second_factor_exists"
    assert [one.kind for one in await letters(platform, RUNNER)].count("security_changed") == 1


async def test_a_code_is_good_once_and_one_step_off_at_most(platform: Authentication, guest: Client) -> None:
    app, _, _ = await protected(platform, guest)
    for steps in (-2, 2):
        assert (await step_up(guest, app.code(steps))).code == "second_factor_refused"
    code = app.code(1)
    assert (await step_up(guest, code)).status == 200
    for spent in (code, app.code(), app.code(-1)):
        assert (await step_up(guest, spent)).code == "second_factor_refused"
    platform.clock.let_pass(60)
    assert (await step_up(guest, app.code())).status == 200


async def test_five_tries_end_a_sign_in(platform: Authentication, guest: Client) -> None:
    app, _, _ = await protected(platform, guest)
    challenge = (await login(guest)).json["challenge"]
    for _ in range(5):
        assert (await step_up(guest, app.wrong_code(), challenge)).code == "second_factor_refused"
    assert (await step_up(guest, app.code(), challenge)).code == "second_factor_refused"
    assert (await step_up(guest, app.code())).status == 200


async def test_a_challenge_is_good_once_for_ten_minutes_and_for_its_person(
    platform: Authentication, guest: Client
) -> None:
    app, codes, _ = await protected(platform, guest)
    challenge = (await login(guest)).json["challenge"]
    assert (await step_up(guest, app.code(), challenge)).status == 200
    assert (await step_up(guest, codes[0], challenge)).code == "second_factor_refused"
    late = (await login(guest)).json["challenge"]
    platform.clock.let_pass(600)
    assert (await step_up(guest, app.code(), late)).code == "second_factor_refused"
    for invented in ("A" * 43, "x"):
        assert (await step_up(guest, app.code(), invented)).code == "second_factor_refused"
    async with platform.client(address="198.51.100.9") as stranger:
        await join(platform, stranger, "fixer@example.org")
        other = (await login(guest)).json["challenge"]
        assert (await step_up(stranger, "000000", other)).code == "second_factor_refused"


async def test_a_recovery_code_is_good_once_and_told_of(platform: Authentication, guest: Client) -> None:
    _, codes, token = await protected(platform, guest)
    typed = codes[0].upper().replace("-", " ")
    assert (await step_up(guest, typed)).status == 200
    assert (await step_up(guest, codes[0])).code == "second_factor_refused"
    assert (await guest.send("GET", TOTP, token=token)).json["recovery_codes_left"] == 9
    told = [one for one in await letters(platform, RUNNER) if one.kind == "security_changed"]
    assert "a recovery code was used" in [one.particulars["change_en"] for one in told]
    assert any("recovery_code_used" in fact for fact in await platform.facts("security.acted"))


async def test_new_recovery_codes_replace_the_old(platform: Authentication, guest: Client) -> None:
    _, old, token = await protected(platform, guest)
    assert (await change(guest, token, "/recovery-codes", "a wrong password")).code == "wrong_password"
    new = (await change(guest, token, "/recovery-codes")).json["recovery_codes"]
    assert not set(old) & set(new)
    assert (await step_up(guest, old[0])).code == "second_factor_refused"
    assert (await step_up(guest, new[0])).status == 200


async def test_removing_the_app_needs_the_password(platform: Authentication, guest: Client) -> None:
    _, codes, token = await protected(platform, guest)
    assert (await change(guest, token, "/remove", "a wrong password")).code == "wrong_password"
    assert (await change(guest, token, "/remove")).status == 200
    assert (await login(guest)).json["token"]
    for act in ("/remove", "/recovery-codes"):
        assert (await change(guest, token, act)).code == "second_factor_missing"
    assert (await enrol(guest, token, platform.clock)) is not None
    assert (await confirm(guest, token, codes[0][:6])).status in (400, 422)


async def test_removing_and_using_a_code_at_once_end_well(platform: Authentication, guest: Client) -> None:
    app, _, token = await protected(platform, guest)
    challenges = [(await login(guest)).json["challenge"] for _ in range(8)]
    answers = await asyncio.gather(
        change(guest, token, "/remove"), *(step_up(guest, app.code(), challenge) for challenge in challenges)
    )
    assert {answer.status for answer in answers} <= {200, 401}
    assert answers[0].status == 200


async def test_on_the_event_face_the_challenge_is_the_same(authentication: Authentication, client: Client) -> None:
    token = (await client.join("Runner"))["access_token"]
    app = await enrol(client, token, authentication.clock)
    await confirm(client, token, app.code())
    authentication.clock.let_pass(30)
    asked = (await client.login("Runner")).json
    assert set(asked) == {"totp_required", "challenge"}
    body = {"challenge": asked["challenge"], "code": app.code()}
    assert (await client.send("POST", "/api/v1/auth/second-factor", body)).json["access_token"]


async def test_a_new_password_and_a_mailed_code_leave_the_app_in_force(platform: Authentication, guest: Client) -> None:
    app, _, _ = await protected(platform, guest)
    asked = (await guest.send("POST", "/api/auth/login/init", {"email": RUNNER})).json
    code = (await latest(platform, RUNNER, "sign_in_code")).particulars["code"]
    body = {"email": RUNNER, "code": code, "loginId": asked["loginId"]}
    mailed = (await guest.send("POST", "/api/auth/login/verify", body)).json
    assert (mailed["totpRequired"], "token" in mailed) == (True, False)
    await guest.send("POST", "/api/auth/forgot-password", {"email": RUNNER})
    secret = (await latest(platform, RUNNER, "reset_password")).secret
    body = {"token": secret, "newPassword": OTHER_PASSWORD}
    assert (await guest.send("POST", "/api/auth/reset-password", body)).status == 200
    anew = (await login(guest, password=OTHER_PASSWORD)).json
    assert "token" not in anew
    assert (await step_up(guest, app.code(), anew["challenge"])).status == 200


async def test_a_platforms_administrator_loses_the_role_without_an_app(
    platform: Authentication, guest: Client, clock: SettableClock
) -> None:
    registration = platform.identity.registration
    await registration.register(registration.check("Game Master", PASSWORD, role=Role.ADMIN))
    signed_in = (await guest.login("Game Master")).json
    state = (await guest.send("GET", TOTP, token=signed_in["access_token"])).json
    assert state["required_by"] is not None
    assert (await guest.send("GET", "/api/admin/users", token=signed_in["access_token"])).status == 200
    clock.let_pass(8 * DAY)
    token = (await guest.login("Game Master")).json["access_token"]
    assert (await guest.send("GET", "/api/admin/users", token=token)).status == 403
    app = await enrol(guest, token, clock)
    assert (await confirm(guest, token, app.code())).status == 200
    assert (await guest.send("GET", "/api/admin/users", token=token)).status == 200
    assert (await change(guest, token, "/remove")).status == 200
    assert (await guest.send("GET", "/api/admin/users", token=token)).status == 403


async def test_guessing_codes_takes_longer_and_longer(database: Database, clock: SettableClock) -> None:
    async with (
        running(Authentication(database, clock, profile=Profile.PLATFORM, limits=True)) as platform,
        platform.client() as guest,
    ):
        app, _, _ = await protected(platform, guest)
        for _ in range(2):
            challenge = (await login(guest)).json["challenge"]
            for _ in range(5):
                assert (await step_up(guest, app.wrong_code(), challenge)).status == 401
        async with platform.client(address="198.51.100.9") as elsewhere:
            challenge = (await login(elsewhere)).json["challenge"]
            refused = await step_up(elsewhere, app.code(), challenge)
            assert (refused.status, refused.headers["retry-after"]) == (429, "2")
            clock.let_pass(2)
            assert (await step_up(elsewhere, app.code(), challenge)).status == 200


async def test_what_is_no_code_of_an_app_confirms_nothing(platform: Authentication, guest: Client) -> None:
    token = (await join(platform, guest))["token"]
    await enrol(guest, token, platform.clock)
    arabic_digits = "\u0661\u0662\u0663\u0664\u0665\u0666"
    for code in ("", "12345", "1234567", "abcdef", arabic_digits, None, 123456):
        answer = await guest.send("POST", f"{TOTP}/confirm", {"code": code}, token=token)
        assert answer.status == 422, code
